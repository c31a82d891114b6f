"""What the pages of the comparison say besides figures.

What belongs here: the facts of a run and sentences about them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from classifier.training.comparison import Comparison, Row
from classifier.training.comparison_tables import LEAKING_MARK

TITLES = {
    "genre": "ten genres",
    "mood": "four moods",
    "extended": "ten genres and further ones",
    "folder": "the labels of a folder",
}


CONFUSION_NOTE = "Rows are the truth, columns the verdict; numbers are recordings."


SETTINGS_NOTE = (
    "Chosen on artists held out inside the training side of each fold, never on what the fold tests; "
    "in brackets the number of folds that chose it."
)


ABLATION_NOTE = "Linear discriminant analysis on artists it never heard: with each group alone, and with all others."


GROUPS_NOTE = (
    "Points of recall that a label loses once a group of features is shuffled between songs; "
    "negative where it does better without."
)


FEATURES_NOTE = "Single features whose shuffling costs a label most, with the log-probability lost (nats a song)."


@dataclass(frozen=True)
class Facts:
    """What the reader must know of the run.

    Parameters
    ----------
    task : str
        A name of ``dataset.TASKS``.
    judged, artists, only_learned_from : int
        Recordings judged, their artists, and recordings that only ever taught.
    windows, columns, copies : int
        Rows of unaltered recordings, features of each, altered copies of each recording.
    folds : int
        Of a protocol that has several.
    command : str
        Makes these pages again.
    machine : str
        On which the times were taken.
    """

    task: str
    judged: int
    artists: int
    only_learned_from: int
    windows: int
    columns: int
    copies: int
    folds: int
    command: str
    machine: str


def about(facts: Facts) -> str:
    """Return what was judged, and how."""
    copies = f", {facts.copies} altered copies of each where a row says so" if facts.copies else ""
    return (
        f"{facts.judged} recordings by {facts.artists} artists are judged; {facts.only_learned_from} more only teach. "
        f"{facts.windows} windows of {facts.columns} features{copies}. {facts.folds} folds where the protocol has "
        "several. A verdict on a song is the mean log-probability over its windows, calibrated by a temperature found "
        "on the other folds. Ranges are 95 % intervals of a bootstrap over artists."
    )


def leak_sentence(pairs: Sequence[tuple[Row, Row]]) -> str:
    """Return what the leak is worth over all algorithms."""
    gaps = [100 * (leaking.figures.accuracy - honest.figures.accuracy) for honest, leaking in pairs]
    return (
        "The same algorithms on the same recordings: once on artists they never heard, once on a random split in which "
        "artists stand on both sides. The second figure is what most published comparisons show; it is "
        f"{min(gaps):.0f} to {max(gaps):.0f} points above the first, and it is no forecast for a song of yours."
    )


def protocol_title(comparison: Comparison, name: str) -> str:
    """Return a heading that says at once whether a protocol leaks."""
    warning = f": {LEAKING_MARK}, not to be believed" if comparison.splits[name].leaking else ""
    return f"Protocol {name}{warning}"


def warning_of(comparison: Comparison, name: str) -> str:
    """Return what a leaking protocol is described as, less the mark that stands before it."""
    return comparison.splits[name].description.removeprefix(f"{LEAKING_MARK}: ").capitalize()

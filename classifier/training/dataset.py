"""Labelled recordings on disk, as one pandas table of tracks, and the tasks made from it.

What belongs here: which labels are learned, from which tracks. Not here: how folders are laid out (``layouts``),
reading audio (``extract``), cleaning (``clean``) or splitting (``split``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from classifier.constants import GENRES, MOODS
from classifier.training.layouts import TRACK_COLUMNS, DatasetError, Reading, read_folder
from classifier.training.layouts.errors import MissingGenres, NoLabels

__all__ = [
    "TASKS",
    "TASK_COLUMNS",
    "TRACK_COLUMNS",
    "DatasetError",
    "Reading",
    "Task",
    "extended_task",
    "folder_task",
    "genre_task",
    "label_numbers",
    "load_tracks",
    "mood_task",
    "read_folder",
]

TASK_COLUMNS = ("path", "set", "label", "use", "artist_group", "fault_filtered", "recording", "duplicate_group")
"""Columns of a task's tracks; ``duplicate_group`` is '' unless ``clean`` found other copies."""

UMBRELLAS = frozenset(
    {
        "pop/rock",
        "international",
        "vocal",
        "easy listening",
        "avant-garde",
        "stage & screen",
        "religious",
        "holiday",
        "children's",
        "comedy/spoken",
        "other",
        "oldies",
        "instrumental",
        "experimental",
        "spoken",
        "old-time/historic",
    }
)
"""Names that say for whom, where or when music is, or next to nothing (AllMusic calls most music Pop/Rock)."""


@dataclass(frozen=True, eq=False)
class Task:
    """What is to be told apart, and on which tracks.

    Parameters
    ----------
    name : str
        ``genre``, ``mood``, ``extended`` or ``folder``.
    labels : tuple of str
        In the order of every score vector.
    tracks : DataFrame
        TASK_COLUMNS, index 0 to n - 1. ``use`` is ``cv`` for tracks that may stand in evaluation folds and ``train``
        for tracks that may only ever be learned from.
    """

    name: str
    labels: tuple[str, ...]
    tracks: pd.DataFrame


def load_tracks(folder: Path) -> pd.DataFrame:
    """Read every usable track of a dataset folder, whatever its layout.

    Returns
    -------
    DataFrame
        TRACK_COLUMNS, '' where unknown.

    Raises
    ------
    DatasetError
        Of the kind that names what is wrong.
    """
    return read_folder(folder).tracks


def genre_task(tracks: pd.DataFrame) -> Task:
    """Tell the ten GENRES apart, on all tracks that have one.

    Raises
    ------
    NoLabels
        If no track has one.
    MissingGenres
        If a genre has no track to be judged on.
    """
    chosen = tracks[tracks["genre"].isin(GENRES) & tracks["use"].isin(["cv", "train"])]
    if chosen.empty:
        raise NoLabels("recording with one of the ten genres")
    missing = set(GENRES) - set(chosen.loc[chosen["use"] == "cv", "genre"])
    if missing:
        raise MissingGenres(missing)
    return _task("genre", GENRES, chosen, chosen["genre"])


def mood_task(tracks: pd.DataFrame) -> Task:
    """Tell the four MOODS apart, on all tracks that have one; each may be judged on.

    Raises
    ------
    NoLabels
        If no track has one.
    MissingGenres
        If a mood has no track.
    """
    chosen = tracks[tracks["mood"].isin(MOODS)]
    if chosen.empty:
        raise NoLabels("recording with a mood")
    missing = set(MOODS) - set(chosen["mood"])
    if missing:
        raise MissingGenres(missing)
    return _task("mood", MOODS, chosen.assign(use="cv"), chosen["mood"])


def extended_task(tracks: pd.DataFrame, min_tracks: int = 25, min_artists: int = 10) -> Task:
    """Tell the ten GENRES apart and whatever else the sources name often enough.

    A track without one of our genres belongs to a further class when its source names exactly one genre that is neither
    an umbrella nor one of the ten: where the ten are named beside it, they were found not to fit.

    Parameters
    ----------
    tracks : DataFrame
        As ``load_tracks`` gives it.
    min_tracks, min_artists : int
        What a further class needs.

    Returns
    -------
    Task
        Labels are GENRES, then the further classes in alphabetical order; the latter's tracks may all be judged on.

    Raises
    ------
    DatasetError
        As ``genre_task``, or if no class is found beside the ten.
    """
    ten = genre_task(tracks)
    others = tracks[tracks["genre"] == ""]
    label = others["source_genre"].map(_further_class)
    counts = others.assign(label=label)[label != ""].groupby("label")["artist_group"].agg(["size", _known])
    classes = sorted(counts.index[(counts["size"] >= min_tracks) & (counts["_known"] >= min_artists)])
    if not classes:
        raise NoLabels(f"class beside the ten with {min_tracks} tracks by {min_artists} artists")
    further = _task("extended", classes, others[label.isin(classes)].assign(use="cv"), label[label.isin(classes)])
    table = pd.concat([ten.tracks, further.tracks], ignore_index=True)
    return Task("extended", (*GENRES, *classes), table)


def folder_task(tracks: pd.DataFrame) -> Task:
    """Tell whatever labels apart that the dataset has: our genre where there is one, else the source's own name.

    Raises
    ------
    NoLabels
        If there are fewer than two labels.
    """
    label = tracks["genre"].where(tracks["genre"] != "", tracks["source_genre"])
    chosen = tracks[label != ""]
    labels = sorted(set(label) - {""})
    if len(labels) < 2:  # noqa: PLR2004 - nothing to tell apart
        raise NoLabels(f"second label ({labels[0]} is the only one)" if labels else "recording with a label")
    use = chosen["use"].where(chosen["use"] == "train", "cv")
    return _task("folder", labels, chosen.assign(use=use), label[label != ""])


TASKS = {"genre": genre_task, "mood": mood_task, "extended": extended_task, "folder": folder_task}
"""Every task by name."""


def label_numbers(task_tracks: pd.DataFrame, labels: Sequence[str]) -> NDArray[np.intp]:
    """Return the index in ``labels`` of every track's label, shape (n,)."""
    return np.asarray(pd.Categorical(task_tracks["label"], categories=list(labels)).codes, dtype=np.intp)


def _task(name: str, labels: Sequence[str], chosen: pd.DataFrame, label: pd.Series) -> Task:
    table = chosen.assign(label=label)
    if "duplicate_group" not in table:
        table["duplicate_group"] = ""
    return Task(name, tuple(labels), table[list(TASK_COLUMNS)].reset_index(drop=True))


def _further_class(source_genre: str) -> str:
    """Return the one genre that a source names beside umbrellas and the ten, '' where it names none or several."""
    named = {name.strip() for name in source_genre.split(";")} - UMBRELLAS - set(GENRES) - {""}
    return named.pop() if len(named) == 1 else ""


def _known(artists: pd.Series) -> int:
    return len(set(artists) - {""})

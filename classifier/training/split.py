"""Folds to be judged on, and the guard that refuses those in which the answer stands on both sides.

What belongs here: deciding who is learned from and who is tested on, and refusing what leaks.
Not here: fitting or scoring (``train``, ``evaluate``).

Random splits leak (Flexer, "A Closer Look on Artist Filters for Musical Genre Classification", ISMIR 2007): with the
usual 57 columns of GTZAN they give 18 to 27 points more than artist-filtered ones, and rank algorithms otherwise. They
are offered to show just that, and every fold of theirs says so.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

LEAKS = {"artist_group": "artists", "recording": "recordings", "duplicate_group": "groups of duplicates"}
"""Columns of a track table that must not have a value on both sides of a split, and what to call it."""

MOST_UNKNOWN = 0.05
"""Share of judged tracks of unknown artist up to which those tracks are left out; beyond it the protocol is refused."""

Made = TypeVar("Made")


class SplitError(Exception):
    """The tracks cannot be split as asked; the message says why and what to do."""


class LeakingSplitError(SplitError):
    """The same artist, recording or duplicate stands on both sides of a split: its figures would be worth nothing."""


class TooFewArtistsError(SplitError):
    """There are fewer artists than folds: some fold would have nobody to be tested on."""


class TooFewTracksError(SplitError):
    """There are fewer tracks of every label than folds."""


class ArtistsUnknownError(SplitError):
    """Nobody knows who made the recordings, so no split of them can be trusted."""

    def __init__(self, unknown: int, total: int) -> None:
        super().__init__(
            f"The artists of {unknown} of {total} recordings are unknown, so artists cannot be kept apart. Put an "
            "artists.csv (columns file, artist) beside them, or use --protocol random, which leaks and says so."
        )


class NoPublishedSplitError(SplitError):
    """The dataset comes without the published lists."""

    def __init__(self, part: str) -> None:
        super().__init__(
            f"No recording is marked as {part} by a published split. For GTZAN, put train_filtered.txt, "
            "valid_filtered.txt and test_filtered.txt beside the genre folders."
        )


@dataclass(frozen=True, eq=False)
class Fold:
    """Row numbers of a track table: ``train`` to learn from, ``test`` to be judged on.

    ``leaking`` says that artists may stand on both sides: whatever is measured on it must be reported as such.
    """

    train: NDArray[np.intp]
    test: NDArray[np.intp]
    leaking: bool = False


@dataclass(frozen=True)
class Protocol:
    """A way of splitting.

    Parameters
    ----------
    make : callable
        Track table, ``folds`` and ``seed`` to a list of Fold.
    leaking : bool
        Whether its figures are too good; any report must say so.
    description : str
        One sentence for reports.
    """

    make: Callable[..., list[Fold]]
    leaking: bool
    description: str


def artist_folds(tracks: pd.DataFrame, *, folds: int, seed: int) -> list[Fold]:
    """Split the ``cv`` tracks into artist-grouped folds, stratified by label as far as artists allow.

    Artists that share a recording or a duplicate are kept on one side together. Tracks for training only join the
    training side of every fold, except those of an artist who is being tested. Single tracks of unknown artist are
    neither learned from nor tested on.

    Parameters
    ----------
    tracks : DataFrame
        With label, use and artist_group, and if known recording and duplicate_group.
    folds : int
        Number of folds.
    seed : int
        Shuffles the artists.

    Returns
    -------
    list of Fold
        Every ``cv`` track of a known artist is tested exactly once.

    Raises
    ------
    ArtistsUnknownError
        If more than MOST_UNKNOWN of the judged tracks, or all of them, are by unknown artists.
    LeakingSplitError
        If an artist stands on both sides (checked on the result, not assumed).
    TooFewArtistsError, TooFewTracksError
        If there are fewer artists, or tracks of a label, than folds.
    """
    known = (tracks["artist_group"] != "").to_numpy()
    judged = (tracks["use"] == "cv").to_numpy()
    _refuse_unknown(known[judged])
    groups = leak_groups(tracks)
    evaluated, extra = np.flatnonzero(judged & known), np.flatnonzero(~judged & known)
    artists = len(set(groups[evaluated]))
    if artists < folds:
        raise TooFewArtistsError(f"{artists} artists cannot fill {folds} folds.")
    splitter = StratifiedGroupKFold(n_splits=folds, shuffle=True, random_state=seed)
    labels = tracks["label"].to_numpy()[evaluated]
    result = []
    for train, test in _quietly(splitter.split(evaluated, labels, groups[evaluated])):
        tested = evaluated[test]
        allowed = extra[~np.isin(groups[extra], groups[tested])]
        result.append(Fold(train=np.concatenate([evaluated[train], allowed]), test=tested))
    return _checked(tracks, result)


def fault_filtered_folds(tracks: pd.DataFrame, *, folds: int = 1, seed: int = 0) -> list[Fold]:  # noqa: ARG001
    """Return the one split that was published with the dataset: learned from train and valid, judged on test.

    Tracks that stand in no part take no side. Tracks to learn from that share an artist or a recording with the test
    side by what this dataset knows are left out, for the published lists were made with less knowledge.

    Parameters
    ----------
    tracks : DataFrame
        With fault_filtered: train, valid, test or ''.
    folds, seed : int
        Not used: there is one published split.

    Raises
    ------
    NoPublishedSplitError
        If train or test is empty.
    LeakingSplitError
        If an artist stands on both sides all the same.
    """
    part = tracks["fault_filtered"].to_numpy()
    for needed in ("train", "test"):
        if not (part == needed).any():
            raise NoPublishedSplitError(needed)
    groups = leak_groups(tracks)
    test = np.flatnonzero(part == "test")
    train = np.flatnonzero(np.isin(part, ["train", "valid"]) & ~np.isin(groups, groups[test]))
    return _checked(tracks, [Fold(train=train, test=test)])


def random_folds(tracks: pd.DataFrame, *, folds: int, seed: int) -> list[Fold]:
    """Split at random, stratified by label, artists unheeded: it leaks, and its folds say so.

    All windows of one file stay on one side, as nearly everybody keeps them who splits so.

    Raises
    ------
    TooFewTracksError
        If there are fewer tracks of every label than folds.
    """
    judged = (tracks["use"] == "cv").to_numpy()
    evaluated, extra = np.flatnonzero(judged), np.flatnonzero(~judged)
    labels = tracks["label"].to_numpy()[evaluated]
    splitter = StratifiedKFold(n_splits=folds, shuffle=True, random_state=seed)
    return [
        Fold(train=np.concatenate([evaluated[train], extra]), test=evaluated[test], leaking=True)
        for train, test in _quietly(splitter.split(evaluated, labels))
    ]


PROTOCOLS: dict[str, Protocol] = {
    "artist": Protocol(artist_folds, leaking=False, description="no artist is learned from and tested on"),
    "fault-filtered": Protocol(
        fault_filtered_folds, leaking=False, description="the split published with the dataset, artists kept apart"
    ),
    "random": Protocol(
        random_folds,
        leaking=True,
        description="LEAKING: artists and even copies stand on both sides; figures are too good, for comparison only",
    ),
}
"""Every way of splitting, by the name it is asked for."""


def leak_groups(tracks: pd.DataFrame) -> NDArray[np.object_]:
    """Return what must stay together, shape (n,): tracks that share an artist, a recording or a duplicate, by any path.

    A group is called by the first of its artists, or by its row where no artist is known.
    """
    count = len(tracks)
    rows, nodes, total = [], [], count
    for column in LEAKS:
        if column in tracks:
            codes, values = pd.factorize(tracks[column].where(tracks[column] != ""))
            named = np.flatnonzero(codes >= 0)
            rows.append(named)
            nodes.append(codes[named] + total)
            total += len(values)
    ends = (np.concatenate(rows), np.concatenate(nodes)) if rows else (np.empty(0, int), np.empty(0, int))
    links = coo_array((np.ones(len(ends[0])), ends), shape=(total, total))
    part = connected_components(links, directed=False)[1][:count]
    artist = tracks["artist_group"].to_numpy()
    names: dict[int, str] = {}
    for row in np.argsort(artist, kind="stable"):
        if artist[row]:
            names.setdefault(int(part[row]), str(artist[row]))
    return np.array([names.get(int(number), f"unknown {number}") for number in part], dtype=object)


def refuse_leak(tracks: pd.DataFrame, fold: Fold) -> None:
    """Raise LeakingSplitError if an artist, a recording or a duplicate stands on both sides of ``fold``.

    A fold that declares itself leaking is let pass.
    """
    if fold.leaking:
        return
    if np.intersect1d(fold.train, fold.test).size:
        raise LeakingSplitError("The same track is learned from and tested on.")
    for column, name in LEAKS.items():
        if column not in tracks:
            continue
        values = tracks[column].to_numpy()
        shared = (set(values[fold.train]) & set(values[fold.test])) - {""}
        if shared:
            raise LeakingSplitError(f"{len(shared)} {name} stand on both sides of the split, such as {min(shared)}.")


def _checked(tracks: pd.DataFrame, folds: list[Fold]) -> list[Fold]:
    for fold in folds:
        refuse_leak(tracks, fold)
    return folds


def _refuse_unknown(known: NDArray[np.bool_]) -> None:
    unknown = int((~known).sum())
    if unknown > MOST_UNKNOWN * len(known):
        raise ArtistsUnknownError(unknown, len(known))


def _quietly(folds: Iterable[Made]) -> list[Made]:
    """Make all folds; that some label is missing in some fold is told by the per-label figures."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The least populated class", category=UserWarning)
        try:
            return list(folds)
        except ValueError as error:
            raise TooFewTracksError(f"No label has enough tracks: {_plain(error)}") from error


def _plain(error: Any) -> str:
    return str(error).splitlines()[0].rstrip(".") + "."

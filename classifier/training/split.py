"""Cross-validation folds in which no artist stands on both sides.

What belongs here: deciding who is learned from and who is tested on, and refusing what leaks.
Not here: fitting or scoring (``train``, ``evaluate``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold


class LeakingSplitError(Exception):
    """The same artist stands on both sides of a split: its figures would be worth nothing."""


class TooFewArtistsError(Exception):
    """There are fewer artists than folds: some fold would have nobody to be tested on."""


@dataclass(frozen=True, eq=False)
class Fold:
    """Row numbers of a track table: ``train`` to learn from, ``test`` to be judged on."""

    train: NDArray[np.intp]
    test: NDArray[np.intp]


def artist_folds(tracks: pd.DataFrame, *, folds: int, seed: int) -> list[Fold]:
    """Split the ``cv`` tracks into artist-grouped folds, stratified by genre as far as artists allow.

    Tracks for training only join the training side of every fold, except those of an artist who is being tested.

    Parameters
    ----------
    tracks : DataFrame
        As ``dataset.load_tracks`` gives it.
    folds : int
        Number of folds.
    seed : int
        Shuffles the artists.

    Returns
    -------
    list of Fold
        Every ``cv`` track is tested exactly once.

    Raises
    ------
    LeakingSplitError
        If an artist stands on both sides (checked on the result, not assumed).
    TooFewArtistsError
        If there are fewer artists than folds.
    """
    groups = tracks["artist_group"].to_numpy()
    evaluated = np.flatnonzero(tracks["use"].to_numpy() == "cv")
    extra = np.flatnonzero(tracks["use"].to_numpy() != "cv")
    artists = len(set(groups[evaluated]))
    if artists < folds:
        raise TooFewArtistsError(f"{artists} artists cannot fill {folds} folds.")
    splitter = StratifiedGroupKFold(n_splits=folds, shuffle=True, random_state=seed)
    genres = tracks["genre"].to_numpy()[evaluated]
    result = []
    for train, test in splitter.split(evaluated, genres, groups[evaluated]):
        tested = evaluated[test]
        allowed = extra[~np.isin(groups[extra], groups[tested])]
        fold = Fold(train=np.concatenate([evaluated[train], allowed]), test=tested)
        refuse_leak(groups, fold)
        result.append(fold)
    return result


def refuse_leak(groups: NDArray[np.object_], fold: Fold) -> None:
    """Raise LeakingSplitError if a group stands on both sides of ``fold``."""
    shared = set(groups[fold.train]) & set(groups[fold.test])
    if shared:
        raise LeakingSplitError(f"{len(shared)} artists stand on both sides of the split, such as {min(shared)}.")

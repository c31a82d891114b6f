"""Settings chosen inside the training side of a fold, so that what a fold tests was never looked at to choose them.

What belongs here: the inner folds and the choice. Not here: the settings to choose from (``algorithms``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from classifier.model import log_softmax
from classifier.training.evaluate import fit_temperature
from classifier.training.lesson import Labels, Recipe
from classifier.training.material import Material
from classifier.training.split import ArtistsUnknownError, Fold, SplitError, artist_folds, random_folds

INNER_FOLDS = 3
"""Folds inside a training side: each setting is fitted that many times."""


@dataclass(frozen=True, eq=False)
class Choice:
    """What a search found.

    Parameters
    ----------
    setting : mapping
        The chosen one.
    surprises : tuple of float
        Mean negative log-probability of the truth (nats) under each setting of the grid, at its best temperature;
        empty where there was nothing to choose.
    """

    setting: Mapping[str, Any]
    surprises: tuple[float, ...]


def choose(material: Material, recipe: Recipe, learned: Labels, *, seed: int) -> Choice:
    """Choose the setting under which artists that were held out inside the training side surprise least.

    Parameters
    ----------
    material : Material
        Of which only the tracks ``learned`` are looked at.
    recipe : Recipe
        Its grid is searched, on unaltered rows.
    learned : ndarray of int
        Track numbers of the training side.
    seed : int
        Deals the inner folds.

    Returns
    -------
    Choice
        The grid's first setting where there is but one, or where there is too little for inner folds.
    """
    if len(recipe.grid) == 1:
        return Choice(recipe.grid[0], ())
    try:
        folds = inner_folds(material, learned, seed=seed)
    except SplitError:
        return Choice(recipe.grid[0], ())
    surprises = tuple(_surprise(material, recipe, setting, folds) for setting in recipe.grid)
    return Choice(recipe.grid[int(np.argmin(surprises))], surprises)


def inner_folds(material: Material, learned: Labels, *, seed: int) -> list[Fold]:
    """Deal the tracks ``learned`` into INNER_FOLDS artist-grouped folds, in numbers of the whole table.

    They are grouped whatever the outer protocol, so that protocols differ in nothing but what they test on. Only where
    the artists are unknown are tracks dealt at random.
    """
    inside = material.tracks.iloc[learned].reset_index(drop=True)
    try:
        folds = artist_folds(inside, folds=INNER_FOLDS, seed=seed)
    except ArtistsUnknownError:
        folds = random_folds(inside, folds=INNER_FOLDS, seed=seed)
    return [Fold(train=learned[fold.train], test=learned[fold.test]) for fold in folds]


def _surprise(material: Material, recipe: Recipe, setting: Mapping[str, Any], folds: list[Fold]) -> float:
    scores = [material.song_scores(material.fit(recipe, setting, fold.train), fold.test) for fold in folds]
    truth = material.truth[np.concatenate([fold.test for fold in folds])]
    songs = np.concatenate(scores)
    songs = log_softmax(songs / fit_temperature(truth, songs))
    return float(-songs[np.arange(len(truth)), truth].mean())

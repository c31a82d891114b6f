"""Settings are chosen by what was held out inside, and never by what the fold tests."""

from __future__ import annotations

import numpy as np
import pytest

from classifier.training.algorithms import RECIPES
from classifier.training.lesson import Recipe
from classifier.training.search import INNER_FOLDS, choose, inner_folds
from tests.support.material import toy_material


def test_inner_folds_part_artists_and_stay_inside(material, learned):
    artists = material.tracks["artist_group"].to_numpy()
    folds = inner_folds(material, learned, seed=0)
    assert len(folds) == INNER_FOLDS
    assert sorted(np.concatenate([fold.test for fold in folds])) == sorted(learned)
    for fold in folds:
        assert not set(artists[fold.train]) & set(artists[fold.test])
        assert set(fold.train) <= set(learned)


def test_the_setting_that_surprises_less_is_chosen(material, learned):
    sees = Recipe(seeing_or_blind, "standardised", ({"blind": True}, {"blind": False}))
    choice = choose(material, sees, learned, seed=0)
    assert choice.setting == {"blind": False}
    assert choice.surprises[1] < choice.surprises[0]


def test_what_is_tested_does_not_change_the_choice(material, learned):
    recipe = RECIPES["logistic regression"]
    before = choose(material, recipe, learned, seed=0)
    outside = np.setdiff1d(np.arange(len(material.tracks)), learned)
    material.table.rows[np.isin(material.table.track, outside)] = 1e3
    assert choose(toy_material(material.table.rows), recipe, learned, seed=0).surprises == before.surprises


def test_where_there_is_one_setting_nothing_is_searched(material, learned):
    choice = choose(material, Recipe(seeing_or_blind, "standardised", ({"blind": True},)), learned, seed=0)
    assert (choice.setting, choice.surprises) == ({"blind": True}, ())


def test_too_few_artists_get_the_first_setting(material):
    one_artist = np.flatnonzero(material.tracks["artist_group"] == "low 0")
    choice = choose(material, RECIPES["LDA"], one_artist, seed=0)
    assert (choice.setting, choice.surprises) == (RECIPES["LDA"].grid[0], ())


def seeing_or_blind(lesson, *, blind):
    class Member:
        def logits(self, x):
            return np.zeros((len(x), 3)) if blind else np.eye(3)[np.digitize(x[:, 0], [-0.7, 0.7])] * 5

    return Member()


@pytest.fixture
def material():
    return toy_material()


@pytest.fixture
def learned(material):
    return np.flatnonzero(~material.tracks["artist_group"].str.endswith("5"))

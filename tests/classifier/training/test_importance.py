"""What says the label is found; what says nothing is found to say nothing."""

from __future__ import annotations

import numpy as np
import pytest

from classifier.training.importance import TOP_FEATURES, ablation, group_columns, permutation
from classifier.training.split import artist_folds
from tests.support.material import FEATURES, LABELS, toy_material

NAMES = ("telling.0", *(f"idle.{number}" for number in range(FEATURES - 1)))


def test_groups_are_the_part_of_a_name_before_its_number():
    groups = group_columns(["mfcc.0", "mfcc.1", "spectral_shape.0", "tempo"])
    assert {name: columns.tolist() for name, columns in groups.items()} == {
        "mfcc": [0, 1],
        "spectral_shape": [2],
        "tempo": [3],
    }


def test_a_telling_group_is_worth_much_alone_and_missed_when_left_out(material, folds):
    table = ablation(material, group_columns(NAMES), folds)
    assert table.loc["telling", "accuracy alone"] > 0.9
    assert table.loc["idle", "accuracy alone"] < 0.6
    assert table.loc["telling", "accuracy without"] == table.loc["idle", "accuracy alone"]
    assert table.loc["all features", "columns"] == FEATURES
    assert np.isnan(table.loc["all features", "accuracy without"])


def test_shuffling_costs_what_the_features_say(material, folds):
    groups, features = permutation(material, NAMES, folds)
    assert list(groups.columns) == list(LABELS)
    assert groups.loc["telling"].mean() > 0.3
    assert groups.loc["idle"].abs().max() < 0.25
    for label in LABELS:
        assert features[features["label"] == label].iloc[0]["feature"] == "telling.0"
    assert len(features) == TOP_FEATURES * len(LABELS)


def test_altered_copies_play_no_part(material, folds):
    before, _features = permutation(toy_material(copies=False), NAMES, folds)
    after, _features = permutation(material, NAMES, folds)
    np.testing.assert_allclose(before, after)


@pytest.fixture
def material():
    return toy_material()


@pytest.fixture
def folds(material):
    return artist_folds(material.tracks, folds=3, seed=0)

"""Every algorithm learns what can be learned, and is handed over without loss."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.svm import SVC

from classifier.constants import GENRES
from classifier.model import KernelMember, LinearMember
from classifier.training import algorithms
from classifier.training.algorithms import ALGORITHMS, ENSEMBLES, RECIPES, Lesson, probability

ON_ROWS = [name for name, recipe in RECIPES.items() if recipe.view != "patches"]


@pytest.mark.parametrize("name", ON_ROWS)
def test_it_tells_well_parted_labels_apart(name, lesson):
    member = RECIPES[name].learn(lesson, **arguments(name))
    assert np.mean(member.logits(lesson.rows).argmax(axis=1) == lesson.label) > 0.95


@pytest.mark.parametrize("name", ON_ROWS)
def test_it_tells_two_labels_apart_the_right_way_round(name, lesson):
    two = lesson.label < 2
    short = Lesson(lesson.rows[two], lesson.label[two], lesson.weight[two], 0, ("blues", "classical"))
    logits = RECIPES[name].learn(short, **arguments(name)).logits(short.rows)
    assert logits.shape == (len(short.rows), 2)
    assert np.mean(logits.argmax(axis=1) == short.label) > 0.9


@pytest.mark.parametrize("name", ON_ROWS)
def test_the_same_lesson_is_learned_the_same_way(name, lesson):
    first, second = (RECIPES[name].learn(lesson, **arguments(name)).logits(lesson.rows) for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("name", ALGORITHMS)
def test_what_can_be_shipped_is_plain_arrays(name, lesson):
    assert isinstance(ALGORITHMS[name](lesson), LinearMember | KernelMember)


def test_the_svm_is_scikit_learns_sum_of_margins(lesson):
    member = algorithms.support_vector_machine(lesson)
    reference = SVC(C=algorithms.SVM_C, gamma=member.gamma, decision_function_shape="ovo", class_weight="balanced")
    reference.fit(lesson.rows, lesson.label, sample_weight=lesson.weight)
    margins = reference.decision_function(lesson.rows[:5])
    expected = np.zeros((5, len(GENRES)))
    pair = 0
    for first in range(len(GENRES)):
        for second in range(first + 1, len(GENRES)):
            expected[:, first] += margins[:, pair]
            expected[:, second] -= margins[:, pair]
            pair += 1
    found = member.logits(lesson.rows[:5]) / algorithms.SVM_SHARPNESS
    np.testing.assert_allclose(found, expected, atol=0.05)


def test_lda_prefers_the_nearer_mean(lesson):
    member = algorithms.linear_discriminant(lesson)
    means = np.stack([lesson.rows[lesson.label == label].mean(axis=0) for label in range(len(GENRES))])
    assert member.logits(means.astype(np.float32)).argmax(axis=1).tolist() == list(range(len(GENRES)))


def test_a_forest_never_rules_a_label_out(lesson):
    logits = RECIPES["random forest"].learn(lesson).logits(lesson.rows)
    assert logits.min() > np.log(1e-4)


def test_ensembles_are_made_of_what_there_is():
    assert {member for members in ENSEMBLES.values() for member in members} <= set(RECIPES)
    assert ENSEMBLES["CNN + boosted trees"] == ("CNN, altered copies", "gradient boosting")


def test_altered_copies_are_learned_from_with_a_setting_found_without_them():
    assert all(RECIPES[recipe.copies_of].learn is recipe.learn for recipe in RECIPES.values() if recipe.copies_of)


def arguments(name):
    """Return the last setting of a recipe, which is not the one that its function has by default."""
    return {key: value for key, value in RECIPES[name].grid[-1].items() if key != "shrinkage"}


@pytest.fixture(autouse=True)
def _small_forests(monkeypatch):
    monkeypatch.setattr(probability, "TREES", 30)


@pytest.fixture(scope="module")
def lesson():
    rng = np.random.default_rng(0)
    label = np.repeat(np.arange(len(GENRES)), 12)
    rows = (rng.normal(size=(len(GENRES), 16))[label] * 5 + rng.normal(size=(len(label), 16))).astype(np.float32)
    return Lesson(rows=rows, label=label, weight=np.ones(len(label)), seed=0)

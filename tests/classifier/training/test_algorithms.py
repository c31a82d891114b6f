"""Every algorithm learns what can be learned, and is handed over without loss."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.svm import SVC

from classifier.constants import GENRES
from classifier.training import algorithms
from classifier.training.algorithms import ALGORITHMS, Lesson


@pytest.mark.parametrize("name", ALGORITHMS)
def test_it_tells_well_parted_genres_apart(name, lesson):
    member = ALGORITHMS[name](lesson)
    assert np.mean(member.logits(lesson.rows).argmax(axis=1) == lesson.genre) > 0.95


def test_the_svm_is_scikit_learns_sum_of_margins(lesson):
    member = algorithms.support_vector_machine(lesson)
    reference = SVC(C=algorithms.SVM_C, gamma=member.gamma, decision_function_shape="ovo", class_weight="balanced")
    reference.fit(lesson.rows, lesson.genre, sample_weight=lesson.weight)
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
    means = np.stack([lesson.rows[lesson.genre == genre].mean(axis=0) for genre in range(len(GENRES))])
    assert member.logits(means.astype(np.float32)).argmax(axis=1).tolist() == list(range(len(GENRES)))


@pytest.fixture(scope="module")
def lesson():
    rng = np.random.default_rng(0)
    genre = np.repeat(np.arange(len(GENRES)), 12)
    rows = (rng.normal(size=(len(GENRES), 16))[genre] * 3 + rng.normal(size=(len(genre), 16))).astype(np.float32)
    return Lesson(rows=rows, genre=genre, weight=np.ones(len(genre)), seed=0)

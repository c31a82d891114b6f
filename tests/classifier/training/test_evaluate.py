"""Figures against cases worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from classifier.constants import GENRES
from classifier.model import log_softmax, softmax
from classifier.training.evaluate import (
    calibrate_across,
    calibration_error,
    calibration_parts,
    confidence_for,
    fit_scales,
    fit_temperature,
    judge,
    reliability,
    stack_across,
    surest_accuracy,
)


def test_a_perfect_judge_gets_full_marks():
    figures = judged(truth=[0, 1, 2], guesses=[0, 1, 2])
    assert figures.accuracy == 1.0
    assert figures.by_genre.loc["blues", "recall"] == 1.0
    assert figures.confusion.loc["country", "country"] == 1


def test_precision_and_recall_are_told_apart():
    figures = judged(truth=[0, 0, 1, 1], guesses=[0, 0, 0, 1])
    blues = figures.by_genre.loc["blues"]
    assert (blues["recall"], blues["precision"]) == (1.0, pytest.approx(2 / 3))
    assert figures.accuracy == 0.75


def test_the_interval_holds_the_figure_and_widens_with_fewer_artists():
    truth, guesses = [0, 1] * 50, [0, 0] * 25 + [0, 1] * 25
    many = judged(truth, guesses, groups=range(100)).intervals["accuracy"]
    few = judged(truth, guesses, groups=[i // 25 for i in range(100)]).intervals["accuracy"]
    assert many[0] < 0.75 < many[1]
    assert few[1] - few[0] > many[1] - many[0]


def test_calibration_error_is_the_gap_between_confidence_and_truth():
    probabilities = np.tile(np.array([0.85] + [0.15 / 9] * 9), (4, 1))
    assert calibration_error(np.array([0, 0, 1, 1]), probabilities) == pytest.approx(0.35)


def test_the_temperature_of_overconfident_scores_is_found(rng):
    truth, honest = sampled(rng, 4000)
    assert fit_temperature(truth, honest * 3) == pytest.approx(3, rel=0.1)


def test_no_recording_calibrates_itself(rng):
    truth, honest = sampled(rng, 400)
    fold = np.repeat([0, 1], 200)
    lied = truth.copy()
    lied[fold == 1] = 0
    before, after = (calibrate_across(labels, honest, fold)[fold == 1] for labels in (truth, lied))
    np.testing.assert_array_equal(before, after)


def test_members_are_weighed_by_what_they_know(rng):
    truth = rng.integers(0, 10, 400)
    knows = log_softmax(np.eye(10)[truth] * 3 + rng.normal(size=(400, 10)))
    guesses = log_softmax(rng.normal(size=(400, 10)))
    known, guessed = fit_scales(truth, np.stack([knows, guesses]))
    assert known > 10 * guessed >= 0


def test_one_member_is_weighed_by_the_inverse_of_its_temperature(rng):
    truth = rng.integers(0, 10, 400)
    overconfident = log_softmax(np.eye(10)[truth] * 4 + 3 * rng.normal(size=(400, 10)))
    (scale,) = fit_scales(truth, overconfident[None])
    assert scale == pytest.approx(1 / fit_temperature(truth, overconfident), rel=0.02)


def test_no_recording_weighs_the_members_that_judge_it(rng):
    truth, fold = rng.integers(0, 10, 300), np.arange(300) % 3
    parts = np.stack([log_softmax(np.eye(10)[truth] * k + rng.normal(size=(300, 10))) for k in (2, 1)])
    found = stack_across(truth, parts, fold)
    np.testing.assert_allclose(found.sum(axis=1), 1)
    other = np.where(fold == 0, (truth + 1) % 10, truth)
    np.testing.assert_allclose(stack_across(other, parts, fold)[fold == 0], found[fold == 0])


def test_the_threshold_keeps_what_is_right_often_enough():
    confidence = np.array([0.9, 0.8, 0.7, 0.6])
    probabilities = np.column_stack([confidence, 1 - confidence, np.zeros((4, 8))])
    assert confidence_for(0.7, np.array([0, 0, 1, 1]), probabilities) == 0.8
    assert confidence_for(1.1, np.array([0, 0, 1, 1]), probabilities) == 1.0


def test_any_labels_can_be_judged():
    found = judge(
        np.array([0, 1, 1]), np.eye(2)[[0, 1, 0]], np.array(["a", "b", "c"], object), labels=("sad", "calm"), seed=0
    )
    assert found.by_label.loc["calm", "recall"] == 0.5
    assert found.confusion.loc["calm", "sad"] == 1


def test_the_auc_is_scikit_learns(rng):
    truth, scores = sampled(rng, 300)
    probabilities = softmax(scores)
    found = judge(truth, probabilities, np.arange(300).astype(str).astype(object), seed=0)
    expected = roc_auc_score(truth, probabilities, multi_class="ovr", average="macro")
    assert found.auc == pytest.approx(expected)
    low, high = found.intervals["auc"]
    assert low < found.auc < high
    assert high - low < 0.1


def test_ties_count_half_in_the_auc():
    found = judge(np.array([0, 1]), np.full((2, 2), 0.5), np.array(["a", "b"], object), labels=("x", "y"), seed=0)
    assert found.auc == 0.5


def test_the_surest_half_is_judged_by_itself():
    probabilities = np.array([[0.9, 0.1], [0.8, 0.2], [0.4, 0.6], [0.45, 0.55]])
    assert surest_accuracy(np.array([0, 0, 0, 0]), probabilities) == 1.0
    assert surest_accuracy(np.array([1, 0, 1, 1]), probabilities) == 0.5


def test_the_reliability_of_each_confidence_is_counted():
    bins = reliability(np.array([0, 1, 0]), np.array([[0.95, 0.05], [0.91, 0.09], [0.6, 0.4]]))
    assert bins["songs"].tolist() == [1, 2]
    assert bins["accuracy"].tolist() == [1.0, 0.5]


def test_a_single_fold_is_dealt_into_parts_that_no_artist_shares():
    groups = np.array([f"artist {number // 3}" for number in range(30)], dtype=object)
    parts = calibration_parts(np.zeros(30, dtype=np.intp), groups)
    assert len(set(parts)) == 5
    assert all(len(set(parts[groups == artist])) == 1 for artist in set(groups))
    assert calibration_parts(np.array([0, 1]), groups[:2]).tolist() == [0, 1]


def judged(truth, guesses, groups=None):
    probabilities = np.full((len(truth), len(GENRES)), 0.01)
    probabilities[np.arange(len(truth)), guesses] = 0.91
    artists = np.array([str(group) for group in (groups or range(len(truth)))], dtype=object)
    return judge(np.array(truth), probabilities, artists, seed=0)


def sampled(rng, count):
    logits = rng.normal(size=(count, len(GENRES))) * 2
    truth = np.array([rng.choice(len(GENRES), p=row) for row in softmax(logits)])
    return truth, log_softmax(logits)


@pytest.fixture
def rng():
    return np.random.default_rng(3)

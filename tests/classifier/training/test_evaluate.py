"""Figures against cases worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from classifier.constants import GENRES
from classifier.model import log_softmax, softmax
from classifier.training.evaluate import (
    calibrate_across,
    calibration_error,
    confidence_for,
    fit_temperature,
    judge,
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


def test_the_threshold_keeps_what_is_right_often_enough():
    confidence = np.array([0.9, 0.8, 0.7, 0.6])
    probabilities = np.column_stack([confidence, 1 - confidence, np.zeros((4, 8))])
    assert confidence_for(0.7, np.array([0, 0, 1, 1]), probabilities) == 0.8
    assert confidence_for(1.1, np.array([0, 0, 1, 1]), probabilities) == 1.0


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

"""Figures of a comparison: how often right, how evenly, how sure, and how certain those figures are.

What belongs here: truth and scores in, figures out. Not here: fitting (``train``) or wording (``report``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from classifier.constants import GENRES
from classifier.model import log_softmax, softmax

Scores = NDArray[np.float64]
Labels = NDArray[np.intp]

BOOTSTRAP_ROUNDS = 2000
CALIBRATION_BINS = 10
TEMPERATURE_RANGE = (0.02, 5.0)


@dataclass(frozen=True, eq=False)
class Figures:
    """What one algorithm reached on recordings of artists it never heard.

    ``intervals`` holds the 95 % bootstrap interval over artists of accuracy, macro recall and macro F1.
    """

    accuracy: float
    macro_precision: float
    macro_recall: float
    macro_f1: float
    calibration_error: float
    by_genre: pd.DataFrame
    confusion: pd.DataFrame
    intervals: dict[str, tuple[float, float]]

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as JSON-ready values, rounded to what they can bear."""
        return {
            "accuracy": round(self.accuracy, 4),
            "macro_precision": round(self.macro_precision, 4),
            "macro_recall": round(self.macro_recall, 4),
            "macro_f1": round(self.macro_f1, 4),
            "expected_calibration_error": round(self.calibration_error, 4),
            "intervals_95": {name: [round(low, 4), round(high, 4)] for name, (low, high) in self.intervals.items()},
            "by_genre": self.by_genre.round(4).to_dict(orient="index"),
            "confusion": {str(genre): row.to_dict() for genre, row in self.confusion.iterrows()},
        }


def judge(truth: Labels, probabilities: Scores, groups: NDArray[np.object_], *, seed: int) -> Figures:
    """Compute all figures.

    Parameters
    ----------
    truth : ndarray, shape (n,), int
        Index of each recording's genre.
    probabilities : ndarray, shape (n, 10)
        What the algorithm gave each genre.
    groups : ndarray, shape (n,)
        The artist of each recording; the bootstrap draws artists, because recordings of one artist fail together.
    seed : int
        Of the bootstrap.

    Returns
    -------
    Figures
        With 95 % intervals.
    """
    guess = probabilities.argmax(axis=1)
    labels = np.arange(len(GENRES))
    by_genre = pd.DataFrame(
        dict(
            zip(
                ("precision", "recall", "f1", "tracks"),
                precision_recall_fscore_support(truth, guess, labels=labels, zero_division=0.0),
                strict=True,
            )
        ),
        index=list(GENRES),
    )
    confusion = pd.DataFrame(confusion_matrix(truth, guess, labels=labels), index=list(GENRES), columns=list(GENRES))
    return Figures(
        accuracy=float(np.mean(guess == truth)),
        macro_precision=float(by_genre["precision"].mean()),
        macro_recall=float(by_genre["recall"].mean()),
        macro_f1=float(by_genre["f1"].mean()),
        calibration_error=calibration_error(truth, probabilities),
        by_genre=by_genre,
        confusion=confusion,
        intervals=_intervals(truth, guess, groups, np.random.default_rng(seed)),
    )


def calibration_error(truth: Labels, probabilities: Scores) -> float:
    """Return the expected calibration error: mean distance of confidence and accuracy over ten bins of confidence."""
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == truth
    bins = np.minimum((confidence * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    gaps = [
        np.mean(bins == number) * abs(confidence[bins == number].mean() - right[bins == number].mean())
        for number in np.unique(bins)
    ]
    return float(np.sum(gaps))


def fit_temperature(truth: Labels, log_probabilities: Scores) -> float:
    """Return the divisor of log-probabilities under which the truth is least surprising (Guo et al. 2017)."""

    def surprise(log_temperature: float) -> float:
        scaled = log_softmax(log_probabilities / np.exp(log_temperature))
        return float(-scaled[np.arange(len(truth)), truth].mean())

    found = minimize_scalar(surprise, bounds=tuple(np.log(TEMPERATURE_RANGE)), method="bounded")
    return float(np.exp(found.x))


def calibrate_across(truth: Labels, log_probabilities: Scores, fold: Labels) -> Scores:
    """Calibrate each fold by the temperature of all others, so that no recording helps to calibrate itself."""
    probabilities = np.empty_like(log_probabilities)
    for number in np.unique(fold):
        inside = fold == number
        temperature = fit_temperature(truth[~inside], log_probabilities[~inside])
        probabilities[inside] = softmax(log_probabilities[inside] / temperature)
    return probabilities


def confidence_for(accuracy: float, truth: Labels, probabilities: Scores) -> float:
    """Return the lowest confidence from which upwards at least ``accuracy`` of the guesses are right."""
    confidence = probabilities.max(axis=1)
    right = (probabilities.argmax(axis=1) == truth).astype(float)
    order = np.argsort(-confidence)
    running = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    reached = np.flatnonzero(running >= accuracy)
    return float(confidence[order][reached[-1]]) if len(reached) else 1.0


def _intervals(
    truth: Labels, guess: Labels, groups: NDArray[np.object_], rng: np.random.Generator
) -> dict[str, tuple[float, float]]:
    _names, artist = np.unique(groups, return_inverse=True)
    # One confusion matrix an artist; a bootstrap sample is then a weighted sum of them.
    matrices = np.zeros((artist.max() + 1, len(GENRES), len(GENRES)))
    np.add.at(matrices, (artist, truth, guess), 1)
    drawn = rng.multinomial(len(matrices), np.full(len(matrices), 1 / len(matrices)), size=BOOTSTRAP_ROUNDS)
    sampled = np.tensordot(drawn, matrices, axes=1)
    diagonal = np.diagonal(sampled, axis1=1, axis2=2)
    with np.errstate(invalid="ignore"):
        recall = diagonal / sampled.sum(axis=2)
        f1 = 2 * diagonal / (sampled.sum(axis=2) + sampled.sum(axis=1))
    figures = {
        "accuracy": diagonal.sum(axis=1) / sampled.sum(axis=(1, 2)),
        "macro_recall": np.nanmean(recall, axis=1),
        "macro_f1": np.nanmean(f1, axis=1),
    }
    return {name: (float(np.quantile(v, 0.025)), float(np.quantile(v, 0.975))) for name, v in figures.items()}

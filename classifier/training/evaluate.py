"""Figures of a comparison: how often right, how evenly, how sure, and how certain those figures are.

What belongs here: truth and scores in, figures out. Not here: fitting (``train``) or wording (``report``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar
from scipy.stats import rankdata
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from classifier.constants import GENRES
from classifier.model import log_softmax, softmax

Scores = NDArray[np.float64]
Labels = NDArray[np.intp]

BOOTSTRAP_ROUNDS = 2000
CALIBRATION_BINS = 10
TEMPERATURE_RANGE = (0.02, 5.0)

SUREST_SHARE = 0.5
"""Share of the songs, the surest first, of which accuracy is told apart."""

PARTS = 5
"""Parts that a single fold is dealt into, artist by artist, to calibrate each by the others."""


@dataclass(frozen=True, eq=False)
class Figures:
    """What one algorithm reached on recordings it never heard.

    ``auc`` is the mean over labels of the area under the ROC curve, one label against all others. ``intervals`` holds
    the 95 % bootstrap interval over artists of accuracy, macro precision, recall and F1, and of the AUC.
    """

    accuracy: float
    macro_precision: float
    macro_recall: float
    macro_f1: float
    auc: float
    calibration_error: float
    surest_half_accuracy: float
    by_label: pd.DataFrame
    confusion: pd.DataFrame
    intervals: dict[str, tuple[float, float]]

    @property
    def by_genre(self) -> pd.DataFrame:
        """``by_label``, where the labels are genres."""
        return self.by_label

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as JSON-ready values, rounded to what they can bear."""
        return {
            "accuracy": round(self.accuracy, 4),
            "macro_precision": round(self.macro_precision, 4),
            "macro_recall": round(self.macro_recall, 4),
            "macro_f1": round(self.macro_f1, 4),
            "auc": round(self.auc, 4),
            "expected_calibration_error": round(self.calibration_error, 4),
            "accuracy_on_the_surest_half": round(self.surest_half_accuracy, 4),
            "intervals_95": {name: [round(low, 4), round(high, 4)] for name, (low, high) in self.intervals.items()},
            "by_genre": self.by_label.round(4).to_dict(orient="index"),
            "confusion": {str(label): row.to_dict() for label, row in self.confusion.iterrows()},
        }


def judge(
    truth: Labels,
    probabilities: Scores,
    groups: NDArray[np.object_],
    *,
    labels: tuple[str, ...] = GENRES,
    seed: int,
) -> Figures:
    """Compute all figures.

    Parameters
    ----------
    truth : ndarray, shape (n,), int
        Index of each recording's label.
    probabilities : ndarray, shape (n, labels)
        What the algorithm gave each label.
    groups : ndarray, shape (n,)
        The artist of each recording; the bootstrap draws artists, because recordings of one artist fail together.
    labels : tuple of str
        Names of the labels.
    seed : int
        Of the bootstrap.

    Returns
    -------
    Figures
        With 95 % intervals.
    """
    guess = probabilities.argmax(axis=1)
    names, numbers = list(labels), np.arange(len(labels))
    found = precision_recall_fscore_support(truth, guess, labels=numbers, zero_division=0.0)
    by_label = pd.DataFrame(dict(zip(("precision", "recall", "f1", "tracks"), found, strict=True)), index=names)
    by_label["auc"] = _areas(truth, probabilities)
    drawn, artist = _drawn_artists(groups, np.random.default_rng(seed))
    return Figures(
        accuracy=float(np.mean(guess == truth)),
        macro_precision=float(by_label["precision"].mean()),
        macro_recall=float(by_label["recall"].mean()),
        macro_f1=float(by_label["f1"].mean()),
        auc=float(by_label["auc"].mean()),
        calibration_error=calibration_error(truth, probabilities),
        surest_half_accuracy=surest_accuracy(truth, probabilities),
        by_label=by_label,
        confusion=pd.DataFrame(confusion_matrix(truth, guess, labels=numbers), index=names, columns=names),
        intervals=_confusion_intervals(truth, guess, artist, drawn, len(labels))
        | {"auc": _interval(_sampled_areas(truth, probabilities, artist, drawn))},
    )


def calibration_error(truth: Labels, probabilities: Scores) -> float:
    """Return the expected calibration error: mean distance of confidence and accuracy over ten bins of confidence."""
    bins = reliability(truth, probabilities)
    gaps = (bins["confidence"] - bins["accuracy"]).abs() * bins["songs"]
    return float(gaps.sum() / len(truth))


def reliability(truth: Labels, probabilities: Scores) -> pd.DataFrame:
    """Return mean confidence, accuracy and number of songs of each of ten bins of confidence that holds any."""
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == truth
    number = np.minimum((confidence * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    songs = pd.DataFrame({"bin": number, "confidence": confidence, "accuracy": right.astype(float)})
    found = songs.groupby("bin").agg(
        confidence=("confidence", "mean"), accuracy=("accuracy", "mean"), songs=("accuracy", "size")
    )
    return found.reset_index(drop=True)


def surest_accuracy(truth: Labels, probabilities: Scores, share: float = SUREST_SHARE) -> float:
    """Return the accuracy on the ``share`` of songs with the highest confidence; ties fall in the order given."""
    count = max(1, round(share * len(truth)))
    surest = np.argsort(-probabilities.max(axis=1), kind="stable")[:count]
    return float(np.mean(probabilities[surest].argmax(axis=1) == truth[surest]))


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


def fit_scales(truth: Labels, parts: Scores) -> Scores:
    """Weigh members against each other so that the truth is least surprising (stacking, Wolpert 1992).

    Parameters
    ----------
    truth : ndarray, shape (n,), int
        Index of each recording's label.
    parts : ndarray, shape (members, n, labels)
        Log-probabilities, from models that never heard the artists.

    Returns
    -------
    ndarray, shape (members,)
        What each counts, none below 0; with one member it is the inverse of ``fit_temperature``.
    """

    def surprise(scales: Scores) -> float:
        scaled = log_softmax(np.tensordot(scales, parts, axes=1))
        return float(-scaled[np.arange(len(truth)), truth].mean())

    start = np.full(len(parts), 1 / len(parts))
    bounds = [(0.0, 1 / TEMPERATURE_RANGE[0])] * len(parts)
    return np.asarray(minimize(surprise, start, bounds=bounds, method="L-BFGS-B").x)


def stack_across(truth: Labels, parts: Scores, fold: Labels) -> Scores:
    """Weigh and calibrate the members in each fold by all others, so that no recording helps to judge itself."""
    probabilities = np.empty(parts.shape[1:])
    for number in np.unique(fold):
        inside = fold == number
        scales = fit_scales(truth[~inside], parts[:, ~inside])
        probabilities[inside] = softmax(np.tensordot(scales, parts[:, inside], axes=1))
    return probabilities


def calibration_parts(fold: Labels, groups: NDArray[np.object_]) -> Labels:
    """Return the parts to calibrate across: the folds, or where there is but one, its artists dealt into PARTS."""
    if len(np.unique(fold)) > 1:
        return fold
    _names, artist = np.unique(groups, return_inverse=True)
    return np.asarray(artist % min(PARTS, artist.max() + 1), dtype=np.intp)


def mean_interval(values: Scores, groups: NDArray[np.object_], *, seed: int) -> tuple[float, float]:
    """Return the 95 % bootstrap interval, over the artists ``groups``, of the mean of ``values``, shape (n,)."""
    drawn, artist = _drawn_artists(groups, np.random.default_rng(seed))
    return _interval(drawn @ np.bincount(artist, weights=values) / (drawn @ np.bincount(artist)))


def confidence_for(accuracy: float, truth: Labels, probabilities: Scores) -> float:
    """Return the lowest confidence from which upwards at least ``accuracy`` of the guesses are right."""
    confidence = probabilities.max(axis=1)
    right = (probabilities.argmax(axis=1) == truth).astype(float)
    order = np.argsort(-confidence)
    running = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    reached = np.flatnonzero(running >= accuracy)
    return float(confidence[order][reached[-1]]) if len(reached) else 1.0


def _areas(truth: Labels, probabilities: Scores) -> Scores:
    """Return the area under the ROC curve of each label against the others; NaN where one side is empty.

    It is the share of pairs in which the label's own song has the higher probability (Hanley & McNeil 1982).
    """
    own = truth[:, None] == np.arange(probabilities.shape[1])
    ranks = rankdata(probabilities, axis=0)
    count = own.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        pairs = count * (len(truth) - count)
        return np.asarray(((ranks * own).sum(axis=0) - count * (count + 1) / 2) / pairs)


def _drawn_artists(groups: NDArray[np.object_], rng: np.random.Generator) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
    """Return how often each artist is drawn in each round, shape (rounds, artists), and each song's artist."""
    _names, artist = np.unique(groups, return_inverse=True)
    count = int(artist.max()) + 1
    return rng.multinomial(count, np.full(count, 1 / count), size=BOOTSTRAP_ROUNDS), artist


def _confusion_intervals(
    truth: Labels, guess: Labels, artist: Labels, drawn: NDArray[np.int64], labels: int
) -> dict[str, tuple[float, float]]:
    # One confusion matrix an artist; a bootstrap sample is then a weighted sum of them.
    matrices = np.zeros((drawn.shape[1], labels, labels))
    np.add.at(matrices, (artist, truth, guess), 1)
    sampled = np.tensordot(drawn, matrices, axes=1)
    right, true, guessed = np.diagonal(sampled, axis1=1, axis2=2), sampled.sum(axis=2), sampled.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        # A label nobody guessed has no precision: it counts as zero, as it does in the figure itself.
        precision = np.where(true > 0, right / np.maximum(guessed, 1), np.nan)
        recall, f1 = right / true, 2 * right / (true + guessed)
    figures = {
        "accuracy": right.sum(axis=1) / sampled.sum(axis=(1, 2)),
        "macro_precision": np.nanmean(precision, axis=1),
        "macro_recall": np.nanmean(recall, axis=1),
        "macro_f1": np.nanmean(f1, axis=1),
    }
    return {name: _interval(values) for name, values in figures.items()}


def _sampled_areas(truth: Labels, probabilities: Scores, artist: Labels, drawn: NDArray[np.int64]) -> Scores:
    """Return the macro AUC of each bootstrap round, from the pairs that each two artists win against each other."""
    weight = drawn.astype(np.float64)
    belongs = np.zeros((len(truth), drawn.shape[1]))
    belongs[np.arange(len(truth)), artist] = 1
    areas = []
    for number in range(probabilities.shape[1]):
        own = truth == number
        mine, theirs = probabilities[own, number, None], probabilities[None, ~own, number]
        wins = belongs[own].T @ ((mine > theirs) + 0.5 * (mine == theirs)) @ belongs[~own]
        pairs = (weight @ belongs[own].sum(axis=0)) * (weight @ belongs[~own].sum(axis=0))
        with np.errstate(invalid="ignore"):
            areas.append(np.einsum("ra,ra->r", weight @ wins, weight) / np.where(pairs > 0, pairs, np.nan))
    known = np.array(areas)
    counted = np.maximum((~np.isnan(known)).sum(axis=0), 1)
    return np.asarray(np.nansum(known, axis=0) / counted)


def _interval(values: Scores) -> tuple[float, float]:
    return float(np.quantile(values, 0.025)), float(np.quantile(values, 0.975))

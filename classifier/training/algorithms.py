"""The algorithms that are compared, each fitted on whitened rows and handed over as plain arrays.

What belongs here: one function an algorithm, rows in, member of the model out, so that what is compared is exactly
what would be served. Not here: whitening and weighting (``train``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

from classifier.constants import GENRES
from classifier.model import KernelMember, LinearMember, rbf

Rows = NDArray[np.float32]
Labels = NDArray[np.intp]
Weights = NDArray[np.float64]

LDA_SHARPNESS = 0.3
"""Factor on LDA's logits, so that its certainty is of the order of the others' when they are averaged."""

LOGISTIC_C = 1e-3
"""Inverse strength of the penalty on whitened rows."""

SVM_C = 1.0
"""Price of a row on the wrong side of its margin."""

SVM_GAMMA = 0.1
"""Width of the kernel in units of 1 / features: whitened rows lie about sqrt(2 * features) apart."""

SVM_SHARPNESS = 1.0
"""Factor on the sum of nine margins."""


@dataclass(frozen=True, eq=False)
class Lesson:
    """What an algorithm learns from.

    Parameters
    ----------
    rows : ndarray, shape (n, features), float32
        Whitened feature rows.
    genre : ndarray, shape (n,), int
        Index of each row's genre.
    weight : ndarray, shape (n,)
        How much each row counts; 1 on average.
    seed : int
        For whatever is drawn at random.
    """

    rows: Rows
    genre: Labels
    weight: Weights
    seed: int


Algorithm = Callable[[Lesson], LinearMember | KernelMember]


def linear_discriminant(lesson: Lesson) -> LinearMember:
    """Linear discriminant analysis: the nearest genre mean, given that rows are whitened within genres already."""
    means = np.stack([_weighted_mean(lesson, genre) for genre in range(len(GENRES))])
    share = np.bincount(lesson.genre, weights=lesson.weight, minlength=len(GENRES)) / lesson.weight.sum()
    bias = np.log(share) - 0.5 * np.sum(means**2, axis=1)
    # Rows of one song fail together: taken at face value their evidence would be counted many times over.
    return _linear(LDA_SHARPNESS * means.T, LDA_SHARPNESS * bias)


def logistic_regression(lesson: Lesson) -> LinearMember:
    """Multinomial logistic regression with an L2 penalty."""
    model = LogisticRegression(C=LOGISTIC_C, max_iter=300, tol=1e-3)
    model.fit(lesson.rows, lesson.genre, sample_weight=lesson.weight)
    return _linear(model.coef_.T, model.intercept_)


def support_vector_machine(lesson: Lesson) -> KernelMember:
    """Support vector machines with an RBF kernel, one a pair of genres; a genre's logit is the sum of its margins."""
    gamma = SVM_GAMMA / lesson.rows.shape[1]
    model = SVC(C=SVM_C, kernel="precomputed", class_weight="balanced", cache_size=1000)
    model.fit(rbf(lesson.rows, lesson.rows, gamma), lesson.genre, sample_weight=lesson.weight)
    weights, bias = _sum_of_margins(model)
    return KernelMember(
        landmarks=lesson.rows[model.support_],
        weights=(SVM_SHARPNESS * weights).astype(np.float32),
        bias=(SVM_SHARPNESS * bias).astype(np.float32),
        gamma=gamma,
    )


ALGORITHMS: dict[str, Algorithm] = {
    "LDA": linear_discriminant,
    "logistic regression": logistic_regression,
    "SVM": support_vector_machine,
}
"""Every single algorithm by the name it is reported under."""


def _sum_of_margins(model: SVC) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Turn scikit-learn's pairwise machines into one weight vector a genre, shape (support vectors, 10), and a bias.

    ``dual_coef_`` holds, for a vector of genre i, its coefficient against genre j in row j - 1 (j > i) or j (j < i).
    """
    owner = np.repeat(np.arange(len(GENRES)), model.n_support_)
    weights = np.zeros((len(owner), len(GENRES)))
    bias = np.zeros(len(GENRES))
    for pair, (first, second) in enumerate(combinations(range(len(GENRES)), 2)):
        margin = np.where(owner == first, model.dual_coef_[second - 1], 0.0)
        margin += np.where(owner == second, model.dual_coef_[first], 0.0)
        weights[:, first] += margin
        weights[:, second] -= margin
        bias[first] += model.intercept_[pair]
        bias[second] -= model.intercept_[pair]
    return weights, bias


def _weighted_mean(lesson: Lesson, genre: int) -> NDArray[np.float64]:
    own = lesson.genre == genre
    return np.asarray(np.average(lesson.rows[own].astype(np.float64), axis=0, weights=lesson.weight[own]))


def _linear(weights: NDArray[np.float64], bias: NDArray[np.float64]) -> LinearMember:
    return LinearMember(np.ascontiguousarray(weights, dtype=np.float32), bias.astype(np.float32))

"""Algorithms whose verdict is one matrix product: linear discriminant analysis and logistic regression.

What belongs here: whitened rows in, LinearMember out. Not here: whitening (``normalise``).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from classifier.model import LinearMember
from classifier.training.lesson import Lesson

LDA_SHARPNESS = 0.3
"""Factor on LDA's logits, so that its certainty is of the order of the others' when they are averaged."""

LOGISTIC_C = 1e-3
"""Inverse strength of the penalty on whitened rows."""


def linear_discriminant(lesson: Lesson) -> LinearMember:
    """Linear discriminant analysis: the nearest label mean, given that rows are whitened within labels already."""
    means = np.stack([_weighted_mean(lesson, label) for label in range(len(lesson.labels))])
    share = np.bincount(lesson.label, weights=lesson.weight, minlength=len(lesson.labels)) / lesson.weight.sum()
    bias = np.log(share) - 0.5 * np.sum(means**2, axis=1)
    # Rows of one song fail together: taken at face value their evidence would be counted many times over.
    return _linear(LDA_SHARPNESS * means.T, LDA_SHARPNESS * bias)


def logistic_regression(lesson: Lesson, *, inverse_penalty: float = LOGISTIC_C) -> LinearMember:
    """Multinomial logistic regression with an L2 penalty."""
    model = LogisticRegression(C=inverse_penalty, max_iter=300, tol=1e-3)
    model.fit(lesson.rows, lesson.label, sample_weight=lesson.weight)
    weights, bias = model.coef_.T, model.intercept_
    if len(lesson.labels) == 2:  # noqa: PLR2004 - of two labels scikit-learn gives one column, the second's
        weights, bias = np.hstack([-weights, weights]) / 2, np.concatenate([-bias, bias]) / 2
    return _linear(weights, bias)


def _weighted_mean(lesson: Lesson, label: int) -> NDArray[np.float64]:
    own = lesson.label == label
    return np.asarray(np.average(lesson.rows[own].astype(np.float64), axis=0, weights=lesson.weight[own]))


def _linear(weights: NDArray[np.float64], bias: NDArray[np.float64]) -> LinearMember:
    return LinearMember(np.ascontiguousarray(weights, dtype=np.float32), bias.astype(np.float32))

"""Support vector machines with a Gaussian kernel, handed over as landmarks and weights.

What belongs here: whitened rows in, KernelMember out. Not here: whitening (``normalise``).
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from sklearn.svm import SVC

from classifier.model import KernelMember, rbf
from classifier.training.lesson import Lesson

SVM_C = 1.0
"""Price of a row on the wrong side of its margin."""

SVM_GAMMA = 0.1
"""Width of the kernel in units of 1 / features: whitened rows lie about sqrt(2 * features) apart."""

SVM_SHARPNESS = 1.0
"""Factor on the sum of a label's margins."""


def support_vector_machine(lesson: Lesson, *, price: float = SVM_C, width: float = SVM_GAMMA) -> KernelMember:
    """Support vector machines with an RBF kernel, one a pair of labels; a label's logit is the sum of its margins."""
    gamma = width / lesson.rows.shape[1]
    model = SVC(C=price, kernel="precomputed", class_weight="balanced", cache_size=1000)
    model.fit(rbf(lesson.rows, lesson.rows, gamma), lesson.label, sample_weight=lesson.weight)
    weights, bias = _sum_of_margins(model, len(lesson.labels))
    return KernelMember(
        landmarks=lesson.rows[model.support_],
        weights=(SVM_SHARPNESS * weights).astype(np.float32),
        bias=(SVM_SHARPNESS * bias).astype(np.float32),
        gamma=gamma,
    )


def _sum_of_margins(model: SVC, labels: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Turn scikit-learn's pairwise machines into a weight vector and a bias for each label.

    ``dual_coef_`` holds, for a vector of label i, its coefficient against label j in row j - 1 (j > i) or j (j < i).
    """
    # Of two labels scikit-learn turns the signs round, so that a positive margin means the second.
    sign = -1.0 if labels == 2 else 1.0  # noqa: PLR2004
    owner = np.repeat(np.arange(labels), model.n_support_)
    weights = np.zeros((len(owner), labels))
    bias = np.zeros(labels)
    for pair, (first, second) in enumerate(combinations(range(labels), 2)):
        margin = np.where(owner == first, model.dual_coef_[second - 1], 0.0)
        margin += np.where(owner == second, model.dual_coef_[first], 0.0)
        weights[:, first] += sign * margin
        weights[:, second] -= sign * margin
        bias[first] += sign * model.intercept_[pair]
        bias[second] -= sign * model.intercept_[pair]
    return weights, bias

"""Algorithms of scikit-learn and LightGBM that answer with probabilities: neighbours, trees, a perceptron.

What belongs here: rows in, a member that holds the fitted estimator out. They are compared and never shipped, for
serving them would need those libraries.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from lightgbm import LGBMClassifier
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier

from classifier.training.lesson import Lesson

DOUBT = 0.01
"""Probability spread evenly over all labels, so that one window that rules a label out does not rule the song out."""

TREES = 100
"""Trees of a forest; more of them only take longer."""

BOOSTING_ROUNDS = 80
"""Rounds of gradient boosting, each one tree a label."""

BOOSTING_RATE = 0.12
"""Share of each round's correction that is taken over."""

COLUMN_SHARE = 0.08
"""Share of the columns that a tree or a split may look at: they say the same many times over."""

EPOCHS = 30
"""Passes of the perceptron over its rows: few rows are soon known by heart."""


@dataclass(frozen=True, eq=False)
class EstimatorMember:
    """An estimator with ``predict_proba``; its logits are the logarithms of its slightly doubted probabilities."""

    model: Any
    size: int

    def logits(self, x: NDArray[np.float32]) -> NDArray[np.float64]:
        """Score rows of shape (n, features); the result has shape (n, labels)."""
        with warnings.catch_warnings():
            # LightGBM's wrapper names columns by itself and then misses the names in plain arrays.
            warnings.filterwarnings("ignore", message="X does not have valid feature names")
            shares = self.model.predict_proba(x)
        return np.asarray(np.log((1 - DOUBT) * shares + DOUBT / shares.shape[1]))


def nearest_neighbours(lesson: Lesson, *, neighbours: int = 15) -> EstimatorMember:
    """Vote of the nearest rows, the nearer the heavier."""
    count = min(neighbours, len(lesson.rows))
    model = KNeighborsClassifier(count, weights="distance", algorithm="brute").fit(lesson.rows, lesson.label)
    return EstimatorMember(model, lesson.rows.nbytes + lesson.label.nbytes)


def random_forest(lesson: Lesson, *, leaf: int = 4) -> EstimatorMember:
    """Trees on bootstrap samples, the best of a few columns at each split (Breiman 2001)."""
    model = RandomForestClassifier(TREES, min_samples_leaf=leaf, max_features="sqrt", random_state=lesson.seed)
    return _forest(model, lesson)


def extra_trees(lesson: Lesson, *, leaf: int = 4) -> EstimatorMember:
    """Trees on all rows with thresholds drawn at random (Geurts, Ernst & Wehenkel 2006)."""
    model = ExtraTreesClassifier(TREES, min_samples_leaf=leaf, max_features=COLUMN_SHARE, random_state=lesson.seed)
    return _forest(model, lesson)


def gradient_boosting(lesson: Lesson, *, leaves: int = 5) -> EstimatorMember:
    """Trees that correct each other on binned columns, in LightGBM (Ke et al. 2017)."""
    model = LGBMClassifier(
        n_estimators=BOOSTING_ROUNDS,
        learning_rate=BOOSTING_RATE,
        num_leaves=leaves,
        min_child_samples=10,
        colsample_bytree=COLUMN_SHARE,
        subsample=0.7,
        subsample_freq=1,
        reg_lambda=5.0,
        max_bin=31,
        random_state=lesson.seed,
        deterministic=True,
        force_row_wise=True,
        n_jobs=1,
        verbose=-1,
    )
    model.fit(lesson.rows, lesson.label, sample_weight=lesson.weight)
    return EstimatorMember(model, len(model.booster_.model_to_string()))


def multilayer_perceptron(lesson: Lesson, *, penalty: float = 10.0, hidden: int = 96) -> EstimatorMember:
    """One hidden layer, trained by Adam for a fixed number of passes."""
    model = MLPClassifier(
        (hidden,), alpha=penalty, batch_size=min(128, len(lesson.rows)), max_iter=EPOCHS, random_state=lesson.seed
    )
    with warnings.catch_warnings():
        # It is meant to stop before it has learned everything by heart.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(lesson.rows, lesson.label, sample_weight=lesson.weight)
    return EstimatorMember(model, sum(layer.nbytes for layer in model.coefs_))


def _forest(model: Any, lesson: Lesson) -> EstimatorMember:
    model.fit(lesson.rows, lesson.label, sample_weight=lesson.weight)
    trees = [tree.tree_.__getstate__() for tree in model.estimators_]
    return EstimatorMember(model, sum(state["nodes"].nbytes + state["values"].nbytes for state in trees))

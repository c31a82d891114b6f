"""Rows before anything learns from them: how much each counts, and on which scale its columns stand.

What belongs here: weights, standardising, whitening; all of it fitted on training rows only. Not here: the learning
(``algorithms``) or the serving of it (``classifier.model``, which does the same arithmetic on the fitted arrays).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from classifier.model import CLIP

Rows = NDArray[np.float32]
Labels = NDArray[np.intp]
Weights = NDArray[np.float64]

COPY_WEIGHT = 0.8
"""How much all altered copies of a row together count against the row itself."""

LABEL_BALANCE = 0.5
"""0 leaves labels as frequent as they come, 1 makes all count the same."""

SHRINKAGE = 0.25
"""Share of the identity in the within-label covariance: rows are too few for so many columns."""

ALTERED_SPREAD = 1.0
"""What the spread between recordings and their altered copies counts beside the spread within labels. It steadies
verdicts; with 3 it begins to cost accuracy."""

SMALLEST_SCALE = 1e-6
"""Added to every standard deviation, so that a column that never changes does not divide by zero."""


def row_weights(label: Labels, copy: Labels, share: Weights | float = 1.0) -> Weights:
    """Return how much each row counts, 1 on average.

    Parameters
    ----------
    label : ndarray, shape (n,), int
        Label of each row; rare ones count more, by LABEL_BALANCE.
    copy : ndarray, shape (n,), int
        0 for a recording, from 1 for its altered copies, which share COPY_WEIGHT among them.
    share : ndarray, shape (n,), or float
        How far each row speaks for its label; less than 1 where it speaks for several.
    """
    copies = max(1, int(copy.max(initial=0)))
    weight = share * np.where(copy == 0, 1.0, COPY_WEIGHT / copies)
    total = np.bincount(label, weights=weight)
    weight = weight * total[label] ** -LABEL_BALANCE
    return np.asarray(weight / weight.mean())


@dataclass(frozen=True, eq=False)
class Normaliser:
    """Scales and turns feature rows.

    Parameters
    ----------
    mean, scale : ndarray, shape (features,), float32
        Of the training rows, weighted.
    clip : float
        Standard deviations beyond which a value is cut.
    vectors : ndarray, shape (features, features), float64
        Principal directions of the pooled covariance within labels.
    spread : ndarray, shape (features,), float64
        Variance along each of them.
    shrinkage : float
        Share of the identity in the covariance that ``whitening`` undoes (Ledoit & Wolf 2004; here a constant).
    """

    mean: Rows
    scale: Rows
    clip: float
    vectors: NDArray[np.float64]
    spread: NDArray[np.float64]
    shrinkage: float

    @classmethod
    def fit(
        cls,
        rows: Rows,
        label: Labels,
        weight: Weights,
        shrinkage: float = SHRINKAGE,
        altered: tuple[Rows, Rows] | None = None,
    ) -> Self:
        """Fit on training rows.

        Parameters
        ----------
        rows : ndarray, shape (n, features)
            As ``features.measure`` gives them.
        label : ndarray, shape (n,), int
            Label of each row.
        weight : ndarray, shape (n,)
            How much each row counts.
        shrinkage : float
            0 trusts the covariance, 1 ignores it.
        altered : pair of ndarray, shape (m, features), optional
            Rows of altered copies and those of their recordings: directions along which the two differ tell rooms and
            codecs, not labels, and are played down by ALTERED_SPREAD (as within-class covariance normalisation plays
            down sessions in speaker recognition, Hatch, Kajarekar & Stolcke 2006).

        Returns
        -------
        Normaliser
            Of float32 arrays, as they are served.
        """
        mean = np.average(rows, axis=0, weights=weight)
        scale = np.sqrt(np.average((rows - mean) ** 2, axis=0, weights=weight)) + SMALLEST_SCALE
        nothing = np.empty((0, 0)), np.empty(0)
        scaled = cls(mean.astype(np.float32), scale.astype(np.float32), CLIP, *nothing, shrinkage)
        return scaled.turned(rows, label, weight, shrinkage, altered)

    def turned(
        self,
        rows: Rows,
        label: Labels,
        weight: Weights,
        shrinkage: float,
        altered: tuple[Rows, Rows] | None = None,
    ) -> Self:
        """Return one that standardises alike and whitens within other labels."""
        covariance = _within_covariance(self.standardise(rows), label, weight)
        if altered is not None and len(altered[0]):
            moved = (self.standardise(altered[0]) - self.standardise(altered[1])).astype(np.float64)
            covariance += ALTERED_SPREAD * (moved.T @ moved) / len(moved)
        spread, vectors = np.linalg.eigh(covariance)
        return replace(self, vectors=vectors, spread=spread, shrinkage=shrinkage)

    @property
    def whitening(self) -> Rows:
        """Matrix after which, within a label, all directions vary alike; of half precision, as it is stored."""
        size = len(self.spread)
        shrunk = (1 - self.shrinkage) * self.spread + self.shrinkage * self.spread.sum() / size
        return np.asarray((self.vectors / np.sqrt(shrunk)).astype(np.float16), dtype=np.float32)

    def standardise(self, rows: Rows) -> Rows:
        """Bring rows of shape (n, features) to mean 0 and variance 1, and cut what lies beyond ``clip``."""
        return np.asarray(np.clip((rows - self.mean) / self.scale, -self.clip, self.clip), dtype=np.float32)

    def whiten(self, rows: Rows) -> Rows:
        """Standardise and whiten rows of shape (n, features)."""
        return np.asarray(self.standardise(rows) @ self.whitening, dtype=np.float32)


def _within_covariance(rows: NDArray[np.floating], label: Labels, weight: Weights) -> NDArray[np.float64]:
    """Return the pooled covariance within labels, shape (features, features)."""
    centred = np.empty(rows.shape, dtype=np.float64)
    for number in np.unique(label):
        own = label == number
        centred[own] = rows[own] - np.average(rows[own], axis=0, weights=weight[own])
    centred *= np.sqrt(weight)[:, None]
    return np.asarray(centred.T @ centred / weight.sum())

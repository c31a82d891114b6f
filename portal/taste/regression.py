"""Bayesian linear regression with weighted rows: what is known about each column's effect, and how surely.

What belongs here: the arithmetic. Not here: what rows and rewards mean (``space``, ``preference``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Posterior:
    """A normal distribution over effects: its ``mean`` and the Cholesky ``factor`` of its precision."""

    mean: Array
    factor: Array

    @classmethod
    def of(cls, rows: Array, rewards: Array, weights: Array, noise: float, before: Array) -> Posterior:
        """Learn from rows, shape (events, columns); ahead of them effects are normal around ``before``, deviation 1.

        ``noise`` is the standard deviation of a reward around what can be told about it; a row of weight 0.5 counts as
        half a row.
        """
        weighed = rows * (weights / (noise * noise))[:, None]
        precision: Array = np.eye(rows.shape[1]) + weighed.T @ rows
        mean: Array = before + np.linalg.solve(precision, weighed.T @ (rewards - rows @ before)).astype(float)
        factor: Array = np.linalg.cholesky(precision).astype(float)
        return cls(mean, factor)

    def doubts(self, normals: Array) -> Array:
        """Return how far effects may be from the mean: a draw for each row of standard normal numbers."""
        return np.linalg.solve(self.factor.T, normals.T).T.astype(float)

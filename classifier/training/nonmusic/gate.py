"""The plane between music and everything else, on whitened rows.

What belongs here: fitting it and placing it. It is served by ``classifier.model.GenreModel.is_music``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

GATE_C = 3e-3
"""Inverse strength of the gate's penalty on whitened rows."""

SPEECH_WEIGHT = 2.0
"""How much speech counts against any other kind: it is what comes nearest to music, and the commonest upload."""

TURNED_AWAY = 0.005
"""Share of held-out music that the gate may turn away."""


def fit_gate(
    music: NDArray[np.float32],
    weight: NDArray[np.float64],
    other: NDArray[np.float32],
    kind: NDArray[np.str_] | None = None,
) -> tuple[NDArray[np.float32], float]:
    """Find the plane between music and other sounds.

    Parameters
    ----------
    music, other : ndarray, shape (n, directions), (m, directions)
        Whitened rows.
    weight : ndarray, shape (n,)
        How much each row of music counts.
    kind : ndarray, shape (m,), str, optional
        What each other row is; all kinds count the same, but ``speech`` SPEECH_WEIGHT times.

    Returns
    -------
    weights : ndarray, shape (directions,)
    bias : float
        ``row @ weights + bias`` is positive for music.
    """
    rows = np.concatenate([music, other])
    # Both sides weigh the same, however many rows they have.
    shares = _kind_weights(np.full(len(other), "other") if kind is None else kind)
    weights = np.concatenate([weight / weight.sum(), shares]) * len(rows)
    labels = np.concatenate([np.ones(len(music)), np.zeros(len(other))])
    gate = LogisticRegression(C=GATE_C, max_iter=300, tol=1e-3)
    gate.fit(rows, labels, sample_weight=weights)
    return gate.coef_[0].astype(np.float32), float(gate.intercept_[0])


def gate_margin(held_out: NDArray[np.floating]) -> float:
    """Say how far the gate may be moved towards music.

    Parameters
    ----------
    held_out : ndarray, shape (songs,)
        ``GenreModel.musicality`` of songs by artists that were not learned from.

    Returns
    -------
    float
        To be subtracted from the gate's bias; then it turns TURNED_AWAY of such songs away. Never negative: where the
        plane itself turns more away, it stays.
    """
    return max(0.0, float(np.quantile(held_out, TURNED_AWAY)))


def _kind_weights(kind: NDArray[np.str_]) -> NDArray[np.float64]:
    names, number, count = np.unique(kind, return_inverse=True, return_counts=True)
    weights = np.where(names == "speech", SPEECH_WEIGHT, 1.0)[number] / count[number]
    return np.asarray(weights / weights.sum())

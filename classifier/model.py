"""The fitted model as plain arrays, and the arithmetic that turns feature rows into calibrated probabilities.

What belongs here: numpy inference. Not here: fitting (``training``) or files (``artifact``). Every member of the
ensemble gives ten logits for a row; their mean log-probability over members and over a song's windows, sharpened or
softened by a temperature found on artists that were held out, is the verdict.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from classifier.constants import GENRES

Rows = NDArray[np.float32]
Scores = NDArray[np.float64]

CLIP = 4.0
"""Standard deviations beyond which a standardised feature is cut: one freak value must not decide a song."""


@dataclass(frozen=True, eq=False)
class Verdict:
    """What the model says of one song.

    Parameters
    ----------
    song : ndarray, shape (10,), float64
        Calibrated probability of each genre.
    windows : ndarray, shape (windows, 10), float64
        The same for every window by itself.
    music : bool
        Whether the song resembles the music that was learned from.
    """

    song: Scores
    windows: Scores
    music: bool


@dataclass(frozen=True, eq=False)
class LinearMember:
    """Logits ``x @ weights + bias``; weights of shape (features, 10). LDA and logistic regression serve as this."""

    weights: Rows
    bias: Rows

    def logits(self, x: Rows) -> Rows:
        """Score whitened rows of shape (n, features); the result has shape (n, 10)."""
        return x @ self.weights + self.bias


@dataclass(frozen=True, eq=False)
class KernelMember:
    """Logits ``exp(-gamma * distance^2 to each landmark) @ weights + bias``: a support vector machine serves as this.

    Landmarks have shape (m, features), weights (m, 10).
    """

    landmarks: Rows
    weights: Rows
    bias: Rows
    gamma: float

    def logits(self, x: Rows) -> Rows:
        """Score whitened rows of shape (n, features); the result has shape (n, 10)."""
        return rbf(x, self.landmarks, self.gamma) @ self.weights + self.bias


@dataclass(frozen=True, eq=False)
class GenreModel:
    """Everything that is needed to judge a song.

    Parameters
    ----------
    version : str
        Named in every verdict.
    mean, scale : ndarray, shape (features,)
        Standardise a feature row.
    whitening : ndarray, shape (features, directions)
        Turns standardised rows so that, within a genre, all directions vary alike.
    members : tuple
        The ensemble, on whitened rows.
    temperature, window_temperature : float
        Divide the mean log-probability of a song, and of a single window.
    sure_from : float
        Confidence from which the guess may be relied on.
    strangest : float
        Mean squared whitened value beyond which a song is no music the model knows.
    gate_weights : ndarray, shape (directions,)
    gate_bias : float
        ``row @ gate_weights + gate_bias`` is positive for music, negative for noise, tones and clicks.
    """

    version: str
    mean: Rows
    scale: Rows
    whitening: Rows
    members: tuple[LinearMember | KernelMember, ...]
    temperature: float
    window_temperature: float
    sure_from: float
    strangest: float
    gate_weights: Rows
    gate_bias: float

    def __post_init__(self) -> None:
        directions = self.whitening.shape[1]
        fitting = self.mean.shape == self.scale.shape == self.whitening.shape[:1] and self.gate_weights.shape == (
            directions,
        )
        if not fitting or not self.members:
            raise ValueError("the arrays of the model do not fit each other")
        for member in self.members:
            inputs = member.landmarks if isinstance(member, KernelMember) else member.weights.T
            if inputs.shape[1] != directions or member.weights.shape[1] != len(GENRES):
                raise ValueError("a member of the model does not fit the others")

    @property
    def feature_count(self) -> int:
        """Columns that a feature row must have."""
        return len(self.mean)

    def judge(self, rows: Rows) -> Verdict:
        """Judge a song by its feature rows.

        Parameters
        ----------
        rows : ndarray, shape (windows, features), float32
            As ``features.measure`` gives them, at least one.

        Returns
        -------
        Verdict
            Of the song and of every window.
        """
        whitened = self.whiten(rows)
        windows = self.log_probabilities(whitened)
        return Verdict(
            song=softmax(windows.mean(axis=0, keepdims=True) / self.temperature)[0],
            windows=softmax(windows / self.window_temperature),
            music=self.is_music(whitened),
        )

    def whiten(self, rows: Rows) -> Rows:
        """Standardise, clip and whiten rows of shape (n, features)."""
        standardised = np.clip((rows - self.mean) / self.scale, -CLIP, CLIP)
        return np.asarray(standardised @ self.whitening, dtype=np.float32)

    def log_probabilities(self, whitened: Rows) -> Scores:
        """Return the ensemble's mean log-probability of every genre for each row, shape (n, 10), not yet calibrated."""
        return np.asarray(np.mean([log_softmax(member.logits(whitened)) for member in self.members], axis=0))

    def is_music(self, whitened: Rows) -> bool:
        """Tell whether a song's whitened rows lie on music's side of the gate, and not too far from all of it."""
        passes = float(np.median(whitened @ self.gate_weights)) + self.gate_bias > 0
        return passes and self.strangeness(whitened) <= self.strangest

    @staticmethod
    def strangeness(whitened: Rows) -> float:
        """Return how far from all known music a song lies: the median over windows of the mean squared value."""
        return float(np.median(np.mean(whitened**2, axis=1)))

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays that ``from_arrays`` takes; large ones in half precision."""
        arrays: dict[str, NDArray[Any]] = {
            "mean": self.mean,
            "scale": self.scale,
            "whitening": self.whitening.astype(np.float16),
            "gate": self.gate_weights,
            "numbers": np.array(
                [self.temperature, self.window_temperature, self.sure_from, self.strangest, self.gate_bias]
            ),
        }
        for index, member in enumerate(self.members):
            arrays[f"weights_{index}"] = member.weights
            arrays[f"bias_{index}"] = member.bias
            if isinstance(member, KernelMember):
                arrays[f"landmarks_{index}"] = member.landmarks.astype(np.float16)
                arrays[f"gamma_{index}"] = np.array(member.gamma)
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], *, version: str) -> Self:
        """Build a model; raise KeyError or ValueError if an array is missing or does not fit."""
        temperature, window_temperature, sure_from, strangest, gate_bias = arrays["numbers"].astype(float).tolist()
        count = sum(name.startswith("weights_") for name in arrays)
        return cls(
            version=version,
            mean=_float32(arrays["mean"]),
            scale=_float32(arrays["scale"]),
            whitening=_float32(arrays["whitening"]),
            members=tuple(_member(arrays, index) for index in range(count)),
            temperature=temperature,
            window_temperature=window_temperature,
            sure_from=sure_from,
            strangest=strangest,
            gate_weights=_float32(arrays["gate"]),
            gate_bias=gate_bias,
        )


def rbf(rows: Rows, landmarks: Rows, gamma: float) -> Rows:
    """Return the kernel ``exp(-gamma * squared distance)``, shape (len(rows), len(landmarks))."""
    squares = np.sum(rows**2, axis=1)[:, None] - 2 * (rows @ landmarks.T) + np.sum(landmarks**2, axis=1)
    return np.asarray(np.exp(-np.float32(gamma) * np.maximum(squares, 0)))


def log_softmax(logits: NDArray[np.floating]) -> Scores:
    """Return log-probabilities along the last axis."""
    shifted = logits.astype(np.float64) - logits.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))


def softmax(logits: NDArray[np.floating]) -> Scores:
    """Return probabilities along the last axis."""
    return np.asarray(np.exp(log_softmax(logits)))


def _member(arrays: Mapping[str, NDArray[Any]], index: int) -> LinearMember | KernelMember:
    weights, bias = _float32(arrays[f"weights_{index}"]), _float32(arrays[f"bias_{index}"])
    if f"landmarks_{index}" not in arrays:
        return LinearMember(weights, bias)
    return KernelMember(_float32(arrays[f"landmarks_{index}"]), weights, bias, float(arrays[f"gamma_{index}"]))


def _float32(array: NDArray[Any]) -> Rows:
    return np.ascontiguousarray(array, dtype=np.float32)

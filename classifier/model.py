"""The fitted model as plain arrays, and the arithmetic that turns feature rows into calibrated probabilities.

What belongs here: numpy inference. Not here: fitting (``training``), files (``artifact``) or the convolutions
(``network``). A head answers one question, which genre or which mood: each of its members gives logits for a window;
their log-probabilities, averaged over a song's windows and added with weights found on artists that were held out, are
the verdict. What was computed for it also gives the song's vector (``likeness``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from classifier.likeness import Likeness
from classifier.network import Network
from classifier.traits import TraitScales

Rows = NDArray[np.float32]
Scores = NDArray[np.float64]
Patches = Sequence[NDArray[np.floating]]

CLIP = 4.0
"""Standard deviations beyond which a standardised feature is cut: one freak value must not decide a song."""

SECOND_CLAIM = 0.5
"""Share of the best genre's probability from which the second best has a claim of its own."""


@dataclass(frozen=True, eq=False)
class Verdict:
    """What the model says of one song.

    Parameters
    ----------
    song : ndarray, shape (genres,), float64
        Calibrated probability of each genre.
    windows : ndarray, shape (windows, genres), float64
        The same for every window by itself.
    moods : ndarray, shape (moods,), float64, or None
        Calibrated probability of each mood, where the model knows moods.
    music : bool
        Whether the song resembles the music that was learned from.
    sure : bool
        Whether the best guess is to be relied on.
    shown : tuple of int
        Numbers of the one or two genres to name, best first.
    vector : ndarray, float32, or None
        Of length 1; songs that sound alike lie near each other. None where the model knows no likeness.
    """

    song: Scores
    windows: Scores
    moods: Scores | None
    music: bool
    sure: bool
    shown: tuple[int, ...]
    vector: Rows | None


@dataclass(frozen=True, eq=False)
class LinearMember:
    """Logits ``x @ weights + bias``; weights of shape (features, labels). LDA and logistic regression serve as this."""

    weights: Rows
    bias: Rows

    def logits(self, x: Rows) -> Rows:
        """Score whitened rows of shape (n, features); the result has shape (n, labels)."""
        return x @ self.weights + self.bias


@dataclass(frozen=True, eq=False)
class KernelMember:
    """Logits ``exp(-gamma * distance^2 to each landmark) @ weights + bias``: a support vector machine serves as this.

    Landmarks have shape (m, features), weights (m, labels).
    """

    landmarks: Rows
    weights: Rows
    bias: Rows
    gamma: float

    def logits(self, x: Rows) -> Rows:
        """Score whitened rows of shape (n, features); the result has shape (n, labels)."""
        return rbf(x, self.landmarks, self.gamma) @ self.weights + self.bias


Member = LinearMember | KernelMember


@dataclass(frozen=True, eq=False)
class Head:
    """One question and who answers it.

    Parameters
    ----------
    labels : tuple of str
        The possible answers, in the order of every score vector.
    members : tuple
        On whitened rows.
    first_output : int or None
        Where the network's logits for these labels begin; None if the network is not asked.
    scales : tuple of float
        What the log-probabilities of each member count, the network's last; found on artists that were held out, they
        weigh the members against each other and calibrate their sum at once (stacking, Wolpert 1992).
    softening : float
        How much softer the scores of a single window are than those of a song.
    """

    labels: tuple[str, ...]
    members: tuple[Member, ...]
    first_output: int | None
    scales: tuple[float, ...]
    softening: float

    def log_probabilities(self, whitened: Rows, outputs: Rows | None) -> Scores:
        """Return each member's log-probabilities of each window, shape (members, n, labels), not yet scaled.

        ``outputs`` are the network's, shape (n, outputs); None where there is no network.
        """
        parts = [log_softmax(member.logits(whitened)) for member in self.members]
        if self.first_output is not None and outputs is not None:
            parts.append(log_softmax(outputs[:, self.first_output : self.first_output + len(self.labels)]))
        return np.stack(parts)

    def probabilities(self, parts: Scores) -> Scores:
        """Calibrate what ``log_probabilities`` gave, or its mean over windows; shape (members, ..., labels)."""
        return softmax(np.tensordot(self.scales, parts, axes=1))

    def soft_probabilities(self, parts: Scores) -> Scores:
        """Calibrate single windows."""
        return softmax(np.tensordot(self.scales, parts, axes=1) / self.softening)

    def check(self, directions: int, outputs: int) -> None:
        """Raise ValueError if a member does not fit rows of so many directions, or a network of so many outputs."""
        for member in self.members:
            inputs = member.landmarks if isinstance(member, KernelMember) else member.weights.T
            if inputs.shape[1] != directions or member.weights.shape[1] != len(self.labels):
                raise ValueError("a member of the model does not fit the others")
        asked = self.first_output is not None
        if len(self.scales) != len(self.members) + asked or not self.scales:
            raise ValueError("every member of the model needs a scale")
        if asked and (self.first_output or 0) + len(self.labels) > outputs:
            raise ValueError("the network has too few outputs")


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
    network : Network or None
        Looks at spectrograms; its outputs are shared out among the heads.
    genre : Head
    mood : Head or None
    sure_from : float
        Confidence from which the guess may be relied on.
    pair_from : float
        Confidence from which the two best together may be relied on.
    familiar : float
        Strangeness from which a guess is not to be relied on, however confident.
    strangest : float
        Mean squared whitened value beyond which a song is no music the model knows.
    gate_weights : ndarray, shape (directions,)
    gate_bias : float
        ``row @ gate_weights + gate_bias`` is positive for music, negative for speech, noise, tones, animals.
    likeness : Likeness or None
        What makes the song's vector; models made before there was one have none.
    traits : TraitScales or None
        What is little and what is much energy and brightness.
    """

    version: str
    mean: Rows
    scale: Rows
    whitening: Rows
    network: Network | None
    genre: Head
    mood: Head | None
    sure_from: float
    pair_from: float
    familiar: float
    strangest: float
    gate_weights: Rows
    gate_bias: float
    likeness: Likeness | None = None
    traits: TraitScales | None = None

    def __post_init__(self) -> None:
        directions = self.whitening.shape[1]
        fitting = self.mean.shape == self.scale.shape == self.whitening.shape[:1] and self.gate_weights.shape == (
            directions,
        )
        if not fitting:
            raise ValueError("the arrays of the model do not fit each other")
        for head in self.heads:
            head.check(directions, 0 if self.network is None else len(self.network.bias))
        if self.likeness is not None:
            self.likeness.check(directions, 0 if self.network is None else len(self.network.weights))

    @property
    def feature_count(self) -> int:
        """Columns that a feature row must have."""
        return len(self.mean)

    @property
    def heads(self) -> tuple[Head, ...]:
        """The genre's head, and the mood's if there is one."""
        return (self.genre,) if self.mood is None else (self.genre, self.mood)

    def judge(self, rows: Rows, patches: Patches) -> Verdict:
        """Judge a song by its windows.

        Parameters
        ----------
        rows : ndarray, shape (windows, features), float32
            As ``features.measure`` gives them, at least one.
        patches : sequence of ndarray, shape (frames, MEL_BANDS)
            One a window, as ``features.measure`` gives them.

        Returns
        -------
        Verdict
            Of the song and of every window.
        """
        whitened = self.whiten(rows)
        summaries = self.summaries(patches)
        outputs = self.outputs_of(summaries)
        windows = self.genre.log_probabilities(whitened, outputs)
        song = self.genre.probabilities(windows.mean(axis=1))
        moods = self._moods(whitened, outputs)
        music = self.is_music(whitened)
        return Verdict(
            song=song,
            windows=self.genre.soft_probabilities(windows),
            moods=moods,
            music=music,
            sure=music and float(song.max()) >= self.sure_from and self.strangeness(whitened) <= self.familiar,
            shown=self.shown(song),
            vector=None if self.likeness is None else self.likeness.vector(song, moods, whitened, summaries),
        )

    def _moods(self, whitened: Rows, outputs: Rows | None) -> Scores | None:
        if self.mood is None:
            return None
        return self.mood.probabilities(self.mood.log_probabilities(whitened, outputs).mean(axis=1))

    def shown(self, song: Scores) -> tuple[int, ...]:
        """Return the best genre, and the second if the two have about the same claim and leave little to the others."""
        best, second = np.argsort(-song, kind="stable")[:2].tolist()
        both = song[second] >= SECOND_CLAIM * song[best] and song[best] + song[second] >= self.pair_from
        return (best, second) if both else (best,)

    def whiten(self, rows: Rows) -> Rows:
        """Standardise, clip and whiten rows of shape (n, features)."""
        return np.asarray(self.standardise(rows) @ self.whitening, dtype=np.float32)

    def standardise(self, rows: Rows) -> Rows:
        """Standardise and clip rows of shape (n, features)."""
        return np.asarray(np.clip((rows - self.mean) / self.scale, -CLIP, CLIP))

    def outputs(self, patches: Patches) -> Rows | None:
        """Return the network's outputs for each patch, shape (n, outputs); None without a network."""
        return self.outputs_of(self.summaries(patches))

    def summaries(self, patches: Patches) -> Rows | None:
        """Return what the network makes of each patch, shape (n, values); None without a network."""
        return None if self.network is None else self.network.summaries(patches)

    def outputs_of(self, summaries: Rows | None) -> Rows | None:
        """Return the network's outputs for what ``summaries`` gave."""
        return None if self.network is None or summaries is None else self.network.logits_of(summaries)

    def is_music(self, whitened: Rows) -> bool:
        """Tell whether a song's whitened rows lie on music's side of the gate, and not too far from all of it."""
        return self.musicality(whitened) > 0 and self.strangeness(whitened) <= self.strangest

    def musicality(self, whitened: Rows) -> float:
        """Return how far on music's side of the gate a song lies: the median over windows, for some may hold talk."""
        return float(np.median(whitened @ self.gate_weights)) + self.gate_bias

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
            "limits": np.array([self.sure_from, self.pair_from, self.familiar, self.strangest, self.gate_bias]),
        }
        for name, head in zip(("genre", "mood"), self.heads, strict=False):
            arrays |= _head_arrays(name, head)
        for part in (self.network, self.likeness, self.traits):
            arrays |= part.to_arrays() if part else {}
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], *, version: str) -> Self:
        """Build a model; raise KeyError or ValueError if an array is missing or does not fit."""
        sure_from, pair_from, familiar, strangest, gate_bias = arrays["limits"].astype(float).tolist()
        return cls(
            version=version,
            mean=_float32(arrays["mean"]),
            scale=_float32(arrays["scale"]),
            whitening=_float32(arrays["whitening"]),
            network=Network.from_arrays(arrays) if "network_bias" in arrays else None,
            genre=_head(arrays, "genre"),
            mood=_head(arrays, "mood") if "mood_labels" in arrays else None,
            sure_from=sure_from,
            pair_from=pair_from,
            familiar=familiar,
            strangest=strangest,
            gate_weights=_float32(arrays["gate"]),
            gate_bias=gate_bias,
            likeness=Likeness.from_arrays(arrays),
            traits=TraitScales.from_arrays(arrays),
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


def _head_arrays(name: str, head: Head) -> dict[str, NDArray[Any]]:
    arrays: dict[str, NDArray[Any]] = {
        f"{name}_labels": np.array(head.labels),
        f"{name}_first_output": np.array(-1 if head.first_output is None else head.first_output),
        f"{name}_scales": np.array([*head.scales, head.softening]),
    }
    for index, member in enumerate(head.members):
        arrays[f"{name}_weights_{index}"] = member.weights
        arrays[f"{name}_bias_{index}"] = member.bias
        if isinstance(member, KernelMember):
            arrays[f"{name}_landmarks_{index}"] = member.landmarks.astype(np.float16)
            arrays[f"{name}_gamma_{index}"] = np.array(member.gamma)
    return arrays


def _head(arrays: Mapping[str, NDArray[Any]], name: str) -> Head:
    count = sum(key.startswith(f"{name}_weights_") for key in arrays)
    first_output = int(arrays[f"{name}_first_output"])
    *scales, softening = arrays[f"{name}_scales"].astype(float).tolist()
    return Head(
        labels=tuple(str(label) for label in arrays[f"{name}_labels"]),
        members=tuple(_member(arrays, f"{name}_{{}}_{index}") for index in range(count)),
        first_output=None if first_output < 0 else first_output,
        scales=tuple(scales),
        softening=softening,
    )


def _member(arrays: Mapping[str, NDArray[Any]], key: str) -> Member:
    weights, bias = _float32(arrays[key.format("weights")]), _float32(arrays[key.format("bias")])
    if key.format("landmarks") not in arrays:
        return LinearMember(weights, bias)
    return KernelMember(_float32(arrays[key.format("landmarks")]), weights, bias, float(arrays[key.format("gamma")]))


def _float32(array: NDArray[Any]) -> Rows:
    return np.ascontiguousarray(array, dtype=np.float32)

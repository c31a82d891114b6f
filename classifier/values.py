"""The values that travel through the classifier: checked once, when made, and never changed.

What belongs here: frozen dataclasses. Not here: computing (``features``, ``model``) or reading files (``decode``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from classifier.constants import SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

ROUNDING = 1e-3
"""How far rounded scores may be from summing to 1."""


@dataclass(frozen=True, eq=False)
class Waveform:
    """Mono audio at SAMPLE_RATE.

    Parameters
    ----------
    samples : ndarray, shape (n,), float32
        Amplitudes, nominally in [-1, 1]; finite.
    truncated : bool
        Whether the file broke off before its announced end.
    """

    samples: NDArray[np.float32]
    truncated: bool = False

    def __post_init__(self) -> None:
        if self.samples.ndim != 1 or self.samples.dtype != np.float32:
            raise ValueError(f"a waveform is float32 of shape (n,), not {self.samples.dtype} {self.samples.shape}")
        if not np.isfinite(self.samples).all():
            raise ValueError("a waveform has finite samples only")

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return len(self.samples) / SAMPLE_RATE


@dataclass(frozen=True)
class Segment:
    """The verdict on one window of a song.

    ``start`` and ``end`` are seconds from the song's beginning; ``scores`` maps each genre to its probability.
    """

    start: float
    end: float
    genre: str
    scores: Mapping[str, float]

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"a segment runs forward in time, not from {self.start} to {self.end}")

    def to_dict(self) -> dict[str, Any]:
        """Return the segment as JSON-ready values."""
        return {"start": self.start, "end": self.end, "genre": self.genre, "scores": dict(self.scores)}


@dataclass(frozen=True)
class Prediction:
    """The verdict on a whole song.

    Parameters
    ----------
    genre : str
        The best guess, always given.
    confidence : float
        Probability of ``genre``, 0 to 1.
    sure : bool
        Whether the guess is to be relied on.
    music : bool
        False for what does not resemble the music the model learned from (noise, tones, speech).
    scores : mapping of str to float
        Probability of each genre; they sum to 1.
    segments : tuple of Segment
        One a window, in order of time.
    tempo : float or None
        Beats a minute; None where no pulse was found.
    duration : float
        Seconds.
    model : str
        Version of the model that spoke.
    genres : tuple of str
        What to call the song: ``genre`` alone, or with a second one that has as good a claim.
    mood : str or None
        The likeliest of MOODS; None where the model knows no mood.
    moods : mapping of str to float
        Probability of each mood; empty where the model knows none.
    truncated : bool
        Whether the file broke off before its announced end.
    traits : mapping of str to Any
        ``centroid`` (Hz), ``key``, ``mode`` (major or minor), ``mode_clarity`` (0 to 1); from 10 seconds on
        ``loudness_range`` (dB between its loud and its soft stretches); where the model has scales for them also
        ``energy`` and ``brightness``, each the share of the training music that has less, 0 to 1.
    vector : tuple of float
        The song as a point of length 1: the nearer two songs of the same ``model``, by Euclid, the more they sound
        alike. Empty where the model knows no likeness.
    peaks : tuple of int
        To draw the song by: the greatest amplitudes of some 600 equal stretches of it, 100 being the greatest of all.
    """

    genre: str
    confidence: float
    sure: bool
    music: bool
    scores: Mapping[str, float]
    segments: tuple[Segment, ...]
    tempo: float | None
    duration: float
    model: str
    genres: tuple[str, ...] = ()
    mood: str | None = None
    moods: Mapping[str, float] = field(default_factory=dict)
    truncated: bool = False
    traits: Mapping[str, Any] = field(default_factory=dict)
    vector: tuple[float, ...] = ()
    peaks: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "genres", self.genres or (self.genre,))
        if self.genre not in self.scores:
            raise ValueError(f"{self.genre!r} is none of the scored genres")
        if self.genres[0] != self.genre or not set(self.genres) <= set(self.scores):
            raise ValueError("the names shown begin with the best guess and are scored genres")
        if abs(sum(self.scores.values()) - 1) > ROUNDING:
            raise ValueError("the scores of all genres must sum to 1")
        if self.moods and (self.mood not in self.moods or abs(sum(self.moods.values()) - 1) > ROUNDING):
            raise ValueError("the mood is one of the scored moods, and their scores must sum to 1")

    def to_dict(self) -> dict[str, Any]:
        """Return all but vector and peaks as JSON-ready values, in the order of the command line's contract."""
        return {
            "genre": self.genre,
            "confidence": self.confidence,
            "sure": self.sure,
            "music": self.music,
            "scores": dict(self.scores),
            "segments": [segment.to_dict() for segment in self.segments],
            "tempo": self.tempo,
            "duration": self.duration,
            "model": self.model,
            "genres": list(self.genres),
            "mood": self.mood,
            "moods": dict(self.moods),
            "truncated": self.truncated,
            "traits": dict(self.traits),
        }

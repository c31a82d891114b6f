"""How the shipped model stands: what it said of artists it never heard, calibrated and judged.

What belongs here: from held-out log-probabilities to figures, for genre and mood. Not here: the figures themselves
(``evaluate``), fitting (``train``) or wording (``report``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from classifier.constants import MOODS
from classifier.likeness import joined
from classifier.model import SECOND_CLAIM, softmax
from classifier.training.alike import Company
from classifier.training.curriculum import Curriculum
from classifier.training.evaluate import Figures, calibration_parts, fit_scales, judge, stack_across
from classifier.training.likeness import EAR_SHARE, GENRE_SHARE, MOOD_SHARE, SOUND_SHARE
from classifier.training.nonmusic import gate_margin
from classifier.training.split import leak_groups
from classifier.training.train import Held

RELIED_ON = 0.8
"""Share of right guesses from which upwards a guess counts as sure."""

MEMBERS = ("LDA", "CNN")
"""The members of every head, in their order; the second where there is a network."""


@dataclass(frozen=True, eq=False)
class Answers:
    """What one head answered on the recordings that may judge it.

    Parameters
    ----------
    labels : tuple of str
        The possible answers.
    tracks : ndarray, shape (n,), int
        Row numbers in the curriculum.
    truth : ndarray, shape (n,), int
        Number of each recording's label.
    parts : ndarray, shape (members, n, labels)
        Mean log-probabilities over windows, not calibrated.
    fold : ndarray, shape (n,), int
        By which the scales are cross-fitted.
    artist : ndarray, shape (n,)
        Drawn by the bootstrap.
    seed : int
        Of the bootstrap.
    """

    labels: tuple[str, ...]
    tracks: NDArray[np.intp]
    truth: NDArray[np.intp]
    parts: NDArray[np.float64]
    fold: NDArray[np.intp]
    artist: NDArray[np.object_]
    seed: int

    @cached_property
    def probabilities(self) -> NDArray[np.float64]:
        """Of all members together, each fold weighed and calibrated by the others, shape (n, labels)."""
        return stack_across(self.truth, self.parts, self.fold)

    @cached_property
    def figures(self) -> Figures:
        """Of all members together."""
        return self._judge(self.probabilities)

    @cached_property
    def alone(self) -> dict[str, Figures]:
        """Of each member by itself, calibrated likewise."""
        return {
            name: self._judge(stack_across(self.truth, self.parts[number : number + 1], self.fold))
            for number, name in enumerate(MEMBERS[: len(self.parts)])
        }

    @property
    def right(self) -> NDArray[np.bool_]:
        """Which guesses were right."""
        return np.asarray(self.probabilities.argmax(axis=1) == self.truth)

    def _judge(self, probabilities: NDArray[np.float64]) -> Figures:
        return judge(self.truth, probabilities, self.artist, labels=self.labels, seed=self.seed)


@dataclass(frozen=True, eq=False)
class Standing:
    """Both heads' answers, and everything else that was asked of held-out recordings.

    Parameters
    ----------
    curriculum : Curriculum
        Of n recordings.
    held : Held
        What was said of those held out.
    held_windows : ndarray, shape (n,), int
        Windows of every recording.
    seed : int
        Of the bootstrap.
    aspects : mapping of str to ndarray, shape (n,)
        What can be measured of every recording and ought to be alike in neighbours.
    """

    curriculum: Curriculum
    held: Held
    held_windows: NDArray[np.intp]
    seed: int
    aspects: Mapping[str, NDArray[np.floating]] = field(default_factory=dict)

    @cached_property
    def gate_margin(self) -> float:
        """How far the gate is moved towards music."""
        return gate_margin(self.held.musicality)

    @cached_property
    def genre(self) -> Answers:
        """What was said of the genre."""
        return self._answers(self.curriculum.genres, self.curriculum.judged_genre, self.held.genre)

    @cached_property
    def mood(self) -> Answers | None:
        """What was said of the mood; None where the dataset has none."""
        if not len(self.held.mood) or (self.curriculum.judged_mood < 0).all():
            return None
        return self._answers(MOODS, self.curriculum.judged_mood, self.held.mood)

    @cached_property
    def vectors(self) -> NDArray[np.float32]:
        """Of the held-out recordings, each fold's verdicts calibrated by the others, shape (held, d)."""
        genre = self._calibrated(self.curriculum.judged_genre, self.held.genre)
        mood = None if self.mood is None else self._calibrated(self.curriculum.judged_mood, self.held.mood)
        ear = self.held.ear if self.held.ear.shape[1] else None
        shares = (GENRE_SHARE, MOOD_SHARE, SOUND_SHARE, EAR_SHARE)
        rows = [
            joined(said, None if mood is None else mood[row], sound, None if ear is None else ear[row], shares)
            for row, (said, sound) in enumerate(zip(genre, self.held.sound, strict=True))
        ]
        return np.stack(rows)

    def company(self, judged: NDArray[np.intp]) -> tuple[NDArray[np.intp], Company]:
        """Return which held-out recordings have a label of ``judged``, and these as a company to find neighbours in."""
        asked = np.flatnonzero(judged[self.held.tracks] >= 0)
        tracks = self.held.tracks[asked]
        return asked, Company(judged[tracks], self.held.fold[asked], leak_groups(self.curriculum.tracks)[tracks])

    def _calibrated(self, judged: NDArray[np.intp], parts: NDArray[np.float64]) -> NDArray[np.float64]:
        """Weigh and calibrate what was said of all that was held out, in each fold by what can be judged in others."""
        truth = judged[self.held.tracks]
        fold = calibration_parts(self.held.fold, self.curriculum.tracks["artist_group"].to_numpy()[self.held.tracks])
        probabilities = np.empty(parts.shape[1:])
        for number in np.unique(fold):
            inside, others = fold == number, (fold != number) & (truth >= 0)
            scales = fit_scales(truth[others], parts[:, others])
            probabilities[inside] = softmax(np.tensordot(scales, parts[:, inside], axes=1))
        return probabilities

    def _answers(self, labels: Sequence[str], judged: NDArray[np.intp], parts: NDArray[np.float64]) -> Answers:
        asked = np.flatnonzero(judged[self.held.tracks] >= 0)
        tracks = self.held.tracks[asked]
        artist = self.curriculum.tracks["artist_group"].to_numpy()[tracks]
        fold = calibration_parts(self.held.fold[asked], artist)
        return Answers(tuple(labels), tracks, judged[tracks], parts[:, asked], fold, artist, self.seed)


def pair_confidence_for(accuracy: float, truth: NDArray[np.intp], probabilities: NDArray[np.float64]) -> float:
    """Return the lowest sum of the two best from which upwards one of them is right at least that often.

    Only songs are looked at whose second best has a claim of its own (SECOND_CLAIM of the best).
    """
    order = np.argsort(-probabilities, axis=1)[:, :2]
    best, second = np.take_along_axis(probabilities, order, axis=1).T
    close = np.flatnonzero(second >= SECOND_CLAIM * best)
    ranked = close[np.argsort(-(best + second)[close])]
    hit = (order[ranked] == truth[ranked, None]).any(axis=1)
    reached = np.flatnonzero(np.cumsum(hit) >= accuracy * np.arange(1, len(ranked) + 1))
    return float((best + second)[ranked[reached[-1]]]) if len(reached) else 1.0

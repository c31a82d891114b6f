"""Made-up songs and listeners for ``benchmarks.taste``: what they like is hidden, and not of our model's own form.

A song is a point in a hidden space of sound. Genre scores, moods and the song vector are bent and noisy views of that
point, so genres overlap and go together with sounds and moods, as real ones do. A listener likes a song by how close it
is to the *nearest* of a few loved songs, by its one true genre, by how far its mood is from what the moment asks for,
and by how good it is to everybody; a logistic curve makes that a probability.

What belongs here: the hidden truth and what is seen of it. Not here: who chooses (``taste``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from classifier import GENRES, MOODS
from portal.taste.values import CONTEXTS, Piece

HIDDEN, DIMS = 8, 48
SONGS = 1_000
WORDS = ("calm", "energetic", "dark", "bright")


@dataclass(frozen=True)
class Catalogue:
    """Songs: hidden ``points``, true ``genres``, ``spirit`` (energy and light) and ``appeal``.

    What is seen of them: ``pieces``, and as ``named`` the number of the genre that scores highest.
    """

    points: np.ndarray
    genres: np.ndarray
    spirit: np.ndarray
    appeal: np.ndarray
    pieces: tuple[Piece, ...]
    named: np.ndarray

    @classmethod
    def made(cls, rng: np.random.Generator, songs: int = SONGS) -> Catalogue:
        centres = rng.normal(size=(len(GENRES), HIDDEN))
        genres = rng.integers(len(GENRES), size=songs)
        points = centres[genres] + rng.normal(scale=0.8, size=(songs, HIDDEN))
        # Energy and light lie in the sound as well, but bent.
        spirit = np.tanh(points @ rng.normal(scale=0.4, size=(HIDDEN, 2)) + rng.normal(scale=0.2, size=(songs, 2)))
        shares = _genre_scores(rng, points, centres)
        views = zip(shares, _moods(rng, spirit), _vectors(rng, points), strict=True)
        pieces = tuple(
            Piece(str(number), dict(zip(GENRES, map(float, scores), strict=True)), moods, vector.tobytes())
            for number, (scores, moods, vector) in enumerate(views)
        )
        return cls(points, genres, spirit, rng.normal(scale=0.5, size=songs), pieces, shares.argmax(axis=1))


def _genre_scores(rng: np.random.Generator, points: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Return what a classifier with errors of its own would say."""
    far = ((points[:, None, :] - centres) ** 2).sum(axis=2)
    return _shares(-far / 3 + rng.normal(scale=0.7, size=far.shape))


def _moods(rng: np.random.Generator, spirit: np.ndarray) -> list[dict[str, float]]:
    """Return one word each for energy and light where they are clear, and the classifier's four moods."""
    seen = spirit + rng.normal(scale=0.25, size=spirit.shape)
    corners = np.array([[0.8, 0.6], [0.8, -0.6], [-0.6, -0.8], [-0.8, 0.5]])
    shares = _shares(2 * seen @ corners.T + rng.normal(scale=0.4, size=(len(seen), len(corners))))
    found = []
    for (energy, light), row in zip(seen, shares, strict=True):
        moods = dict(zip(MOODS, map(float, row), strict=True))
        told = {"calm": energy < -0.3, "energetic": energy > 0.3, "dark": light < -0.3, "bright": light > 0.3}
        moods |= {word: 1.0 for word, is_clear in told.items() if is_clear}
        found.append(moods)
    return found


def _vectors(rng: np.random.Generator, points: np.ndarray) -> np.ndarray:
    bent = np.tanh(points @ rng.normal(scale=0.35, size=(HIDDEN, DIMS)))
    seen = bent + rng.normal(scale=0.3, size=bent.shape)
    return (seen / np.linalg.norm(seen, axis=1, keepdims=True)).astype("<f4")


def _shares(scores: np.ndarray) -> np.ndarray:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


@dataclass(frozen=True)
class Taste:
    """A hidden taste: loved points and how much, a liking for each genre, the spirit wished for in each context."""

    anchors: np.ndarray
    strengths: np.ndarray
    genres: np.ndarray
    wishes: np.ndarray

    @classmethod
    def made(cls, rng: np.random.Generator, catalogue: Catalogue) -> Taste:
        return cls(
            catalogue.points[rng.choice(len(catalogue.points), 3, replace=False)],
            rng.uniform(1.5, 3.0, size=3),
            rng.normal(scale=0.8, size=len(GENRES)),
            rng.uniform(-0.8, 0.8, size=(len(CONTEXTS), 2)),
        )

    def drifted(self, rng: np.random.Generator, catalogue: Catalogue) -> Taste:
        """Return the taste after a change: one loved song stays, and half of what was felt about genres."""
        other = Taste.made(rng, catalogue)
        anchors, strengths = other.anchors.copy(), other.strengths.copy()
        anchors[0], strengths[0] = self.anchors[0], self.strengths[0]
        stays = rng.permutation(len(GENRES)) < len(GENRES) // 2
        return Taste(anchors, strengths, np.where(stays, self.genres, other.genres), self.wishes)

    def chances(self, catalogue: Catalogue) -> np.ndarray:
        """Return the probability that each song is liked in each context, shape (contexts, songs)."""
        far = ((catalogue.points[:, None, :] - self.anchors) ** 2).sum(axis=2)
        close = (self.strengths * np.exp(-far / (2 * 2.0**2))).max(axis=1)
        off = np.sqrt(((catalogue.spirit[None] - self.wishes[:, None, :]) ** 2).sum(axis=2))
        utility = close + self.genres[catalogue.genres] + catalogue.appeal - 1.2 * off - 1.0
        return 1 / (1 + np.exp(-utility))

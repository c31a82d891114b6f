"""The song's vector: what is said of it and how it sounds, as one point; songs that sound alike lie near each other.

What belongs here: the arithmetic from verdict and measures to the vector. Not here: fitting (``training.likeness``) or
finding the nearest (``neighbours``). Four views of a song stand side by side, each of length 1 times the root of its
share: the square distance of two songs is then the shared-out sum of their distances in each view. Of verdicts that is
the distance of Hellinger (1909), of the other two it is that of directions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Row = NDArray[np.float32]

SHORTEST = np.float32(1e-9)
"""A view shorter than this points nowhere and stays short."""


@dataclass(frozen=True, eq=False)
class View:
    """A mean row seen from the middle of all music, along some directions, and as a direction itself.

    Parameters
    ----------
    centre : ndarray, shape (inputs,)
    directions : ndarray, shape (inputs, n)
    """

    centre: Row
    directions: Row

    def __post_init__(self) -> None:
        if self.directions.ndim != 2 or self.centre.shape != self.directions.shape[:1]:  # noqa: PLR2004 - a matrix
            raise ValueError("the arrays of a view do not fit each other")

    def __call__(self, rows: Row) -> Row:
        """Return what is seen of the mean of ``rows``, shape (windows, inputs): length 1, shape (n,)."""
        return _unit((rows.mean(axis=0) - self.centre) @ self.directions)


@dataclass(frozen=True, eq=False)
class Likeness:
    """What makes a song's vector.

    Parameters
    ----------
    sound : View
        Of whitened feature rows.
    ear : View or None
        Of the network's summaries; None without a network.
    genre_share, mood_share, sound_share, ear_share : float
        What each view counts. Where one is missing, the others count as much more.
    """

    sound: View
    ear: View | None
    genre_share: float
    mood_share: float
    sound_share: float
    ear_share: float

    def __post_init__(self) -> None:
        if min(self.shares) < 0 or not self.sound_share > 0:
            raise ValueError("a view of a song cannot count less than nothing")

    @property
    def shares(self) -> tuple[float, float, float, float]:
        """The shares of genre, mood, sound and ear."""
        return self.genre_share, self.mood_share, self.sound_share, self.ear_share

    def vector(
        self,
        genre: NDArray[np.floating],
        moods: NDArray[np.floating] | None,
        whitened: Row,
        summaries: Row | None,
    ) -> Row:
        """Return the vector of a song.

        Parameters
        ----------
        genre, moods : ndarray
            Calibrated probabilities of the song; ``moods`` None where none are known.
        whitened : ndarray, shape (windows, directions), float32
        summaries : ndarray, shape (windows, values), float32, or None
            The network's.

        Returns
        -------
        ndarray, float32
            Of length 1.
        """
        ear = None if self.ear is None or summaries is None else self.ear(summaries)
        return joined(genre, moods, self.sound(whitened), ear, self.shares)

    def check(self, directions: int, values: int) -> None:
        """Raise ValueError if it does not fit rows of so many directions, or so many values of the network."""
        if len(self.sound.centre) != directions or (self.ear is not None and len(self.ear.centre) != values):
            raise ValueError("what makes the song's vector does not fit the model")

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays that ``from_arrays`` takes; the directions in half precision."""
        views = {"sound": self.sound} | ({} if self.ear is None else {"ear": self.ear})
        arrays: dict[str, NDArray[Any]] = {"likeness_shares": np.array(self.shares)}
        for name, view in views.items():
            arrays[f"{name}_centre"] = view.centre
            arrays[f"{name}_directions"] = view.directions.astype(np.float16)
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self | None:
        """Return what the arrays hold, None where they are of a model without it; raise KeyError or ValueError."""
        if "likeness_shares" not in arrays:
            return None
        ear = _view(arrays, "ear") if "ear_centre" in arrays else None
        genre, mood, sound, heard = arrays["likeness_shares"].astype(float).tolist()
        return cls(_view(arrays, "sound"), ear, genre, mood, sound, heard)


def joined(
    genre: NDArray[np.floating],
    moods: NDArray[np.floating] | None,
    sound: Row,
    ear: Row | None,
    shares: Sequence[float],
) -> Row:
    """Return the vector of a song, given its calibrated probabilities, two views and the ``shares`` of all four."""
    views = (np.sqrt(genre), None if moods is None else np.sqrt(moods), sound, ear)
    parts = [np.sqrt(share) * view for share, view in zip(shares, views, strict=True) if view is not None]
    return _unit(np.concatenate(parts).astype(np.float32))


def _view(arrays: Mapping[str, NDArray[Any]], name: str) -> View:
    centre, directions = (arrays[f"{name}_{part}"].astype(np.float32) for part in ("centre", "directions"))
    return View(centre, directions)


def _unit(values: Row) -> Row:
    return np.asarray(values / max(np.linalg.norm(values), SHORTEST), dtype=np.float32)

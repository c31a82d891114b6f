"""Pieces as rows of numbers, scaled so that every column is expected to matter equally little beforehand.

What belongs here: the columns and how they are filled. Not here: learning (``regression``). Imports NumPy, so it is
itself imported only when somebody's taste is asked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import compress, repeat

import numpy as np
from numpy.typing import NDArray

from portal.taste.values import CONTEXTS, Piece

Rows = NDArray[np.float64]

NUMBER, WIDTH = "<f4", 4
"""How numbers of a vector are kept, and in how many bytes."""

# How far apart we expect likings to lie before we know anybody, in rewards.
BASE, GENRE, MOOD, SOUND = 0.3, 1.0, 0.3, 0.4
# And how far what others like goes for a person, as it does for most of them.
ACCLAIM = 1.5
USUAL_ACCLAIM = 0.4
"""Acclaim that speaks neither for nor against; what nobody reacted to counts as having it."""

# How much likings differ from one context to another.
GENRE_IN_CONTEXT, MOOD_IN_CONTEXT = 0.2, 0.25


@dataclass(frozen=True)
class Space:
    """The columns: one base, ``genres``, ``moods``, both again for each context, ``dims`` of sound, and acclaim."""

    genres: tuple[str, ...]
    moods: tuple[str, ...]
    dims: int

    @classmethod
    def over(cls, pieces: Sequence[Piece]) -> Space:
        """Return the space in which all these pieces lie; vectors of a rarer length are left out."""
        lengths = Counter(len(_raw(piece)) // WIDTH for piece in pieces)
        del lengths[0]
        return cls(
            tuple(sorted({name for piece in pieces for name in piece.genres})),
            tuple(sorted({name for piece in pieces for name in piece.moods})),
            max(lengths, key=lambda length: (lengths[length], length), default=0),
        )

    @property
    def named(self) -> int:
        """How many columns have a name: genres and moods."""
        return len(self.genres) + len(self.moods)

    def names(self, pieces: Sequence[Piece]) -> Rows:
        """Return the strengths of genres and moods, shape (pieces, named); what is no number is 0."""
        nothing = repeat(0.0)
        rows = [
            (*map(piece.genres.get, self.genres, nothing), *map(piece.moods.get, self.moods, nothing))
            for piece in pieces
        ]
        found: Rows = np.array(rows, float).reshape(len(pieces), self.named)
        found[~np.isfinite(found)] = 0.0
        return found.clip(0.0, 1.0)

    def sounds(self, pieces: Sequence[Piece]) -> Rows:
        """Return unit vectors, shape (pieces, dims); 0 where the sound is not known."""
        raw = [_raw(piece) for piece in pieces]
        fit = [bool(one) and len(one) == self.dims * WIDTH for one in raw]
        found: Rows = np.zeros((len(pieces), self.dims))
        with np.errstate(invalid="ignore"):  # what is no number is thrown out in the next line
            found[fit] = np.frombuffer(b"".join(compress(raw, fit)), NUMBER).reshape(sum(fit), self.dims)
        found[~np.isfinite(found).all(axis=1)] = 0.0
        lengths = np.sqrt((found**2).sum(axis=1, keepdims=True))
        found /= np.where(lengths > 0, lengths, 1.0)
        return found

    def acclaim(self, pieces: Sequence[Piece]) -> Rows:
        """Return how much more than usual others like each, shape (pieces, 1); 0 where that is not known."""
        told = [USUAL_ACCLAIM if piece.acclaim is None else piece.acclaim for piece in pieces]
        found: Rows = np.array(told, float).reshape(len(pieces), 1)
        found[~np.isfinite(found)] = USUAL_ACCLAIM
        return found.clip(0.0, 1.0) - USUAL_ACCLAIM

    def before(self) -> Rows:
        """Return what each column is expected to do before anything is known of somebody, shape (columns,).

        Nothing but acclaim is: what others like is liked by most.
        """
        expected: Rows = np.zeros(2 + self.named * (1 + len(CONTEXTS)) + self.dims)
        expected[-1] = 1.0
        return expected

    def rows(self, names: Rows, sounds: Rows, acclaim: Rows, contexts: Iterable[str | None]) -> Rows:
        """Return all columns, shape (pieces, 1 + named + contexts x named + dims + 1)."""
        there = np.array([[context == one for one in CONTEXTS] for context in contexts], float)
        there = there.reshape(len(names), len(CONTEXTS))
        scale = np.repeat((GENRE, MOOD), (len(self.genres), len(self.moods)))
        scale_there = np.repeat((GENRE_IN_CONTEXT, MOOD_IN_CONTEXT), (len(self.genres), len(self.moods)))
        within = (there[:, :, None] * (names * scale_there)[:, None, :]).reshape(len(names), len(CONTEXTS) * self.named)
        return np.hstack([np.full((len(names), 1), BASE), names * scale, within, sounds * SOUND, acclaim * ACCLAIM])

    def of_names(self, columns: Rows) -> Rows:
        """Return the columns of genres and moods, whatever the context."""
        return columns[:, 1 : 1 + self.named]

    def of_context(self, columns: Rows, context: str | None) -> Rows:
        """Return the columns of genres and moods in one context; nothing but 0 outside of all."""
        if context not in CONTEXTS:
            return np.zeros((len(columns), self.named))
        start = 1 + self.named * (1 + CONTEXTS.index(context))
        return columns[:, start : start + self.named]

    def of_sound(self, columns: Rows) -> Rows:
        """Return the columns of the sound."""
        return columns[:, 1 + self.named * (1 + len(CONTEXTS)) : -1]


def _raw(piece: Piece) -> bytes:
    """Return the vector's bytes; none where there is no vector, or one that was cut within a number."""
    if isinstance(piece.vector, bytes):
        return b"" if len(piece.vector) % WIDTH else piece.vector
    with np.errstate(over="ignore", invalid="ignore"):
        return b"" if piece.vector is None else np.asarray(piece.vector, NUMBER).tobytes()

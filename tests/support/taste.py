"""Songs and events for tests of taste."""

from __future__ import annotations

from itertools import count

from classifier import GENRES
from portal.taste.values import Event, Piece

__all__ = ["GENRES", "event", "of", "songs"]

_numbers = count()


def of(genre, **moods):
    """Return a new song that is of one genre and nothing else."""
    return Piece(f"{genre}{next(_numbers)}", {genre: 1.0}, moods)


def songs(of_each):
    """Return so many songs of every genre."""
    return [Piece(f"{genre}-{number}", {genre: 1.0}) for genre in GENRES for number in range(of_each)]


def event(kind, piece, at, times=1, context=None):
    """Return events about so many songs that are described alike."""
    return [
        Event(kind, Piece(f"{piece.key}/{number}", piece.genres, piece.moods), at, context) for number in range(times)
    ]

"""What is written into which song, and what an archive may hold.

What belongs here: frozen values and pure functions. Not here: how a file's bytes say it (``files``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from typing import Protocol

from portal.models import Feedback, PredictionRecord, Song
from portal.tagging.errors import WrongChoiceError
from portal.tagging.files.wishes import MODES
from portal.text import extension, file_name

MOST_SONGS = 500
MOST_BYTES = 4 * 2**30
NAME_CHARACTERS, NAME_BYTES = 200, 240
"""What a name in an archive may have: file systems take 255 bytes, of which some are left for a number."""

NEVER_IN_NAMES = frozenset('<>:"|?*/\\')
"""Characters that Windows takes in no name."""

RESERVED = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{digit}" for port in ("com", "lpt") for digit in range(10))}
)

GENRE_TAGS = {"hiphop": "Hip-Hop"}
"""Genres whose name in tags, as ID3 lists it, is not simply the key with a capital."""


@dataclass(frozen=True)
class Hearing:
    """What a song is taken to be: the genres to write, the scores of all, and whether to rely on it.

    ``said`` is whether its owner said so; their word goes before what was heard.
    """

    genres: tuple[str, ...]
    scores: Mapping[str, float]
    sure: bool
    music: bool
    said: bool = False

    def ranked(self) -> list[str]:
        """Return the genres to choose from: those the owner named in their order, then the likeliest first."""
        named = self.genres if self.said else ()
        others = {*self.scores, *self.genres} - {*named}
        return [*named, *sorted(others, key=lambda genre: (-self.scores.get(genre, 0.0), genre))]


@dataclass(frozen=True)
class Taggable:
    """One song, as much of it as making a copy takes; ``hearing`` is None where there is no verdict."""

    id: str
    title: str
    filename: str
    stored_name: str
    size: int
    uploaded_at: datetime
    hearing: Hearing | None


@dataclass(frozen=True)
class Found:
    """Songs with a verdict that fit a search, newest first, of all ``total``; and the search as it was understood."""

    songs: Sequence[Song]
    total: int
    query: Mapping[str, str]


class Library(Protocol):
    """Finds somebody's songs as their history does."""

    def __call__(self, user_id: int, asked: Mapping[str, str], zone: tzinfo, limit: int) -> Found:
        """Return at most ``limit`` of the person's songs that have a verdict and fit what an address asks for.

        Days begin and end in ``zone``.
        """


@dataclass(frozen=True)
class Selection:
    """The songs of one archive, of all ``total`` that fit; and the search, or else that they were ``picked``."""

    songs: tuple[Taggable, ...]
    total: int
    query: Mapping[str, str] = field(default_factory=dict)
    picked: bool = False

    @property
    def size(self) -> int:
        """How many bytes the songs have."""
        return sum(song.size for song in self.songs)


def tag_name(genre: str) -> str:
    """Return the genre as music players write it."""
    words = genre.replace("_", " ")
    return GENRE_TAGS.get(genre, words[:1].upper() + words[1:])


def taggable(song: Song) -> Taggable:
    """Return what a copy takes of a song."""
    return Taggable(
        *(song.id, song.title, song.filename, song.stored_name, song.size_bytes, song.created_at),
        hearing=_hearing(song.prediction, song.feedback) if song.prediction else None,
    )


def _hearing(verdict: PredictionRecord, feedback: Feedback | None) -> Hearing:
    heard = _heard(verdict)
    if feedback is None:
        return heard
    if feedback.genre is None:
        return replace(heard, genres=(), music=False, said=True)
    if feedback.genre == verdict.genre and not feedback.second and heard.genres:
        # Who agrees agrees with all that was shown.
        return replace(heard, sure=True, said=True)
    said = tuple(filter(None, (feedback.genre, feedback.second)))
    return replace(heard, genres=said, sure=True, music=True, said=True)


def _heard(verdict: PredictionRecord) -> Hearing:
    # A second genre that may not be relied on is not shown, and so not written either; nor any of what is no music.
    others = (verdict.genres or []) if verdict.sure else []
    genres = tuple(dict.fromkeys([verdict.genre, *others])) if verdict.music else ()
    return Hearing(genres, verdict.scores, verdict.sure, verdict.music)


def default_mode(present: Sequence[str]) -> str:
    """Return what is to become of the genres in a file, unless somebody says otherwise."""
    return "append" if present else "replace"


def checked(hearing: Hearing, genres: Iterable[str], mode: str) -> tuple[list[str], str]:
    """Return the names to write and the mode; raise WrongChoiceError for what was not offered."""
    offered, asked = hearing.ranked(), set(genres)
    if not asked or not asked <= set(offered):
        raise WrongChoiceError
    return [tag_name(genre) for genre in offered if genre in asked], checked_mode(mode)


def checked_mode(mode: str) -> str:
    """Return the mode; raise WrongChoiceError where there is no such."""
    if mode not in MODES:
        raise WrongChoiceError
    return mode


def within_limits(songs: Sequence[Taggable]) -> tuple[Taggable, ...]:
    """Return the first songs, as many as one archive may hold."""
    size, kept = 0, []
    for song in songs[:MOST_SONGS]:
        size += song.size
        if size > MOST_BYTES:
            break
        kept.append(song)
    return tuple(kept)


def name_in_archive(filename: str, taken: Collection[str]) -> str:
    """Return a name that every system can unpack and that is not, in any case of letters, among the ``taken``."""
    cleaned = "".join("_" if character in NEVER_IN_NAMES else character for character in filename).rstrip(". ")
    # What cannot be shown may have stood behind a dot.
    name = file_name(cleaned, NAME_CHARACTERS).rstrip(". ")
    suffix = extension(name)
    stem = name.removesuffix(suffix)
    if stem.casefold() in RESERVED:
        stem += "_"
    candidate, number = _fitting(stem, suffix), 1
    while candidate.casefold() in taken:
        number += 1
        candidate = _fitting(stem, f" ({number}){suffix}")
    return candidate


def _fitting(stem: str, ending: str) -> str:
    while len(stem) + len(ending) > NAME_CHARACTERS or len((stem + ending).encode()) > NAME_BYTES:
        stem = stem[:-1]
    return (stem.rstrip() + ending).rstrip(". ")

"""What anybody but its owner may see of songs and playlists, said once for every query; and the values they become.

What belongs here: the conditions of being public, and frozen values for the pages. Not here: who asks, and for what.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session, scoped_session, undefer

from portal.models import Like, Playlist, PredictionRecord, Profile, Publication, Song
from portal.ports import ShownPlaylist

AnySession = Session | scoped_session[Any]
Item = TypeVar("Item")

MAX_ROWS = 500
"""Rows of a playlist that a page shows to others."""


@dataclass(frozen=True)
class Author:
    """Who made something public: what links to their page, and their display name."""

    id: str
    name: str


@dataclass(frozen=True)
class Result:
    """A song's result as others see it. Nothing of its file, nor of whose account it is."""

    title: str
    artist: str
    prediction: PredictionRecord


@dataclass(frozen=True)
class SongCard:
    """A public song in a list."""

    id: str
    title: str
    artist: str
    genre: str
    sure: bool
    mood: str | None
    likes: int
    liked: bool
    published_at: datetime
    author: Author


@dataclass(frozen=True)
class PlaylistCard:
    """A public playlist in a list."""

    id: str
    name: str
    description: str
    published_at: datetime
    author: Author


@dataclass(frozen=True)
class PublicSong:
    """A public song with its whole result."""

    id: str
    result: Result
    author: Author
    likes: int
    liked: bool
    own: bool


@dataclass(frozen=True)
class PublicPlaylist:
    """A public playlist with its rows; ``linked`` are those of its songs that have a public page of their own."""

    playlist: ShownPlaylist
    author: Author
    linked: frozenset[str]
    own: bool


@dataclass(frozen=True)
class Stretch(Generic[Item]):
    """One page of a list whose length nobody counts: ``number`` starts from 1, and a next one may follow."""

    items: Sequence[Item]
    number: int
    has_next: bool

    @property
    def has_previous(self) -> bool:
        """Whether a page comes before."""
        return self.number > 1


def whole_verdict() -> Any:
    """Return the option that brings a verdict's peaks along, for the pages that draw its waveform."""
    return undefer(PredictionRecord.peaks)


def artist_of() -> Any:
    """Return the column of the artist that a song's own tags name."""
    return Song.tags["artist"].as_string()


def liked_by(user_id: int) -> Any:
    """Return a column that tells whether that person likes the song of the row."""
    return exists().where(Like.user_id == user_id, Like.song_id == Song.id)


def public_songs(*columns: Any) -> Select[Any]:
    """Return a query for songs that are public now, with publication, song, verdict and profile to choose from."""
    return (
        select(*columns)
        .select_from(Publication)
        .join(Song, Song.id == Publication.song_id)
        .join(PredictionRecord, PredictionRecord.song_id == Publication.song_id)
        .join(Profile, Profile.user_id == Publication.user_id)
        .where(
            Publication.published_at.is_not(None),
            Publication.hidden_at.is_(None),
            Profile.suspended_at.is_(None),
            PredictionRecord.music,
        )
    )


def public_playlists(*columns: Any) -> Select[Any]:
    """Return a query for playlists that are public now, with playlist and profile to choose from."""
    return (
        select(*columns)
        .select_from(Playlist)
        .join(Profile, Profile.user_id == Playlist.user_id)
        .where(Playlist.published_at.is_not(None), Playlist.hidden_at.is_(None), Profile.suspended_at.is_(None))
    )

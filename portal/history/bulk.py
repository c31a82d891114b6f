"""Several of one's songs at once: forgotten, analysed again, put into a playlist.

What belongs here: what may be asked of a selection; each answer costs as many statements for one song as for all. Not
here: which songs are listed (``service``), a job's life (``jobs``), playlists (``playlists``): those two are bound in
``wiring``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, scoped_session

from portal.history.matching import NEWEST_FIRST
from portal.history.service import delete_bytes
from portal.models import Song
from portal.ports import Storage
from portal.selection import NothingSelectedError


class Restart(Protocol):
    """Queues analyses anew."""

    def __call__(self, user_id: int, song_ids: Sequence[str]) -> int:
        """Queue those of the person's songs that can be analysed again; return how many there were."""


class Collector(Protocol):
    """Puts songs into playlists."""

    def choices(self, user_id: int) -> Sequence[tuple[str, str, int]]:
        """Return id, name and length of each playlist that the person can add to."""

    def add(self, user_id: int, playlist_id: str, song_ids: Sequence[str]) -> tuple[str, int]:
        """Add the person's songs that are not in there; return the playlist's name and how many were new."""

    def add_to_new(self, user_id: int, name: str, song_ids: Sequence[str]) -> tuple[str, str, int]:
        """Put the person's songs into a new playlist; return its id, its name and how many there are."""


@dataclass(frozen=True)
class Selected:
    """One of the person's own songs among those that were selected."""

    id: str
    title: str


@dataclass(frozen=True)
class Collected:
    """What adding did: how many songs were new to the playlist."""

    playlist_id: str
    playlist: str
    new: int


class SelectedSongs:
    """Does one thing to several songs; ids that are not the person's own are as if not there."""

    def __init__(
        self, session: Session | scoped_session[Any], storage: Storage, restart: Restart, collector: Collector
    ) -> None:
        self._session = session
        self._storage = storage
        self._restart = restart
        self._collector = collector

    def chosen(self, user_id: int, song_ids: Sequence[str]) -> list[Selected]:
        """Return the selected songs, newest first; raise NothingSelectedError where there is none."""
        own = select(Song.id, Song.title).where(Song.user_id == user_id, Song.id.in_(song_ids))
        songs = [Selected(*row) for row in self._session.execute(own.order_by(*NEWEST_FIRST))]
        if not songs:
            raise NothingSelectedError
        return songs

    def delete(self, user_id: int, song_ids: Sequence[str]) -> int:
        """Forget the songs, their verdicts and their bytes; return how many were there."""
        # One statement, so that of two requests at the same moment each counts only what it took away itself.
        deleted = self._session.scalars(
            delete(Song).where(Song.user_id == user_id, Song.id.in_(song_ids)).returning(Song.stored_name),
            execution_options={"synchronize_session": False},
        ).all()
        self._session.commit()
        for stored_name in deleted:
            delete_bytes(self._storage, stored_name)
        return len(deleted)

    def analyse_again(self, user_id: int, song_ids: Sequence[str]) -> int:
        """Queue those that can be analysed again; return how many there were."""
        return self._restart(user_id, song_ids)

    def playlists(self, user_id: int) -> Sequence[tuple[str, str, int]]:
        """Return id, name and length of each playlist to add to."""
        return self._collector.choices(user_id)

    def collect(self, user_id: int, song_ids: Sequence[str], playlist_id: str) -> Collected:
        """Add the songs to a playlist, each once however often it is asked for."""
        name, new = self._collector.add(user_id, playlist_id, song_ids)
        return Collected(playlist_id, name, new)

    def collect_in_new(self, user_id: int, song_ids: Sequence[str], name: str) -> Collected:
        """Put the songs into a new playlist."""
        return Collected(*self._collector.add_to_new(user_id, name, song_ids))

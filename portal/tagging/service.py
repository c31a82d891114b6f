"""Copies of somebody's own songs with the genre written.

What belongs here: whose songs, and what may be asked of them. Not here: how a copy is made (``copies``, ``archive``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any, BinaryIO

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, scoped_session

from portal.errors import NotFoundError, PortalError
from portal.language import _
from portal.models import PredictionRecord, Song
from portal.ports import Storage
from portal.tagging.archive import archive
from portal.tagging.copies import Copyist
from portal.tagging.errors import NoVerdictError
from portal.tagging.scribe import Scribe
from portal.tagging.values import (
    MOST_SONGS,
    Library,
    Selection,
    Taggable,
    checked,
    checked_mode,
    default_mode,
    taggable,
    within_limits,
)

USED = (PredictionRecord.genre, PredictionRecord.genres, PredictionRecord.scores)
USED += (PredictionRecord.sure, PredictionRecord.music)  # type: ignore[assignment]


@dataclass(frozen=True)
class Look:
    """What can be done with one song: its format and genres now, or the ``problem``; and what is offered."""

    song: Taggable
    kind: str = ""
    present: Sequence[str] = ()
    problem: PortalError | None = None

    @property
    def mode(self) -> str:
        """The mode to begin with."""
        return default_mode(self.present)


@dataclass(frozen=True)
class Copy:
    """A finished copy: an open file that has no name any more, so that closing it leaves nothing."""

    file: BinaryIO
    size: int
    filename: str
    kind: str


class TaggingService:
    """Makes copies of people's own songs."""

    def __init__(self, session: Session | scoped_session[Any], storage: Storage, library: Library) -> None:
        self._session = session
        self._copyist = Copyist(storage)
        self._library = library

    def look(self, user_id: int, song_id: str) -> Look:
        """Return what the song's file says now and what would be written; NotFoundError if it is not theirs."""
        song = self.song(user_id, song_id)
        if song.hearing is None:
            return Look(song, problem=NoVerdictError())
        try:
            with Scribe() as scribe:
                read = self._copyist.read(scribe, song)
        except PortalError as error:
            return Look(song, problem=error)
        return Look(song, read.kind, read.before)

    def copy(self, user_id: int, song_id: str, genres: Iterable[str], mode: str) -> Copy:
        """Return a copy of the song with the genres written; raise one of the feature's errors."""
        song = self.song(user_id, song_id)
        if song.hearing is None:
            raise NoVerdictError
        names, mode = checked(song.hearing, genres, mode)
        with Scribe() as scribe, self._copyist.copy(scribe, song, names, mode) as (path, written):
            # Opened before its folder goes: what is sent needs no name, and nothing is left whoever hangs up.
            return Copy(path.open("rb"), path.stat().st_size, song.filename, written.kind)

    def select(self, user_id: int, asked: Mapping[str, str], zone: tzinfo = UTC) -> Selection:
        """Return the person's songs that fit a search, the newest first, as many as one archive may hold."""
        found = self._library(user_id, asked, zone, MOST_SONGS)
        songs = within_limits([taggable(song) for song in found.songs])
        return Selection(songs, found.total, found.query)

    def picked(self, user_id: int, song_ids: Sequence[str]) -> Selection:
        """Return those of the songs that are the person's, the newest first, as many as one archive may hold."""
        newest = Song.created_at.desc(), Song.id.desc()
        songs = self._session.scalars(_own(user_id).where(Song.id.in_(song_ids)).order_by(*newest)).all()
        return Selection(within_limits([taggable(song) for song in songs]), len(songs), picked=True)

    def archive(self, selection: Selection, mode: str, *, doubtful: bool) -> Iterator[bytes]:
        """Return a ZIP of the songs in the making; raise WrongChoiceError before it begins."""
        return archive(self._copyist, selection.songs, checked_mode(mode), doubtful=doubtful)

    def song(self, user_id: int, song_id: str) -> Taggable:
        """Return one song; raise NotFoundError if it is not theirs."""
        song = self._session.scalar(_own(user_id).where(Song.id == song_id))
        if song is None:
            raise NotFoundError(_("There is no such song in your history."))
        return taggable(song)


def _own(user_id: int) -> Select[Any]:
    """Return the statement for a person's songs, with what taggable() looks at."""
    wanted = joinedload(Song.prediction).load_only(*USED), joinedload(Song.feedback)
    return select(Song).where(Song.user_id == user_id).options(*wanted)

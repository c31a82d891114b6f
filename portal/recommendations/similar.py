"""Songs that sound alike: in somebody's own library, and in what others made public.

What belongs here: whose songs are looked at, and that none is shown which is not to be seen. Not here: distances (the
classifier's) or their words (``wording``). NumPy comes with the first search, not with the portal.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session, scoped_session

from portal.models import PredictionRecord, Profile, Publication, Song, SongVector
from portal.recommendations.values import FARTHEST

if TYPE_CHECKING:
    from classifier import Neighbours

SHOWN = 6
LARGEST_LIBRARY = 20_000
"""Songs of a library that are looked at, the newest."""

MOST_PUBLIC = 100_000
"""Public songs that are looked at, the newest: so many are searched exactly, and read within a second."""

LOOKED_AT = 4 * SHOWN
"""Public neighbours that are asked for: copies and what was taken back meanwhile are left out of them."""

REFRESHED_AFTER = 60.0
"""Seconds for which what others made public is remembered. Each hit is looked up again before it is shown."""


VECTOR: tuple[Any, ...] = (SongVector.song_id, SongVector.user_id, SongVector.vector)


@dataclass(frozen=True)
class SimilarSong:
    """A song that sounds alike, at a ``distance`` between 0 and ``FARTHEST``. ``by`` is who made it public."""

    id: str
    title: str
    artist: str
    genre: str
    distance: float
    by: str = ""


@dataclass(frozen=True)
class Pool:
    """The vectors of one space to search in, whose songs they are, and when they were read."""

    ids: Sequence[str]
    owners: Sequence[int]
    neighbours: Neighbours | None
    read_at: float


class SimilarSongs:
    """Finds songs that sound like a song."""

    def __init__(self, session: Session | scoped_session[Any], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._session = session
        self._clock = clock
        self._public: dict[str, Pool] = {}
        self._reading = threading.Lock()

    def vector(self, song_id: str) -> SongVector | None:
        """Return the vector of a song; None for one that has none (yet)."""
        return self._session.get(SongVector, song_id)

    def in_library(self, own: SongVector) -> list[SimilarSong]:
        """Return the person's own songs that sound like one of them, the likest first."""
        newest = (
            _vectors(own)
            .where(SongVector.user_id == own.user_id, SongVector.song_id != own.song_id)
            .order_by(SongVector.uploaded_at.desc())
            .limit(LARGEST_LIBRARY)
        )
        hits = _nearest(self._read(newest), own, SHOWN)
        return self._described(hits, _facts().where(Song.user_id == own.user_id)) if hits else []

    def in_public(self, own: SongVector) -> list[SimilarSong]:
        """Return what others made public and sounds like the song, the likest first, no recording twice."""
        hits = _nearest(self._public_pool(own), own, LOOKED_AT, without=own.user_id)
        if not hits:
            return []
        own_bytes = select(Song.content_hash).where(Song.id == own.song_id).scalar_subquery()
        facts = _facts().add_columns(Profile.display_name.label("by"))
        shown = _public(facts.join(Publication, Publication.song_id == Song.id))
        others = shown.where(Song.user_id != own.user_id, Song.content_hash != own_bytes)
        return self._described(hits, others)[:SHOWN]

    def _described(self, hits: dict[str, float], facts: Select[Any]) -> list[SimilarSong]:
        """Return those of the hits that the statement still finds, nearest first, one of each recording."""
        rows = self._session.execute(facts.where(Song.id.in_(hits))).all()
        first: dict[str, SimilarSong] = {}
        for row in sorted(rows, key=lambda row: (hits[row.id], row.id)):
            first.setdefault(row.content_hash, _song(row, hits[row.id]))
        return list(first.values())

    def _public_pool(self, own: SongVector) -> Pool:
        """Return the public songs as they were a minute ago at the most, or longer while one reads them anew."""
        known = self._public.get(own.space)
        # Who has an older state need not wait for another to finish reading.
        if (known is None or self._is_old(known)) and self._reading.acquire(blocking=known is None):
            try:
                known = self._renewed(own)
            finally:
                self._reading.release()
        assert known is not None
        return known

    def _renewed(self, own: SongVector) -> Pool:
        known = self._public.get(own.space)
        if known is None or self._is_old(known):
            known = self._read(_public_vectors(own))
            # Only the space of the present model is asked for again and again; others are not worth their memory.
            self._public = {own.space: known}
        return known

    def _is_old(self, pool: Pool) -> bool:
        return self._clock() - pool.read_at >= REFRESHED_AFTER

    def _read(self, statement: Select[Any]) -> Pool:
        rows = self._session.execute(statement).all()
        ids, owners, vectors = zip(*rows, strict=True) if rows else ((), (), ())
        return Pool(ids, owners, _neighbours(vectors), self._clock())


def _vectors(own: SongVector) -> Select[Any]:
    """Return the vectors that ``own`` can be compared with, and whose they are."""
    comparable = SongVector.space == own.space, func.length(SongVector.vector) == len(own.vector)
    return select(*VECTOR).where(*comparable)


def _public_vectors(own: SongVector) -> Select[Any]:
    # The newest are chosen before their vectors are read: a sort would carry these along.
    newest = (
        _public(select(Publication.song_id)).order_by(Publication.published_at.desc()).limit(MOST_PUBLIC).subquery()
    )
    return _vectors(own).join(newest, newest.c.song_id == SongVector.song_id)


def _neighbours(vectors: Sequence[bytes]) -> Neighbours | None:
    if not vectors:
        return None
    from classifier import Neighbours, unpack

    return Neighbours(unpack(b"".join(vectors)).reshape(len(vectors), -1))


def _nearest(pool: Pool, own: SongVector, count: int, *, without: int | None = None) -> dict[str, float]:
    """Return the songs nearest to ``own`` with their distances, none of the person ``without`` whom it is asked."""
    if pool.neighbours is None:
        return {}
    from classifier import unpack

    excluded = [number for number, owner in enumerate(pool.owners) if owner == without]
    found = pool.neighbours.nearest(unpack(own.vector), count, excluded=excluded)
    return {pool.ids[number]: distance for number, distance in found if distance < FARTHEST}


def _facts() -> Select[Any]:
    facts = select(Song.id, Song.title, Song.tags, Song.content_hash, PredictionRecord.genre)
    return facts.join(Song.prediction).where(PredictionRecord.music)


def _public(statement: Select[Any]) -> Select[Any]:
    """Narrow a statement over publications to what no moderator took back."""
    visible = Publication.hidden_at.is_(None), Profile.suspended_at.is_(None)
    return statement.join(Profile, Profile.user_id == Publication.user_id).where(*visible)


def _song(row: Row[Any], distance: float) -> SimilarSong:
    artist = (row.tags or {}).get("artist", "")
    return SimilarSong(row.id, row.title, artist, row.genre, distance, getattr(row, "by", ""))

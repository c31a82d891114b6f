"""Making maps, in a worker: whose is out of date, whose turn it is, and keeping what was made, all at once or not.

What belongs here: when and for whom. Not here: where songs lie (``projection``, imported with the first map that is
made, for it needs NumPy) or showing it (``service``).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import CursorResult, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from portal.models import MapPlace, MapRound, SongVector, utc_now

if TYPE_CHECKING:
    from portal.musicmap.projection import Places, Vectors

FEWEST = 3
"""Songs that make a map."""

MOST_SONGS = 10_000
"""Songs on a map, the newest."""

NEAR = 3
"""Nearest songs that are kept with a place."""

RESTS = 20
"""A map is left alone for so many times the seconds it took, so that making it takes no more than a part of a worker:
each minute while it is small, every few minutes with ten thousand songs, however many are being uploaded."""

ABANDONED = timedelta(minutes=5)
"""After which a worker that began a map is taken for dead."""

SWEEP_SECONDS = 20.0
"""After which no further map is begun in the same sweep."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Wanted:
    """A map to be made: of so many songs whose vectors lie in one space."""

    user_id: int
    space: str
    songs: int


class MapMaker:
    """Makes the maps that are out of date."""

    def __init__(self, session: Session | scoped_session[Any], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._session = session
        self._clock = clock

    def sweep(self) -> int:
        """Make the maps that are out of date, those not made for longest first; return how many were made."""
        until, made = self._clock() + SWEEP_SECONDS, 0
        for wanted in self._wanted():
            if self._clock() >= until:
                break
            made += self.make(wanted)
        return made

    def make(self, wanted: Wanted) -> bool:
        """Make one map; tell whether it is kept: another worker may be at it, or its songs may have gone meanwhile."""
        begun_at = self._begin(wanted.user_id)
        if begun_at is None:
            return False
        started = self._clock()
        ids, vectors = self._vectors(wanted)
        rows = self._placed(wanted, ids, vectors)
        return self._keep(wanted, rows, begun_at, self._clock() - started)

    def _wanted(self) -> list[Wanted]:
        """Return the maps that are out of date: two walks along an index, and the rounds."""
        rounds = {one.user_id: one for one in self._session.scalars(select(MapRound))}
        counted = select(MapPlace.user_id, func.count()).group_by(MapPlace.user_id)
        placed: dict[int, int] = dict(self._session.execute(counted).all())
        found = [
            wanted
            for wanted in _fullest(self._session.execute(counted_vectors()).all())
            if wanted.songs >= FEWEST
            and _is_outdated(wanted, rounds.get(wanted.user_id), placed.get(wanted.user_id, 0))
        ]
        began = {user_id: one.begun_at.timestamp() for user_id, one in rounds.items()}
        self._session.rollback()
        return sorted(found, key=lambda wanted: began.get(wanted.user_id, 0.0))

    def _begin(self, user_id: int) -> datetime | None:
        """Take the turn; None where somebody else has it, or the last map is not to be touched yet."""
        now = utc_now()
        last = self._session.get(MapRound, user_id)
        if last is None:
            self._session.add(MapRound(user_id=user_id, begun_at=now))
        elif now < next_round(last) or not self._change(last, begun_at=now, ended_at=None):
            self._session.rollback()
            return None
        try:
            self._session.commit()
        except IntegrityError:  # another began the first map, or the person is gone
            self._session.rollback()
            return None
        return now

    def _vectors(self, wanted: Wanted) -> tuple[list[str], list[Vectors]]:
        """Return the newest songs of the space with their vectors, all of one length."""
        from classifier import BadVector, unpack

        own = SongVector.user_id == wanted.user_id, SongVector.space == wanted.space
        newest = select(SongVector.song_id, SongVector.vector).where(*own).order_by(SongVector.uploaded_at.desc())
        rows = self._session.execute(newest.limit(MOST_SONGS)).all()
        self._session.rollback()  # the projection takes seconds, and no transaction is to wait for it
        ids: list[str] = []
        vectors: list[Vectors] = []
        for song_id, stored in rows:
            try:
                vector = unpack(stored)
            except BadVector:
                continue
            if not vectors or len(vector) == len(vectors[0]):
                ids.append(song_id)
                vectors.append(vector)
        return ids, vectors

    def _placed(self, wanted: Wanted, ids: Sequence[str], vectors: Sequence[Vectors]) -> list[dict[str, Any]]:
        """Return the rows of a map, the songs where the last one had them as far as that is still right."""
        if len(ids) < FEWEST:
            return []
        import numpy as np

        from portal.musicmap.projection import nearest, project

        last = select(MapPlace.song_id, MapPlace.x, MapPlace.y).where(MapPlace.user_id == wanted.user_id)
        known = {song_id: (x, y) for song_id, x, y in self._session.execute(last)}
        self._session.rollback()
        before = np.array([known.get(song_id, (np.nan, np.nan)) for song_id in ids]) if known else None
        places = project(np.stack(vectors), before)
        near = nearest(places, min(NEAR, len(ids) - 1))
        return _rows(wanted, ids, places, [[ids[other] for other in others] for others in near.tolist()])

    def _keep(self, wanted: Wanted, rows: list[dict[str, Any]], begun_at: datetime, seconds: float) -> bool:
        """Put the map in the place of the last one, if it is still our turn."""
        own = MapRound(user_id=wanted.user_id, begun_at=begun_at)
        # The change comes first: from here on nobody else writes, so that what is read below stays true.
        if not self._change(own, ended_at=utc_now(), seconds=seconds, space=wanted.space, songs=wanted.songs):
            self._session.rollback()
            return False
        self._session.execute(delete(MapPlace).where(MapPlace.user_id == wanted.user_id))
        there = set(self._session.scalars(select(SongVector.song_id).where(SongVector.user_id == wanted.user_id)))
        rows = [row for row in rows if row["song_id"] in there]
        self._change(own, placed=len(rows))
        if rows:
            self._session.execute(insert(MapPlace), rows)
        try:
            self._session.commit()
        except IntegrityError:
            self._session.rollback()
            logger.warning("a song of the map of person %d went while it was made", wanted.user_id)
            return False
        return True

    def _change(self, turn: MapRound, **values: Any) -> bool:
        """Change the round if it is still that turn; tell whether it was."""
        ours = MapRound.user_id == turn.user_id, MapRound.begun_at == turn.begun_at
        statement = update(MapRound).where(*ours).values(values)
        result = self._session.execute(statement, execution_options={"synchronize_session": False})
        assert isinstance(result, CursorResult)
        return bool(result.rowcount)


def counted_vectors() -> Any:
    """Return the statement that counts vectors by person and space: an index alone answers it."""
    columns = SongVector.user_id, SongVector.space
    return select(*columns, func.count()).group_by(*columns)


def next_round(last: MapRound) -> datetime:
    """Return from when on a map may be made again."""
    if last.ended_at is None:
        return last.begun_at + ABANDONED
    return last.ended_at + timedelta(seconds=RESTS * last.seconds)


def _fullest(counts: Sequence[Any]) -> list[Wanted]:
    """Return for each person the space that most of their songs lie in."""
    fullest: dict[int, Wanted] = {}
    for user_id, space, songs in counts:
        other = fullest.get(user_id)
        if other is None or (songs, space) > (other.songs, other.space):
            fullest[user_id] = Wanted(user_id, space, songs)
    return list(fullest.values())


def _is_outdated(wanted: Wanted, last: MapRound | None, placed: int) -> bool:
    if last is None or last.ended_at is None:
        return True
    return (last.space, last.songs, last.placed) != (wanted.space, wanted.songs, placed)


def _rows(wanted: Wanted, ids: Sequence[str], places: Places, near: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
    whose = {"user_id": wanted.user_id, "space": wanted.space}
    return [
        whose | {"song_id": song_id, "x": round(x, 3), "y": round(y, 3), "near": " ".join(others)}
        for song_id, (x, y), others in zip(ids, places.tolist(), near, strict=True)
    ]

"""The map of a person's music, as it is shown.

What belongs here: reading what a worker made, narrowed to that person first. Not here: making it (``making``) or
drawing it (``drawing``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, scoped_session

from classifier import GENRES
from portal.models import MapPlace, MapRound, Song, SongVector, utc_now
from portal.musicmap.genres import COUNTS_AS, judged
from portal.musicmap.making import FEWEST, MOST_SONGS, next_round

PER_PAGE = 20


@dataclass(frozen=True, slots=True)
class Place:
    """A song on the map, in the map's own units, and the ids of those nearest, with spaces between."""

    song_id: str
    x: float
    y: float
    nearest: str
    genre: str

    @property
    def near(self) -> list[str]:
        """The ids of the songs nearest to it."""
        return self.nearest.split()


@dataclass(frozen=True)
class MusicMap:
    """All that is on a person's map, by genre and then from the top down, and what is not on it (yet).

    ``waiting`` songs will be placed from ``due_at`` on; ``elsewhere`` were heard by another model, whose songs cannot
    be compared with these; ``beyond`` are older than the newest MOST_SONGS.
    """

    places: tuple[Place, ...]
    waiting: int
    elsewhere: int
    beyond: int
    due_at: datetime

    @property
    def too_few(self) -> bool:
        """Whether there are not enough songs for a map."""
        return len(self.places) + self.waiting < FEWEST

    @property
    def genres(self) -> tuple[str, ...]:
        """The genres that are on the map: the usual ones in their order, then others."""
        there = {place.genre for place in self.places}
        return (*(genre for genre in GENRES if genre in there), *sorted(there - set(GENRES)))

    def of(self, genre: str) -> tuple[Place, ...]:
        """Return the places of one genre; all where ``genre`` is empty."""
        return tuple(place for place in self.places if not genre or place.genre == genre)


@dataclass(frozen=True)
class Space:
    """How many songs one model heard, and how many of these have a place."""

    name: str
    songs: int
    placed: int


@dataclass(frozen=True)
class Stretch:
    """One page of the table."""

    items: tuple[Place, ...]
    number: int
    pages: int
    total: int


@dataclass(frozen=True)
class Named:
    """What is shown of a song by its name."""

    title: str
    artist: str


class MusicMapService:
    """Shows people the map of their own songs."""

    def __init__(self, session: Session | scoped_session[Any]) -> None:
        self._session = session

    def of(self, user_id: int) -> MusicMap:
        """Return the person's map as it stands."""
        last = self._session.get(MapRound, user_id)
        shown = last.space if last is not None else ""
        spaces = self._spaces(user_id)
        main = max(spaces, key=lambda space: (space.songs, space.name), default=Space("", 0, 0))
        beyond = max(0, main.songs - MOST_SONGS)
        complete = last is not None and (last.space, last.songs) == (main.name, main.songs)
        return MusicMap(
            places=tuple(sorted(self._places(user_id, shown), key=lambda place: (place.genre, -place.y, place.x))),
            waiting=0 if complete else main.songs - main.placed - beyond,
            elsewhere=sum(space.songs - space.placed for space in spaces if space is not main),
            beyond=beyond,
            due_at=next_round(last) if last is not None else utc_now(),
        )

    def titles(self, user_id: int, song_ids: Collection[str]) -> dict[str, Named]:
        """Return titles and artists of those of the songs that are the person's own."""
        wanted = select(Song.id, Song.title, Song.tags).where(Song.user_id == user_id, Song.id.in_(song_ids))
        return {row.id: Named(row.title, (row.tags or {}).get("artist", "")) for row in self._session.execute(wanted)}

    def all_titles(self, user_id: int) -> dict[str, str]:
        """Return the titles of all songs of the person."""
        rows = self._session.execute(select(Song.id, Song.title).where(Song.user_id == user_id))
        return dict(rows.all())

    def _spaces(self, user_id: int) -> list[Space]:
        same = and_(MapPlace.song_id == SongVector.song_id, MapPlace.space == SongVector.space)
        counted = select(SongVector.space, func.count(), func.count(MapPlace.song_id)).outerjoin(MapPlace, same)
        own = counted.where(SongVector.user_id == user_id).group_by(SongVector.space)
        return [Space(*row) for row in self._session.execute(own)]

    def _places(self, user_id: int, space: str) -> Iterable[Place]:
        columns = MapPlace.song_id, MapPlace.x, MapPlace.y, MapPlace.near, COUNTS_AS.label("genre")
        own = judged(select(*columns), MapPlace.song_id).where(MapPlace.user_id == user_id, MapPlace.space == space)
        return (Place(*row) for row in self._session.execute(own))


def stretch(places: Sequence[Place], number: int) -> Stretch:
    """Return one page of places; a number beyond the end gives the last."""
    pages = max(1, ceil(len(places) / PER_PAGE))
    number = min(max(1, number), pages)
    return Stretch(tuple(places[(number - 1) * PER_PAGE : number * PER_PAGE]), number, pages, len(places))

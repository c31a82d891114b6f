"""A person's genres, now and over time.

What belongs here: counting in the database, whatever is the number of songs, and the few numbers of a drawing. Not
here: the calendar (``periods``) or markup (``templates``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, case, func, literal, select
from sqlalchemy.orm import Session, scoped_session

from portal.models import PredictionRecord, Song, utc_now
from portal.musicmap.genres import CORRECTED, COUNTS_AS, judged
from portal.musicmap.periods import UNITS, Period, midnight, parse_day, periods, unit_for

MOST_MARKS = 6
"""Stretches that are named below the bars."""


@dataclass(frozen=True)
class Asked:
    """What to look at, made from what anybody may type: what makes no sense is left out. Days are included."""

    unit: str = ""
    since: str = ""
    until: str = ""

    @property
    def query(self) -> dict[str, str]:
        """What an address says of all this."""
        said = {
            "by": self.unit if self.unit in UNITS else "",
            "from": self.since if parse_day(self.since) else "",
            "to": self.until if parse_day(self.until) else "",
        }
        return {name: value for name, value in said.items() if value}


@dataclass(frozen=True)
class Genre:
    """How much of the music one genre is.

    ``confidence`` is the mean of the verdicts that its owner did not correct, None where all were; ``corrected`` songs
    count here because their owner said so.
    """

    name: str
    songs: int
    share: float
    confidence: float | None
    corrected: int


@dataclass(frozen=True)
class Part:
    """A genre within a bar: its share, and the share of all below it."""

    genre: str
    songs: int
    below: float
    share: float


@dataclass(frozen=True)
class Bar:
    """One stretch of time; ``marked`` where its name stands below it."""

    period: Period
    songs: int
    parts: tuple[Part, ...]
    marked: bool


@dataclass(frozen=True)
class Profile:
    """Genres with most songs first, the bars in the order of time, moods with most songs first."""

    unit: str
    songs: int
    genres: tuple[Genre, ...]
    bars: tuple[Bar, ...]
    moods: tuple[tuple[str, int], ...]

    @property
    def corrected(self) -> int:
        """How many songs count as what their owner said."""
        return sum(genre.corrected for genre in self.genres)


class ProfileService:
    """Counts people's genres."""

    def __init__(self, session: Session | scoped_session[Any]) -> None:
        self._session = session

    def of(self, user_id: int, asked: Asked, zone: tzinfo) -> Profile:
        """Return the profile of one person's own songs; days begin and end in ``zone``."""
        first, last = (moment.astimezone(zone).date() for moment in self._bounds(user_id))
        first = max(first, parse_day(asked.since) or first)
        last = min(last, parse_day(asked.until) or last)
        unit = unit_for(first, last, asked.unit)
        among = periods(first, last, unit, zone)
        own = _own(user_id, first, last, zone)
        rows = self._counted(own, among)
        genres = _genres(rows)
        return Profile(
            unit=unit,
            songs=sum(genre.songs for genre in genres),
            genres=genres,
            bars=_bars(rows, among, [genre.name for genre in genres]),
            moods=self._moods(own),
        )

    def _bounds(self, user_id: int) -> tuple[datetime, datetime]:
        """Return when the first and the last song came that has a genre; now, where there is none."""
        oldest, newest = func.min(Song.created_at), func.max(Song.created_at)
        songs = judged(select(oldest, newest).select_from(Song), Song.id).where(Song.user_id == user_id)
        row = self._session.execute(songs).one()
        return row[0] or utc_now(), row[1] or utc_now()

    def _counted(self, own: Sequence[ColumnElement[bool]], among: Sequence[Period]) -> Sequence[Any]:
        """Return period, genre, number of songs, sum of confidence where not corrected, and number of corrections."""
        facts = (PredictionRecord.confidence, CORRECTED.label("corrected"))
        # A query of its own: the outer one groups by plain columns, which every database understands.
        songs = judged(
            select(_period(among).label("period"), COUNTS_AS.label("genre"), *facts).select_from(Song), Song.id
        )
        each = songs.where(*own).subquery()
        columns = each.c.period, each.c.genre
        trusted = func.sum(case((each.c.corrected, 0.0), else_=each.c.confidence))
        corrected = func.sum(case((each.c.corrected, 1), else_=0))
        return self._session.execute(select(*columns, func.count(), trusted, corrected).group_by(*columns)).all()

    def _moods(self, own: Sequence[ColumnElement[bool]]) -> tuple[tuple[str, int], ...]:
        mood, songs = PredictionRecord.mood, func.count()
        counted = judged(select(mood, songs).select_from(Song), Song.id).where(*own, mood.is_not(None)).group_by(mood)
        rows = self._session.execute(counted).all()
        return tuple(sorted(((row[0], row[1]) for row in rows), key=lambda one: (-one[1], one[0])))


def _own(user_id: int, first: date, last: date, zone: tzinfo) -> tuple[ColumnElement[bool], ...]:
    begin, end = midnight(first, zone), midnight(last + timedelta(days=1), zone)
    return Song.user_id == user_id, Song.created_at >= begin, Song.created_at < end


def _period(among: Sequence[Period]) -> ColumnElement[int]:
    """Return the number of a song's period: days as they begin and end somewhere are known to Python, not to SQL."""
    later = [(Song.created_at >= period.begin, number) for number, period in enumerate(among) if number]
    return case(*reversed(later), else_=0) if later else literal(0)


def _genres(rows: Sequence[Any]) -> tuple[Genre, ...]:
    total = sum(row[2] for row in rows)
    found = []
    for name in {row.genre for row in rows}:
        songs, confidence, corrected = (sum(row[column] for row in rows if row.genre == name) for column in (2, 3, 4))
        sure = confidence / (songs - corrected) if songs > corrected else None
        found.append(Genre(name, songs, songs / total, sure, corrected))
    return tuple(sorted(found, key=lambda genre: (-genre.songs, genre.name)))


def _bars(rows: Sequence[Any], among: Sequence[Period], order: Sequence[str]) -> tuple[Bar, ...]:
    songs = {(row.period, row.genre): row[2] for row in rows}
    step = -(-len(among) // MOST_MARKS)
    return tuple(
        _bar(period, {genre: songs.get((number, genre), 0) for genre in order}, marked=number % step == 0)
        for number, period in enumerate(among)
    )


def _bar(period: Period, songs: dict[str, int], *, marked: bool) -> Bar:
    total, below, parts = sum(songs.values()), 0.0, []
    for genre, count in songs.items():
        if count:
            parts.append(Part(genre, count, below, count / total))
            below += count / total
    return Bar(period, total, tuple(parts), marked)

"""A person's past songs: listed page by page, searched, shown, exported, deleted.

What belongs here: queries over somebody's own songs, each narrowed to that person first. Not here: making songs
(``upload``), analysing them (``jobs``), how a verdict reads (``presentation``).
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from sqlalchemy import ColumnElement, Select, String, cast, delete, func, or_, select
from sqlalchemy.orm import Session, joinedload, scoped_session

from classifier import GENRES
from portal.errors import NotFoundError
from portal.models import Job, JobState, PredictionRecord, Song
from portal.ports import Storage, StorageError, Suggestion
from portal.text import one_line

PER_PAGE = 20
STATES = tuple(state.value for state in JobState)
MAX_QUERY_LENGTH = 200
MAX_WORDS = 20
"""Words of a search that are looked for; nobody remembers more of a title, and each costs a look at every song."""

logger = logging.getLogger(__name__)


class SongNotFoundError(NotFoundError):
    """The person has no song of that id."""

    def __init__(self) -> None:
        super().__init__("There is no such song in your history.")


@dataclass(frozen=True)
class Filters:
    """What to look for. Made from what anybody may type: what makes no sense is left out, never an error.

    Each word of ``q`` must occur in the title, the artist or the file name, whatever its case and place; a ``state``
    nobody knows, or a ``genre`` that is not among ``genres``, filters nothing.
    """

    q: str = ""
    genre: str = ""
    state: str = ""
    genres: tuple[str, ...] = field(default=GENRES, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Cleaned as titles are on their way in, so that what a person sees is what a person can search for.
        object.__setattr__(self, "q", one_line(self.q, MAX_QUERY_LENGTH))
        object.__setattr__(self, "genre", self.genre if self.genre in self.genres else "")
        object.__setattr__(self, "state", self.state if self.state in STATES else "")


@dataclass(frozen=True)
class Page:
    """One page of a list, with its place in the whole; ``number`` counts from 1."""

    items: list[Song]
    number: int
    per_page: int
    total: int

    @property
    def pages(self) -> int:
        """How many pages there are; an empty list has one, which is empty."""
        return _pages(self.total, self.per_page)

    @property
    def has_next(self) -> bool:
        """Whether a page follows."""
        return self.number < self.pages

    @property
    def has_previous(self) -> bool:
        """Whether a page comes before."""
        return self.number > 1


class HistoryService:
    """Shows people their own songs, and forgets them on request."""

    def __init__(self, session: Session | scoped_session[Any], storage: Storage) -> None:
        self._session = session
        self._storage = storage

    def page(self, user_id: int, filters: Filters, number: int, per_page: int = PER_PAGE) -> Page:
        """Return one page of the person's songs, newest first; a number beyond the end gives the last page."""
        conditions = _conditions(user_id, filters)
        total = self._session.scalar(select(func.count(Song.id)).where(*conditions)) or 0
        number = min(max(1, number), _pages(total, per_page))
        songs = self._session.scalars(
            _newest_first(select(Song).where(*conditions))
            .options(joinedload(Song.job), joinedload(Song.prediction))
            .offset((number - 1) * per_page)
            .limit(per_page)
        )
        return Page(list(songs), number, per_page, total)

    def genres(self, user_id: int) -> tuple[str, ...]:
        """Return the genres to choose from: the usual ones, then those that other models heard in this person's songs.

        A model of the operator's own may know other genres, and so may the one that judged a song last year.
        """
        heard = select(PredictionRecord.genre).join(Song).where(Song.user_id == user_id).distinct()
        return (*GENRES, *sorted(set(self._session.scalars(heard)) - set(GENRES)))

    def song(self, user_id: int, song_id: str) -> Song:
        """Return one song with its job, verdict and kept suggestions; raise SongNotFoundError if it is not theirs."""
        verdict = joinedload(Song.prediction)
        song = self._session.scalar(
            select(Song)
            .where(Song.user_id == user_id, Song.id == song_id)
            .options(joinedload(Song.job), verdict, verdict.selectinload(PredictionRecord.recommendations))
        )
        if song is None:
            raise SongNotFoundError
        return song

    def delete(self, user_id: int, song_id: str) -> str:
        """Forget one song, its verdict and its bytes; return its title. Raise SongNotFoundError if it is not theirs."""
        # One statement, so that of two clicks at the same moment one deletes and the other is told so.
        deleted = self._session.execute(
            delete(Song).where(Song.user_id == user_id, Song.id == song_id).returning(Song.title, Song.stored_name)
        ).one_or_none()
        self._session.commit()
        if deleted is None:
            raise SongNotFoundError
        self._delete_bytes(deleted.stored_name)
        return str(deleted.title)

    def export_rows(self, user_id: int, filters: Filters) -> list[dict[str, Any]]:
        """Return the facts of all matching songs, newest first, without their timelines."""
        rows = self._session.execute(_newest_first(_facts().where(*_conditions(user_id, filters)))).mappings()
        return [_export_row(dict(row)) for row in rows]

    def _delete_bytes(self, stored_name: str) -> None:
        try:
            self._storage.delete(stored_name)
        except StorageError:
            # To the person the song is gone; the bytes lie under a random name until the operator reads this.
            logger.exception("the bytes of a deleted song remain as %s", stored_name)


def kept_suggestions(song: Song) -> tuple[str, list[Suggestion]]:
    """Return the source and the suggestions kept with the song's verdict; ``("", [])`` for what is no music."""
    verdict = song.prediction
    kept = verdict.recommendations if verdict and verdict.music else []
    source = kept[0].source if kept else ""
    return source, [Suggestion(artist=record.artist, title=record.title, url=record.url) for record in kept]


def _pages(total: int, per_page: int) -> int:
    return max(1, ceil(total / per_page))


def _conditions(user_id: int, filters: Filters) -> list[ColumnElement[bool]]:
    conditions = [Song.user_id == user_id]
    conditions += [_mentions(word) for word in filters.q.split()[:MAX_WORDS]]
    if filters.genre:
        conditions.append(Song.prediction.has(_is_called(filters.genre)))
    if filters.state:
        conditions.append(Song.job.has(Job.state == filters.state))
    return conditions


def _mentions(word: str) -> ColumnElement[bool]:
    # autoescape: somebody who types % looks for a percent sign. On SQLite case is ignored by the lower() of
    # ``extensions``, on PostgreSQL by ILIKE.
    places = (Song.title, Song.filename, Song.tags["artist"].as_string())
    return or_(*(place.icontains(word, autoescape=True) for place in places))


def _is_called(genre: str) -> ColumnElement[bool]:
    # Both databases keep the names of a verdict as the text of a JSON list.
    second = cast(PredictionRecord.genres, String).contains(json.dumps(genre), autoescape=True)
    return or_(PredictionRecord.genre == genre, second)


def _newest_first(statement: Select[Any]) -> Select[Any]:
    # The id breaks ties of songs that came in one upload, so that none is on two pages.
    return statement.order_by(Song.created_at.desc(), Song.id.desc())


def _facts() -> Select[Any]:
    # Columns instead of objects: the timelines, most of a verdict's size, stay in the database.
    verdict = PredictionRecord
    return (
        select(
            *(Song.id, Song.title, Song.tags, Song.filename, Song.created_at.label("uploaded_at"), Job.state),
            *(verdict.genre, verdict.confidence, verdict.sure, verdict.music, verdict.tempo, verdict.duration),
            *(verdict.model_version.label("model"), verdict.scores, Job.error_message.label("error")),
            *(verdict.genres, verdict.mood, verdict.moods),
        )
        .outerjoin(Song.job)
        .outerjoin(Song.prediction)
    )


def _export_row(row: dict[str, Any]) -> dict[str, Any]:
    tags = row.pop("tags") or {}
    genres = row["genres"] or ([row["genre"]] if row["genre"] else None)
    uploaded_at = row["uploaded_at"].isoformat(timespec="seconds")
    return row | {"artist": tags.get("artist"), "genres": genres, "uploaded_at": uploaded_at}

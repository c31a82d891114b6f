"""A person's past songs: listed page by page, searched, shown, exported, deleted.

What belongs here: queries over somebody's own songs, each narrowed to that person first. Not here: making songs
(``upload``), analysing them (``jobs``), how a verdict reads (``presentation``).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from math import ceil
from os import SEEK_END
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, select
from sqlalchemy.orm import Session, joinedload, scoped_session

from classifier import GENRES
from portal.errors import NotFoundError
from portal.history.audio import Audio
from portal.history.why import Trait, how_it_sounds, usual_by
from portal.models import Base, HeardGenre, Job, JobState, PredictionRecord, Song
from portal.ports import Storage, StorageError
from portal.text import one_line

PER_PAGE = 20
STATES = tuple(state.value for state in JobState)
MAX_QUERY_LENGTH = 200
MAX_WORDS = 20
"""Words of a search that are looked for; nobody remembers more of a title, and each costs a look at every song."""

LISTED = (
    *(PredictionRecord.genre, PredictionRecord.genres, PredictionRecord.confidence, PredictionRecord.sure),
    *(PredictionRecord.music, PredictionRecord.scores, PredictionRecord.duration),
)
"""What the list shows of a verdict; the timeline, most of its size, stays in the database."""

PLACES: dict[type[Base], tuple[Any, Any, Any]] = {
    Song: (Song.user_id, Song.created_at, Song.id),
    Job: (Job.user_id, Job.uploaded_at, Job.song_id),
    HeardGenre: (HeardGenre.user_id, HeardGenre.uploaded_at, HeardGenre.song_id),
}
"""Whose a row's song is, since when, and its id: by what each of these tables lists songs."""

logger = logging.getLogger(__name__)


class SongNotFoundError(NotFoundError):
    """The person has no song of that id."""

    def __init__(self) -> None:
        super().__init__("There is no such song in your history.")


class AudioGoneError(NotFoundError):
    """The song is known, but its file is not kept any more."""

    def __init__(self) -> None:
        super().__init__("The file of this song is not kept any more.")


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

    def __init__(
        self, session: Session | scoped_session[Any], storage: Storage, model_path: Path | None = None
    ) -> None:
        self._session = session
        self._storage = storage
        self._model_path = model_path

    def page(self, user_id: int, filters: Filters, number: int, per_page: int = PER_PAGE) -> Page:
        """Return one page of the person's songs, newest first; a number beyond the end gives the last page."""
        matching = _matching(user_id, filters)
        total = self._session.scalar(select(func.count()).select_from(matching.subquery())) or 0
        number = min(max(1, number), _pages(total, per_page))
        shown = _stretch(matching, (number - 1) * per_page, number * per_page, total).subquery()
        songs = self._session.scalars(
            _newest_first(select(Song).join(shown, Song.id == shown.c.song_id)).options(
                joinedload(Song.job), joinedload(Song.prediction).load_only(*LISTED)
            )
        )
        return Page(list(songs), number, per_page, total)

    def genres(self, user_id: int) -> tuple[str, ...]:
        """Return the genres to choose from: the usual ones, then those that other models heard in this person's songs.

        A model of the operator's own may know other genres, and so may the one that judged a song last year.
        """
        heard = set(self._session.scalars(_genres_heard(user_id)))
        return (*GENRES, *sorted(heard - {None, *GENRES}))

    def song(self, user_id: int, song_id: str) -> Song:
        """Return one song with its job, verdict and kept suggestions; raise SongNotFoundError if it is not theirs."""
        verdict = joinedload(Song.prediction)
        song = self._session.scalar(
            select(Song)
            .where(Song.user_id == user_id, Song.id == song_id)
            .options(
                joinedload(Song.job),
                verdict.undefer(PredictionRecord.peaks),
                verdict.selectinload(PredictionRecord.recommendations),
            )
        )
        if song is None:
            raise SongNotFoundError
        return song

    def how_it_sounds(self, verdict: PredictionRecord) -> tuple[Trait, ...]:
        """Return what is told of a song's sound, beside what is usual in its genre."""
        return how_it_sounds(verdict, *usual_by(self._model_path))

    def has_audio(self, song: Song) -> bool:
        """Tell whether the bytes of the song are still kept; a storage that does not answer counts as no."""
        try:
            return self._storage.holds(song.stored_name)
        except StorageError:
            logger.exception("the storage did not tell of %s", song.stored_name)
            return False

    def audio(self, user_id: int, song_id: str) -> Audio:
        """Open the bytes of one song; raise SongNotFoundError or AudioGoneError."""
        own = (Song.user_id == user_id, Song.id == song_id)
        song = self._session.execute(select(Song.stored_name, Song.filename).where(*own)).one_or_none()
        if song is None:
            raise SongNotFoundError
        try:
            stream = self._storage.open_kept(song.stored_name)
        except StorageError as error:
            raise AudioGoneError from error
        # By what is kept, not by what once came: a length that is not true would leave the browser waiting.
        return Audio(stream, stream.seek(0, SEEK_END), song.filename)

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
        matching = _matching(user_id, filters).subquery()
        rows = self._session.execute(_newest_first(_facts().join(matching, Song.id == matching.c.song_id))).mappings()
        return [_export_row(dict(row)) for row in rows]

    def _delete_bytes(self, stored_name: str) -> None:
        try:
            self._storage.delete(stored_name)
        except StorageError:
            # To the person the song is gone; the bytes lie under a random name until the operator reads this.
            logger.exception("the bytes of a deleted song remain as %s", stored_name)


def _stretch(matching: Select[Any], start: int, end: int, total: int) -> Select[Any]:
    """Return the ids from ``start`` to before ``end`` of all ``total``, newest first."""
    columns = matching.selected_columns.uploaded_at, matching.selected_columns.song_id
    if start <= total - end:
        return matching.order_by(*(column.desc() for column in columns)).offset(start).limit(end - start)
    # Walked to from the end that is nearer: all that is skipped on the way has to be read.
    backwards = matching.order_by(*(column.asc() for column in columns))
    return backwards.offset(max(total - end, 0)).limit(min(end, total) - start)


def _pages(total: int, per_page: int) -> int:
    return max(1, ceil(total / per_page))


def _matching(user_id: int, filters: Filters) -> Select[Any]:
    """Return the matching songs' ids, with their moments to sort them by.

    The most telling filter's table leads: its index lists just those of somebody's songs by their moments, so that
    neither the count nor a late page looks at each song of a long history.
    """
    wanted = _conditions(filters)
    first, *others = dict.fromkeys(model for model, _ in wanted) or [Song]
    owner, moment, song_id = PLACES[first]
    statement = select(song_id.label("song_id"), moment.label("uploaded_at")).where(owner == user_id)
    for other in others:
        statement = statement.join(other, PLACES[other][-1] == song_id)
    return statement.where(*(condition for _, condition in wanted))


def _conditions(filters: Filters) -> list[tuple[type[Base], ColumnElement[bool]]]:
    """Return each condition with the table it is about, the most telling first."""
    wanted: list[tuple[type[Base], ColumnElement[bool]]] = []
    if filters.genre:
        wanted.append((HeardGenre, HeardGenre.genre == filters.genre))
    if filters.state:
        wanted.append((Job, Job.state == filters.state))
    return wanted + [(Song, _mentions(word)) for word in filters.q.split()[:MAX_WORDS]]


def _mentions(word: str) -> ColumnElement[bool]:
    # One text for all places, whose parts no word can span, since case is what costs: on SQLite it is ignored by the
    # lower() of ``extensions``, on PostgreSQL by ILIKE. autoescape: somebody who types % looks for a percent sign.
    artist = func.coalesce(Song.tags["artist"].as_string(), "")
    return (Song.title + "\n" + Song.filename + "\n" + artist).icontains(word, autoescape=True)


def _genres_heard(user_id: int) -> Select[Any]:
    """Return the genres of a person's songs, and a null: each is looked up in the index as the next after the last.

    A plain DISTINCT would walk all songs.
    """
    own = select(func.min(HeardGenre.genre).label("genre")).where(HeardGenre.user_id == user_id)
    heard = own.cte(recursive=True)
    following = own.where(HeardGenre.genre > heard.c.genre).scalar_subquery()
    return select(heard.union_all(select(following).where(heard.c.genre.is_not(None))).c.genre)


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

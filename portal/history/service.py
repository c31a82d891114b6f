"""A person's past songs: listed page by page, searched, shown, exported, deleted.

What belongs here: queries over somebody's own songs, each narrowed to that person first. Not here: making songs
(``upload``), analysing them (``jobs``), how a verdict reads (``presentation``), several songs at once (``bulk``).
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass
from math import ceil
from os import SEEK_END
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload, scoped_session

from classifier import GENRES
from portal.errors import NotFoundError
from portal.history.audio import Audio
from portal.history.filters import Filters
from portal.history.matching import ORDERS, facts, genres_heard, matching, stretch
from portal.history.why import Trait, how_it_sounds, usual_by
from portal.language import _
from portal.models import PredictionRecord, Song
from portal.ports import Storage, StorageError

PER_PAGE = 20

LISTED = (
    *(PredictionRecord.genre, PredictionRecord.genres, PredictionRecord.confidence, PredictionRecord.sure),
    *(PredictionRecord.music, PredictionRecord.scores, PredictionRecord.duration),
)
"""What the list shows of a verdict; the timeline, most of its size, stays in the database."""

logger = logging.getLogger(__name__)


class SongNotFoundError(NotFoundError):
    """The person has no song of that id."""

    def __init__(self) -> None:
        super().__init__(_("There is no such song in your history."))


class AudioGoneError(NotFoundError):
    """The song is known, but its file is not kept any more."""

    def __init__(self) -> None:
        super().__init__(_("The file of this song is not kept any more."))


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
        """Return one page of the person's songs in the order asked for; a number beyond the end gives the last page."""
        found = matching(user_id, filters)
        total = self._session.scalar(select(func.count()).select_from(found.subquery())) or 0
        number = min(max(1, number), _pages(total, per_page))
        shown = stretch(found, filters.sort, (number - 1) * per_page, number * per_page, total).subquery()
        songs = self._session.scalars(
            select(Song)
            .join(shown, Song.id == shown.c.song_id)
            .outerjoin(Song.prediction)
            .order_by(*ORDERS[filters.sort])
            .options(
                joinedload(Song.job), contains_eager(Song.prediction).load_only(*LISTED), joinedload(Song.feedback)
            )
        )
        return Page(list(songs), number, per_page, total)

    def genres(self, user_id: int) -> tuple[str, ...]:
        """Return the genres to choose from: the usual ones, then those that other models heard in this person's songs.

        A model of the operator's own may know other genres, and so may the one that judged a song last year.
        """
        heard = set(self._session.scalars(genres_heard(user_id)))
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
        delete_bytes(self._storage, deleted.stored_name)
        return str(deleted.title)

    def export_rows(self, user_id: int, filters: Filters, only: Collection[str] | None = None) -> list[dict[str, Any]]:
        """Return the facts of all matching songs, in the order asked for, without their timelines.

        With ``only``, of those alone; ids that are not the person's own are as if not there.
        """
        found = matching(user_id, filters).subquery()
        wanted = facts().join(found, Song.id == found.c.song_id).order_by(*ORDERS[filters.sort])
        if only is not None:
            wanted = wanted.where(Song.id.in_(only))
        return [_export_row(dict(row)) for row in self._session.execute(wanted).mappings()]


def delete_bytes(storage: Storage, stored_name: str) -> None:
    """Delete the bytes of a song that is gone already; where that fails, the operator is told."""
    try:
        storage.delete(stored_name)
    except StorageError:
        # To the person the song is gone; the bytes lie under a random name until the operator reads this.
        logger.exception("the bytes of a deleted song remain as %s", stored_name)


def _pages(total: int, per_page: int) -> int:
    return max(1, ceil(total / per_page))


def _export_row(row: dict[str, Any]) -> dict[str, Any]:
    tags = row.pop("tags") or {}
    genres = row["genres"] or ([row["genre"]] if row["genre"] else None)
    uploaded_at = row["uploaded_at"].isoformat(timespec="seconds")
    return row | {"artist": tags.get("artist"), "genres": genres, "uploaded_at": uploaded_at}

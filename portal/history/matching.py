"""Which songs fit what is looked for, and in which order: statements for the database.

What belongs here: pure functions from filters to statements. Not here: running them (``service``), or what makes sense
to ask (``filters``).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select

from portal.history.filters import NEWEST, Filters
from portal.models import Base, Feedback, HeardGenre, Job, PredictionRecord, Song

MAX_WORDS = 20
"""Words of a search that are looked for; nobody remembers more of a title, and each costs a look at every song."""

PLACES: dict[type[Base], tuple[Any, Any, Any]] = {
    HeardGenre: (HeardGenre.user_id, HeardGenre.uploaded_at, HeardGenre.song_id),
    Job: (Job.user_id, Job.uploaded_at, Job.song_id),
    Song: (Song.user_id, Song.created_at, Song.id),
}
"""Whose a row's song is, since when, and its id: by what each of these tables lists songs; the most telling first."""

NEWEST_FIRST = (Song.created_at.desc(), Song.id.desc())
"""The id breaks ties of songs that came in one upload, so that none is on two pages."""

ORDERS: dict[str, tuple[ColumnElement[Any], ...]] = {
    "newest": NEWEST_FIRST,
    "oldest": (Song.created_at.asc(), Song.id.asc()),
    "title": (func.lower(Song.title), *NEWEST_FIRST),
    "confidence": (PredictionRecord.confidence.desc().nulls_last(), *NEWEST_FIRST),
    "length": (PredictionRecord.duration.desc().nulls_last(), *NEWEST_FIRST),
}
"""How songs, joined with their verdicts, are ordered."""


def matching(user_id: int, filters: Filters) -> Select[Any]:
    """Return the matching songs' ids, with their moments to sort them by.

    The most telling filter's table leads: its index lists just those of somebody's songs by their moments, so that
    neither the count nor a late page looks at each song of a long history.
    """
    wanted = _conditions(user_id, filters)
    asked = {model for model, _ in wanted}
    first = next((model for model in PLACES if model in asked), Song)
    owner, moment, song_id = PLACES[first]
    statement = select(song_id.label("song_id"), moment.label("uploaded_at")).where(owner == user_id)
    for other, its_id in ((Job, Job.song_id), (Song, Song.id), (PredictionRecord, PredictionRecord.song_id)):
        if other in asked and other is not first:
            statement = statement.join(other, its_id == song_id)
    if filters.begin:
        statement = statement.where(moment >= filters.begin)
    if filters.end:
        statement = statement.where(moment < filters.end)
    return statement.where(*(condition for _, condition in wanted))


def stretch(found: Select[Any], sort: str, start: int, end: int, total: int) -> Select[Any]:
    """Return the ids from ``start`` to before ``end`` of all ``total`` that were ``found``, in the order asked for."""
    if sort == "title":
        titled = found.subquery()
        ordered = select(titled.c.song_id).join(Song, Song.id == titled.c.song_id).order_by(*ORDERS[sort])
        return ordered.offset(start).limit(end - start)
    if sort not in ("newest", "oldest"):
        songs = found.subquery()
        newest_first = songs.c.uploaded_at.desc(), songs.c.song_id.desc()
        ordered = select(songs.c.song_id).outerjoin(PredictionRecord, _verdict_of(songs.c.song_id))
        return ordered.order_by(ORDERS[sort][0], *newest_first).offset(start).limit(end - start)
    columns = found.selected_columns.uploaded_at, found.selected_columns.song_id
    newest, oldest = [column.desc() for column in columns], [column.asc() for column in columns]
    onwards, backwards = (newest, oldest) if sort == NEWEST else (oldest, newest)
    if start <= total - end:
        return found.order_by(*onwards).offset(start).limit(end - start)
    # Walked to from the end that is nearer: all that is skipped on the way has to be read.
    return found.order_by(*backwards).offset(max(total - end, 0)).limit(min(end, total) - start)


def _verdict_of(song_id: ColumnElement[str]) -> ColumnElement[bool]:
    # No length is below zero: it is asked for so that SQLite looks into the index that holds all it is to sort by, and
    # not into the verdict itself, which lies behind some ten thousand characters of timeline.
    return and_(PredictionRecord.song_id == song_id, PredictionRecord.duration >= 0)


def _conditions(user_id: int, filters: Filters) -> list[tuple[type[Base], ColumnElement[bool]]]:
    """Return each condition with the table it is about."""
    wanted: list[tuple[type[Base], ColumnElement[bool]]] = []
    if filters.genre:
        wanted.append((HeardGenre, HeardGenre.genre == filters.genre))
    if filters.state:
        wanted.append((Job, Job.state == filters.state))
    if filters.confidence:
        wanted.append((PredictionRecord, PredictionRecord.music.is_(filters.confidence != "not_music")))
    if filters.confidence in ("sure", "unsure"):
        wanted.append((PredictionRecord, PredictionRecord.sure.is_(filters.confidence == "sure")))
    if filters.judged:
        wanted.append((PredictionRecord, PredictionRecord.song_id.is_not(None)))
    if filters.corrected:
        wanted.append((Song, _said(user_id, filters.corrected)))
    return wanted + [(Song, _mentions(word)) for word in filters.q.split()[:MAX_WORDS]]


def _said(user_id: int, what: str) -> ColumnElement[bool]:
    said = select(Feedback.song_id).where(Feedback.user_id == user_id)
    if what == "none":
        return Song.id.not_in(said)
    return Song.id.in_(said.where(Feedback.right.is_(what == "right")))


def _mentions(word: str) -> ColumnElement[bool]:
    # One text for all places, whose parts no word can span, since case is what costs: on SQLite it is ignored by the
    # lower() of ``extensions``, on PostgreSQL by ILIKE. autoescape: somebody who types % looks for a percent sign.
    artist = func.coalesce(Song.tags["artist"].as_string(), "")
    return (Song.title + "\n" + Song.filename + "\n" + artist).icontains(word, autoescape=True)


def genres_heard(user_id: int) -> Select[Any]:
    """Return the genres of a person's songs, and a null: each is looked up in the index as the next after the last.

    A plain DISTINCT would walk all songs.
    """
    own = select(func.min(HeardGenre.genre).label("genre")).where(HeardGenre.user_id == user_id)
    heard = own.cte(recursive=True)
    following = own.where(HeardGenre.genre > heard.c.genre).scalar_subquery()
    return select(heard.union_all(select(following).where(heard.c.genre.is_not(None))).c.genre)


def facts() -> Select[Any]:
    """Return what an export tells of songs: columns instead of objects, so that the timelines stay in the database."""
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

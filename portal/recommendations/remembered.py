"""What was suggested when a song got its verdict, kept with that verdict.

What belongs here: rows of the table and back. Of Spotify only ids, links and the query are written: its terms let names
and pictures be held for a while only (``kept``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from portal.models import PredictionRecord, RecommendationRecord, Song
from portal.ports import Suggestion
from portal.recommendations.apart import apart
from portal.recommendations.values import SPOTIFY, Answer

NAMELESS = frozenset({SPOTIFY})
"""Sources of which no names are kept."""


class Remembered:
    """Reads and writes what was suggested with a verdict."""

    def __init__(self, session: Session | scoped_session[Any]) -> None:
        self._session = session

    def verdict(self, user_id: int, song_id: str) -> tuple[int, str] | None:
        """Return id and genre of the verdict on this person's song; None if it has none, or is no music."""
        wanted = (
            select(PredictionRecord.id, PredictionRecord.genre)
            .join(Song, Song.id == PredictionRecord.song_id)
            .where(Song.id == song_id, Song.user_id == user_id, PredictionRecord.music)
        )
        with apart(self._session) as connection:
            row = connection.execute(wanted).one_or_none()
        return (row.id, row.genre) if row else None

    def sources(self, prediction_id: int) -> set[str]:
        """Return of which sources something is kept with a verdict."""
        named = select(RecommendationRecord.source).where(RecommendationRecord.prediction_id == prediction_id)
        with apart(self._session) as connection:
            return set(connection.scalars(named))

    def write(self, prediction_id: int, answers: Iterable[Answer]) -> None:
        """Keep what was found with a verdict, if that is still there."""
        rows = [row for answer in answers for row in _rows(prediction_id, answer)]
        if not rows:
            return
        try:
            with apart(self._session) as connection:
                connection.execute(insert(RecommendationRecord), rows)
        except IntegrityError:
            pass  # the song was deleted meanwhile, or has another verdict by now


def by_source(records: Iterable[RecommendationRecord]) -> dict[str, list[RecommendationRecord]]:
    """Return the rows of each source, in their order."""
    found: dict[str, list[RecommendationRecord]] = {}
    for record in records:
        found.setdefault(record.source, []).append(record)
    return found


def suggestions(records: Sequence[RecommendationRecord], answer: Answer | None = None) -> list[Suggestion]:
    """Return the kept rows as suggestions, with the names that ``answer`` has for them by now."""
    named = {one.key: one for one in answer.suggestions} if answer else {}
    return [
        named.get(record.external_id or "")
        or Suggestion(artist=record.artist, title=record.title, url=record.url, key=record.external_id or "")
        for record in records
    ]


def _rows(prediction_id: int, answer: Answer) -> list[dict[str, Any]]:
    source = answer.standing.name
    nameless = source in NAMELESS
    return [
        {
            "prediction_id": prediction_id,
            "source": source,
            "position": position,
            "artist": "" if nameless else one.artist,
            "title": "" if nameless else one.title,
            "url": one.url,
            "external_id": one.key or None,
            "query": answer.query,
        }
        for position, one in enumerate(answer.suggestions)
    ]

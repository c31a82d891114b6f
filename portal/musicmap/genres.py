"""Which genre a song counts as: what its owner says, else what was heard.

What belongs here: that one rule, as part of statements. Not here: the statements (``service``, ``profile``).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case

from portal.models import Feedback, PredictionRecord

CORRECTED: ColumnElement[bool] = and_(Feedback.song_id.is_not(None), Feedback.right.is_(False))
"""Whether the owner said that the verdict is wrong."""

COUNTS_AS: ColumnElement[str | None] = case((CORRECTED, Feedback.genre), else_=PredictionRecord.genre)
"""The song's genre; null for what its owner says is no music."""


def judged(statement: Select[*tuple[Any, ...]], song_id: Any) -> Select[*tuple[Any, ...]]:
    """Narrow a statement to songs that have a genre, and let it speak of verdict and owner's word."""
    told = statement.join(PredictionRecord, PredictionRecord.song_id == song_id)
    told = told.outerjoin(Feedback, Feedback.song_id == song_id)
    is_music = case((CORRECTED, Feedback.genre.is_not(None)), else_=PredictionRecord.music)
    return told.where(is_music)

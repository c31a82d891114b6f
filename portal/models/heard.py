"""Which genres a song was heard to be, for finding songs by them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.models.base import Base
from portal.models.prediction import PredictionRecord
from portal.models.song import song_reference


class HeardGenre(Base):
    """One genre of a song's verdict, the second too; written and forgotten with the verdict."""

    __tablename__ = "heard_genres"
    __table_args__ = (
        song_reference(),
        Index(None, "user_id", "genre", "uploaded_at", "song_id"),
        # By this a song that is deleted finds its own; SQLite would look through all of the person's.
        Index(None, "song_id", "uploaded_at", "user_id"),
    )

    song_id: Mapped[str] = mapped_column(String(22), primary_key=True)
    genre: Mapped[str] = mapped_column(String(40), primary_key=True)
    user_id: Mapped[int]
    uploaded_at: Mapped[datetime]


def heard_genres(verdict: PredictionRecord) -> list[str]:
    """Return the genres a song with this verdict is to be found by, each once."""
    return list(dict.fromkeys([verdict.genre, *(verdict.genres or ())]))

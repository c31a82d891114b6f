"""A song somebody uploaded."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.models.base import Base, random_id, utc_now

if TYPE_CHECKING:
    from portal.models.feedback import Feedback
    from portal.models.heard import HeardGenre
    from portal.models.job import Job
    from portal.models.prediction import PredictionRecord
    from portal.models.vector import SongVector


def song_reference() -> ForeignKeyConstraint:
    """Return a reference to a song that repeats whose it is and since when; neither changes.

    With these beside a column of its own, a table's index can list somebody's songs newest first.
    """
    own, songs = ("user_id", "uploaded_at", "song_id"), ("songs.user_id", "songs.created_at", "songs.id")
    return ForeignKeyConstraint(own, songs, ondelete="CASCADE")


class Song(Base):
    """One uploaded file of one person; the same bytes are kept once a person.

    ``filename`` is the name it came with (cleaned, never used as a path), ``stored_name`` the random one it lies
    under, ``title`` what the lists show, ``tags`` what the file says of itself (title, artist, album, genre). The
    bytes may go when ``audio_expires_at`` is past (null: never) and the analysis is over; ``audio_deleted_at`` is when
    they went.
    """

    __tablename__ = "songs"
    __table_args__ = (
        UniqueConstraint("user_id", "content_hash"),
        Index(None, "user_id", "created_at", "id", unique=True),  # what ``song_reference`` refers to
        Index(None, "audio_expires_at"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=random_id)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(300))
    filename: Mapped[str] = mapped_column(String(300))
    content_hash: Mapped[str] = mapped_column(String(64))
    size_bytes: Mapped[int]
    stored_name: Mapped[str] = mapped_column(String(64), unique=True)
    tags: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    audio_expires_at: Mapped[datetime | None]
    audio_deleted_at: Mapped[datetime | None]

    heard: Mapped[list[HeardGenre]] = relationship(cascade="all, delete-orphan", passive_deletes=True)
    job: Mapped[Job] = relationship(back_populates="song", cascade="all, delete-orphan", passive_deletes=True)
    prediction: Mapped[PredictionRecord | None] = relationship(
        back_populates="song", cascade="all, delete-orphan", passive_deletes=True
    )
    feedback: Mapped[Feedback | None] = relationship(viewonly=True)
    vector: Mapped[SongVector | None] = relationship(cascade="all, delete-orphan", passive_deletes=True)

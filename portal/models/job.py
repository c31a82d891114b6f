"""The analysis of one song: the truth about where it stands."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.models.base import Base, random_id, utc_now
from portal.models.song import song_reference

if TYPE_CHECKING:
    from portal.models.song import Song


class JobState(StrEnum):
    """Where a job stands. Only ``queued`` and ``running`` may still change by themselves."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Job(Base):
    """One analysis. The queue carries only its ``id``.

    ``user_id`` and ``uploaded_at`` repeat what the song says and never changes, so that an index lists somebody's songs
    of one state, newest first. ``attempts`` counts starts; ``heartbeat_at`` is renewed while a worker lives; ``worker``
    names that worker as ``host:pid``; ``progress`` runs from 0 to 1 within ``stage``; ``error_code`` is the
    classifier's or the job's own.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        song_reference(),
        Index(None, "state", "queued_at"),
        Index(None, "user_id", "state", "uploaded_at", "song_id"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=random_id)
    song_id: Mapped[str] = mapped_column(String(22), unique=True)
    user_id: Mapped[int]
    uploaded_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16), default=JobState.QUEUED)
    stage: Mapped[str] = mapped_column(String(32), default="")
    progress: Mapped[float] = mapped_column(default=0.0)
    attempts: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str | None] = mapped_column(String(120))
    queued_at: Mapped[datetime] = mapped_column(default=utc_now)
    started_at: Mapped[datetime | None]
    heartbeat_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    error_code: Mapped[str | None] = mapped_column(String(40))
    error_message: Mapped[str | None] = mapped_column(String(300))

    song: Mapped[Song] = relationship(back_populates="job")

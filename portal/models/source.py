"""How the outside sources of suggestions stand, and what of their answers is kept for a while."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from portal.models.base import Base


class SourceStanding(Base):
    """The circuit breaker of one source, shared by all workers: nobody asks it before ``blocked_until``.

    ``problem`` is a stable code of what was last wrong, null while nothing is; ``failures`` counts those in a row.
    """

    __tablename__ = "source_standings"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    blocked_until: Mapped[datetime | None]
    problem: Mapped[str | None] = mapped_column(String(40))
    failures: Mapped[int] = mapped_column(default=0)
    failed_at: Mapped[datetime | None]
    succeeded_at: Mapped[datetime | None]


class KeptAnswer(Base):
    """What a source answered, until ``expires_at``; ``key`` is a digest of the question. Swept when it is over."""

    __tablename__ = "kept_answers"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    source: Mapped[str] = mapped_column(String(32), index=True)
    answer: Mapped[list[Any]]
    expires_at: Mapped[datetime] = mapped_column(index=True)

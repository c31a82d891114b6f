"""What a person did with music here, and what they allow to be learned from it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.models.base import Base, utc_now


class TasteEvent(Base):
    """One thing a person did, with what it was done to as it was then; nothing of Spotify's ever stands here.

    ``kind`` is upload, like, unlike, skip, correct or playlist; ``key`` names the thing (``song:<id>``, or
    ``catalogue:<digest>``), ``name`` is how it is called in a reason; ``vector`` and ``acclaim``, which
    is how much others liked it, are null where there is none.
    """

    __tablename__ = "taste_events"
    __table_args__ = (Index(None, "user_id", "created_at"), Index(None, "user_id", "key"))

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(16))
    key: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(300), default="")
    genres: Mapped[dict[str, Any]]
    moods: Mapped[dict[str, Any]] = mapped_column(default=dict)
    context: Mapped[str | None] = mapped_column(String(16))
    space: Mapped[str | None] = mapped_column(String(80))
    vector: Mapped[bytes | None] = mapped_column(LargeBinary)
    acclaim: Mapped[float | None]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class TasteSettings(Base):
    """What a person chose; somebody without a row has the defaults.

    ``context`` is one of morning, focus, workout and evening, ``local`` for what the clock says in ``time_zone``, or
    null; ``mood`` a word for a mood, or null.
    """

    __tablename__ = "taste_settings"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    learns: Mapped[bool] = mapped_column(default=True)
    mood: Mapped[str | None] = mapped_column(String(16))
    context: Mapped[str | None] = mapped_column(String(16))
    time_zone: Mapped[str | None] = mapped_column(String(64))

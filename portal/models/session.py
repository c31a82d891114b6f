"""Where people are logged in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.models.base import Base, random_id, utc_now


class LoginSession(Base):
    """One browser that is logged in; without its row it is not, whatever its cookies say.

    ``key`` is what these cookies hold, ``id`` what the session is called on pages. ``browser`` and ``system`` are plain
    words, empty where we do not know them. Neither addresses on the network nor anything else of where it stands is
    kept: they would tell a person's ways, and a phone's says little after an hour.
    """

    __tablename__ = "sessions"
    __table_args__ = (Index(None, "user_id", "seen_at"), Index(None, "seen_at"))

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=random_id)
    key: Mapped[str] = mapped_column(String(43), unique=True, default=random_id)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    browser: Mapped[str] = mapped_column(String(40), default="")
    system: Mapped[str] = mapped_column(String(40), default="")
    began_at: Mapped[datetime] = mapped_column(default=utc_now)
    seen_at: Mapped[datetime] = mapped_column(default=utc_now)

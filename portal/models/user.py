"""A person with an account."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from portal.models.base import Base, utc_now

KEPT_FOR = timedelta(days=30)


class KeepAudio(StrEnum):
    """How long somebody wants the audio of their songs to be kept."""

    FOREVER = "forever"
    MONTH = "month"
    ANALYSED = "analysed"


def audio_expiry(choice: str, since: datetime) -> datetime | None:
    """Return when audio that came (or was promised longer) at ``since`` may go; None where it is kept for ever.

    With ``ANALYSED`` it may go at once: what is yet to be analysed is never taken away.
    """
    if choice == KeepAudio.FOREVER:
        return None
    return since if choice == KeepAudio.ANALYSED else since + KEPT_FOR


def new_session_token() -> str:
    """Return 43 URL-safe characters that nobody can guess."""
    return secrets.token_urlsafe(32)


class User(Base):
    """One account. ``email`` is kept in lower case; ``session_token`` changes when all sessions must end.

    ``time_zone`` is an IANA name, by which dates are shown; ``keeps_audio`` one of ``KeepAudio``;
    ``language`` what they chose for the pages, None where their browser may say.
    """

    __tablename__ = "users"

    # What a login manager asks of whoever is logged in; this module need not know the login manager for that.
    is_authenticated = True
    is_active = True
    is_anonymous = False

    session_key = ""
    """By which session the person is here, for the one request; no column."""

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    password_hash: Mapped[str] = mapped_column(String(255))
    session_token: Mapped[str] = mapped_column(String(43), unique=True, default=new_session_token)
    is_admin: Mapped[bool] = mapped_column(default=False)
    time_zone: Mapped[str] = mapped_column(String(64), default="UTC", server_default="UTC")
    keeps_audio: Mapped[str] = mapped_column(String(16), default=KeepAudio.MONTH, server_default="month")
    language: Mapped[str | None] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)

    def get_id(self) -> str:
        """Return what cookies remember this person by: the session's key, which is worth nothing when it has ended."""
        return self.session_key or self.session_token

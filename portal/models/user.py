"""A person with an account."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from portal.models.base import Base, utc_now


def new_session_token() -> str:
    """Return 43 URL-safe characters that nobody can guess."""
    return secrets.token_urlsafe(32)


class User(Base):
    """One account. ``email`` is kept in lower case; ``session_token`` changes when other sessions must end."""

    __tablename__ = "users"

    # What a login manager asks of whoever is logged in; this module need not know the login manager for that.
    is_authenticated = True
    is_active = True
    is_anonymous = False

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    password_hash: Mapped[str] = mapped_column(String(255))
    session_token: Mapped[str] = mapped_column(String(43), unique=True, default=new_session_token)
    is_admin: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)

    def get_id(self) -> str:
        """Return what a session remembers this person by: not ``id``, so that a new token ends every session."""
        return self.session_token

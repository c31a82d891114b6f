"""A person's own Spotify account, where they connected it, and what they save there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.models.base import Base, utc_now


class SpotifyAccount(Base):
    """The tokens of one person, encrypted; ``account_id`` is Spotify's stable name for them.

    ``consented_at`` starts the six months after which Spotify asks anew; ``problem`` is the code of why it has to be
    connected again, null while it works. ``token`` is empty then.
    """

    __tablename__ = "spotify_accounts"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[str] = mapped_column(String(80))
    token: Mapped[bytes] = mapped_column(LargeBinary)
    scope: Mapped[str] = mapped_column(String(300))
    problem: Mapped[str | None] = mapped_column(String(40))
    consented_at: Mapped[datetime] = mapped_column(default=utc_now)
    changed_at: Mapped[datetime] = mapped_column(default=utc_now)


class SpotifyCopy(Base):
    """How far the saving of one playlist to Spotify has come; ``spotify_id`` is empty until something was found.

    ``remaining`` and ``missing`` list ``[artist, title]`` of our own entries: those not looked up yet, and those that
    Spotify does not have. Of ``total`` songs ``asked`` are saved at the most. Nobody else works on it before
    ``busy_until``.
    """

    __tablename__ = "spotify_copies"
    __table_args__ = (UniqueConstraint("user_id", "playlist_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    playlist_id: Mapped[str] = mapped_column(ForeignKey("playlists.id", ondelete="CASCADE"), index=True)
    spotify_id: Mapped[str] = mapped_column(String(64), default="")
    name: Mapped[str] = mapped_column(String(120))
    description: Mapped[str] = mapped_column(String(500), default="")
    remaining: Mapped[list[Any]]
    missing: Mapped[list[Any]]
    asked: Mapped[int]
    total: Mapped[int]
    busy_until: Mapped[datetime | None]
    changed_at: Mapped[datetime] = mapped_column(default=utc_now)

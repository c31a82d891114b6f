"""A person's own Spotify account, where they connected it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.models.base import Base, utc_now


class SpotifyAccount(Base):
    """The tokens of one person, encrypted; ``account_id`` is Spotify's stable name for them.

    ``consented_at`` starts the six months after which Spotify asks anew; ``problem`` is the code of why it has to be
    connected again, null while it works.
    """

    __tablename__ = "spotify_accounts"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[str] = mapped_column(String(80))
    token: Mapped[bytes] = mapped_column(LargeBinary)
    scope: Mapped[str] = mapped_column(String(300))
    problem: Mapped[str | None] = mapped_column(String(40))
    consented_at: Mapped[datetime] = mapped_column(default=utc_now)
    changed_at: Mapped[datetime] = mapped_column(default=utc_now)

"""What people show each other: results made public, likes, following, links to share, reports."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.models.base import Base, random_id, utc_now


class Profile(Base):
    """What others see of a person who chose to be seen: a display name of its own, and a random ``id`` for the address.

    Whoever is ``suspended_at`` may show nothing to others until an admin lifts it.
    """

    __tablename__ = "profiles"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[str] = mapped_column(String(22), unique=True, default=random_id)
    display_name: Mapped[str] = mapped_column(String(40))
    name_key: Mapped[str] = mapped_column(String(80), unique=True)
    suspended_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class Publication(Base):
    """A song whose result its owner made public, never its audio. Genre, mood and likes are repeated to list by.

    ``hidden_at`` is a moderator's doing. It outlives the owner's: only where it is set may ``published_at`` be null,
    so that nobody undoes it by making the song private and public again.
    """

    __tablename__ = "publications"
    __table_args__ = (
        Index(None, "published_at", "song_id"),
        Index(None, "likes", "published_at", "song_id"),
        Index(None, "genre", "published_at", "song_id"),
        Index(None, "genre", "likes", "published_at", "song_id"),
        Index(None, "user_id", "published_at"),
    )

    song_id: Mapped[str] = mapped_column(ForeignKey("songs.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    genre: Mapped[str] = mapped_column(String(40))
    mood: Mapped[str | None] = mapped_column(String(40))
    likes: Mapped[int] = mapped_column(default=0)
    published_at: Mapped[datetime | None] = mapped_column(default=utc_now)
    hidden_at: Mapped[datetime | None]


class Like(Base):
    """A person likes a song, their own or a public one; once, however often they click."""

    __tablename__ = "likes"
    __table_args__ = (Index(None, "song_id"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    song_id: Mapped[str] = mapped_column(ForeignKey("songs.id", ondelete="CASCADE"), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class Follow(Base):
    """A person wants to see first what another makes public."""

    __tablename__ = "follows"
    __table_args__ = (CheckConstraint("follower_id <> followed_id", name="not_oneself"), Index(None, "followed_id"))

    follower_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    followed_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class ShareLink(Base):
    """A link by which anybody sees one result or one playlist until it expires or is revoked.

    The address holds ``id`` and a signature, so that whoever reads the database alone cannot make it. With
    ``shows_name`` the page says its owner's display name.
    """

    __tablename__ = "share_links"
    __table_args__ = (
        CheckConstraint("(song_id IS NULL) <> (playlist_id IS NULL)", name="one_thing"),
        Index(None, "user_id", "created_at"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=random_id)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    song_id: Mapped[str | None] = mapped_column(ForeignKey("songs.id", ondelete="CASCADE"), index=True)
    playlist_id: Mapped[str | None] = mapped_column(ForeignKey("playlists.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    shows_name: Mapped[bool] = mapped_column(default=False)


class Report(Base):
    """Somebody finds that a public song, playlist or person breaks the rules; each person says so once a thing.

    ``kind`` is song, playlist or person, ``target`` its id; ``outcome`` is hidden, suspended or dismissed.
    """

    __tablename__ = "reports"
    __table_args__ = (UniqueConstraint("reporter_id", "kind", "target"), Index(None, "resolved_at", "created_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    reporter_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(16))
    target: Mapped[str] = mapped_column(String(22))
    reason: Mapped[str] = mapped_column(String(500))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    outcome: Mapped[str | None] = mapped_column(String(16))


class Decision(Base):
    """What a moderator did about a song, playlist or person: hidden, suspended, restored or dismissed; the log."""

    __tablename__ = "decisions"
    __table_args__ = (Index(None, "created_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    moderator_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    kind: Mapped[str] = mapped_column(String(16))
    target: Mapped[str] = mapped_column(String(22))
    outcome: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)

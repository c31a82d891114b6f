"""Lists of music, made by hand or by a recipe."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.models.base import Base, random_id, utc_now


class Playlist(Base):
    """One playlist of one person, private unless ``published_at`` is set; ``hidden_at`` is a moderator's doing.

    ``recipe`` says how a curated playlist is made anew (``genre:jazz``, ``mood:calm:evening``, ``new``); it is null for
    one that is made by hand, and one recipe makes one playlist a person.
    """

    __tablename__ = "playlists"
    __table_args__ = (
        UniqueConstraint("user_id", "recipe"),
        Index(None, "user_id", "changed_at"),
        Index(None, "published_at"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=random_id)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(120))
    description: Mapped[str] = mapped_column(String(500), default="")
    recipe: Mapped[str | None] = mapped_column(String(80))
    published_at: Mapped[datetime | None]
    hidden_at: Mapped[datetime | None]
    refreshed_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    changed_at: Mapped[datetime] = mapped_column(default=utc_now)

    entries: Mapped[list[PlaylistEntry]] = relationship(
        back_populates="playlist", cascade="all, delete-orphan", passive_deletes=True, order_by="PlaylistEntry.position"
    )


class PlaylistEntry(Base):
    """One row of a playlist: a song of the portal, or a suggestion from outside by artist, title and link.

    ``position`` grows down the list, with gaps so that a move changes one row; ``key`` (``song:<id>``, or
    ``catalogue:<key>`` for an entry of our own starter list) keeps an entry from standing in a list twice. Of a song
    nothing is repeated here, so that what its owner stops showing is gone from every list at once.
    """

    __tablename__ = "playlist_entries"
    __table_args__ = (UniqueConstraint("playlist_id", "key"), Index(None, "playlist_id", "position"))

    id: Mapped[int] = mapped_column(primary_key=True)
    playlist_id: Mapped[str] = mapped_column(ForeignKey("playlists.id", ondelete="CASCADE"))
    position: Mapped[int]
    key: Mapped[str] = mapped_column(String(80))
    song_id: Mapped[str | None] = mapped_column(ForeignKey("songs.id", ondelete="CASCADE"), index=True)
    artist: Mapped[str] = mapped_column(String(200), default="")
    title: Mapped[str] = mapped_column(String(300), default="")
    url: Mapped[str] = mapped_column(String(500), default="")
    source: Mapped[str] = mapped_column(String(32), default="")
    added_at: Mapped[datetime] = mapped_column(default=utc_now)

    playlist: Mapped[Playlist] = relationship(back_populates="entries")

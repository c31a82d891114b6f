"""Where the songs of a person lie on the map of their music."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.models.base import Base


class MapPlace(Base):
    """One song's place, and the ids of up to three songs nearest to it, with spaces between; a map is written at once.

    A place goes with its song. Only places of one ``space``, which is the model's version, stand on one map.
    """

    __tablename__ = "map_places"
    __table_args__ = (Index(None, "user_id", "space"),)

    song_id: Mapped[str] = mapped_column(ForeignKey("songs.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    space: Mapped[str] = mapped_column(String(80))
    x: Mapped[float]
    y: Mapped[float]
    near: Mapped[str] = mapped_column(String(80))


class MapRound(Base):
    """The last making of a person's map: when it began and ended, the seconds it took, and what it was made of.

    ``begun_at`` is also whose turn it is: who finds another moment there than its own keeps nothing. Of ``songs`` of a
    ``space``, ``placed`` were given places; where that is not so any more, the map is to be made anew.
    """

    __tablename__ = "map_rounds"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    begun_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    seconds: Mapped[float] = mapped_column(default=0.0)
    space: Mapped[str] = mapped_column(String(80), default="")
    songs: Mapped[int] = mapped_column(default=0)
    placed: Mapped[int] = mapped_column(default=0)

"""What the classifier said of a song, and what was suggested to hear next."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.models.base import Base, utc_now

if TYPE_CHECKING:
    from portal.models.song import Song


class PredictionRecord(Base):
    """The verdict on one song; fields as in ``classifier.Prediction``.

    ``genres``, ``mood``, ``moods``, ``traits`` and ``peaks`` are null where the model that spoke gave none. The peaks
    are read only where they are asked for: nothing but the drawing of one song needs them.
    """

    __tablename__ = "predictions"
    __table_args__ = (Index(None, "song_id", "duration", "confidence"),)  # what lists are sorted by

    id: Mapped[int] = mapped_column(primary_key=True)
    song_id: Mapped[str] = mapped_column(ForeignKey("songs.id", ondelete="CASCADE"), unique=True)
    genre: Mapped[str] = mapped_column(String(40))
    genres: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    confidence: Mapped[float]
    sure: Mapped[bool]
    music: Mapped[bool]
    truncated: Mapped[bool]
    scores: Mapped[dict[str, Any]]
    segments: Mapped[list[Any]]
    mood: Mapped[str | None] = mapped_column(String(40))
    moods: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    traits: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    peaks: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True), deferred=True)
    tempo: Mapped[float | None]
    duration: Mapped[float]
    model_version: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)

    song: Mapped[Song] = relationship(back_populates="prediction")
    recommendations: Mapped[list[RecommendationRecord]] = relationship(
        back_populates="prediction",
        cascade="all, delete-orphan",
        passive_deletes=True,
        order_by="RecommendationRecord.position",
    )


class RecommendationRecord(Base):
    """One suggestion kept with a verdict. ``source`` names where it came from; sources are never mixed in a panel.

    Of Spotify's suggestions only ``external_id``, ``url`` and the ``query`` that found them are kept: its terms let
    names and pictures be held for a while only, so that they are asked for again when the page is seen.
    """

    __tablename__ = "recommendations"

    id: Mapped[int] = mapped_column(primary_key=True)
    prediction_id: Mapped[int] = mapped_column(ForeignKey("predictions.id", ondelete="CASCADE"), index=True)
    source: Mapped[str] = mapped_column(String(32))
    position: Mapped[int]
    artist: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(String(300))
    url: Mapped[str] = mapped_column(String(500))
    external_id: Mapped[str | None] = mapped_column(String(64))
    query: Mapped[str | None] = mapped_column(String(300))

    prediction: Mapped[PredictionRecord] = relationship(back_populates="recommendations")

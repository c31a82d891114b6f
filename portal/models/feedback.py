"""What people say of our verdicts and of the portal, and what they let us do with it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.models.base import Base, utc_now


class Feedback(Base):
    """What a song's owner says it is, once a song, beside the verdict that this was said of.

    ``genre`` is the owner's, ``second`` another one; ``heard``, ``confidence``, ``sure`` and ``model_version`` repeat
    the verdict, which another analysis may replace. ``genre`` and ``heard`` are null where the song is, or was taken
    to be, no music. ``right`` is whether the two are the same.
    """

    __tablename__ = "feedback"
    __table_args__ = (Index(None, "user_id"),)

    song_id: Mapped[str] = mapped_column(ForeignKey("songs.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    right: Mapped[bool]
    genre: Mapped[str | None] = mapped_column(String(40))
    second: Mapped[str | None] = mapped_column(String(40))
    note: Mapped[str] = mapped_column(String(300), default="")
    heard: Mapped[str | None] = mapped_column(String(40))
    confidence: Mapped[float]
    sure: Mapped[bool]
    model_version: Mapped[str] = mapped_column(String(80))
    said_at: Mapped[datetime] = mapped_column(default=utc_now)


class FeedbackSettings(Base):
    """What a person chose; somebody without a row chose nothing yet.

    ``learns`` is whether the measured features of the songs they correct may improve the model, null until they
    answer. They are not asked how useful the portal is before ``survey_from``, and never where ``survey_never``.
    """

    __tablename__ = "feedback_settings"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    learns: Mapped[bool | None]
    survey_from: Mapped[datetime | None]
    survey_never: Mapped[bool] = mapped_column(default=False)


class SurveyAnswer(Base):
    """How useful somebody found the portal, from 1 to 5, with a sentence; theirs only to be forgotten with them."""

    __tablename__ = "survey_answers"
    __table_args__ = (CheckConstraint("score BETWEEN 1 AND 5", name="score_in_range"), Index(None, "user_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    score: Mapped[int]
    sentence: Mapped[str] = mapped_column(String(300), default="")
    answered_at: Mapped[datetime] = mapped_column(default=utc_now)

"""What a song sounds like, as numbers to compare songs by."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.models.base import Base
from portal.models.song import song_reference


class SongVector(Base):
    """The classifier's vector of one song, as ``classifier.pack`` gives it; written and forgotten with the verdict.

    Only vectors of one ``space``, which is the version of the model that made them, can be compared.
    """

    __tablename__ = "song_vectors"
    __table_args__ = (song_reference(), Index(None, "user_id", "space"))

    song_id: Mapped[str] = mapped_column(String(22), primary_key=True)
    user_id: Mapped[int]
    uploaded_at: Mapped[datetime]
    space: Mapped[str] = mapped_column(String(80))
    vector: Mapped[bytes] = mapped_column(LargeBinary)

"""One worker's hold on one job, from start to end.

What belongs here: every change to the row of a running job. Each is conditional on still holding the job, so that a
worker that was thought dead, or whose song was deleted, changes nothing any more.
"""

from __future__ import annotations

import logging
import os
import socket
import struct
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, delete, select, update
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import scoped_session

from portal.jobs.sandbox import AnalysisError
from portal.models import (
    HeardGenre,
    Job,
    JobState,
    PredictionRecord,
    RecommendationRecord,
    Song,
    SongVector,
    heard_genres,
    utc_now,
)
from portal.ports import Suggestion

logger = logging.getLogger(__name__)

BEAT_SECONDS = 0.5
MAX_URL_LENGTH = 500
MAX_VERSION_LENGTH = 80
VERDICT_FIELDS = ("genre", "confidence", "sure", "music", "truncated", "scores", "segments", "tempo", "duration")
EXTRA_FIELDS = ("genres", "mood", "moods", "traits", "peaks")
"""What not every model gives: it is null where there is none."""


class ClaimLostError(Exception):
    """The job is no longer ours: its song was deleted, or it was taken back."""


def worker_name() -> str:
    """Return ``host:pid`` of this process."""
    return f"{socket.gethostname()}:{os.getpid()}"


def change_jobs(session: scoped_session[Any], *conditions: ColumnElement[bool], **values: Any) -> int:
    """Change the jobs that meet the conditions in one statement, uncommitted; return how many there were."""
    statement = update(Job).where(*conditions).values(values)
    result = session.execute(statement, execution_options={"synchronize_session": False})
    assert isinstance(result, CursorResult)
    return result.rowcount


@dataclass
class Claim:
    """A running job and the worker's right to it; made by ``take`` only."""

    session: scoped_session[Any]
    job_id: str
    song_id: str
    stored_name: str
    attempts: int
    worker: str | None
    user_id: int
    uploaded_at: datetime
    _tags: dict[str, str] = field(default_factory=dict)
    _beaten_at: float = field(default_factory=time.monotonic)

    @classmethod
    def take(cls, session: scoped_session[Any], job_id: str) -> Claim | None:
        """Start the job if it is queued; None if it is not, whoever was quicker."""
        started = {"state": JobState.RUNNING, "attempts": Job.attempts + 1, "worker": worker_name()}
        now = utc_now()
        if not change_jobs(
            session, Job.id == job_id, Job.state == JobState.QUEUED, **started, started_at=now, heartbeat_at=now
        ):
            session.rollback()
            return None
        columns = (Job.id, Job.song_id, Song.stored_name, Job.attempts, Job.worker, Job.user_id, Job.uploaded_at)
        row = session.execute(select(*columns).join(Song, Song.id == Job.song_id).where(Job.id == job_id)).one()
        session.commit()
        return cls(session, *row)

    def beat(self, stage: str, progress: float) -> None:
        """Record life and progress, as often as people look; raise ClaimLostError if the job is no longer ours."""
        now = time.monotonic()
        if now - self._beaten_at < BEAT_SECONDS:
            return
        self._beaten_at = now
        try:
            self._change(stage=stage[:32], progress=progress, heartbeat_at=utc_now())
            self.session.commit()
        except OperationalError:
            # A busy database costs a heartbeat, not the analysis.
            logger.warning("job %s could not record its progress", self.job_id, exc_info=True)
            self.session.rollback()

    def describe(self, tags: dict[str, str]) -> None:
        """Remember what the file says of itself; it is kept with the song when the job ends."""
        self._tags = tags

    def finish(self, verdict: dict[str, Any], source: str, suggestions: list[Suggestion]) -> None:
        """Keep the verdict with its suggestions in place of an older one, and be done, all at once."""
        self._change(state=JobState.DONE, progress=1.0, finished_at=utc_now())
        self._keep_tags()
        self._forget_verdict()
        record = PredictionRecord(
            song_id=self.song_id,
            model_version=verdict["model"][:MAX_VERSION_LENGTH],
            recommendations=_recommendations(source, suggestions),
            **{name: verdict[name] for name in VERDICT_FIELDS},
            **{name: verdict.get(name) or None for name in EXTRA_FIELDS},
        )
        place = {"song_id": self.song_id, "user_id": self.user_id, "uploaded_at": self.uploaded_at}
        heard = [HeardGenre(genre=genre, **place) for genre in heard_genres(record)]
        self.session.add_all([record, *heard, *_vectors(verdict, record.model_version, place)])
        try:
            self.session.commit()
        except IntegrityError as error:
            self.session.rollback()
            raise ClaimLostError from error

    def fail(self, error: AnalysisError) -> None:
        """End the job with the reason a person will read."""
        reason = {"error_code": error.code[:40], "error_message": str(error)[:300]}
        self._change(state=JobState.FAILED, finished_at=utc_now(), **reason)
        self._keep_tags()
        self.session.commit()

    def requeue(self) -> None:
        """Put the job back at the end of the queue; the attempt counts."""
        self._change(state=JobState.QUEUED, queued_at=utc_now(), stage="", progress=0.0)
        self.session.commit()

    def release(self) -> None:
        """Put the job back as if it had never been started: the worker is stopping, the file is not to blame."""
        self._change(state=JobState.QUEUED, attempts=self.attempts - 1, stage="", progress=0.0)
        self.session.commit()

    def _keep_tags(self) -> None:
        if self._tags:
            values = {"tags": self._tags} | ({"title": self._tags["title"]} if "title" in self._tags else {})
            self.session.execute(update(Song).where(Song.id == self.song_id).values(values))

    def _forget_verdict(self) -> None:
        for model in (PredictionRecord, HeardGenre, SongVector):
            self.session.execute(delete(model).where(model.song_id == self.song_id))

    def _change(self, **values: Any) -> None:
        ours = (Job.state == JobState.RUNNING, Job.worker == self.worker, Job.attempts == self.attempts)
        if not change_jobs(self.session, Job.id == self.job_id, *ours, **values):
            self.session.rollback()
            raise ClaimLostError


def _recommendations(source: str, suggestions: list[Suggestion]) -> list[RecommendationRecord]:
    usable = [suggestion for suggestion in suggestions if len(suggestion.url) <= MAX_URL_LENGTH]
    return [
        RecommendationRecord(
            source=source,
            position=position,
            artist=s.artist[:200],
            title=s.title[:300],
            url=s.url,
            external_id=s.key or None,
        )
        for position, s in enumerate(usable)
    ]


def _vectors(verdict: dict[str, Any], space: str, place: dict[str, Any]) -> list[SongVector]:
    """Return the song's vector; none for what is no music, which sounds like nothing, or from a model without any."""
    vector = verdict.get("vector")
    if not vector or not verdict["music"]:
        return []
    return [SongVector(space=space, vector=struct.pack(f"<{len(vector)}f", *vector), **place)]

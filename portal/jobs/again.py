"""Many analyses started anew in one statement.

What belongs here: which of many songs can be analysed again, by the same rules as one of them (``service``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select, update
from sqlalchemy.orm import scoped_session

from portal.jobs.claim import MAX_VERSION_LENGTH
from portal.models import Job, JobState, PredictionRecord, Song, utc_now
from portal.queue import JobQueue

FRESH = {"attempts": 0, "stage": "", "progress": 0.0, "error_code": None, "error_message": None, "finished_at": None}


class Restarts:
    """Queues what failed or was cancelled, and what another model judged, where its audio is still kept."""

    def __init__(self, session: scoped_session[Any], queue: JobQueue, version: Callable[[], str | None]) -> None:
        self._session = session
        self._queue = queue
        self._version = version

    def __call__(self, user_id: int, song_ids: Sequence[str]) -> int:
        """Queue those of the person's songs that can be analysed again; return how many there were."""
        # One statement: of two requests at the same moment, one finds a job ended and the other finds it queued.
        started = self._session.scalars(
            update(Job)
            .where(Job.user_id == user_id, Job.song_id.in_(song_ids), _audible(song_ids))
            .where(or_(Job.state.in_((JobState.FAILED, JobState.CANCELLED)), self._outdated(song_ids)))
            .values(**FRESH, state=JobState.QUEUED, queued_at=utc_now())
            .returning(Job.id),
            execution_options={"synchronize_session": False},
        ).all()
        self._session.commit()
        for job_id in started:
            self._queue.enqueue(job_id)
        return len(started)

    def _outdated(self, song_ids: Sequence[str]) -> ColumnElement[bool]:
        # A verdict keeps only so much of a version; without a model there is no other one that could judge.
        present = (self._version() or "")[:MAX_VERSION_LENGTH]
        if not present:
            return false()
        judged = select(PredictionRecord.song_id).where(PredictionRecord.song_id.in_(song_ids))
        others = judged.where(PredictionRecord.model_version != present)
        return and_(Job.state == JobState.DONE, Job.song_id.in_(others))


def _audible(song_ids: Sequence[str]) -> ColumnElement[bool]:
    return Job.song_id.in_(select(Song.id).where(Song.id.in_(song_ids), Song.audio_deleted_at.is_(None)))

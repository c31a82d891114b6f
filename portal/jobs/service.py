"""The analysis job: run it, tell how it stands, try it again, and bring back what a dead worker left.

What belongs here: the rules of a job's life. The ``jobs`` table is the truth; the queue only carries ids.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import scoped_session

from portal.errors import ConflictError, NotFoundError
from portal.jobs.claim import MAX_VERSION_LENGTH, Claim, ClaimLostError, change_jobs
from portal.jobs.recovery import MAX_ATTEMPTS, take_back_abandoned
from portal.jobs.sandbox import AnalysisError, SandboxedClassifier
from portal.language import _
from portal.models import Job, JobState, PredictionRecord, Song, utc_now
from portal.ports import Storage, StorageError, Suggestion, VerdictListener
from portal.queue import JobQueue

logger = logging.getLogger(__name__)


class NoSuchSongError(NotFoundError):
    """There is no such song, or it is somebody else's."""

    def __init__(self) -> None:
        super().__init__(_("There is no such song."))


class NotRetryableError(ConflictError):
    """Only what failed or was cancelled can be tried again."""

    def __init__(self) -> None:
        super().__init__(_("This song is not waiting to be tried again."))


class UpToDateError(ConflictError):
    """Only what another model judged is analysed again."""

    def __init__(self) -> None:
        super().__init__(_("This song was analysed by the present model already."))


class AudioDeletedError(ConflictError):
    """What has no audio any more is not analysed again."""

    code = "audio_deleted"

    def __init__(self) -> None:
        message = _(
            "The audio of this song was deleted, so it cannot be analysed again. "
            "Upload the same file once more to bring it back."
        )
        super().__init__(message)


class FileUnavailableError(AnalysisError):
    """The storage did not give the file."""

    code = "storage"

    def __init__(self) -> None:
        super().__init__(_("The uploaded file could not be read from our storage."))


class Recommender(Protocol):
    """What the jobs need of the recommendations."""

    def suggest(self, genre: str, *, seed: str) -> tuple[str, list[Suggestion]]:
        """Return the name of a source and what it suggests for ``genre``."""


@dataclass(frozen=True)
class JobStatus:
    """How the analysis of a song stands. ``queue_place`` is 1 for the next to start, None unless queued."""

    state: str
    stage: str
    progress: float
    queue_place: int | None
    error: str | None
    error_code: str | None
    genre: str | None
    genres: list[str] | None
    confidence: float | None
    sure: bool | None
    music: bool | None
    scores: dict[str, float] | None
    mood: str | None
    moods: dict[str, float] | None


class JobService:
    """Runs analyses and answers for them."""

    def __init__(
        self,
        session: scoped_session[Any],
        queue: JobQueue,
        storage: Storage,
        classifier: SandboxedClassifier,
        recommendations: Recommender,
        listeners: Sequence[VerdictListener] = (),
    ) -> None:
        self._session = session
        self._queue = queue
        self._storage = storage
        self._classifier = classifier
        self._recommendations = recommendations
        self._listeners = tuple(listeners)

    def prepare(self) -> None:
        """Load the model before the first job needs it; raise ModelUnusableError if that fails."""
        self._classifier.prepare()

    def status(self, user_id: int, song_id: str) -> JobStatus:
        """Return how the analysis of this person's song stands; raise NoSuchSongError."""
        job, verdict = self._find(user_id, song_id)
        return JobStatus(
            state=job.state,
            stage=job.stage,
            progress=job.progress,
            queue_place=self._queue_place(job) if job.state == JobState.QUEUED else None,
            error=job.error_message,
            error_code=job.error_code,
            genre=verdict.genre if verdict else None,
            genres=(verdict.genres or [verdict.genre]) if verdict else None,
            confidence=verdict.confidence if verdict else None,
            sure=verdict.sure if verdict else None,
            music=verdict.music if verdict else None,
            scores=verdict.scores if verdict else None,
            mood=verdict.mood if verdict else None,
            moods=verdict.moods if verdict else None,
        )

    def retry(self, user_id: int, song_id: str) -> None:
        """Queue this person's failed or cancelled song anew.

        Raise NoSuchSongError, NotRetryableError or AudioDeletedError.
        """
        job_id = self._find(user_id, song_id)[0].id
        self._require_audio(song_id)
        if not self._start_anew(job_id, JobState.FAILED, JobState.CANCELLED):
            raise NotRetryableError

    def is_outdated(self, model_version: str) -> bool:
        """Tell whether a verdict of that model would now be another model's."""
        present = self._classifier.version()
        # A verdict keeps no more of a version than fits its column.
        return present is not None and present[:MAX_VERSION_LENGTH] != model_version

    def analyse_again(self, user_id: int, song_id: str) -> None:
        """Queue this person's analysed song for the present model; its verdict stays until there is a new one.

        Raise NoSuchSongError, AudioDeletedError, or UpToDateError if no other model judged it or it is being analysed
        as it is.
        """
        job, verdict = self._find(user_id, song_id)
        self._require_audio(song_id)
        outdated = verdict is not None and self.is_outdated(verdict.model_version)
        if not outdated or not self._start_anew(job.id, JobState.DONE):
            raise UpToDateError

    def run(self, job_id: str) -> None:
        """Analyse the song of a queued job; a job that is not queued (any more) is left alone."""
        claim = Claim.take(self._session, job_id)
        if claim is None:
            return
        started = time.monotonic()
        try:
            ending = self._carry_out(claim)
        except ClaimLostError:
            ending = "dropped: its song is gone, or another worker has it"
        logger.info("job %s attempt %d: %s, %.2f s", job_id, claim.attempts, ending, time.monotonic() - started)

    def recover(self) -> int:
        """Take back what dead workers left and hand over again what the queue lost; return how many jobs moved."""
        failed = take_back_abandoned(self._session)
        queued = self._session.scalars(select(Job.id).where(Job.state == JobState.QUEUED).order_by(Job.queued_at)).all()
        self._session.rollback()
        waiting = self._queue.waiting()
        lost = [job_id for job_id in queued if job_id not in waiting]
        # An id in the very moment between queue and claim is handed over twice; the claim lets only one of them count.
        return failed + sum(self._queue.enqueue(job_id) for job_id in lost)

    def _start_anew(self, job_id: str, *states: JobState) -> bool:
        """Queue a job that is in one of the states, as if for the first time; tell whether it was in one."""
        fresh = {"attempts": 0, "stage": "", "progress": 0.0, "error_code": None, "error_message": None}
        ended = Job.state.in_(states)
        changed = change_jobs(
            self._session,
            *(Job.id == job_id, ended),
            **fresh,
            state=JobState.QUEUED,
            queued_at=utc_now(),
            finished_at=None,
        )
        self._session.commit()
        if changed:
            self._queue.enqueue(job_id)
        return bool(changed)

    def _carry_out(self, claim: Claim) -> str:
        try:
            self._analyse(claim)
        except ClaimLostError:
            raise
        except AnalysisError as error:
            return self._stumble(claim, error)
        except KeyboardInterrupt:
            self._session.rollback()
            # Not handed over again: a neighbour that is stopping too would take it. The next start recovers it.
            claim.release()
            raise
        except Exception:
            logger.exception("job %s met an error of ours", claim.job_id)
            self._session.rollback()
            return self._stumble(claim, AnalysisError())
        return "done"

    def _analyse(self, claim: Claim) -> None:
        try:
            with self._storage.local_copy(claim.stored_name) as path:
                verdict = self._classifier.classify(path, claim.beat, claim.describe)
        except StorageError as error:
            raise FileUnavailableError from error
        source, suggestions = self._suggest(verdict["genre"], claim.song_id) if verdict["music"] else ("", [])
        claim.finish(verdict, source, suggestions)
        self._tell(claim)

    def _tell(self, claim: Claim) -> None:
        """Tell all who want to know of the verdict, which is safe by now: none of them can cost it."""
        for listener in self._listeners:
            try:
                listener.heard(claim.user_id, claim.song_id)
            except Exception:
                logger.exception("a listener failed on the verdict of song %s", claim.song_id)
                self._session.rollback()

    def _suggest(self, genre: str, seed: str) -> tuple[str, list[Suggestion]]:
        try:
            return self._recommendations.suggest(genre, seed=seed)
        except Exception:
            logger.exception("no suggestions for %s", genre)
            return "", []

    def _stumble(self, claim: Claim, error: AnalysisError) -> str:
        if not error.permanent:
            logger.warning("job %s: %s %s", claim.job_id, error, error.__cause__ or "")
        if error.permanent or claim.attempts >= MAX_ATTEMPTS:
            claim.fail(error)
            return f"failed ({error.code})"
        claim.requeue()
        self._queue.enqueue(claim.job_id)
        return f"queued again ({error.code})"

    def _find(self, user_id: int, song_id: str) -> tuple[Job, PredictionRecord | None]:
        row = self._session.execute(
            select(Job, PredictionRecord)
            .join(Song, Song.id == Job.song_id)
            .outerjoin(PredictionRecord, PredictionRecord.song_id == Song.id)
            .where(Song.id == song_id, Song.user_id == user_id)
            .execution_options(populate_existing=True)
        ).one_or_none()
        if row is None:
            raise NoSuchSongError
        return row[0], row[1]

    def _require_audio(self, song_id: str) -> None:
        if self._session.scalar(select(Song.audio_deleted_at).where(Song.id == song_id)) is not None:
            raise AudioDeletedError

    def _queue_place(self, job: Job) -> int:
        earlier = or_(Job.queued_at < job.queued_at, and_(Job.queued_at == job.queued_at, Job.id < job.id))
        before = select(func.count()).select_from(Job).where(Job.state == JobState.QUEUED, earlier)
        return self._session.execute(before).scalar_one() + 1

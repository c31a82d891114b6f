"""How long the audio of songs is kept: each person's choice, and deleting what is past its time.

What belongs here: when bytes go. The result stays, and so does the song; the same file uploaded again gives the audio
back (``portal.upload.service``). Not here: deleting songs (``portal.history.service``).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import CursorResult, func, or_, select, update
from sqlalchemy.orm import Session, scoped_session

from portal.errors import InvalidError, NotFoundError
from portal.language import gettext
from portal.models import Job, JobState, Song, User, utc_now
from portal.models.user import KeepAudio, audio_expiry
from portal.ports import Storage, StorageError

BATCH = 100
BATCHES_A_SWEEP = 5
TRIED_AGAIN_AFTER = timedelta(hours=1)

logger = logging.getLogger(__name__)


class UnknownChoice(InvalidError):
    """Audio cannot be kept for as long as that."""

    code = "unknown_choice"

    def __init__(self) -> None:
        super().__init__(gettext("Choose how long your audio is kept."))


@dataclass(frozen=True)
class KeptAudio:
    """How many of somebody's songs have their audio still, and what it takes."""

    songs: int
    size_bytes: int


class AudioRetention:
    """Keeps audio as long as its owner wants, and no longer."""

    def __init__(self, session: Session | scoped_session[Any], storage: Storage) -> None:
        self._session = session
        self._storage = storage

    def kept(self, user_id: int) -> KeptAudio:
        """Return what is there of this person's audio, without what is about to go."""
        lasting = or_(Song.audio_expires_at.is_(None), Song.audio_expires_at > utc_now())
        counted = select(func.count(), func.coalesce(func.sum(Song.size_bytes), 0))
        row = self._session.execute(counted.where(*_audio_of(user_id), lasting)).one()
        return KeptAudio(*row)

    def choose(self, user_id: int, choice: str) -> None:
        """Keep this person's audio so from now on; raise UnknownChoice.

        For songs that are there already the time begins now, so that no change of mind deletes by surprise.
        """
        if choice not in list(KeepAudio):
            raise UnknownChoice
        user = self._session.get(User, user_id)
        if user is None:
            raise NotFoundError
        if choice != user.keeps_audio:
            user.keeps_audio = choice
            self._change(*_audio_of(user_id), audio_expires_at=audio_expiry(choice, utc_now()))
        self._session.commit()

    def delete_all(self, user_id: int) -> int:
        """Have all of this person's audio deleted by the next sweep; return of how many songs.

        What waits for its analysis or is being analysed goes when that has ended.
        """
        count = self._change(*_audio_of(user_id), audio_expires_at=utc_now())
        self._session.commit()
        return count

    def sweep(self) -> int:
        """Delete audio past its time, a bounded lot of it; return of how many songs."""
        deleted = 0
        for _ in range(BATCHES_A_SWEEP):
            names = self._due()
            if not names:
                break
            gone = [name for name in names if self._is_deleted(name)]
            self._note(gone, set(names) - set(gone))
            deleted += len(gone)
        return deleted

    def _due(self) -> list[str]:
        ended = Job.state.not_in((JobState.QUEUED, JobState.RUNNING))
        due = select(Song.stored_name).join(Song.job).where(Song.audio_expires_at <= utc_now(), ended)
        names = self._session.scalars(due.order_by(Song.audio_expires_at).limit(BATCH)).all()
        # Deleting may take long, and no transaction is to wait for it.
        self._session.rollback()
        return list(names)

    def _is_deleted(self, stored_name: str) -> bool:
        try:
            self._storage.delete(stored_name)
        except StorageError:
            logger.exception("the audio %s is past its time and could not be deleted", stored_name)
            return False
        return True

    def _note(self, gone: list[str], failed: set[str]) -> None:
        # By the stored name, which is another one if the same file was uploaded again in the meantime.
        now = utc_now()
        self._change(Song.stored_name.in_(gone), audio_deleted_at=now, audio_expires_at=None)
        if failed:
            self._change(Song.stored_name.in_(failed), audio_expires_at=now + TRIED_AGAIN_AFTER)
        self._session.commit()

    def _change(self, *conditions: Any, **values: Any) -> int:
        statement = update(Song).where(*conditions).values(values)
        result = self._session.execute(statement, execution_options={"synchronize_session": False})
        assert isinstance(result, CursorResult)
        return result.rowcount


def _audio_of(user_id: int) -> tuple[Any, Any]:
    return Song.user_id == user_id, Song.audio_deleted_at.is_(None)

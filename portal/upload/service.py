"""Accepting a file: keep its bytes, know it again, make the song and its job.

What belongs here: what happens between the bytes arriving and the job being queued. Not here: looking into the bytes.
They come from strangers and are opened in the sandbox only; an empty or broken file is accepted here and fails there.
"""

from __future__ import annotations

import hashlib
import logging
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import IO, Any

from sqlalchemy import CursorResult, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import scoped_session

from portal.errors import InvalidError, PortalError, TooLargeError
from portal.language import _
from portal.models import Job, Song, User, utc_now
from portal.models.user import KeepAudio, audio_expiry
from portal.ports import Storage, StorageError
from portal.queue import JobQueue
from portal.text import extension, file_name, one_line

logger = logging.getLogger(__name__)

CHUNK_BYTES = 2**20
MAX_TITLE = 300
SPARED_FOR = timedelta(days=1)
"""How long audio that came again stays at least: it was brought back for something."""

MAX_HASHES = 200
SHA256 = re.compile(r"[0-9a-f]{64}")
SAME_UPLOAD = timedelta(days=1)
"""How long a song whose audio is gone is still known: one upload that goes on. Later the bytes are wanted again."""


class FileTooLargeError(TooLargeError):
    """The file has more bytes than one song may have."""

    def __init__(self, limit: int) -> None:
        super().__init__(_("This file is larger than %(most)s MB.", most=limit // 2**20))


class ChangedError(InvalidError):
    """What arrived is not what was announced: the file was written to while it was sent."""

    code = "changed"

    def __init__(self) -> None:
        super().__init__(_("This file was changed while it was sent. Choose it again."))


class NotStoredError(PortalError):
    """The storage failed; nothing of the file was kept."""

    code = "not_stored"

    def __init__(self) -> None:
        super().__init__(_("We could not store this file just now. Please try again in a while."))


class UnknownHashError(InvalidError):
    """What was asked for are not hashes, or too many."""

    def __init__(self) -> None:
        super().__init__(_("Ask for 1 to %(most)s SHA-256 hashes, each as 64 digits of 0-9 and a-f.", most=MAX_HASHES))


@dataclass(frozen=True)
class Accepted:
    """The song a file became, or (``duplicate``) had become earlier."""

    song_id: str
    duplicate: bool


class UploadService:
    """Takes files in."""

    def __init__(self, session: scoped_session[Any], storage: Storage, queue: JobQueue, max_bytes: int) -> None:
        self._session = session
        self._storage = storage
        self._queue = queue
        self._max_bytes = max_bytes

    def accept(self, user_id: int, filename: str, stream: IO[bytes], announced: str = "") -> Accepted:
        """Keep the file and queue its analysis; the same bytes of the same person are one song.

        If the audio of that song was deleted, these bytes take its place. Raises FileTooLargeError, NotStoredError or,
        if the bytes do not have the ``announced`` SHA-256, ChangedError; and then nothing is left behind.
        """
        song = self._store(user_id, file_name(filename), stream, announced)
        try:
            song.audio_expires_at = audio_expiry(self._choice(user_id), utc_now())
            self._session.add(song)
            self._session.commit()
        except IntegrityError:
            self._session.rollback()
            earlier = self._merge(song)
            if earlier is None:
                raise
            return Accepted(earlier, duplicate=True)
        except BaseException:
            self._session.rollback()
            self._discard(song.stored_name)
            raise
        self._queue.enqueue(song.job.id)
        return Accepted(song.id, duplicate=False)

    def known(self, user_id: int, hashes: Sequence[str]) -> dict[str, str]:
        """Return the person's songs of these contents, hash -> id; those whose bytes need not be sent again.

        Raises UnknownHashError. Other people's songs are as unknown as those of nobody.
        """
        if not 1 <= len(hashes) <= MAX_HASHES or not all(SHA256.fullmatch(content) for content in hashes):
            raise UnknownHashError
        here = or_(Song.audio_deleted_at.is_(None), Song.created_at > utc_now() - SAME_UPLOAD)
        found = select(Song.content_hash, Song.id).where(Song.user_id == user_id, Song.content_hash.in_(hashes), here)
        return {content: song_id for content, song_id in self._session.execute(found)}  # noqa: C416

    def _store(self, user_id: int, filename: str, stream: IO[bytes], announced: str) -> Song:
        stored_name = secrets.token_hex(16) + extension(filename).lower()
        digest = hashlib.sha256()
        size = 0
        try:
            with self._storage.open_new(stored_name) as target:
                while chunk := stream.read(CHUNK_BYTES):
                    size += len(chunk)
                    if size > self._max_bytes:
                        raise FileTooLargeError(self._max_bytes)
                    digest.update(chunk)
                    target.write(chunk)
                if announced and digest.hexdigest() != announced:
                    raise ChangedError
        except StorageError as error:
            logger.exception("an upload could not be stored")
            raise NotStoredError from error
        return Song(
            user_id=user_id,
            title=_title(filename),
            filename=filename,
            content_hash=digest.hexdigest(),
            size_bytes=size,
            stored_name=stored_name,
            job=Job(),
        )

    def _merge(self, song: Song) -> str | None:
        """Return the earlier song of the same bytes, if there is one; it takes these where its own are gone."""
        taken = False
        try:
            same = (Song.user_id == song.user_id, Song.content_hash == song.content_hash)
            earlier = self._session.scalar(select(Song.id).where(*same))
            taken = earlier is not None and self._give_back(earlier, song)
            return earlier
        finally:
            if not taken:
                self._discard(song.stored_name)

    def _give_back(self, song_id: str, song: Song) -> bool:
        now = utc_now()
        expiry = audio_expiry(self._choice(song.user_id), now)
        result = self._session.execute(
            update(Song)
            .where(Song.id == song_id, Song.audio_deleted_at.is_not(None))
            .values(
                stored_name=song.stored_name,
                audio_deleted_at=None,
                audio_expires_at=expiry and max(expiry, now + SPARED_FOR),
            ),
            execution_options={"synchronize_session": False},
        )
        self._session.commit()
        assert isinstance(result, CursorResult)
        return result.rowcount == 1

    def _choice(self, user_id: int) -> str:
        return self._session.scalar(select(User.keeps_audio).where(User.id == user_id)) or KeepAudio.MONTH

    def _discard(self, stored_name: str) -> None:
        try:
            self._storage.delete(stored_name)
        except StorageError:
            logger.exception("%s was left behind in the storage", stored_name)


def _title(filename: str) -> str:
    stem = filename.removesuffix(extension(filename))
    return one_line(stem.replace("_", " "), MAX_TITLE) or filename

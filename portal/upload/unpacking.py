"""Taking in the songs of an archive, each as if it had come alone.

What belongs here: what becomes of each entry, so that one bad entry costs its own row only. Not here: reading archives
(``archive``), or keeping a song (``service``).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from portal.errors import PortalError
from portal.upload.archive import Allowance, Archive, Entry, NoSongsError, TooManySongsError
from portal.upload.service import Accepted, NotStoredError, UploadService

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """What became of one file: a song, or the error that kept it from becoming one."""

    filename: str
    result: Accepted | PortalError


class ArchiveService:
    """Takes archives in."""

    def __init__(self, uploads: UploadService, max_bytes: int) -> None:
        self._uploads = uploads
        self._max_bytes = max_bytes

    def take_in(self, user_id: int, filename: str, stream: IO[bytes], allowance: Allowance) -> Iterator[Outcome]:
        """Yield what became of each song in the archive; what concerns all of it goes by its own name."""
        try:
            archive = Archive(stream, self._max_bytes)
            if not archive.entries:
                raise NoSongsError
        except PortalError as error:
            yield Outcome(filename, error)
            return
        entries = archive.entries[: allowance.songs]
        allowance.songs -= len(entries)
        for entry in entries:
            yield Outcome(entry.filename, self._take(user_id, archive, entry, allowance))
        if left := len(archive.entries) - len(entries):
            yield Outcome(filename, TooManySongsError(left))

    def _take(self, user_id: int, archive: Archive, entry: Entry, allowance: Allowance) -> Accepted | PortalError:
        try:
            allowance.check_time()
            with archive.unpacked(entry, allowance) as (stream, digest):
                # What came before is not stored again, so that a second try gets further than the first.
                earlier = self._uploads.known(user_id, [digest]).get(digest)
                if earlier:
                    return Accepted(earlier, duplicate=True)
                return self._uploads.accept(user_id, entry.filename, stream)
        except PortalError as error:
            return error
        except OSError:
            logger.exception("a song of an archive could not be unpacked")
            return NotStoredError()

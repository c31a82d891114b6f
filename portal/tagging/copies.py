"""One copy at a time, in a temporary folder; the song in the storage is only ever read.

What belongs here: from a stored song to a finished file. Not here: requests (``views``) or many of them (``archive``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from portal.ports import Storage, StorageError
from portal.tagging.errors import FileGoneError
from portal.tagging.scribe import Scribe, Written
from portal.tagging.values import Taggable


class Copyist:
    """Makes copies of stored songs."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def read(self, scribe: Scribe, song: Taggable) -> Written:
        """Return what the song's file says of itself now."""
        with self._bytes_of(song) as source:
            return scribe.read(source)

    @contextmanager
    def copy(self, scribe: Scribe, song: Taggable, genres: Sequence[str], mode: str) -> Iterator[tuple[Path, Written]]:
        """Lend a copy with the genres written; it is gone afterwards."""
        with TemporaryDirectory(prefix="genregenie-") as folder:
            target = Path(folder) / "copy"
            with self._bytes_of(song) as source:
                written = scribe.write(source, target, genres, mode)
            yield target, written

    @contextmanager
    def _bytes_of(self, song: Taggable) -> Iterator[Path]:
        try:
            with self._storage.local_copy(song.stored_name) as source:
                yield source
        except StorageError as error:
            raise FileGoneError from error

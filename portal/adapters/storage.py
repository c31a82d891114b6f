"""Uploaded bytes in a folder or an object store, whichever ``STORAGE_URL`` names; the only file that names fsspec.

What belongs here: reading and writing under names we made. Not here: what the bytes are or whose.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

import fsspec
from fsspec.implementations.local import LocalFileSystem

from portal.ports import StorageError

NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}")


class FsspecStorage:
    """Keeps objects below one URL (``file://``, ``s3://``, ``memory://``)."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")

    @contextmanager
    def open_new(self, name: str) -> Iterator[BinaryIO]:
        """Open a new object for writing; it appears under its name only when all of it is written."""
        files, path = self._locate(name)
        part = f"{path}.part"
        try:
            files.makedirs(path.rpartition("/")[0], exist_ok=True)
            with files.open(part, "wb") as target:
                yield target
            files.mv(part, path)
        except BaseException as error:
            with suppress(OSError):
                files.rm_file(part)
            if isinstance(error, OSError):
                raise StorageError(f"{name} could not be written") from error
            raise

    @contextmanager
    def local_copy(self, name: str) -> Iterator[Path]:
        """Lend a local path to read the object from; the object itself where it lies in a folder."""
        files, path = self._locate(name)
        if isinstance(files, LocalFileSystem):
            if not Path(path).is_file():
                raise StorageError(f"{name} is gone")
            yield Path(path)
            return
        with tempfile.TemporaryDirectory(prefix="genregenie-") as folder:
            copy = Path(folder) / name
            try:
                files.get_file(path, str(copy))
            except OSError as error:
                raise StorageError(f"{name} could not be read") from error
            yield copy

    def open_kept(self, name: str) -> BinaryIO:
        """Open the object for reading; of a distant one only what is read is fetched."""
        files, path = self._locate(name)
        try:
            stream: BinaryIO = files.open(path, "rb")
        except OSError as error:
            raise StorageError(f"{name} could not be read") from error
        return stream

    def holds(self, name: str) -> bool:
        """Tell whether the object is there."""
        files, path = self._locate(name)
        try:
            return bool(files.isfile(path))
        except OSError as error:
            raise StorageError(f"{name} could not be looked for") from error

    def delete(self, name: str) -> None:
        """Remove the object; nothing happens if it is gone already."""
        files, path = self._locate(name)
        try:
            files.rm_file(path)
        except FileNotFoundError:
            return
        except OSError as error:
            raise StorageError(f"{name} could not be removed") from error

    def _locate(self, name: str) -> tuple[Any, str]:
        # Looked up on each use: a client must not be carried over a fork, and fsspec keeps one for each process.
        if not NAME.fullmatch(name):
            raise StorageError(f"{name!r} is not a name of ours")
        files, path = fsspec.core.url_to_fs(f"{self._url}/{name}")
        return files, path

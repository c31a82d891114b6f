"""The file that ``predict --out`` fills: a line of JSON for each song, and what of it need not be done again.

What belongs here: one writer at a time, lines that a killed run left torn, finding a verdict by the song's content.
Not here: analysing.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import stat
from pathlib import Path
from typing import Any, Self

from classifier.constants import MAX_BYTES
from classifier.errors import AudioError, ClassifierError

BEGINNING = b'{"path": '
"""Of every line, torn ones too."""

CONTENT_ERRORS = frozenset(kind.code for kind in AudioError.__subclasses__()) - {"crashed"}
"""Errors that say something of the song's bytes: the next run would find the same."""


class ResultsError(ClassifierError):
    """The file cannot be written, or is not one of ours."""

    code = "results_error"


class Results:
    """Lines on disk, found by content. About 250 bytes of memory a line: lines themselves stay on disk.

    Parameters
    ----------
    path : Path
        Made where there is none; a line that was torn when its run was killed is cut off.
    version : str
        Of the model. What another one said is not known.
    retry : bool
        Whether songs that failed are unknown too.

    Raises
    ------
    ResultsError
        If it cannot be written, another run is writing it, or something else stands in it.
    """

    def __init__(self, path: Path, version: str, *, retry: bool = False) -> None:
        self._path, self._version = path, version
        self._offsets: dict[bytes, int] = {}
        self._told: set[int] = set()
        try:
            self._file = path.open("ab", buffering=0)
        except OSError as error:
            raise ResultsError(f"{path} cannot be written: {error.strerror}.") from error
        try:
            self._lock()
            self._reader = path.open("rb")
        except BaseException:
            self._file.close()
            raise
        try:
            self._read(retry=retry)
        except BaseException:
            self.__exit__()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._file.close()
        self._reader.close()

    def __contains__(self, digest: str) -> bool:
        """Tell whether a song of this content is known."""
        return bytes.fromhex(digest) in self._offsets

    def line(self, digest: str, path: str) -> dict[str, Any]:
        """Return the known line of this content as one of ``path``, with the usual keys."""
        self._reader.seek(self._offsets[bytes.fromhex(digest)])
        return _usual(json.loads(self._reader.readline())) | {"path": path}

    def add(self, line: dict[str, Any], digest: str | None) -> None:
        """Write a line, unless it was written for the same path and content before.

        Raises
        ------
        ResultsError
            If the disk refuses it.
        """
        if digest is not None and _pair(line["path"], digest) in self._told:
            return
        whole = {"path": line["path"], "sha256": digest} | line | {"model": self._version}
        content = json.dumps(whole).encode() + b"\n"
        offset = self._file.seek(0, os.SEEK_END)
        try:
            written = self._file.write(content)
        except OSError as error:
            raise ResultsError(f"{self._path} cannot be written: {error.strerror}.") from error
        if written != len(content):
            raise ResultsError(f"{self._path} cannot be written: only a part of a line was.")
        self._know(whole, offset)

    def _lock(self) -> None:
        if not stat.S_ISREG(os.fstat(self._file.fileno()).st_mode):
            raise ResultsError(f"{self._path} is no regular file.")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ResultsError(f"Another run is writing {self._path}; wait for it or name another file.") from error
        except OSError as error:
            raise ResultsError(f"{self._path} cannot be locked: {error.strerror}.") from error

    def _read(self, *, retry: bool) -> None:
        offset = 0
        for number, content in enumerate(self._reader, start=1):
            if not content.endswith(b"\n") and BEGINNING.startswith(content[: len(BEGINNING)]):
                self._file.truncate(offset)
                return
            line = self._parsed(content, number)
            failed = line.get("error")
            if line.get("model") == self._version and not (failed and (retry or failed not in CONTENT_ERRORS)):
                self._know(line, offset)
            offset += len(content)

    def _parsed(self, content: bytes, number: int) -> dict[str, Any]:
        try:
            line = json.loads(content)
        except ValueError:
            line = None
        if not isinstance(line, dict) or not {"path", "sha256", "model"} <= line.keys() or not content.endswith(b"\n"):
            raise ResultsError(f"Line {number} of {self._path} was not written by predict --out; name another file.")
        return line

    def _know(self, line: dict[str, Any], offset: int) -> None:
        if line["sha256"] is not None:
            self._offsets[bytes.fromhex(line["sha256"])] = offset
            self._told.add(_pair(line["path"], line["sha256"]))


def content_hash(path: Path) -> str | None:
    """Return the SHA-256 of a file's bytes; None for what would not be analysed anyway: not there, too large."""
    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode) or facts.st_size > MAX_BYTES:
            return None
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def _usual(line: dict[str, Any]) -> dict[str, Any]:
    """Return a line as it is printed, without what stands in the file only."""
    own = {"sha256", "model"} if "error" in line else {"sha256"}
    return {key: value for key, value in line.items() if key not in own}


def _pair(path: str, digest: str) -> int:
    return hash((path, digest))

"""Reading ZIP archives of strangers, entry by entry and within bounds.

What belongs here: which entries are songs, and their bytes, counted while they inflate; no header is believed when it
promises little. Not here: writing anything under a name of the archive (nothing does), and what becomes of a song.
"""

from __future__ import annotations

import hashlib
import struct
import tempfile
import time
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import IO, cast

from portal.errors import InvalidError
from portal.language import _, ngettext
from portal.text import extension, file_name

SUFFIX = ".zip"
AUDIO = frozenset(
    [".aac", ".aif", ".aiff", ".flac", ".m4a", ".mp3", ".mp4", ".oga", ".ogg", ".opus", ".wav", ".webm", ".wma"],
)
"""Which files of an archive or a folder are songs: the rest are covers, notes and lists that lie beside them."""

MAX_SONGS = 500
MAX_INFLATED = 4 * 2**30
MAX_SECONDS = 60.0
MAX_RATIO = 50
FREE_BYTES = 64 * 2**20
"""What may inflate whatever the ratio: a short silent recording shrinks a thousandfold and is no bomb."""

DIRECTORY_BYTES = 4 * 2**20
"""What is read at once, the archive's own list of contents above all, which ``zipfile`` holds in memory."""

CHUNK_BYTES = 2**18
SPOOL_BYTES = 8 * 2**20
ENCRYPTED = 0x1
UTF8_NAME = 0x800
METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
"""``zipfile`` inflates these by the piece; it gives bzip2 and LZMA as much memory as they ask for."""

UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,
    NotImplementedError,
)
"""What ``zipfile`` raises on damaged input."""


class DamagedArchiveError(InvalidError):
    """The file is no archive, or its list of contents cannot be read."""

    code = "damaged_archive"

    def __init__(self) -> None:
        super().__init__(_("This is not a ZIP archive that we can read."))


class NoSongsError(InvalidError):
    """The archive holds nothing that is a song by its name."""

    code = "no_songs"

    def __init__(self) -> None:
        super().__init__(_("There are no songs in this archive."))


class TooManySongsError(InvalidError):
    """The archive holds more songs than are taken from one request."""

    code = "too_many"

    def __init__(self, left: int) -> None:
        message = ngettext(
            "%(num)d more song was not taken: %(most)s at once are the most. Upload it separately.",
            "%(num)d more songs were not taken: %(most)s at once are the most. Upload them separately.",
            left,
            most=MAX_SONGS,
        )
        super().__init__(message)


class NestedArchiveError(InvalidError):
    """The entry is an archive itself."""

    code = "nested_archive"

    def __init__(self) -> None:
        super().__init__(_("An archive inside an archive is not opened. Upload it by itself."))


class EncryptedEntryError(InvalidError):
    """The entry asks for a password."""

    code = "encrypted"

    def __init__(self) -> None:
        super().__init__(_("This song is locked with a password."))


class DamagedEntryError(InvalidError):
    """The entry's bytes are not what the archive says, or packed in a way we do not unpack."""

    code = "damaged"

    def __init__(self) -> None:
        super().__init__(_("This song is damaged inside the archive."))


class EntryTooLargeError(InvalidError):
    """The entry has more bytes than one song may have."""

    code = "too_large"

    def __init__(self, limit: int) -> None:
        super().__init__(_("This file is larger than %(most)s MB.", most=limit // 2**20))


class BombError(InvalidError):
    """The archive unpacks to more than it may."""

    code = "bomb"

    def __init__(self) -> None:
        super().__init__(_("Not taken: this archive unpacks to far more than it holds."))


class OutOfTimeError(InvalidError):
    """The time for one request is over."""

    code = "not_reached"

    def __init__(self) -> None:
        super().__init__(
            _("Not taken, for it took too long. Upload the archive again: what is here is not taken twice.")
        )


@dataclass
class Allowance:
    """What all archives of one request may take together."""

    songs: int = MAX_SONGS
    inflated: int = MAX_INFLATED
    seconds: float = MAX_SECONDS
    _begun: float = field(default_factory=time.monotonic)

    def check_time(self) -> None:
        """Raise OutOfTimeError when the time is over."""
        if time.monotonic() - self._begun >= self.seconds:
            raise OutOfTimeError


@dataclass(frozen=True)
class Entry:
    """One song in an archive; ``filename`` is fit to be shown."""

    filename: str
    info: zipfile.ZipInfo


class Archive:
    """One opened archive. Raises DamagedArchiveError when it cannot be opened."""

    def __init__(self, stream: IO[bytes], max_bytes: int) -> None:
        try:
            size = stream.seek(0, 2)
            self._zip = zipfile.ZipFile(cast("IO[bytes]", _Bounded(stream)))
        except UNREADABLE as error:
            raise DamagedArchiveError from error
        self._max_bytes = max_bytes
        self._left = size * MAX_RATIO + FREE_BYTES
        self.entries = [Entry(_shown(info), info) for info in self._zip.infolist() if _counts(info)]

    @contextmanager
    def unpacked(self, entry: Entry, allowance: Allowance) -> Iterator[tuple[IO[bytes], str]]:
        """Lend the bytes of one song in a temporary file, and their SHA-256; raise the error that is its own."""
        _check(entry, self._max_bytes)
        with tempfile.SpooledTemporaryFile(SPOOL_BYTES) as target:
            digest = hashlib.sha256()
            for chunk in self._inflating(entry.info, allowance):
                digest.update(chunk)
                target.write(chunk)
            target.seek(0)
            yield cast("IO[bytes]", target), digest.hexdigest()

    def _inflating(self, info: zipfile.ZipInfo, allowance: Allowance) -> Iterator[bytes]:
        size = 0
        for chunk in _chunks(self._zip, info):
            allowance.check_time()
            size += len(chunk)
            self._left -= len(chunk)
            allowance.inflated -= len(chunk)
            if min(self._left, allowance.inflated) < 0:
                raise BombError
            if size > self._max_bytes:
                raise EntryTooLargeError(self._max_bytes)
            yield chunk


def is_archive(filename: str) -> bool:
    """Tell by its name whether a file is an archive; what it is in truth shows when it is opened."""
    return filename.lower().endswith(SUFFIX)


def songs_inside(stream: IO[bytes]) -> int:
    """Return how many songs an archive lists, nought where it cannot be read."""
    with suppress(DamagedArchiveError):
        return len(Archive(stream, 0).entries)
    return 0


def _chunks(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    try:
        with archive.open(info) as source:
            while chunk := source.read(CHUNK_BYTES):
                yield chunk
    except UNREADABLE as error:
        raise DamagedEntryError from error


def _check(entry: Entry, max_bytes: int) -> None:
    """Refuse what need not be opened; a header that promises much is believed, it costs that entry alone."""
    if is_archive(entry.filename):
        raise NestedArchiveError
    if entry.info.flag_bits & ENCRYPTED:
        raise EncryptedEntryError
    if entry.info.compress_type not in METHODS:
        raise DamagedEntryError
    if entry.info.file_size > max_bytes:
        raise EntryTooLargeError(max_bytes)


def _shown(info: zipfile.ZipInfo) -> str:
    name = info.filename
    if not info.flag_bits & UTF8_NAME:
        # Macs write UTF-8 and do not say so; zipfile then takes it for the code page of the first PCs.
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return file_name(name)


def _counts(info: zipfile.ZipInfo) -> bool:
    """Tell whether an entry gets a row: songs and inner archives do, folders, hidden files and covers do not."""
    parts = info.filename.replace("\\", "/").split("/")
    if "__MACOSX" in parts or parts[-1].startswith("."):
        return False
    return is_archive(parts[-1]) or extension(parts[-1]).lower() in AUDIO


class _Bounded:
    """A stream that never reads more at once than an honest archive makes anybody read."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.seek, self.tell, self.seekable = stream.seek, stream.tell, stream.seekable

    def read(self, size: int = -1) -> bytes:
        most = DIRECTORY_BYTES + 1
        read = self._stream.read(most if size < 0 else min(size, most))
        if len(read) == most:
            raise DamagedArchiveError
        return read

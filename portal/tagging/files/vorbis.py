"""Vorbis comments with another genre, every other comment as it was, byte for byte; and FLAC, which holds them.

What belongs here: a comment block as bytes, and FLAC's blocks. Not here: Ogg (``ogg``).
Source: the Vorbis I specification, section 5, and RFC 9639.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from typing import BinaryIO

from . import id3
from .errors import DamagedError, TooBigError
from .streams import copy_part, read_at, size_of
from .wishes import Edit

KEY = b"GENRE"
VENDOR = b"GenreGenie"

STREAMINFO, COMMENTS, FORBIDDEN = 0, 4, 127
LAST = 0x80
MAX_BLOCK = 2**24 - 1


@dataclass(frozen=True)
class Comments:
    """A comment block taken apart; ``rest`` is what follows it."""

    vendor: bytes = VENDOR
    entries: tuple[bytes, ...] = ()
    rest: bytes = b""

    def genres(self) -> list[str]:
        """Return the genres, each value of its own."""
        values = [entry.partition(b"=")[2].decode(errors="replace") for entry in self.entries if _is_genre(entry)]
        return [value.strip() for value in values if value.strip()]

    def with_genres(self, genres: list[str]) -> Comments:
        """Return the comments with these genres in the place of the present ones, or behind all else."""
        new = [KEY + b"=" + genre.encode() for genre in genres]
        kept: list[bytes] = []
        for is_genre, entries in groupby(self.entries, _is_genre):
            if is_genre:
                kept, new = kept + new, []
            else:
                kept += entries
        return replace(self, entries=(*kept, *new))

    def to_bytes(self) -> bytes:
        """Return the block."""
        count = len(self.entries).to_bytes(4, "little")
        return _counted(self.vendor) + count + b"".join(map(_counted, self.entries)) + self.rest


def parse(content: bytes) -> Comments:
    """Take a comment block apart; raise DamagedError where it does not hold what it announces."""
    vendor, at = _take(content, 0)
    count, at = _number(content, at)
    entries: list[bytes] = []
    while len(entries) < count:
        entry, at = _take(content, at)
        entries.append(entry)
    return Comments(vendor, tuple(entries), content[at:])


def edited(content: bytes | None, edit: Edit) -> tuple[list[str], list[str], bytes | None]:
    """Return the genres before and after, and the block to write; None where it stays as it is."""
    comments = Comments() if content is None else parse(content)
    before = comments.genres()
    after = edit(before)
    return before, after, None if after == before else comments.with_genres(after).to_bytes()


def rewrite_flac(source: BinaryIO, target: BinaryIO | None, edit: Edit) -> tuple[list[str], list[str]]:
    """Write the FLAC file with its genres edited; return those before and after."""
    start = id3.tag_length(read_at(source, 0, min(id3.HEADER, size_of(source))))  # some programs put one before FLAC
    blocks, audio = _blocks(source, start + 4)
    present = [content for kind, content in blocks if kind == COMMENTS]
    before, after, new = edited(present[0] if present else None, edit)
    if not target:
        return before, after
    if new is None:
        copy_part(source, target, 0, size_of(source))
        return before, after
    if present:
        blocks = [(kind, new if content is present[0] else content) for kind, content in blocks]
    else:
        blocks.insert(1, (COMMENTS, new))
    copy_part(source, target, 0, start + 4)
    for number, (kind, content) in enumerate(blocks, start=1):
        target.write(_block(kind | (LAST if number == len(blocks) else 0), content))
    copy_part(source, target, audio, size_of(source))
    return before, after


def _blocks(source: BinaryIO, at: int) -> tuple[list[tuple[int, bytes]], int]:
    """Return the kinds and contents of the blocks, and where the audio begins."""
    blocks: list[tuple[int, bytes]] = []
    last = False
    while not last:
        head = read_at(source, at, 4)
        last, kind, length = bool(head[0] & LAST), head[0] & ~LAST, int.from_bytes(head[1:], "big")
        if kind == FORBIDDEN or (kind == STREAMINFO) != (not blocks):
            raise DamagedError
        blocks.append((kind, read_at(source, at + 4, length)))
        at += 4 + length
    if read_at(source, at, 2) not in {b"\xff\xf8", b"\xff\xf9"}:  # how each frame of audio begins
        raise DamagedError
    return blocks, at


def _block(head: int, content: bytes) -> bytes:
    if len(content) > MAX_BLOCK:
        raise TooBigError
    return bytes([head]) + len(content).to_bytes(3, "big") + content


def _is_genre(entry: bytes) -> bool:
    return entry[: len(KEY) + 1].upper() == KEY + b"="


def _counted(content: bytes) -> bytes:
    return len(content).to_bytes(4, "little") + content


def _number(content: bytes, at: int) -> tuple[int, int]:
    if at + 4 > len(content):
        raise DamagedError
    return int.from_bytes(content[at : at + 4], "little"), at + 4


def _take(content: bytes, at: int) -> tuple[bytes, int]:
    length, at = _number(content, at)
    if at + length > len(content):
        raise DamagedError
    return content[at : at + length], at + length

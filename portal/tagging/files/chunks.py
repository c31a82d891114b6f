"""WAV and AIFF: chunks, of which one may hold an ID3v2 tag.

What belongs here: the chunks of both, which differ in the order of their bytes. All other chunks keep bytes and order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO, Literal

from . import id3
from .errors import DamagedError, TooBigError
from .streams import copy_part, read_at, size_of
from .wishes import Edit

START = 12
HEAD = 8
MAX_SIZE = 2**32 - 1
TAG_NAMES = (b"ID3 ", b"id3 ")


@dataclass(frozen=True)
class Chunk:
    """One chunk: its name, and where its content lies."""

    name: bytes
    start: int
    end: int


def rewrite_wav(source: BinaryIO, target: BinaryIO | None, edit: Edit) -> tuple[list[str], list[str]]:
    """Write the WAV file with its genres edited; return those before and after."""
    return _rewrite(source, target, edit, "little", b"id3 ")


def rewrite_aiff(source: BinaryIO, target: BinaryIO | None, edit: Edit) -> tuple[list[str], list[str]]:
    """Write the AIFF or AIFC file with its genres edited; return those before and after."""
    return _rewrite(source, target, edit, "big", b"ID3 ")


def _rewrite(
    source: BinaryIO, target: BinaryIO | None, edit: Edit, order: Literal["little", "big"], name: bytes
) -> tuple[list[str], list[str]]:
    chunks, end = _chunks(source, order)
    old = next((chunk for chunk in chunks if chunk.name in TAG_NAMES), None)
    content = read_at(source, old.start, old.end - old.start) if old else None
    before, after, tag = id3.edited(content, edit)
    if not target:
        return before, after
    if tag is None:
        copy_part(source, target, 0, size_of(source))
        return before, after
    target.write(read_at(source, 0, START))
    for chunk in chunks:
        if chunk == old:
            _write(target, old.name, tag, order)
        else:
            copy_part(source, target, chunk.start - HEAD, chunk.end)
            target.write(b"\0" * (chunk.end % 2))
    if old is None:
        _write(target, name, tag, order)
    _set_size(target, order)
    copy_part(source, target, end, size_of(source))
    return before, after


def _chunks(source: BinaryIO, order: Literal["little", "big"]) -> tuple[list[Chunk], int]:
    """Return the chunks and where they end; what follows is no part of the music, but of the file."""
    size = size_of(source)
    end = min(HEAD + int.from_bytes(read_at(source, 4, 4), order), size)
    chunks, at = [], START
    while at + HEAD <= end:
        head = read_at(source, at, HEAD)
        chunk = Chunk(head[:4], at + HEAD, at + HEAD + int.from_bytes(head[4:], order))
        if chunk.end > size:  # broken off, or made by a program that never came to fill in the length
            raise DamagedError
        chunks.append(chunk)
        at = chunk.end + chunk.end % 2
    if not {b"data", b"SSND"} & {chunk.name for chunk in chunks}:
        raise DamagedError
    return chunks, min(max(at, end), size)


def _write(target: BinaryIO, name: bytes, content: bytes, order: Literal["little", "big"]) -> None:
    target.write(name + len(content).to_bytes(4, order) + content + b"\0" * (len(content) % 2))


def _set_size(target: BinaryIO, order: Literal["little", "big"]) -> None:
    end = target.tell()
    if end - HEAD > MAX_SIZE:
        raise TooBigError
    target.seek(4)
    target.write((end - HEAD).to_bytes(4, order))
    target.seek(end)

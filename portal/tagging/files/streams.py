"""Bytes from one open file to another.

What belongs here: reading exactly so much, and copying without holding a file in memory.
"""

from __future__ import annotations

import os
from typing import BinaryIO

from .errors import DamagedError

CHUNK = 2**20


def size_of(file: BinaryIO) -> int:
    """Return how many bytes the file has."""
    return os.fstat(file.fileno()).st_size


def read_at(file: BinaryIO, offset: int, count: int) -> bytes:
    """Return ``count`` bytes from ``offset``; raise DamagedError if there are fewer."""
    if offset + count > size_of(file):  # asked first, for the count may be a stranger's word
        raise DamagedError
    file.seek(offset)
    return file.read(count)


def copy_part(source: BinaryIO, target: BinaryIO, start: int, end: int) -> None:
    """Append what lies between two offsets of ``source`` to ``target``."""
    source.seek(start)
    left = end - start
    while left > 0:
        chunk = source.read(min(CHUNK, left))
        if not chunk:
            raise DamagedError
        target.write(chunk)
        left -= len(chunk)

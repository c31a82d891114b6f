"""What is wrong with a file, by a code that crosses the pipe.

What belongs here: errors of reading and writing tags. Not here: how they are said to people (``tagging.errors``).
"""

from __future__ import annotations


class FileError(Exception):
    """No copy can be made of this file; ``detail`` names the format, where that is what is wrong."""

    code = "damaged"

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail)
        self.detail = detail


class DamagedError(FileError):
    """The file contradicts itself, or breaks off, where its tags stand."""


class UnwritableError(FileError):
    """The format has no tags that we can write."""

    code = "unwritable"


class NoMusicError(FileError):
    """The bytes are of no format that we know."""

    code = "no_music"


class TooBigError(FileError):
    """With the genre the tags would be larger than the format allows."""

    code = "too_big"

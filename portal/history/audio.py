"""The bytes of one's own song as a browser may play them.

What belongs here: what they are called and what kind they are said to be. Not here: where they lie (``adapters``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from portal.text import extension

KINDS = {
    ".aac": "audio/aac",
    ".aif": "audio/aiff",
    ".aifc": "audio/aiff",
    ".aiff": "audio/aiff",
    ".flac": "audio/flac",
    ".m4a": "audio/mp4",
    ".mka": "audio/x-matroska",
    ".mp3": "audio/mpeg",
    ".mp4": "audio/mp4",
    ".oga": "audio/ogg",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".wav": "audio/wav",
    ".wave": "audio/wav",
    ".webm": "audio/webm",
    ".wma": "audio/x-ms-wma",
}
"""Extension -> content type. The bytes come from strangers, so they are never said to be anything that a browser would
show as a page."""

UNKNOWN = "application/octet-stream"


@dataclass(frozen=True)
class Audio:
    """An open file, to be closed by who got it, with its length and the name it came with."""

    stream: BinaryIO
    size_bytes: int
    filename: str

    @property
    def content_type(self) -> str:
        """What the file is said to be, by its name's extension."""
        return KINDS.get(extension(self.filename).lower(), UNKNOWN)

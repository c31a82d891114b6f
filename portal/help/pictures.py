"""How large the guide's pictures are.

What belongs here: reading the first bytes of a WebP file. Not here: taking pictures, which is ``make guide``.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

DARK = "-dark"
"""What the name of a picture in dark colours ends with."""

HEAD_BYTES = 30
SIDE = 0x3FFF
"""A side takes 14 bits."""


class Size(NamedTuple):
    """Sides in pixels."""

    width: int
    height: int


def picture_size(file: Path) -> Size | None:
    """Return the sides of a lossy WebP picture without extras, or None where there is no such picture."""
    try:
        with file.open("rb") as opened:
            head = opened.read(HEAD_BYTES)
    except OSError:
        return None
    if len(head) < HEAD_BYTES or head[:4] != b"RIFF" or head[8:16] != b"WEBPVP8 ":
        return None
    width, height = (int.from_bytes(head[at : at + 2], "little") & SIDE for at in (26, 28))
    return Size(width, height)

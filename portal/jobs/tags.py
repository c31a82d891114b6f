"""What a file says of itself: title, artist, album, genre.

What belongs here: reading tags. It parses bytes from strangers, so it is called inside the sandbox only.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import mutagen
from mutagen.aac import AAC
from mutagen.aiff import AIFF
from mutagen.apev2 import APEv2File
from mutagen.asf import ASF
from mutagen.easymp4 import EasyMP4
from mutagen.flac import FLAC
from mutagen.mp3 import EasyMP3
from mutagen.oggflac import OggFLAC
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis
from mutagen.wave import WAVE

from portal.text import one_line

MAX_LENGTH = 300

# Named, for mutagen would import all that it knows, anew in each child process.
CONTAINERS = (AAC, AIFF, APEv2File, ASF, EasyMP4, FLAC, EasyMP3, OggFLAC, OggOpus, OggVorbis, WAVE)

# One name for mutagen's easy interface, Vorbis and APE; then the frames of ID3 in WAV and AIFF; then Windows Media.
KEYS = {
    "title": ("title", "TIT2", "Title"),
    "artist": ("artist", "TPE1", "Author"),
    "album": ("album", "TALB", "WM/AlbumTitle"),
    "genre": ("genre", "TCON", "WM/Genre"),
}


def read_tags(path: Path) -> dict[str, str]:
    """Return the tags of ``path`` that say something; nothing at all if they cannot be read."""
    try:
        file = mutagen.File(path, options=CONTAINERS)
        found = {tag: _first(file, keys) for tag, keys in KEYS.items()} if file is not None and file.tags else {}
    except Exception:  # noqa: BLE001 - damaged tags raise about anything, and a song needs none
        return {}
    return {tag: text for tag, text in found.items() if text}


def _first(file: Any, keys: Iterable[str]) -> str:
    return next((_text(file[key]) for key in keys if key in file), "")


def _text(value: Any) -> str:
    """Return one value or several as one line; an ID3 genre frame knows the names behind its numbers."""
    parts = getattr(value, "genres", None) or getattr(value, "text", None) or value
    if isinstance(parts, str):
        parts = [parts]
    return one_line("; ".join(str(part) for part in parts), MAX_LENGTH)

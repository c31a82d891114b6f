"""MP3: an ID3v2 tag, then the audio, then perhaps an ID3v1 or APE tag, which stay as they are."""

from __future__ import annotations

from typing import BinaryIO

import mutagen
from mutagen.mp3 import MPEGInfo

from . import id3
from .errors import NoMusicError
from .streams import copy_part, read_at, size_of
from .wishes import Edit

OLD_TAG = 128


def rewrite(source: BinaryIO, target: BinaryIO | None, edit: Edit) -> tuple[list[str], list[str]]:
    """Write the file with its genres edited; return those before and after."""
    size = size_of(source)
    length = id3.tag_length(read_at(source, 0, min(id3.HEADER, size)))
    content = read_at(source, 0, length) if length else None
    _require_audio(source, length)
    old = read_at(source, size - OLD_TAG, OLD_TAG) if size >= length + OLD_TAG else b""
    before, after, tag = id3.edited(content, edit, old if old.startswith(b"TAG") else b"")
    if target:
        target.write(tag if tag is not None else content or b"")
        copy_part(source, target, length, size)
    return before, after


def _require_audio(source: BinaryIO, start: int) -> None:
    source.seek(start)
    try:
        info = MPEGInfo(source, start)
    except (mutagen.MutagenError, OSError) as error:
        raise NoMusicError from error
    if info.sketchy:  # two bytes that look like a frame happen in any file
        raise NoMusicError

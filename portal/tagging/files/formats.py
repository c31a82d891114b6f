"""What format a file is, by its bytes alone, and who rewrites it.

What belongs here: telling formats apart. A file's name says nothing here: it was given by a stranger.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from . import chunks, id3, mp3, mp4, ogg, vorbis
from .errors import DamagedError, NoMusicError, UnwritableError
from .streams import read_at, size_of
from .wishes import Edit

Rewrite = Callable[[BinaryIO, BinaryIO | None, Edit], tuple[list[str], list[str]]]

LOOKED_AT = 64

UNWRITABLE = {
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11": "WMA",
    b"\x1a\x45\xdf\xa3": "WebM or Matroska",
    b".snd": "AU",
    b"MAC ": "Monkey's Audio",
    b"wvpk": "WavPack",
    b"MPCK": "Musepack",
    b"MP+": "Musepack",
    b"ADIF": "AAC",
    b"RF64": "RF64",
    b"RIFX": "RIFX",
    b"TTA1": "True Audio",
    b"caff": "CAF",
    b"DSD ": "DSF",
}
"""How files begin that have no tags that we can write -> what they are called."""


def rewrite(source: Path, target: Path | None, edit: Edit) -> tuple[str, list[str], list[str]]:
    """Write ``source`` with its genres edited to ``target``, or nowhere; return its format, genres before and after.

    Raises a FileError, and then ``target`` is worth nothing.
    """
    with source.open("rb") as file:
        kind, rewriter = _format(file)
        if target is None:
            return kind, *rewriter(file, None, edit)
        with target.open("x+b") as copy:
            return kind, *rewriter(file, copy, edit)


def _format(file: BinaryIO) -> tuple[str, Rewrite]:
    size = size_of(file)
    skipped = id3.tag_length(read_at(file, 0, min(id3.HEADER, size)))
    if skipped >= size > 0:
        raise DamagedError
    start = read_at(file, skipped, min(LOOKED_AT, size - skipped))
    if start.startswith(b"fLaC"):
        return "FLAC", vorbis.rewrite_flac
    known = None if skipped else _container(start)
    if known:
        return known
    for mark, name in UNWRITABLE.items():
        if start.startswith(mark):
            raise UnwritableError(name)
    if start[:1] == b"\xff" and start[1:2] and start[1] & 0xF6 == 0xF0:  # noqa: PLR2004 - ADTS: layer 0
        raise UnwritableError("AAC")
    return "MP3", mp3.rewrite


def _container(start: bytes) -> tuple[str, Rewrite] | None:
    if start.startswith(b"OggS"):
        return _ogg(start)
    kind = start[8:12]
    if start.startswith(b"RIFF"):
        if kind != b"WAVE":
            raise NoMusicError
        return "WAV", chunks.rewrite_wav
    if start.startswith(b"FORM") and kind in {b"AIFF", b"AIFC"}:
        return "AIFF", chunks.rewrite_aiff
    return ("M4A", mp4.rewrite) if start[4:8] == b"ftyp" else None


def _ogg(start: bytes) -> tuple[str, Rewrite]:
    packet = start[27 + start[26] :] if len(start) > 27 else b""  # noqa: PLR2004 - a page's header, its segments
    if packet.startswith(b"\x01vorbis"):
        return "Ogg Vorbis", ogg.rewrite
    if packet.startswith(b"OpusHead"):
        return "Opus", ogg.rewrite
    raise UnwritableError("this kind of Ogg")

"""The parts of mutagen that ``files`` uses. To a type checker they are anything, for it does not type its calls."""

from __future__ import annotations

from typing import Any

from mutagen import id3, mp4, ogg

ID3: Any = id3.ID3
ParseID3v1: Any = id3.ParseID3v1
OggPage: Any = ogg.OggPage
Atom: Any = mp4.Atom  # type: ignore[attr-defined]
Atoms: Any = mp4.Atoms  # type: ignore[attr-defined]
AtomError: type[Exception] = mp4.AtomError  # type: ignore[attr-defined]

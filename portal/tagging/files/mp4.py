"""M4A and MP4: atoms, among them one of tags. mutagen moves what follows it, and all that counts bytes from the start.

What belongs here: the atom of tags with another genre, every other atom in it as it was, byte for byte.
"""

from __future__ import annotations

from itertools import groupby
from typing import Any, BinaryIO

import mutagen
from mutagen.id3 import TCON
from mutagen.mp4 import MP4Tags

from .errors import DamagedError
from .streams import copy_part, read_at, size_of
from .untyped import Atom, AtomError, Atoms
from .wishes import Edit

NAME, NUMBER = b"\xa9gen", b"gnre"
HEAD, DATA_HEAD = 8, 16
TEXT = 1
PLACE = b"moov.udta.meta.ilst"

Entry = tuple[bytes, bytes]
"""Name and all bytes of one atom."""


class RawTags(MP4Tags):
    """mutagen's tags, with the content of their atom given as it is to be."""

    def __init__(self, content: bytes) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self["all"] = content

    def _render(self, _key: str, content: Any) -> Any:
        return content


def rewrite(source: BinaryIO, target: BinaryIO | None, edit: Edit) -> tuple[list[str], list[str]]:
    """Write the file with its genres edited; return those before and after."""
    try:
        entries = _entries(source)
        before = [genre for entry in entries for genre in _genres(*entry)]
        after = edit(before)
        if target:
            copy_part(source, target, 0, size_of(source))
            if after != before:
                RawTags(_content(entries, after)).save(target)
    except (mutagen.MutagenError, AtomError, RecursionError, ValueError, KeyError) as error:
        raise DamagedError from error
    return before, after


def _entries(source: BinaryIO) -> list[Entry]:
    atoms = Atoms(source)
    if any(atom.offset + atom.length > size_of(source) for atom in atoms.atoms) or b"moov" not in atoms:
        raise DamagedError
    found = atoms[PLACE].children if PLACE in atoms else []
    return [(atom.name, read_at(source, atom.offset, atom.length)) for atom in found]


def _genres(name: bytes, content: bytes) -> list[str]:
    values = _values(content[HEAD:]) if name in {NAME, NUMBER} else []
    if name == NUMBER:  # one more than the number of ID3
        numbers = [int.from_bytes(value, "big") - 1 for value in values]
        return [TCON.GENRES[number] for number in numbers if 0 <= number < len(TCON.GENRES)]
    texts = [value.decode(errors="replace").strip() for value in values]
    return [text for text in texts if text]


def _values(content: bytes) -> list[bytes]:
    values, at = [], 0
    while at + DATA_HEAD <= len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        if length < DATA_HEAD or at + length > len(content):
            raise DamagedError
        values.append(content[at + DATA_HEAD : at + length])
        at += length
    return values


def _content(entries: list[Entry], genres: list[str]) -> bytes:
    data = [Atom.render(b"data", TEXT.to_bytes(4, "big") + bytes(4) + genre.encode()) for genre in genres]
    new, kept, placed = Atom.render(NAME, b"".join(data)), [], False
    for is_genre, group in groupby(entries, lambda entry: entry[0] in {NAME, NUMBER}):
        if not is_genre:
            kept += [content for _, content in group]
        elif not placed:
            kept.append(new)
            placed = True
    return b"".join(kept if placed else [*kept, new])

"""Text from strangers, made fit to be shown on one line.

What belongs here: cleaning that several features need. Not here: escaping (the templates do that).
"""

from __future__ import annotations

import re
import unicodedata

# These reorder or hide their neighbours: "gpj.exe" can be shown as "exe.jpg".
BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
UNSHOWABLE = frozenset({"Cc", "Cs"})  # control characters and halves of characters
EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,8}\Z")

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What makes a spreadsheet read a cell as a formula, full-width forms included."""


def one_line(text: str, limit: int | None = None) -> str:
    """Return ``text`` in NFC on one line, without what cannot or should not be shown, at most ``limit`` long."""
    spaced = " ".join(text.split())
    shown = "".join(character for character in spaced if _is_showable(character))
    return " ".join(unicodedata.normalize("NFC", shown).split())[:limit].strip()


def file_name(raw: str, limit: int = 300) -> str:
    """Return the name of an uploaded file for showing: no folders, one line, its extension kept when cut."""
    name = one_line(raw.replace("\\", "/").rsplit("/", 1)[-1])
    suffix = extension(name)
    cut = name.removesuffix(suffix)[: limit - len(suffix)].rstrip() + suffix
    return cut if cut.strip(". ") else "untitled"


def extension(name: str) -> str:
    """Return the extension of a file name with its dot, or nothing if there is none."""
    found = EXTENSION.search(name)
    return found.group() if found and found.start() > 0 else ""


def harmless_cell(cell: object) -> object:
    """Return what to write in a cell of a table for spreadsheets: text that would start a formula gets a quote."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell


def _is_showable(character: str) -> bool:
    return character not in BIDI_CONTROLS and unicodedata.category(character) not in UNSHOWABLE

"""Which pages the guide has, in which order and in which languages.

What belongs here: finding pages, and reading each once in a process. Not here: their Markdown (``writing``).

A guide is a folder of Markdown files. ``index.md`` links to all others, in the order in which they are read. A folder
beside them, named for a language ("de"), may hold any of them in that language.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from portal.config import ROOT
from portal.errors import NotFoundError
from portal.help.writing import INDEX, Written, write

GUIDE = ROOT / "docs" / "guide"
PICTURES = "img"
ENGLISH = "en"
LINK = re.compile(r"\]\(([a-z-]+)\.md\)")


class NoSuchPageError(NotFoundError):
    """The guide has no page of this name."""

    code = "no_such_page"


@dataclass(frozen=True)
class Entry:
    """A line of the contents."""

    name: str
    title: str


@dataclass(frozen=True)
class Page:
    """One page, the language it is in, and its neighbours; None before the first and after the last."""

    name: str
    language: str
    written: Written
    previous: Entry | None
    following: Entry | None


@cache
def names(folder: Path = GUIDE) -> tuple[str, ...]:
    """Return the names of all pages in their order."""
    index = folder / f"{INDEX}.md"
    linked = LINK.findall(index.read_text("utf-8")) if index.exists() else []
    return tuple(dict.fromkeys([INDEX, *linked])) if linked else ()


@cache
def contents(language: str, folder: Path = GUIDE) -> tuple[Entry, ...]:
    """Return the titles of all pages, in the language where there are."""
    return tuple(Entry(name, _written(folder, name, language)[1].title) for name in names(folder))


@cache
def page(name: str, language: str, folder: Path = GUIDE) -> Page:
    """Return a page, in the language where it has been translated, in English otherwise.

    Raises
    ------
    NoSuchPageError
        If the contents do not name it.
    """
    order = names(folder)
    if name not in order:
        raise NoSuchPageError
    place, entries = order.index(name), contents(language, folder)
    previous = entries[place - 1] if place else None
    following = entries[place + 1] if place + 1 < len(entries) else None
    return Page(name, *_written(folder, name, language), previous, following)


@cache
def _written(folder: Path, name: str, language: str) -> tuple[str, Written]:
    """Return in which language a page is there, and the page."""
    translated = folder / language / f"{name}.md"
    known = re.fullmatch(r"[a-z]{2,3}", language) is not None and translated.exists()
    file, language = (translated, language) if known else (folder / f"{name}.md", ENGLISH)
    return language, write(file.read_text("utf-8"), folder / PICTURES)

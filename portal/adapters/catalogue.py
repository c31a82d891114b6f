"""Suggestions from our own starter list, which is always there and asks nobody.

What belongs here: reading the list and choosing from it. Not here: the list itself
(``portal/recommendations/catalogue.csv``).
"""

from __future__ import annotations

import csv
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import quote

from portal.ports import CatalogueEntry, Suggestion

CATALOGUE = Path(__file__).resolve().parent.parent / "recommendations" / "catalogue.csv"
SEARCH_URL = "https://open.spotify.com/search/"
KEY_LENGTH = 16


class CatalogueSource:
    """Suggests from a list of well-known music, read once; the seed decides the choice and its order."""

    name = "catalogue"

    def __init__(self, path: Path = CATALOGUE) -> None:
        self._by_genre = _read(path)
        self._entries = {
            suggestion.key: CatalogueEntry(genre, suggestion)
            for genre, suggestions in self._by_genre.items()
            for suggestion in suggestions
        }

    def entries(self) -> Mapping[str, CatalogueEntry]:
        """Return the whole list by its keys, which change only with an entry's artist or title."""
        return self._entries

    def for_genre(self, genre: str, *, limit: int, seed: str) -> list[Suggestion]:
        """Return up to ``limit`` suggestions, no artist twice; none for a genre that is not on the list."""
        shuffled = sorted(self._by_genre.get(genre, []), key=lambda suggestion: _rank(seed, suggestion))
        return _one_an_artist(shuffled)[: max(limit, 0)]


def _read(path: Path) -> dict[str, list[Suggestion]]:
    by_genre = defaultdict(list)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            by_genre[row["genre"]].append(_suggestion(row["artist"], row["title"]))
    return dict(by_genre)


def _suggestion(artist: str, title: str) -> Suggestion:
    # A search leads to the song in every country; a fixed id goes stale when a label replaces its recordings.
    url = SEARCH_URL + quote(f"{artist} {title}", safe="")
    return Suggestion(artist=artist, title=title, url=url, key=_digest(f"{artist}\n{title}").hex()[:KEY_LENGTH])


def _rank(seed: str, suggestion: Suggestion) -> bytes:
    # Not hash(): Python salts it, and web and worker must choose alike.
    return _digest(f"{seed}\n{suggestion.artist}\n{suggestion.title}")


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _one_an_artist(suggestions: Iterable[Suggestion]) -> list[Suggestion]:
    first: dict[str, Suggestion] = {}
    for suggestion in suggestions:
        first.setdefault(suggestion.artist, suggestion)
    return list(first.values())

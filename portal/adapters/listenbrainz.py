"""Asking ListenBrainz, whose data is in the public domain, for recordings that people gave a genre's tag.

What belongs here: its calls and the shapes of its answers. Not here: keeping anything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import requests

from portal.adapters.http import BoundedSession, check
from portal.ports import SourceError, Suggestion
from portal.text import one_line

TAGS = {"hiphop": "hip hop"}
"""The tag of a genre where it has another spelling."""
GENRES = (
    *("blues", "classical", "country", "disco", "hiphop", "jazz", "metal", "pop", "reggae", "rock"),
    *("electronic", "folk", "latin", "r&b"),
)
BANDS = ("0-20", "10-30", "20-40", "30-50")
"""Percent of all recordings with the tag, from the most played (0) to the least."""
WIDEST_BAND = "0-100"
MARK = " #"
ROWS = 10
BATCH = 25
"""How many recordings are looked up at once: some will be by the same artist. A hundred at once are too many for it."""


class ListenBrainzSource:
    """Finds recordings by their tag, and who plays them."""

    name = "listenbrainz"

    def __init__(self, api_url: str, token: str | None = None) -> None:
        self._api_url = api_url
        self._headers = {"Authorization": f"Token {token}"} if token else {}

    def queries(self, genre: str, *, seed: str) -> tuple[str, ...]:
        """Return the genre's tag with the band of popularity that the seed chooses, then with all; none for others."""
        if genre not in GENRES:
            return ()
        band = BANDS[_digest(f"{seed}\n{genre}") % len(BANDS)]
        return tuple(f"{TAGS.get(genre, genre)}{MARK}{each}" for each in (band, WIDEST_BAND))

    def ask(self, query: str, *, seconds: float) -> list[Suggestion]:
        """Return up to ten recordings, no artist twice."""
        tag, begin, end = _parsed(query)
        with BoundedSession(seconds, _check) as session:
            radio = {"tag": tag, "pop_begin": begin, "pop_end": end, "count": BATCH}
            recordings = _recordings(self._get(session, "lb-radio/tags", radio))
            if not recordings:
                return []
            asked = {"recording_mbids": ",".join(recordings), "inc": "artist"}
            described = self._get(session, "metadata/recording/", asked)
        if not isinstance(described, dict):
            raise SourceError("bad_answer")
        return _one_an_artist(_suggestion(mbid, described.get(mbid)) for mbid in recordings)

    def _get(self, session: BoundedSession, path: str, parameters: Mapping[str, Any]) -> Any:
        return session.get(f"{self._api_url}/1/{path}", params=parameters, headers=self._headers).json()


def _check(response: requests.Response) -> None:
    if response.status_code == 401:  # noqa: PLR2004 - it may want a token for this by now
        raise SourceError("not_configured")
    check(response)


def _parsed(query: str) -> tuple[str, str, str]:
    tag, _, band = query.rpartition(MARK)
    begin, dash, end = band.partition("-")
    return (tag, begin, end) if tag and dash else (query, "0", "100")


def _recordings(answer: Any) -> list[str]:
    """Return the ids of the recordings in the answer, each once, at most a batch."""
    if not isinstance(answer, list):
        raise SourceError("bad_answer")
    ids = (_mbid(row.get("recording_mbid")) for row in answer if isinstance(row, dict))
    return list(dict.fromkeys(mbid for mbid in ids if mbid))[:BATCH]


def _mbid(value: Any) -> str:
    try:
        return str(UUID(value))
    except (ValueError, TypeError, AttributeError):
        return ""


def _suggestion(mbid: str, described: Any) -> Suggestion | None:
    artist, title = _name(described, "artist"), _name(described, "recording")
    if not (artist and title):
        return None
    return Suggestion(artist=artist, title=title, url=f"https://musicbrainz.org/recording/{mbid}", key=mbid)


def _name(described: Any, part: str) -> str:
    thing = described.get(part) if isinstance(described, dict) else None
    name = thing.get("name") if isinstance(thing, dict) else None
    return one_line(name) if isinstance(name, str) else ""


def _one_an_artist(found: Iterable[Suggestion | None]) -> list[Suggestion]:
    first: dict[str, Suggestion] = {}
    for suggestion in found:
        if suggestion:
            first.setdefault(suggestion.artist.casefold(), suggestion)
    return list(first.values())[:ROWS]


def _digest(text: str) -> int:
    # Not hash(): Python salts it, and web and worker must choose alike.
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "replace")).digest()[:4], "big")

"""What somebody looks for among their songs, read from what anybody may type into an address.

What belongs here: which values make sense. Not here: how they are looked for (``matching``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from classifier import GENRES
from portal.models import JobState
from portal.text import one_line

MAX_QUERY_LENGTH = 200
STATES = tuple(state.value for state in JobState)
CONFIDENCES = ("sure", "unsure", "not_music")
SAID = ("yes", "right", "none")
"""What a song's owner said of its verdict: that it is wrong, that it is right, nothing yet."""

SORTS = ("newest", "oldest", "title", "confidence", "length")
NEWEST = SORTS[0]
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


@dataclass(frozen=True)
class Filters:
    """What to look for. Made from what anybody may type: what makes no sense is left out, never an error.

    Each word of ``q`` must occur in the title, the artist or the file name, whatever its case and place; a ``state``
    nobody knows, or a ``genre`` that is not among ``genres``, filters nothing. ``since`` and ``until`` are days, both
    included, as they begin and end in ``zone``. With ``judged`` only songs that have a verdict are looked for.
    """

    q: str = ""
    genre: str = ""
    state: str = ""
    confidence: str = ""
    corrected: str = ""
    since: str = ""
    until: str = ""
    sort: str = NEWEST
    judged: bool = False
    genres: tuple[str, ...] = field(default=GENRES, repr=False, compare=False)
    zone: tzinfo = field(default=UTC, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Cleaned as titles are on their way in, so that what a person sees is what a person can search for.
        self._keep("q", one_line(self.q, MAX_QUERY_LENGTH))
        self._keep("genre", self.genre if self.genre in self.genres else "")
        self._keep("state", self.state if self.state in STATES else "")
        self._keep("confidence", self.confidence if self.confidence in CONFIDENCES else "")
        self._keep("corrected", self.corrected if self.corrected in SAID else "")
        self._keep("since", self.since if _day(self.since) else "")
        self._keep("until", self.until if _day(self.until) else "")
        self._keep("sort", self.sort if self.sort in SORTS else NEWEST)

    @classmethod
    def asked(cls, asked: Mapping[str, str], *, genres: tuple[str, ...], zone: tzinfo) -> Filters:
        """Return what an address asks for, in the names of ``query``."""
        names = {name: name for name in ("q", "genre", "state", "confidence", "corrected", "sort")}
        names |= {"since": "from", "until": "to"}
        told: dict[str, Any] = {field: asked.get(name, "") for field, name in names.items()}
        return cls(**told, genres=genres, zone=zone)

    @property
    def narrowing(self) -> bool:
        """Whether anything is left out at all."""
        return any((self.q, self.genre, self.state, self.of_details))

    @property
    def of_details(self) -> bool:
        """Whether anything is asked beside words, genre and state."""
        return any((self.confidence, self.corrected, self.since, self.until))

    @property
    def begin(self) -> datetime | None:
        """The first moment that is looked at."""
        day = _day(self.since)
        return self._midnight(day) if day else None

    @property
    def end(self) -> datetime | None:
        """The first moment that is not looked at any more."""
        day = _day(self.until)
        return self._midnight(day + timedelta(days=1)) if day else None

    @property
    def query(self) -> dict[str, str]:
        """What an address says of all this; nothing of what is as usual."""
        sort = "" if self.sort == NEWEST else self.sort
        said = {"q": self.q, "genre": self.genre, "state": self.state, "confidence": self.confidence}
        said |= {"corrected": self.corrected, "from": self.since, "to": self.until, "sort": sort}
        return {name: value for name, value in said.items() if value}

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time.min, self.zone).astimezone(UTC)

    def _keep(self, name: str, value: str) -> None:
        object.__setattr__(self, name, value)


def _day(raw: str) -> date | None:
    """Return the day that is written as 2026-11-07; None where there is no such."""
    if not DAY.fullmatch(raw):
        return None
    try:
        day = date.fromisoformat(raw)
    except ValueError:
        return None
    # Neither the day after nor another time zone may lead out of the calendar.
    return day if date.min.year < day.year < date.max.year else None

"""What the pages about feedback show: one song's card, and how often people agreed with us.

What belongs here: frozen values and the arithmetic on counts. Not here: queries (``verdicts``, ``overview``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import sqrt

LIKELY = 3
"""Genres next to ours by score that are offered for one click."""

FEW = 10
"""Below so many answers a share says little, and the page says so."""

CERTAINTY = 1.96
"""Standard deviations on either side that hold the true share in 95 of 100 cases."""


@dataclass(frozen=True)
class Said:
    """What a song's owner said; ``genre`` and ``heard`` are None for no music.

    ``outdated`` is whether the verdict it was said of, ``heard``, has another genre than the present one.
    """

    right: bool
    genre: str | None
    second: str | None
    note: str
    heard: str | None
    outdated: bool


@dataclass(frozen=True)
class Card:
    """One song's feedback as its page shows it: the verdict's genre (None for no music), and what there is to choose.

    ``learns`` is None until the person answered whether corrections may be learned from; ``survey`` is whether to ask
    how useful the portal is.
    """

    song_id: str
    heard: str | None
    choices: tuple[str, ...]
    likely: tuple[str, ...]
    said: Said | None
    learns: bool | None
    survey: bool

    @property
    def asks_consent(self) -> bool:
        """Whether to ask now: there is a correction, and no answer yet."""
        return self.said is not None and not self.said.right and self.learns is None

    @property
    def asks_survey(self) -> bool:
        """Whether to ask now: one question at a time."""
        return self.survey and not self.asks_consent


@dataclass(frozen=True)
class Tally:
    """How often people said that we were right, of how often they said anything."""

    right: int
    total: int

    @property
    def share(self) -> float:
        """The part that was right, 0 where nothing was said."""
        return self.right / self.total if self.total else 0.0

    @property
    def few(self) -> bool:
        """Whether these are too few to tell much."""
        return self.total < FEW

    @property
    def bounds(self) -> tuple[float, float]:
        """Between what the true share lies with 95 % certainty, by Wilson's score interval."""
        if not self.total:
            return 0.0, 1.0
        squared = CERTAINTY**2
        middle = (self.right + squared / 2) / (self.total + squared)
        spread = sqrt(self.right * (self.total - self.right) / self.total + squared / 4)
        half = CERTAINTY * spread / (self.total + squared)
        return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True)
class Counted:
    """So many songs of which the same was said in the same month."""

    month: str
    heard: str | None
    sure: bool
    genre: str | None
    right: bool
    songs: int


@dataclass(frozen=True)
class Overview:
    """What people said of our verdicts, all together; ``confusions`` are ours, theirs and how often."""

    overall: Tally
    by_genre: tuple[tuple[str | None, Tally], ...]
    by_month: tuple[tuple[str, Tally], ...]
    sure: Tally
    unsure: Tally
    confusions: tuple[tuple[str | None, str | None, int], ...]


def overview(counted: Iterable[Counted], *, confusions: int) -> Overview:
    """Add up what was counted: genres by their names, months in their order, and the most frequent ``confusions``."""
    rows = list(counted)
    wrong: dict[tuple[str | None, str | None], int] = {}
    for row in rows:
        if not row.right:
            wrong[row.heard, row.genre] = wrong.get((row.heard, row.genre), 0) + row.songs
    frequent = sorted(wrong.items(), key=lambda item: (-item[1], item[0][0] or "", item[0][1] or ""))
    genres, music = _tallies(rows, lambda row: row.heard or ""), [row for row in rows if row.heard is not None]
    return Overview(
        overall=_tally(rows),
        by_genre=tuple((name or None, tally) for name, tally in genres),
        by_month=tuple(_tallies(rows, lambda row: row.month)),
        sure=_tally(row for row in music if row.sure),
        unsure=_tally(row for row in music if not row.sure),
        confusions=tuple((ours, theirs, songs) for (ours, theirs), songs in frequent[:confusions]),
    )


def _tallies(rows: list[Counted], of: Callable[[Counted], str]) -> list[tuple[str, Tally]]:
    return [(name, _tally(row for row in rows if of(row) == name)) for name in sorted({of(row) for row in rows})]


def _tally(rows: Iterable[Counted]) -> Tally:
    known = list(rows)
    return Tally(sum(row.songs for row in known if row.right), sum(row.songs for row in known))

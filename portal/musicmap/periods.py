"""Stretches of a person's time: days, weeks, months and years as they begin and end where that person is.

What belongs here: the calendar. Not here: what is counted in them (``profile``).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from babel.dates import format_date

from portal.language import locale

UNITS = ("day", "week", "month", "year")
MOST = 60
"""Stretches that are shown; where there were more, they are made longer."""

FEW = 16
"""Stretches up to which a shorter kind is taken where nobody asked for one."""

DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
WORDS = {"day": "d MMM", "week": "d MMM", "month": "LLL yyyy", "year": "yyyy"}
"""How the first day of a stretch is written."""


@dataclass(frozen=True)
class Period:
    """One stretch, by its first day; ``begin`` is the moment it begins at, in UTC."""

    first: date
    begin: datetime
    unit: str

    @property
    def label(self) -> str:
        """Return what it is called in the language that is spoken."""
        return format_date(self.first, WORDS[self.unit], locale=locale())


def parse_day(raw: str) -> date | None:
    """Return the day that is written as 2026-11-07; None where there is no such."""
    try:
        day = date.fromisoformat(raw) if DAY.fullmatch(raw) else None
    except ValueError:
        return None
    # Neither the day after nor another time zone may lead out of the calendar.
    return day if day is not None and date.min.year + 1 < day.year < date.max.year - 1 else None


def midnight(day: date, zone: tzinfo) -> datetime:
    """Return the moment at which a day begins there."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def unit_for(first: date, last: date, asked: str) -> str:
    """Return the kind of stretch: as asked for, or as fits; a longer one where there would be more than MOST."""
    if asked not in UNITS:
        asked = next((unit for unit in UNITS if _many(first, last, unit) <= FEW), UNITS[-1])
    longer = UNITS[UNITS.index(asked) :]
    return next((unit for unit in longer if _many(first, last, unit) <= MOST), longer[-1])


def periods(first: date, last: date, unit: str, zone: tzinfo) -> list[Period]:
    """Return the stretches from the one with ``first`` to the one with ``last``; of more than MOST, the latest."""
    days = [_start(last, unit)]
    while days[-1] > first and len(days) < MOST:
        days.append(_start(days[-1] - timedelta(days=1), unit))
    return [Period(day, midnight(day, zone), unit) for day in reversed(days)]


def place_of(moment: datetime, among: Sequence[Period]) -> int:
    """Return the number of the stretch that a moment lies in, -1 where it lies before all of them."""
    return bisect_right([period.begin for period in among], moment) - 1


def _many(first: date, last: date, unit: str) -> int:
    days = (last - first).days
    return 1 + {"day": days, "week": days // 7, "month": days // 30, "year": days // 365}[unit]


def _start(day: date, unit: str) -> date:
    if unit == "week":
        return day - timedelta(days=day.weekday())
    if unit == "month":
        return day.replace(day=1)
    return day.replace(month=1, day=1) if unit == "year" else day

"""How days are written out, in the language that is spoken.

What belongs here: dates that services and several features' pages say. Not here: in whose time zone a day is counted
(``web``).
"""

from __future__ import annotations

from datetime import datetime

from babel import Locale
from babel.dates import format_date, format_skeleton

from portal.language import locale

ENGLISH = Locale("en", "GB")
"""Our English puts the day before the month."""


def long_day(moment: datetime) -> str:
    """Return the date as "7 November 2026"."""
    return format_date(moment, "long", locale=_writing())


def day_of_year(moment: datetime) -> str:
    """Return the date as "7 November"."""
    return format_skeleton("MMMMd", moment, locale=_writing())


def _writing() -> Locale:
    spoken = locale()
    return ENGLISH if spoken.language == ENGLISH.language else spoken

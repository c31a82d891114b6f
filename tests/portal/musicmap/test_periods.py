"""Stretches of time where somebody is."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from portal.musicmap.periods import MOST, parse_day, periods, unit_for


@pytest.mark.parametrize(
    ("first", "last", "unit"),
    [
        (date(2026, 1, 1), date(2026, 1, 1), "day"),
        (date(2026, 1, 1), date(2026, 1, 16), "day"),
        (date(2026, 1, 1), date(2026, 3, 1), "week"),
        (date(2026, 1, 1), date(2026, 12, 31), "month"),
        (date(2016, 1, 1), date(2026, 1, 1), "year"),
    ],
)
def test_a_kind_that_fits_is_taken(first, last, unit):
    assert unit_for(first, last, "") == unit


def test_what_is_asked_for_is_taken_where_it_fits():
    assert unit_for(date(2026, 1, 1), date(2026, 1, 20), "day") == "day"
    assert unit_for(date(2026, 1, 1), date(2026, 12, 31), "day") == "week"


def test_months_begin_at_midnight_where_somebody_is():
    march = periods(date(2026, 3, 14), date(2026, 4, 2), "month", ZoneInfo("Europe/Berlin"))
    assert [period.begin for period in march] == [
        datetime(2026, 2, 28, 23, tzinfo=UTC),
        datetime(2026, 3, 31, 22, tzinfo=UTC),
    ]
    assert [period.label for period in march] == ["Mar 2026", "Apr 2026"]


def test_weeks_begin_on_mondays():
    assert [period.first for period in periods(date(2026, 1, 1), date(2026, 1, 12), "week", UTC)] == [
        date(2025, 12, 29),
        date(2026, 1, 5),
        date(2026, 1, 12),
    ]


def test_there_are_never_more_than_fit():
    assert len(periods(date(1800, 1, 1), date(2026, 1, 1), "year", UTC)) == MOST


@pytest.mark.parametrize("raw", ["", "2026-13-01", "2026-1-1", "0001-01-01", "9999-12-31", "today", "2026-01-01\0"])
def test_what_is_no_day_is_none(raw):
    assert parse_day(raw) is None

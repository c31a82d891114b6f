"""What somebody types into the address of the history, and what is made of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.history.filters import Filters


@pytest.mark.parametrize(
    "filters",
    [
        Filters(confidence="certain"),
        Filters(corrected="no"),
        Filters(sort="random"),
        *(Filters(since=day) for day in ("2026-13-01", "2026-02-30", "20260301", "2026-W01-1", "0001-01-01", "\0")),
        *(Filters(until=day) for day in ("9999-12-31", "yesterday", "2026-3-1", "\u0662\u0660\u0662\u0666-01-01")),
    ],
    ids=repr,
)
def test_what_makes_no_sense_filters_nothing(filters):
    assert filters == Filters()
    assert filters.query == {}
    assert not filters.narrowing


def test_an_address_says_all_that_is_not_as_usual():
    typed = {"q": "blue", "genre": "jazz", "state": "done", "confidence": "unsure", "corrected": "yes"}
    filters = Filters(**typed, since="2026-03-01", until="2026-03-31", sort="title")
    assert filters.query == typed | {"from": "2026-03-01", "to": "2026-03-31", "sort": "title"}


def test_an_order_alone_narrows_nothing():
    assert not Filters(sort="title").narrowing
    assert all(Filters(**one).narrowing for one in ({"since": "2026-03-01"}, {"corrected": "none"}, {"q": "a"}))


def test_days_begin_and_end_where_the_person_is():
    filters = Filters(since="2026-03-29", until="2026-03-29", zone=ZoneInfo("Europe/Berlin"))
    # The clocks went forward that day, so it was an hour shorter.
    assert filters.begin == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert filters.end == datetime(2026, 3, 29, 22, tzinfo=UTC)


@given(st.dates(), st.sampled_from(["UTC", "Pacific/Kiritimati", "Pacific/Niue"]))
def test_every_day_has_a_beginning_before_its_end_or_is_left_out(day, zone):
    filters = Filters(since=str(day), until=str(day), zone=ZoneInfo(zone))
    if filters.since:
        assert timedelta() < filters.end - filters.begin <= timedelta(days=2)
    else:
        assert (filters.begin, filters.end) == (None, None)

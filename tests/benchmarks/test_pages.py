"""The table of pages names each page once, as somebody sees it who has something there."""

from __future__ import annotations

from benchmarks.pages import one_each
from tests.support.showcase import Place


def test_a_page_is_measured_once_and_never_empty():
    empty, first, second = (Place("history.index", who, "/history") for who in ("newcomer", "member", "admin"))
    other = Place("home", "stranger", "/")
    assert one_each([empty, first, second, other]) == [first, other]

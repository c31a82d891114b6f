"""What admins see of all that was said, and the arithmetic behind it."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest

from portal.feedback.values import Counted, Tally, overview
from portal.feedback.verdicts import VerdictFeedback


@pytest.fixture
def as_admin(as_alice, session, alice):
    alice.is_admin = True
    session.commit()
    return as_alice


@pytest.fixture
def told(session, services, clock, alice, bob, make_song):
    """What Alice and Bob said in two months."""
    verdicts = VerdictFeedback(session, services.taste, clock)
    songs = [make_song(alice, genre=genre, confidence=sure) for genre, sure in (("jazz", 0.9), ("jazz", 0.8))]
    clock.now = datetime(2026, 10, 31, 23, 59, tzinfo=UTC)
    verdicts.agree(alice.id, songs[0].id)
    verdicts.correct(alice.id, songs[1].id, genre="blues", second="rock", note="Slide <b>guitar</b>")
    clock.now = datetime(2026, 11, 1, 0, 0, tzinfo=UTC)
    verdicts.correct(bob.id, make_song(bob, genre="rock", confidence=0.3).id, genre="metal")
    return verdicts


def test_agreement_is_counted_by_genre_month_and_sureness(parts, told):
    summary = parts.overview.summary()
    assert (summary.people, summary.songs, summary.corrections, summary.usable) == (2, 3, 2, 0)
    found = summary.overview
    assert found.overall == Tally(1, 3)
    assert found.by_genre == (("jazz", Tally(1, 2)), ("rock", Tally(0, 1)))
    assert found.by_month == (("2026-10", Tally(1, 2)), ("2026-11", Tally(0, 1)))
    assert (found.sure, found.unsure) == (Tally(1, 2), Tally(0, 1))
    assert found.confusions == (("jazz", "blues", 1), ("rock", "metal", 1))


def test_only_corrections_of_people_who_agreed_can_be_used(parts, told, alice, bob):
    told.consent(alice.id, learns=True)
    told.consent(bob.id, learns=False)
    assert parts.overview.summary().usable == 1


def test_the_table_holds_who_agreed_and_nothing_that_leads_back(parts, told, alice):
    header, *rows = table(parts)
    assert rows == []
    told.consent(alice.id, learns=True)
    header, *rows = table(parts)
    assert header == ["month", "ours", "confidence", "sure", "model", "right", "theirs", "second"]
    assert rows == [
        ["2026-10", "jazz", "0.8", "yes", "test-1", "no", "blues", "rock"],
        ["2026-10", "jazz", "0.9", "yes", "test-1", "yes", "jazz", ""],
    ]


def test_the_most_frequent_corrections_come_first_and_only_so_many():
    rows = [Counted("2026-11", "jazz", True, genre, False, songs) for genre, songs in (("pop", 1), ("blues", 3))]
    rows += [Counted("2026-10", "jazz", False, "pop", False, 1), Counted("2026-10", None, False, None, True, 9)]
    found = overview(rows, confusions=1)
    assert found.confusions == (("jazz", "blues", 3),)
    assert found.by_genre == ((None, Tally(9, 9)), ("jazz", Tally(0, 5)))
    assert (found.sure, found.unsure) == (Tally(0, 4), Tally(0, 1))


@pytest.mark.parametrize(
    ("right", "total", "low", "high"),
    [(0, 0, 0.0, 1.0), (8, 10, 0.490, 0.943), (0, 10, 0.0, 0.278), (1, 1, 0.207, 1.0)],
)
def test_the_bounds_are_wilsons(right, total, low, high):
    assert Tally(right, total).bounds == pytest.approx((low, high), abs=0.001)


def test_the_page_says_counts_beside_shares_and_escapes_what_people_wrote(as_admin, parts, told, bob):
    parts.survey.answer(bob.id, "4", "<script>alert(1)</script> fine")
    page = as_admin.get("/admin/feedback").text
    assert "2 people said something about 3 songs" in page
    assert "1 of 2" in page
    assert "Slide &lt;b&gt;guitar&lt;/b&gt;" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; fine" in page
    assert "<strong>4.0</strong> of 5 on average, 1 answer, too few to tell much" in page
    assert "Bob" not in page


def test_the_page_without_any_feedback(as_admin):
    page = as_admin.get("/admin/feedback").text
    assert "Nobody said anything yet" in page
    assert "Nobody answered yet" in page


def test_the_table_can_be_downloaded(as_admin, told, alice):
    told.consent(alice.id, learns=True)
    answer = as_admin.get("/admin/feedback.csv")
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="genregenie-feedback-')
    assert answer.text.count("\r\n") == 3


@pytest.mark.parametrize("path", ["/admin/feedback", "/admin/feedback.csv"])
def test_to_everybody_else_there_is_no_such_page(as_alice, path):
    assert as_alice.get(path).status_code == 404
    assert "/admin/feedback" not in as_alice.get("/history").text


def table(parts):
    return list(csv.reader(io.StringIO(parts.overview.table().decode("utf-8-sig"))))

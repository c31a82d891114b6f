"""Which songs each filter finds, and in which order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from portal.history.filters import SORTS, Filters
from portal.models import Feedback, JobState

MOMENT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def history(services):
    return services.history


@pytest.fixture
def judged(session, alice, make_song):
    """Songs of each confidence, and one without a verdict."""
    make_song(alice, title="sure", confidence=0.9)
    make_song(alice, title="unsure", confidence=0.3)
    noise = make_song(alice, title="noise", confidence=0.9)
    make_song(alice, title="waiting", state=JobState.QUEUED)
    noise.prediction.music = False
    session.commit()


@pytest.mark.parametrize(
    ("confidence", "found"), [("sure", {"sure"}), ("unsure", {"unsure"}), ("not_music", {"noise"})]
)
def test_songs_are_found_by_how_sure_the_verdict_is(history, alice, judged, confidence, found):
    assert set(titles(history, alice, Filters(confidence=confidence))) == found


@pytest.mark.parametrize(
    ("what", "found"), [("yes", {"wrong"}), ("right", {"right"}), ("none", {"unsaid", "of bob's word"})]
)
def test_songs_are_found_by_what_was_said_of_them(session, history, alice, bob, make_song, what, found):
    for title, right in (("wrong", False), ("right", True), ("unsaid", None)):
        song = make_song(alice, title=title)
        if right is not None:
            session.add(word(song, alice, right=right))
    session.add(word(make_song(alice, title="of bob's word"), bob, right=False))
    session.commit()
    assert set(titles(history, alice, Filters(corrected=what))) == found


def test_days_are_counted_where_the_person_is_and_both_ends_are_included(history, alice, make_song):
    for title, moment in (
        ("eve", datetime(2026, 2, 28, 22, 59, tzinfo=UTC)),
        ("first", datetime(2026, 2, 28, 23, 0, tzinfo=UTC)),
        ("last", datetime(2026, 3, 2, 22, 59, tzinfo=UTC)),
        ("after", datetime(2026, 3, 2, 23, 0, tzinfo=UTC)),
    ):
        make_song(alice, title=title, created_at=moment)
    days = Filters(since="2026-03-01", until="2026-03-02", zone=ZoneInfo("Europe/Berlin"))
    assert titles(history, alice, days) == ["last", "first"]
    assert titles(history, alice, Filters(until="2026-02-28")) == ["first", "eve"]


def test_all_filters_narrow_together(session, history, alice, make_song):
    for number, (genre, confidence) in enumerate([("jazz", 0.9), ("jazz", 0.3), ("rock", 0.9), ("jazz", 0.9)]):
        song = make_song(
            alice, title=f"tune {number}", genre=genre, confidence=confidence, created_at=MOMENT + timedelta(number)
        )
        session.add(word(song, alice, right=False))
    session.commit()
    filters = Filters("tune", "jazz", "done", "sure", "yes", since="2026-03-01", until="2026-03-03")
    assert titles(history, alice, filters) == ["tune 0"]
    assert [row["title"] for row in history.export_rows(alice.id, filters)] == ["tune 0"]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("newest", ["b", "C", "waiting", "a"]),
        ("oldest", ["a", "waiting", "C", "b"]),
        ("title", ["a", "b", "C", "waiting"]),
        ("confidence", ["C", "a", "b", "waiting"]),
        ("length", ["b", "C", "a", "waiting"]),
    ],
)
def test_songs_stand_in_the_order_asked_for_on_every_page(session, history, alice, make_song, sort, expected):
    for day, (title, confidence, seconds) in enumerate(
        [("a", 0.8, 10), ("waiting", 0, 0), ("C", 0.9, 20), ("b", 0.7, 30)]
    ):
        state = JobState.QUEUED if title == "waiting" else JobState.DONE
        moment = MOMENT + timedelta(days=day)
        song = make_song(alice, title=title, confidence=confidence, state=state, created_at=moment)
        if song.prediction:
            song.prediction.duration = seconds
    session.commit()
    pages = [history.page(alice.id, Filters(sort=sort), number, per_page=3) for number in (1, 2)]
    assert [song.title for page in pages for song in page.items] == expected
    assert [row["title"] for row in history.export_rows(alice.id, Filters(sort=sort))] == expected


@pytest.mark.parametrize("sort", SORTS)
def test_whatever_the_order_each_song_is_on_exactly_one_page(history, alice, make_song, sort):
    made = {make_song(alice, title="same", created_at=MOMENT).id for _ in range(7)}
    pages = [history.page(alice.id, Filters(sort=sort), number, per_page=2) for number in (1, 2, 3, 4)]
    shown = [song.id for page in pages for song in page.items]
    assert len(shown) == 7
    assert set(shown) == made


def word(song, person, *, right):
    heard = {"heard": "jazz", "confidence": 0.8, "sure": True, "model_version": "test-1"}
    return Feedback(song_id=song.id, user_id=person.id, right=right, genre="jazz" if right else "rock", **heard)


def titles(history, person, filters):
    return [song.title for song in history.page(person.id, filters, 1).items]

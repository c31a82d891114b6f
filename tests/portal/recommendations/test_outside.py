"""Outside sources are asked with patience, once, and never while they rest."""

from __future__ import annotations

import threading

import pytest

from portal.ports import Suggestion
from portal.recommendations.outside import MOST, PATIENCE, OutsideSources, usable
from portal.recommendations.wording import PROBLEMS
from tests.support.patience import TimedSource


def test_a_source_is_asked_once_and_its_answer_kept_for_all_workers(outside):
    source = TimedSource()
    first = outside(source).ask({"spotify": ["jazz"]})["spotify"]
    second = outside(source).ask({"spotify": ["jazz"]})["spotify"]
    assert source.asked == ["jazz"]
    assert first.suggestions == second.suggestions
    assert (first.query, len(first.suggestions)) == ("jazz", 10)


def test_after_a_day_it_is_asked_again(outside, time):
    source = TimedSource()
    outside(source).ask({"spotify": ["jazz"]})
    time.passes(hours=24)
    outside(source).ask({"spotify": ["jazz"]})
    assert source.asked == ["jazz", "jazz"]


def test_queries_are_tried_in_turn_until_one_finds_something(outside):
    source = TimedSource(finds_nothing=("jazz a", "jazz b"))
    answer = outside(source).ask({"spotify": ["jazz a", "jazz b", "jazz c", "jazz d"]})["spotify"]
    assert source.asked == ["jazz a", "jazz b", "jazz c"]
    assert answer.query == "jazz c"


def test_a_query_that_found_nothing_is_not_asked_again_within_the_day(outside):
    source = TimedSource(finds_nothing=("jazz a",))
    outside(source).ask({"spotify": ["jazz a"]})
    outside(source).ask({"spotify": ["jazz a", "jazz b"]})
    assert source.asked == ["jazz a", "jazz b"]


@pytest.mark.parametrize("code", sorted(PROBLEMS))
def test_a_source_that_failed_is_asked_by_nobody_while_it_rests(outside, time, code):
    source = TimedSource(error=code, retry_after=83_316)
    outside(source).ask({"spotify": ["jazz"]})
    for _ in range(24):
        answer = outside(source).ask({"spotify": ["jazz"]})["spotify"]
        assert source.asked == ["jazz"]
        assert (answer.suggestions, answer.standing.problem) == ((), code)
        time.passes(hours=1)
    outside(source).ask({"spotify": ["jazz"]})
    assert len(source.asked) == 2


def test_what_is_kept_is_served_while_the_source_rests(outside):
    source = TimedSource()
    outside(source).ask({"spotify": ["jazz"]})
    source.error = "timeout"
    outside(source).ask({"spotify": ["rock"]})
    answer = outside(source).ask({"spotify": ["rock", "jazz"]})["spotify"]
    assert source.asked == ["jazz", "rock"]
    assert (answer.query, answer.standing.problem) == ("jazz", "timeout")


def test_what_was_answered_before_a_failure_is_kept(outside):
    source = TimedSource(finds_nothing=("jazz a",))
    source._on_ask = lambda: setattr(source, "error", "timeout" if source.asked else None)
    answer = outside(source).ask({"spotify": ["jazz a", "jazz b"]})["spotify"]
    assert answer.standing.problem == "timeout"
    assert outside(source)._kept.find([("spotify", "jazz a")]) == {("spotify", "jazz a"): ()}


def test_each_question_gets_what_is_left_of_a_pages_time(outside, time):
    source = TimedSource(on_ask=lambda: time.passes(seconds=1), finds_nothing=("jazz a", "jazz b", "jazz c", "jazz d"))
    outside(source).ask({"spotify": ["jazz a", "jazz b", "jazz c", "jazz d"]})
    assert source.seconds == pytest.approx([PATIENCE, PATIENCE - 1, PATIENCE - 2])


def test_a_time_that_ran_out_between_questions_is_nobodys_fault(outside, time):
    source = TimedSource(on_ask=lambda: time.passes(seconds=3), finds_nothing=("jazz a",))
    answer = outside(source).ask({"spotify": ["jazz a", "jazz b"]})["spotify"]
    assert source.asked == ["jazz a"]
    assert answer.standing.problem is None


def test_sources_are_asked_at_the_same_time(outside):
    both = threading.Barrier(2)
    sources = [TimedSource(name, on_ask=lambda: both.wait(2)) for name in ("spotify", "listenbrainz")]
    answers = outside(*sources).ask({"spotify": ["jazz"], "listenbrainz": ["jazz"]})
    assert all(answer.suggestions for answer in answers.values())


def test_a_source_that_keeps_to_no_time_is_left_behind_and_rests(outside, monkeypatch):
    monkeypatch.setattr("portal.recommendations.outside.PATIENCE", 0.1)
    monkeypatch.setattr("portal.recommendations.outside.GRACE", 0.1)
    end = threading.Event()
    slow, quick = TimedSource(on_ask=lambda: end.wait(20)), TimedSource("listenbrainz")
    answers = outside(slow, quick).ask({"spotify": ["jazz"], "listenbrainz": ["jazz"]})
    assert not end.is_set()
    end.set()
    assert answers["spotify"].standing.problem == "timeout"
    assert answers["listenbrainz"].suggestions


@pytest.mark.parametrize("error", [ValueError("x"), KeyError(), RecursionError(), MemoryError(), SystemExit(1)])
def test_whatever_a_source_raises_is_a_bad_answer(outside, error):
    def fail():
        raise error

    answer = outside(TimedSource(on_ask=fail)).ask({"spotify": ["jazz"]})["spotify"]
    assert (answer.suggestions, answer.standing.problem) == ((), "bad_answer")


def test_a_source_that_has_no_question_about_a_genre_is_not_asked(outside):
    source = TimedSource()
    assert outside(source).queries("spotify", "polka", seed="a") == ()
    assert outside(source).ask({"spotify": ()}) == {}
    assert outside(source).ask({"nobody": ["jazz"]}) == {}
    assert source.asked == []


def test_a_source_that_fails_to_find_a_question_has_none(outside):
    source = TimedSource()
    source.genres = None
    assert outside(source).queries("spotify", "jazz", seed="a") == ()


@pytest.mark.parametrize(
    "change",
    [
        {"url": "javascript:alert(1)"},
        {"url": "data:text/html,x"},
        {"url": "//example.org"},
        {"url": ""},
        {"url": "https://example.org/\n"},
        {"url": "https://example.org/" + "x" * 500},
        {"key": "x" * 65},
        {"key": "a\x00b"},
        {"title": ""},
        {"title": "\u202e\x00"},
    ],
)
def test_what_cannot_be_shown_or_kept_is_left_out(change):
    good = {"artist": "A", "title": "T", "url": "https://example.org/1", "key": "1", "image": ""}
    assert usable([Suggestion(**(good | change)), Suggestion(**good)]) == (Suggestion(**good),)


def test_texts_are_put_on_one_line_and_pictures_need_an_address():
    (shown,) = usable([Suggestion("A\x00\n B", "T" * 400, "https://example.org", "1", "javascript:alert(1)")])
    assert (shown.artist, len(shown.title), shown.image) == ("A B", 300, "")


def test_a_source_that_talks_without_end_is_cut(outside):
    found = [Suggestion("A", f"T{number}", "https://example.org", str(number)) for number in range(500)]
    answer = outside(TimedSource(found=found)).ask({"spotify": ["jazz"]})["spotify"]
    assert len(answer.suggestions) == MOST


def test_a_source_that_answers_with_something_else_gave_a_bad_answer(outside):
    answer = outside(TimedSource(found=[None])).ask({"spotify": ["jazz"]})["spotify"]
    assert answer.standing.problem == "bad_answer"


def test_a_success_ends_the_memory_of_failures(outside, time):
    source = TimedSource(error="timeout")
    outside(source).ask({"spotify": ["jazz"]})
    time.passes(seconds=31)
    source.error = None
    answer = outside(source).ask({"spotify": ["jazz"]})["spotify"]
    assert (answer.standing.problem, answer.standing.failures) == (None, 0)
    assert answer.standing.succeeded_at == time()


@pytest.fixture
def outside(session, time):
    """Return a factory: outside(source, …) -> what asks these sources; each is another worker on the same database."""

    def make(*sources):
        return OutsideSources(session, sources, clock=time.clock, now=time)

    return make

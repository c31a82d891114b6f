"""Who failed is left alone, by all workers, for as long as it takes and no longer."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from portal.models import SourceStanding
from portal.ports import SourceError
from portal.recommendations.breaker import Breaker
from portal.recommendations.wording import PROBLEMS

CODES = sorted(PROBLEMS)


def test_a_source_that_never_failed_may_be_asked(breaker):
    standing = breaker.standings(["spotify"])["spotify"]
    assert (standing.problem, standing.blocked_until) == (None, None)


@pytest.mark.parametrize("code", CODES)
def test_every_error_blocks(breaker, time, code):
    breaker.failed("spotify", SourceError(code))
    standing = breaker.standings(["spotify"])["spotify"]
    assert standing.problem == code
    assert standing.blocked_until > time()


@pytest.mark.parametrize("code", CODES)
def test_the_pause_that_a_source_asks_for_holds(breaker, time, code):
    breaker.failed("spotify", SourceError(code, retry_after=83_316))
    assert pause(breaker, time) == timedelta(seconds=83_316)


@pytest.mark.parametrize("code", ["timeout", "unreachable", "bad_answer", "rate_limited", "quota_exceeded"])
def test_without_one_the_pauses_grow_with_failures_in_a_row(breaker, time, code):
    pauses = []
    for _ in range(5):
        breaker.failed("spotify", SourceError(code))
        pauses.append(pause(breaker, time).total_seconds())
        time.passes(seconds=pauses[-1])
    assert pauses == [30, 120, 600, 3600, 3600]


@pytest.mark.parametrize("code", ["keys_refused", "owner_needs_premium", "bad_request", "not_configured"])
def test_what_waiting_does_not_mend_is_tried_again_in_an_hour(breaker, time, code):
    breaker.failed("spotify", SourceError(code))
    assert pause(breaker, time) == timedelta(hours=1)


@pytest.mark.parametrize("seconds", [0, -5, float("nan"), float("inf"), float("-inf")])
def test_a_pause_that_makes_no_sense_is_our_own(breaker, time, seconds):
    breaker.failed("spotify", SourceError("rate_limited", retry_after=seconds))
    assert pause(breaker, time) == timedelta(seconds=30)


def test_nobody_rests_for_years(breaker, time):
    breaker.failed("spotify", SourceError("rate_limited", retry_after=1e18))
    assert pause(breaker, time) == timedelta(days=7)


def test_a_pause_that_is_over_is_over(breaker, time):
    breaker.failed("spotify", SourceError("timeout"))
    time.passes(seconds=30)
    standing = breaker.standings(["spotify"])["spotify"]
    assert (standing.blocked_until, standing.problem, standing.failures) == (None, "timeout", 1)


def test_a_success_forgets_all_failures(breaker, time):
    breaker.failed("spotify", SourceError("timeout"))
    time.passes(seconds=31)
    breaker.succeeded("spotify", time())
    breaker.failed("spotify", SourceError("timeout"))
    assert pause(breaker, time) == timedelta(seconds=30)


def test_an_answer_to_an_earlier_question_ends_no_later_pause(breaker, time):
    asked_at = time()
    time.passes(seconds=1)
    breaker.failed("spotify", SourceError("quota_exceeded", retry_after=83_316))
    breaker.succeeded("spotify", asked_at)
    assert pause(breaker, time) == timedelta(seconds=83_316)


def test_two_that_fail_at_once_count_as_one_failure(breaker, time, session):
    other = Breaker(session, time)
    breaker.failed("spotify", SourceError("timeout"))
    other.failed("spotify", SourceError("timeout"))
    standing = breaker.standings(["spotify"])["spotify"]
    assert (standing.failures, pause(breaker, time)) == (1, timedelta(seconds=30))


@pytest.mark.parametrize("order", [(83_316, None), (None, 83_316), (83_316, 5)])
def test_of_two_that_fail_at_once_the_longest_pause_asked_for_holds(breaker, time, order):
    for seconds in order:
        breaker.failed("spotify", SourceError("rate_limited", retry_after=seconds))
    assert pause(breaker, time) == timedelta(seconds=83_316)


def test_workers_that_note_the_same_at_the_same_moment_do_not_fight(app, breaker, session, time):
    start = threading.Barrier(6)

    def work():
        with app.app_context():
            start.wait()
            Breaker(session, time).failed("spotify", SourceError("timeout"))
            Breaker(session, time).succeeded("listenbrainz", time())

    workers = [threading.Thread(target=work) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert breaker.standings(["spotify"])["spotify"].failures == 1
    assert session.query(SourceStanding).count() == 2


def test_sources_rest_each_by_itself(breaker):
    breaker.failed("spotify", SourceError("timeout"))
    standings = breaker.standings(["spotify", "listenbrainz"])
    assert standings["spotify"].blocked_until
    assert not standings["listenbrainz"].blocked_until


def test_an_admin_ends_a_pause(breaker, time):
    breaker.failed("spotify", SourceError("keys_refused"))
    breaker.clear("spotify")
    standing = breaker.standings(["spotify"])["spotify"]
    assert (standing.problem, standing.blocked_until, standing.failures) == (None, None, 0)


def pause(breaker, time):
    return breaker.standings(["spotify"])["spotify"].blocked_until - time()


@pytest.fixture
def breaker(session, time):
    return Breaker(session, time)

"""Answers are kept for a day, and not a moment longer."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from portal.models import KeptAnswer
from portal.ports import Suggestion
from portal.recommendations.kept import KeptAnswers

FOUND = (Suggestion("Nina Simone", "Sinnerman", "https://example.org/1", "1", "https://example.org/1.png"),)
ASKED = ("spotify", "jazz")


def test_what_is_kept_comes_back_as_it_was(kept):
    kept.keep(*ASKED, FOUND)
    assert kept.find([ASKED, ("spotify", "rock")]) == {ASKED: FOUND}


def test_nothing_found_is_an_answer_too(kept):
    kept.keep(*ASKED, [])
    assert kept.find([ASKED]) == {ASKED: ()}


def test_the_same_query_to_another_source_is_another_question(kept):
    kept.keep(*ASKED, FOUND)
    assert kept.find([("listenbrainz", "jazz")]) == {}


def test_an_answer_is_served_for_a_day_and_never_after(kept, time):
    kept.keep(*ASKED, FOUND)
    time.passes(hours=23, minutes=59)
    assert kept.find([ASKED])
    time.passes(minutes=1)
    assert not kept.find([ASKED])


def test_a_sweep_deletes_what_is_over_and_nothing_else(kept, time, session):
    kept.keep(*ASKED, FOUND)
    time.passes(hours=12)
    kept.keep("spotify", "rock", FOUND)
    assert kept.sweep() == 0
    time.passes(hours=12)
    assert kept.sweep() == 1
    assert session.scalar(select(func.count()).select_from(KeptAnswer)) == 1
    assert kept.find([("spotify", "rock")])


def test_a_new_answer_takes_the_place_of_an_older_one_and_its_day_begins_anew(kept, time):
    kept.keep(*ASKED, FOUND)
    time.passes(hours=20)
    kept.keep(*ASKED, [])
    time.passes(hours=20)
    assert kept.find([ASKED]) == {ASKED: ()}


@pytest.mark.parametrize("query", ["", "Ж" * 5000, 'genre:"hip hop" #30', "a\x00b", "\n"])
def test_any_query_has_a_place(kept, query):
    kept.keep("spotify", query, FOUND)
    assert kept.find([("spotify", query)]) == {("spotify", query): FOUND}


def test_two_workers_share_what_is_kept(kept, session, time):
    kept.keep(*ASKED, FOUND)
    assert KeptAnswers(session, time).find([ASKED]) == {ASKED: FOUND}


@pytest.fixture
def kept(session, time):
    return KeptAnswers(session, time)

"""The short question now and then."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.extensions import db
from portal.feedback.survey import NotAskedError, SurveyService, UnknownScoreError
from portal.feedback.verdicts import VerdictFeedback
from portal.models import SurveyAnswer

DAY = timedelta(days=1)


@pytest.fixture
def survey(session, clock):
    return SurveyService(session, clock)


@pytest.fixture
def asks(session, services, clock, alice, make_song):
    """Return a function that tells whether Alice, who has five songs, is asked now."""
    song = [make_song(alice).id for _ in range(5)][-1]
    verdicts = VerdictFeedback(session, services.taste, clock)
    return lambda: verdicts.card(alice.id, song).asks_survey


def test_nobody_is_asked_before_the_fifth_song(verdicts, alice, make_song):
    songs = [make_song(alice).id for _ in range(4)]
    assert not verdicts.card(alice.id, songs[0]).survey
    make_song(alice)
    assert verdicts.card(alice.id, songs[0]).survey


def test_who_answered_is_asked_again_after_sixty_days(survey, asks, alice, clock):
    assert asks()
    survey.answer(alice.id, "4", "")
    assert not asks()
    clock.later(60 * DAY - timedelta(seconds=1))
    assert not asks()
    clock.later(timedelta(seconds=1))
    assert asks()


def test_not_now_is_for_thirty_days(survey, asks, alice, clock):
    survey.later(alice.id)
    clock.later(30 * DAY - timedelta(seconds=1))
    assert not asks()
    clock.later(timedelta(seconds=1))
    assert asks()


def test_never_is_for_ever(survey, asks, alice, clock):
    survey.never(alice.id)
    survey.later(alice.id)
    clock.later(4000 * DAY)
    assert not asks()
    with pytest.raises(NotAskedError):
        survey.answer(alice.id, "1", "")


def test_one_question_at_a_time(verdicts, alice, make_song):
    song = [make_song(alice).id for _ in range(5)][-1]
    verdicts.correct(alice.id, song, genre="blues")
    card = verdicts.card(alice.id, song)
    assert (card.asks_consent, card.asks_survey) == (True, False)
    verdicts.consent(alice.id, learns=False)
    card = verdicts.card(alice.id, song)
    assert (card.asks_consent, card.asks_survey) == (False, True)


@pytest.mark.parametrize("score", ["", "0", "6", "4.5", "\u0665", "five", "9" * 5000])
def test_a_score_is_one_of_five(survey, session, alice, score):
    with pytest.raises(UnknownScoreError):
        survey.answer(alice.id, score, "")
    assert session.scalar(select(func.count()).select_from(SurveyAnswer)) == 0


def test_a_second_answer_does_not_count(survey, alice):
    survey.answer(alice.id, "4", "")
    with pytest.raises(NotAskedError):
        survey.answer(alice.id, "1", "")
    assert survey.opinion().counts == (0, 0, 0, 1, 0)


@pytest.mark.parametrize("known", [False, True])
def test_of_many_clicks_at_once_one_counts(app, survey, verdicts, session, alice, known):
    if known:
        verdicts.consent(alice.id, learns=True)
    user, ready, refused = alice.id, threading.Barrier(5), []
    session.commit()

    def click():
        with app.app_context():
            ready.wait()
            try:
                survey.answer(user, "5", "")
            except NotAskedError:
                refused.append(1)
            db.session.remove()

    clicks = [threading.Thread(target=click) for _ in range(5)]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()
    assert (survey.opinion().answers, len(refused)) == (1, 4)


def test_the_opinion_of_all_is_a_mean_with_its_count_and_the_sentences_newest_first(survey, alice, bob, clock):
    assert (survey.opinion().answers, survey.opinion().mean) == (0, None)
    survey.answer(alice.id, "5", "  Nice\0 for\nparties ")
    clock.later(DAY)
    survey.answer(bob.id, "2", "Too slow" + "!" * 400)
    opinion = survey.opinion()
    assert (opinion.answers, opinion.mean, opinion.counts) == (2, 3.5, (0, 1, 0, 0, 1))
    assert [(said.score, said.text) for said in opinion.sentences] == [
        (2, "Too slow" + "!" * 292),
        (5, "Nice for parties"),
    ]

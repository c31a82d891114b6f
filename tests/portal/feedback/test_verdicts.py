"""What people say of the verdicts on their own songs."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import func, select, update

from portal.extensions import db
from portal.feedback.verdicts import NoSuchSongError, NoVerdictError, UnknownGenreError
from portal.models import Feedback, JobState, PredictionRecord, TasteEvent
from tests.portal.conftest import make_prediction


def test_a_click_says_that_the_verdict_is_right(verdicts, alice, make_song, said):
    song = make_song(alice, genre="jazz", confidence=0.8)
    verdicts.agree(alice.id, song.id)
    row = said(song.id)
    assert (row.right, row.genre, row.heard, row.sure, row.model_version) == (True, "jazz", "jazz", True, "test-1")
    assert row.confidence == pytest.approx(0.8)


def test_a_correction_keeps_both_genres_and_a_note_on_one_line(verdicts, alice, make_song, said):
    song = make_song(alice, genre="jazz")
    verdicts.correct(alice.id, song.id, genre="blues", second="rock", note=" A slide\0 guitar,\n all \u202ethrough ")
    row = said(song.id)
    assert (row.right, row.genre, row.second, row.heard) == (False, "blues", "rock", "jazz")
    assert row.note == "A slide guitar, all through"


def test_a_note_of_a_novel_is_cut(verdicts, alice, make_song, said):
    song = make_song(alice)
    verdicts.correct(alice.id, song.id, genre="blues", note="\N{GUITAR}" * 4000)
    assert len(said(song.id).note) == 300


def test_naming_our_own_genre_is_agreeing_and_the_same_genre_twice_is_one(verdicts, alice, make_song, said):
    song = make_song(alice, genre="jazz")
    verdicts.correct(alice.id, song.id, genre="jazz", second="jazz")
    assert (said(song.id).right, said(song.id).second) == (True, None)


def test_what_was_said_last_holds(verdicts, session, alice, make_song, said):
    song = make_song(alice)
    verdicts.correct(alice.id, song.id, genre="blues", second="rock", note="x")
    verdicts.agree(alice.id, song.id)
    row = said(song.id)
    assert (row.right, row.genre, row.second, row.note) == (True, "jazz", None, "")
    assert session.scalar(select(func.count()).select_from(Feedback)) == 1


def test_it_can_be_taken_back_and_nothing_happens_where_nothing_was_said(verdicts, alice, make_song, said):
    song = make_song(alice)
    verdicts.agree(alice.id, song.id)
    verdicts.remove(alice.id, song.id)
    verdicts.remove(alice.id, song.id)
    assert said(song.id) is None


@pytest.mark.parametrize("genre", ["", "polka", "Jazz", "\0", "<b>", "x" * 10_000])
def test_genres_nobody_knows_are_refused(verdicts, alice, make_song, said, genre):
    song = make_song(alice)
    with pytest.raises(UnknownGenreError):
        verdicts.correct(alice.id, song.id, genre=genre)
    if genre:
        with pytest.raises(UnknownGenreError):
            verdicts.correct(alice.id, song.id, genre="blues", second=genre)
    assert said(song.id) is None


def test_genres_that_another_model_scored_may_be_chosen(verdicts, session, alice, make_song, said):
    song = make_song(alice)
    song.prediction.scores = song.prediction.scores | {"polka": 0.01}
    session.commit()
    assert verdicts.card(alice.id, song.id).choices[-1] == "polka"
    verdicts.correct(alice.id, song.id, genre="polka")
    assert said(song.id).genre == "polka"


def test_another_persons_song_is_not_there_to_speak_of(verdicts, alice, bob, make_song, said):
    song = make_song(bob)
    verdicts.agree(bob.id, song.id)
    for attempt in (
        lambda: verdicts.agree(alice.id, song.id),
        lambda: verdicts.correct(alice.id, song.id, genre="blues"),
        lambda: verdicts.remove(alice.id, song.id),
        lambda: verdicts.card(alice.id, song.id),
    ):
        with pytest.raises(NoSuchSongError):
            attempt()
    assert said(song.id).right


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.FAILED])
def test_without_a_verdict_there_is_nothing_to_agree_with(verdicts, alice, make_song, state):
    song = make_song(alice, state=state)
    for attempt in (verdicts.agree, verdicts.card):
        with pytest.raises(NoVerdictError):
            attempt(alice.id, song.id)


def test_a_deleted_song_takes_what_was_said_of_it_along(verdicts, services, session, alice, make_song, said):
    song = make_song(alice)
    verdicts.agree(alice.id, song.id)
    services.history.delete(alice.id, song.id)
    assert session.scalar(select(func.count()).select_from(Feedback)) == 0
    with pytest.raises(NoSuchSongError):
        verdicts.agree(alice.id, song.id)


def test_a_song_deleted_between_two_statements_is_not_spoken_of(verdicts, services, session, alice, make_song):
    song = make_song(alice).id
    verdict = verdicts._verdict(alice.id, song)
    services.history.delete(alice.id, song)
    with pytest.raises(NoSuchSongError):
        verdicts._say(alice.id, song, verdict, genre="blues", second=None, note="")
    assert session.scalar(select(func.count()).select_from(Feedback)) == 0


def test_many_clicks_at_once_make_one_row(app, verdicts, session, alice, make_song):
    user, song = alice.id, make_song(alice).id
    session.commit()
    ready, troubles = threading.Barrier(6), []

    def click(genre):
        with app.app_context():
            ready.wait()
            try:
                verdicts.correct(user, song, genre=genre)
            except Exception as error:  # noqa: BLE001 - shown by the assertion
                troubles.append(error)
            db.session.remove()

    clicks = [threading.Thread(target=click, args=(genre,)) for genre in ("blues", "rock") * 3]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()
    assert troubles == []
    assert session.scalar(select(func.count()).select_from(Feedback)) == 1


def test_agreement_stays_true_after_another_analysis(verdicts, session, alice, make_song, said):
    song = make_song(alice, genre="jazz")
    verdicts.agree(alice.id, song.id)
    session.execute(update(PredictionRecord).values(genre="metal", model_version="test-2"))
    session.commit()
    row, card = said(song.id), verdicts.card(alice.id, song.id)
    assert (row.right, row.heard, row.model_version) == (True, "jazz", "test-1")
    assert (card.heard, card.said.genre, card.said.outdated) == ("metal", "jazz", True)


def test_no_music_can_be_agreed_with_and_corrected(verdicts, session, alice, make_song, said):
    song = make_song(alice, genre="jazz")
    song.prediction.music = False
    session.commit()
    verdicts.agree(alice.id, song.id)
    assert (said(song.id).right, said(song.id).genre, said(song.id).heard) == (True, None, None)
    verdicts.correct(alice.id, song.id, genre="jazz")
    assert (said(song.id).right, said(song.id).genre, said(song.id).heard) == (False, "jazz", None)


def test_the_next_likeliest_genres_are_offered_for_one_click(verdicts, session, alice, make_song):
    song = make_song(alice, genre="jazz")
    song.prediction.scores = song.prediction.scores | {"blues": 0.1, "rock": 0.09, "pop": 0.08}
    session.commit()
    assert verdicts.card(alice.id, song.id).likely == ("blues", "rock", "pop")


def test_consent_is_asked_with_the_first_correction_and_never_again(verdicts, alice, make_song):
    first, second = make_song(alice), make_song(alice)
    verdicts.agree(alice.id, first.id)
    assert not verdicts.card(alice.id, first.id).asks_consent
    verdicts.correct(alice.id, first.id, genre="blues")
    assert verdicts.card(alice.id, first.id).asks_consent
    assert verdicts.learns(alice.id) == (None, 1)
    verdicts.consent(alice.id, learns=False)
    verdicts.correct(alice.id, second.id, genre="blues")
    assert not verdicts.card(alice.id, second.id).asks_consent
    assert verdicts.learns(alice.id) == (False, 2)
    verdicts.consent(alice.id, learns=True)
    assert verdicts.learns(alice.id) == (True, 2)


def test_a_correction_tells_the_taste_what_the_song_really_is(verdicts, services, session, alice, make_song):
    song = make_song(alice, genre="jazz").id
    services.taste.heard(alice.id, song)
    verdicts.correct(alice.id, song, genre="blues", second="rock")
    events = session.scalars(select(TasteEvent)).all()
    assert {event.kind for event in events} == {"upload", "correct"}
    assert [event.genres for event in events] == [{"rock": 0.5, "blues": 1.0}] * 2
    verdicts.remove(alice.id, song)
    session.expire_all()
    assert all(event.genres["jazz"] == pytest.approx(0.8) for event in session.scalars(select(TasteEvent)))


def test_agreeing_teaches_no_taste(verdicts, session, alice, make_song):
    verdicts.agree(alice.id, make_song(alice).id)
    assert session.scalar(select(func.count()).select_from(TasteEvent)) == 0


def test_a_new_verdict_does_not_undo_the_taste_of_a_correction(verdicts, services, session, alice, make_song):
    song = make_song(alice, genre="jazz")
    verdicts.correct(alice.id, song.id, genre="blues")
    session.delete(song.prediction)
    session.flush()
    song.prediction = make_prediction("metal", 0.9)
    session.commit()
    services.taste.heard(alice.id, song.id)
    session.expire_all()
    assert {tuple(event.genres) for event in session.scalars(select(TasteEvent))} == {("blues",)}

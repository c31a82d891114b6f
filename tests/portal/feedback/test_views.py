"""The card under a verdict, the consent and the survey, as a browser and a script use them."""

from __future__ import annotations

import pytest

JSON = {"Accept": "application/json"}


def test_the_songs_page_asks_and_then_shows_the_answer(as_alice, alice, make_song):
    song = make_song(alice, genre="jazz")
    page = as_alice.get(f"/songs/{song.id}").text
    assert "Is this right?" in page
    answer = as_alice.post(f"/songs/{song.id}/feedback", data={"answer": "no", "genre": "hiphop", "second": "blues"})
    assert (answer.status_code, answer.location) == (303, f"/songs/{song.id}#feedback")
    page = as_alice.get(f"/songs/{song.id}").text
    assert "Is this right?" not in page
    assert "You say:" in page
    assert "Hip-hop</span> with some" in page


def test_consent_is_never_given_beforehand(as_alice, alice, verdicts, make_song):
    song = make_song(alice)
    verdicts.correct(alice.id, song.id, genre="blues")
    page = as_alice.get(f"/songs/{song.id}").text
    assert "never the audio" in page
    assert "checked" not in page
    assert verdicts.learns(alice.id)[0] is None


def test_a_script_gets_the_card_anew(as_alice, alice, make_song):
    song = make_song(alice)
    answer = as_alice.post(f"/songs/{song.id}/feedback", data={"answer": "yes"}, headers=JSON)
    assert answer.status_code == 200
    assert "You say this is right" in answer.get_json()["html"]
    assert answer.get_json()["message"].startswith("Thank you")
    answer = as_alice.post(f"/songs/{song.id}/feedback/remove", headers=JSON)
    assert "Is this right?" in answer.get_json()["html"]


@pytest.mark.parametrize("data", [{}, {"answer": "maybe"}, {"answer": "no"}, {"answer": "no", "genre": "\0"}])
def test_an_answer_that_is_none_is_refused(as_alice, alice, make_song, said, data):
    song = make_song(alice)
    answer = as_alice.post(f"/songs/{song.id}/feedback", data=data, headers=JSON)
    assert answer.status_code == 422
    assert said(song.id) is None


def test_strangers_songs_and_strange_ids_are_not_there(as_alice, bob, make_song, said):
    song = make_song(bob)
    for name in (song.id, "nothing", "a%00b", "x" * 3000):
        for path in (f"/songs/{name}/feedback", f"/songs/{name}/feedback/remove"):
            assert as_alice.post(path, data={"answer": "yes"}).status_code == 404
    assert said(song.id) is None


def test_a_song_without_a_verdict_is_a_conflict(as_alice, alice, make_song):
    song = make_song(alice, genre=None)
    answer = as_alice.post(f"/songs/{song.id}/feedback", data={"answer": "yes"}, headers=JSON)
    assert (answer.status_code, answer.get_json()["error"]) == (409, "no_verdict")


def test_consent_can_be_given_and_withdrawn_on_its_page(as_alice, alice, verdicts):
    assert "You have not been asked yet" in as_alice.get("/feedback/consent").text
    for answer, words in (("yes", "You said yes."), ("no", "You said no.")):
        sent = as_alice.post("/feedback/consent", data={"learns": answer})
        assert (sent.status_code, sent.location) == (303, "/feedback/consent")
        assert words in as_alice.get("/feedback/consent").text
        assert verdicts.learns(alice.id)[0] is (answer == "yes")
    assert as_alice.post("/feedback/consent", data={"learns": "on"}).status_code == 422


def test_consent_from_the_songs_page_leads_back_there(as_alice, alice, verdicts, make_song):
    song = make_song(alice)
    verdicts.correct(alice.id, song.id, genre="blues")
    answer = as_alice.post("/feedback/consent", data={"learns": "yes", "song": song.id})
    assert answer.location == f"/songs/{song.id}#feedback"
    answer = as_alice.post("/feedback/consent", data={"learns": "no", "song": song.id}, headers=JSON)
    assert "The model does not learn from this" in answer.get_json()["html"]
    assert as_alice.post("/feedback/consent", data={"learns": "no", "song": "a\0b"}).status_code == 404


@pytest.mark.parametrize("action", ["answer", "later", "never"])
def test_the_survey_is_shown_after_five_songs_and_goes_away(as_alice, alice, make_song, action):
    songs = [make_song(alice).id for _ in range(5)]
    assert "How useful is GenreGenie" in as_alice.get(f"/songs/{songs[0]}").text
    answer = as_alice.post("/feedback/survey", data={"reply": action, "score": "5", "song": songs[0]})
    assert (answer.status_code, answer.location) == (303, f"/songs/{songs[0]}#feedback")
    assert "How useful is GenreGenie" not in as_alice.get(f"/songs/{songs[0]}").text


def test_survey_answers_that_make_no_sense_are_refused(as_alice):
    for data in ({}, {"reply": "sing"}, {"reply": "answer"}, {"reply": "answer", "score": "11"}):
        assert as_alice.post("/feedback/survey", data=data).status_code == 422


def test_a_note_is_shown_as_it_was_typed_and_nothing_runs(as_alice, alice, verdicts, make_song):
    song = make_song(alice)
    verdicts.correct(alice.id, song.id, genre="blues", note='"><script>alert(1)</script>')
    page = as_alice.get(f"/songs/{song.id}").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_clicking_for_hours_is_stopped(limited_app, alice, make_song):
    song, client = make_song(alice), limited_app.test_client(user=alice)
    statuses = [client.post("/feedback/survey", data={"reply": "later"}).status_code for _ in range(31)]
    assert statuses == [303] * 30 + [429]
    assert client.post(f"/songs/{song.id}/feedback", data={"answer": "yes"}).status_code == 303


def test_every_form_of_the_card_carries_a_token(app, as_alice, alice, verdicts, make_song):
    songs = [make_song(alice).id for _ in range(5)]
    verdicts.correct(alice.id, songs[0], genre="blues")
    app.config["WTF_CSRF_ENABLED"] = True
    for song in songs[:2]:
        card = as_alice.get(f"/songs/{song}").text.partition('id="feedback"')[2].partition("data-feedback-status")[0]
        assert card.count("<form") == card.count('name="csrf_token"') > 0
    assert as_alice.post(f"/songs/{songs[0]}/feedback", data={"answer": "yes"}).status_code == 400

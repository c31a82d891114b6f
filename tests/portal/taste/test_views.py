"""The page "For you" over HTTP."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.adapters.catalogue import CatalogueSource
from portal.models import TasteEvent, TasteSettings
from portal.taste.views import affinity_words

STARTER = "catalogue:" + next(iter(CatalogueSource().entries()))


def kinds(session):
    session.expire_all()
    return session.scalars(select(TasteEvent.kind)).all()


def test_the_page_has_suggestions_for_somebody_without_a_song(as_alice):
    text = as_alice.get("/for-you").text
    assert "starter list" in text
    assert "Upload a few" in text
    assert "Nothing yet" in text


def test_the_page_shows_own_songs_with_a_reason(as_alice, alice, make_song):
    song = make_song(alice, title="Blue <i>Monday</i>")
    text = as_alice.get("/for-you").text
    assert f"/songs/{song.id}" in text
    assert "Blue &lt;i&gt;Monday&lt;/i&gt;" in text
    assert "<i>Monday</i>" not in text


def test_a_like_is_kept_and_leads_back(as_alice, session):
    form = {"item": STARTER, "kind": "like", "next": "/for-you?turn=2#shelf-catalogue"}
    answer = as_alice.post("/for-you/react", data=form)
    assert (answer.status_code, answer.location) == (303, "/for-you?turn=2#shelf-catalogue")
    assert kinds(session) == ["like"]
    assert "Learned from 1 thing you did" in as_alice.get("/for-you").text


def test_a_reaction_never_leads_to_another_site(as_alice):
    form = {"item": STARTER, "kind": "skip", "next": "//evil.example"}
    assert as_alice.post("/for-you/react", data=form).location == "/for-you"


@pytest.mark.parametrize(
    ("item", "kind", "status"), [("song:nothing", "like", 404), (STARTER, "explode", 422), ("", "", 422)]
)
def test_a_reaction_that_makes_no_sense_is_refused(as_alice, item, kind, status):
    assert as_alice.post("/for-you/react", data={"item": item, "kind": kind}).status_code == status


def test_another_persons_song_cannot_be_skipped(as_alice, bob, make_song):
    form = {"item": f"song:{make_song(bob).id}", "kind": "skip"}
    assert as_alice.post("/for-you/react", data=form).status_code == 404


def test_mood_and_moment_can_be_chosen(as_alice, session, alice):
    answer = as_alice.post("/for-you/choices", data={"mood": "calm", "context": "evening", "time_zone": ""})
    assert answer.status_code == 303
    kept = session.get(TasteSettings, alice.id)
    assert (kept.mood, kept.context) == ("calm", "evening")
    assert as_alice.post("/for-you/choices", data={"mood": "hungry"}).status_code == 422


def test_learning_is_turned_off_and_on_with_one_click(as_alice, session):
    assert "no longer learns" in as_alice.post("/for-you/learn", data={"learns": "no"}, follow_redirects=True).text
    text = as_alice.post("/for-you/react", data={"item": STARTER, "kind": "like"}, follow_redirects=True).text
    assert "not kept" in text
    assert kinds(session) == []
    assert "Learn from me again" in text
    as_alice.post("/for-you/learn", data={"learns": "yes"})
    as_alice.post("/for-you/react", data={"item": STARTER, "kind": "like"})
    assert kinds(session) == ["like"]


def test_a_taste_is_forgotten_with_one_click(as_alice, session):
    as_alice.post("/for-you/react", data={"item": STARTER, "kind": "like"})
    text = as_alice.post("/for-you/forget", follow_redirects=True).text
    assert "Forgotten: 1 thing you did" in text
    assert kinds(session) == []


@pytest.mark.parametrize("turn", ["0", "-1", "nothing", "9" * 30])
def test_a_turn_that_makes_no_sense_is_the_first(as_alice, turn):
    assert as_alice.get(f"/for-you?turn={turn}").status_code == 200


@pytest.mark.parametrize(
    ("affinity", "words"), [(0.9, "liked a lot"), (0.2, "liked"), (0.0, "undecided"), (-0.5, "not for you")]
)
def test_an_affinity_is_said_in_words(affinity, words):
    assert affinity_words(affinity) == words

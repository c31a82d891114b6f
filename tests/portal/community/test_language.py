"""Everything on these pages is said in the reader's language, but for names and what people wrote themselves."""

from __future__ import annotations

import pytest

from portal.models import Playlist
from tests.support.foreign import speak_in_brackets, untranslated

OWN = ("Nightingale", "Kingfisher", "Skylark", "The Band", "For the road", "Windows down", "Elsewhere", "Far Away")


@pytest.fixture
def world(app, session, parts, make_public, make_playlist, alice, bob):
    """Something of everything: public songs and playlists, a like, a link, reports and a decision."""
    speak_in_brackets(app)
    mine = make_public(alice, title="Skylark", tags={"artist": "The Band"})
    theirs = make_public(bob, title="Skylark")
    playlist = make_playlist(alice, songs=[mine])
    others = make_playlist(bob, songs=[theirs])
    for user, one in ((alice, playlist), (bob, others)):
        parts.publishing.publish_playlist(user.id, one.id)
    parts.likes.like(alice.id, theirs.id)
    parts.sharing.share(alice.id, parts.sharing.thing(alice.id, mine.id, None), 7, shows_name=True)
    for kind, target in (("song", theirs.id), ("playlist", others.id)):
        parts.moderation.report(alice.id, kind, target, "Skylark")
    parts.moderation.decide(alice.id, "song", theirs.id, "hide")
    alice.is_admin = True
    session.commit()
    return {"mine": mine.id, "playlist": playlist.id, "others": others.id}


@pytest.mark.parametrize(
    "address",
    [
        *("/discover", "/discover?show=playlists", "/discover?genre=metal", "/discover?page=9", "/me/public"),
        *("/discover/playlists/{playlist}", "/discover/playlists/{others}", "/share?song={mine}", "/shares"),
        *("/share?playlist={playlist}", "/moderation", "/discover/songs/{mine}"),
    ],
)
def test_a_page_says_nothing_in_english(as_alice, world, address):
    page = as_alice.get(address.format_map(world))
    assert page.status_code == 200
    assert untranslated(page.text, *OWN) == []


def test_people_are_shown_in_the_readers_language(as_alice, world, named):
    for profile_id in named:
        assert untranslated(as_alice.get(f"/people/{profile_id}").text, *OWN) == []


def test_a_refusal_is_said_in_the_readers_language(as_alice, world):
    answer = as_alice.get("/discover/songs/nothing", headers={"Accept": "application/json"})
    assert answer.json["message"] == "⟦There is no such song, or it is not public any more.⟧"


def test_a_form_refuses_in_the_readers_language(as_alice, world):
    page = as_alice.post("/me/public", data={"display_name": "x"})
    assert page.status_code == 422
    assert untranslated(page.text, *OWN) == []


def test_a_curated_playlist_is_called_in_each_readers_words(as_alice, app, parts, session, make_playlist, named, alice):
    playlist = make_playlist(alice, name="Your jazz")
    session.get(Playlist, playlist.id).recipe = "genre:jazz"
    session.commit()
    parts.publishing.publish_playlist(alice.id, playlist.id)
    link = parts.sharing.thing(alice.id, None, playlist.id)
    assert link.name == "Your jazz"
    speak_in_brackets(app)
    assert "⟦Your ⟦jazz⟧⟧" in as_alice.get("/discover?show=playlists").text
    assert "⟦Share ⟦Your ⟦jazz⟧⟧⟧" in as_alice.get(f"/share?playlist={playlist.id}").text

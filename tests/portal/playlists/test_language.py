"""Playlists are said in the reader's language, also those that were put together and kept in English."""

from __future__ import annotations

import pytest

from portal.language import speaking
from portal.models import Playlist
from portal.playlists.recipes import titled
from tests.support.foreign import Brackets, speak_in_brackets, untranslated

OWN = ("Skylark", "Mine", "By the sea")


@pytest.fixture
def world(app, as_alice, alice, playlists, make_song, make_playlist):
    """Curated playlists, one made by hand, an empty one, and a song to add."""
    speak_in_brackets(app)
    songs = [make_song(alice, title="Skylark", genre="jazz") for _ in range(3)]
    curated = {listed.recipe: listed.id for listed in playlists.overview(alice.id).curated}
    mine = make_playlist(alice, songs, name="Mine", description="By the sea")
    return {"curated": curated["genre:jazz"], "mine": mine.id, "empty": make_playlist(alice).id, "song": songs[0].id}


@pytest.mark.parametrize(
    "address",
    [
        *("/playlists", "/playlists/{mine}", "/playlists/{empty}", "/playlists/{curated}"),
        "/playlists/add?item=song:{song}",
    ],
)
def test_a_page_says_nothing_in_english(as_alice, world, address):
    page = as_alice.get(address.format_map(world))
    assert page.status_code == 200
    assert untranslated(page.text, *OWN) == []


def test_somebody_without_a_playlist_is_told_so_in_their_language(app, as_alice):
    speak_in_brackets(app)
    assert untranslated(as_alice.get("/playlists").text) == []


def test_a_form_refuses_in_the_readers_language(as_alice, world):
    page = as_alice.post("/playlists", data={"name": ""})
    assert page.status_code == 422
    assert untranslated(page.text, *OWN) == []


def test_curated_playlists_are_kept_in_english_whoever_made_them(as_alice, session, world):
    as_alice.post("/playlists/refresh")
    kept = session.get(Playlist, world["curated"])
    assert (kept.name, kept.description) == ("Your jazz", "Your songs that we hear as jazz, the surest first.")
    assert "⟦Your ⟦jazz⟧⟧" in as_alice.get("/playlists").text


def test_a_copy_keeps_the_name_that_was_read(as_alice, session, world):
    answer = as_alice.post(f"/playlists/{world['curated']}/copy")
    assert session.get(Playlist, answer.location.rpartition("/")[2]).name == "⟦Your ⟦jazz⟧⟧"


def test_what_people_wrote_themselves_is_left_alone():
    with speaking(Brackets()):
        assert titled(None, "Your jazz", "New this week") == ("Your jazz", "New this week")
        assert titled("new", "New this week") == ("⟦New this week⟧", "")
        assert titled("genre:drum_and_bass", "Your drum and bass")[0] == "⟦Your ⟦drum and bass⟧⟧"

"""The pages of the map and of the genre profile."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape

import pytest
from sqlalchemy import delete, update

from portal.models import Feedback, JobState, MapRound, Song, utc_now
from portal.musicmap import service as shown


@pytest.mark.parametrize("songs", [0, 1, 2])
def test_with_too_few_songs_the_page_says_so(as_alice, alice, maps, make_heard, songs):
    make_heard(alice, ["jazz"] * songs)
    maps.sweep()
    page = as_alice.get("/history/map")
    assert page.status_code == 200
    assert "Too few songs for a map" in page.text


def test_before_the_first_map_is_made_the_page_says_that_it_comes(as_alice, alice, make_heard):
    make_heard(alice, ["jazz"] * 3)
    assert "Your map is being drawn from 3 songs" in as_alice.get("/history/map").text


def test_the_map_links_every_song_and_names_its_genre(as_alice, alice, maps, make_heard):
    ids = make_heard(alice, ["jazz", "jazz", "rock"])
    maps.sweep()
    page = as_alice.get("/history/map").text
    assert all(page.count(f"/songs/{song_id}") >= 2 for song_id in ids)
    assert 'aria-label="Map of 3 songs: Jazz 2, Rock 1."' in page


def test_a_genre_is_named_on_the_picture_where_its_name_has_room(as_alice, alice, maps, make_heard):
    make_heard(alice, ["jazz"] * 6 + ["rock"] * 5 + ["pop"] * 4)
    maps.sweep()
    page = as_alice.get("/history/map").text
    assert set(re.findall(r'<text x="\d+" y="\d+">(\w+)</text>', page)) == {"Jazz", "Rock"}


def test_new_songs_are_announced(as_alice, alice, session, maps, make_heard):
    make_heard(alice, ["jazz"] * 3)
    maps.sweep()
    make_heard(alice, ["rock"] * 2, seed=1)
    session.execute(update(MapRound).values(seconds=0))
    session.commit()
    assert "2 new songs will be placed within a minute." in as_alice.get("/history/map").text
    session.execute(update(MapRound).values(seconds=4))
    session.commit()
    assert "2 new songs will be placed within 3 minutes." in as_alice.get("/history/map").text


def test_nobody_elses_song_is_on_the_map(as_alice, as_bob, alice, bob, maps, make_heard):
    own, other = make_heard(alice, ["jazz"] * 3), make_heard(bob, ["jazz"] * 4)
    maps.sweep()
    for path in ("/history/map", "/history/map.json"):
        assert not any(song_id in as_alice.get(path).text for song_id in other)
        assert not any(song_id in as_bob.get(path).text for song_id in own)


def test_a_deleted_song_is_gone_from_map_table_and_words(as_alice, alice, session, maps, make_heard):
    ids = make_heard(alice, ["jazz"] * 5)
    maps.sweep()
    session.execute(delete(Song).where(Song.id == ids[0]))
    session.commit()
    page = as_alice.get("/history/map").text
    assert ids[0] not in page
    assert "Map of 4 songs" in page


def test_a_genre_filters_the_table_and_leaves_the_others_faint(as_alice, alice, maps, make_heard):
    ids = make_heard(alice, ["jazz"] * 5 + ["rock"] * 5)
    maps.sweep()
    page = as_alice.get("/history/map?genre=rock").text
    assert rows(page) == {*ids[5:]}
    assert page.count('class="faint"') == 2  # the dots and the name of the other genre
    assert {song[0] for song in as_alice.get("/history/map.json?genre=rock").json["songs"]} == {*ids[5:]}


@pytest.mark.parametrize(
    "query", ["genre=polka", "genre=%00", "genre=<script>", "page=-3", "page=99999999999999999999", "page=x&genre[]=1"]
)
def test_what_makes_no_sense_is_left_out(as_alice, alice, maps, make_heard, query):
    ids = make_heard(alice, ["jazz"] * 3)
    maps.sweep()
    page = as_alice.get(f"/history/map?{query}")
    assert page.status_code == 200
    assert rows(page.text) == set(ids)
    assert "<script>" not in page.text.replace('<script type="module"', "")


def test_the_table_holds_every_song_once_page_by_page(as_alice, alice, maps, make_heard, monkeypatch):
    monkeypatch.setattr(shown, "PER_PAGE", 2)
    ids = make_heard(alice, ["jazz", "rock", "jazz", "rock", "jazz"])
    maps.sweep()
    pages = [rows(as_alice.get(f"/history/map?page={number}").text) for number in (1, 2, 3)]
    assert [len(page) for page in pages] == [2, 2, 1]
    assert set.union(*pages) == set(ids)


def test_titles_are_shown_as_they_are(as_alice, alice, maps, make_heard):
    make_heard(alice, ["jazz"] * 3, title='<b>"&اغنية')
    maps.sweep()
    page = as_alice.get("/history/map").text
    assert "<b>" not in page
    assert '<b>"&اغنية' in unescape(page)
    assert as_alice.get("/history/map.json").json["songs"][0][4] == '<b>"&اغنية'


def test_a_song_counts_as_what_its_owner_says(as_alice, alice, session, maps, make_heard):
    ids = make_heard(alice, ["jazz", "jazz", "rock", "rock"])
    maps.sweep()
    session.add(word(alice, ids[0], genre="blues", right=False))
    session.add(word(alice, ids[1], genre=None, right=False))
    session.commit()
    assert "Map of 3 songs: Rock 2, Blues 1." in as_alice.get("/history/map").text
    page = as_alice.get("/history/profile").text
    assert "1 of them counts as the genre you said." in page
    assert "Jazz" not in page


def test_songs_of_another_model_are_named(as_alice, alice, maps, make_heard):
    make_heard(alice, ["jazz"] * 3)
    make_heard(alice, ["rock"], space="old", seed=1)
    maps.sweep()
    assert "1 song was analysed by another version of the model" in as_alice.get("/history/map").text


def test_an_empty_profile_says_so(as_alice):
    assert "No genres yet" in as_alice.get("/history/profile").text


def test_the_profile_counts_days_where_the_reader_is(as_alice, alice, session, make_song):
    alice.time_zone = "Pacific/Auckland"
    make_song(alice, genre="jazz", created_at=datetime(2026, 1, 31, 10, tzinfo=UTC))
    make_song(alice, genre="rock", created_at=datetime(2026, 1, 31, 12, tzinfo=UTC))
    page = as_alice.get("/history/profile?by=month").text
    assert "Jan 2026: Jazz 100" in page
    assert "Feb 2026: Rock 100" in page


def test_bars_end_with_the_last_song_that_has_a_genre(as_alice, alice, make_song):
    make_song(alice, genre="jazz", created_at=datetime(2026, 1, 5, tzinfo=UTC))
    make_song(alice, state=JobState.FAILED, created_at=datetime(2026, 5, 5, tzinfo=UTC))
    page = as_alice.get("/history/profile?by=month").text
    assert "Jan 2026" in page
    assert "May 2026" not in page


def test_days_choose_what_is_counted(as_alice, alice, make_song):
    make_song(alice, genre="jazz", created_at=datetime(2026, 1, 5, tzinfo=UTC))
    make_song(alice, genre="rock", created_at=datetime(2026, 3, 5, tzinfo=UTC))
    page = as_alice.get("/history/profile?from=2026-02-01&to=2026-03-05").text
    assert "1 song, counted" in page
    assert "Jazz" not in page
    assert "No song of that time" in as_alice.get("/history/profile?from=2026-02-01&to=2026-02-02").text


@pytest.mark.parametrize(
    "query", ["by=decade", "from=0001-01-01", "to=9999-12-31", "from=%00&to=x", "from=2027-01-01&to=2020-01-01"]
)
def test_days_that_make_no_sense_are_no_error(as_alice, alice, make_song, query):
    make_song(alice)
    assert as_alice.get(f"/history/profile?{query}").status_code == 200


def rows(page):
    return set(re.findall(r'<th scope="row"><a href="/songs/([^"]+)"', page))


def word(user, song_id, *, genre, right):
    return Feedback(
        song_id=song_id,
        user_id=user.id,
        right=right,
        genre=genre,
        confidence=0.5,
        sure=True,
        model_version="1",
        said_at=utc_now(),
    )

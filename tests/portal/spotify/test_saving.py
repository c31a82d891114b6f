"""Saving playlists: all of it, piece by piece, and past whatever goes wrong in between."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from portal.models import SpotifyCopy, utc_now
from portal.spotify import service
from portal.spotify.values import (
    BusyError,
    EmptyPlaylistError,
    NoSuchPlaylistError,
    PlaylistGoneError,
    SpotifyTroubleError,
)


def test_the_songs_stand_in_a_private_playlist_in_their_order(saving, server, make_playlist, alice):
    copy = saving(make_playlist(alice, *songs(3)))
    [kept] = server.playlists.values()
    assert (kept["name"], kept["public"]) == ("Evening, calm", False)
    assert len(kept["items"]) == len(set(kept["items"])) == copy.saved == 3
    asked = [request.query["q"] for request in server.asked("search")]
    assert asked == [f'track:"Song {number}" artist:"Artist {number}"' for number in range(3)]
    assert copy.url.startswith("https://open.spotify.com/playlist/")


def test_many_songs_are_looked_up_over_one_connection(saving, server, make_playlist, alice):
    saving(make_playlist(alice, *songs(4)))
    assert len({request.peer for request in server.asked("search")}) == 1


def test_what_spotify_does_not_have_is_told_by_name(saving, server, make_playlist, alice):
    server.missing.update({"Song 1", "Lost"})
    copy = saving(make_playlist(alice, *songs(3), ("", "Lost")))
    assert copy.missing == ("Artist 1: Song 1", "Lost")
    assert (copy.saved, copy.remaining) == (2, 0)


def test_no_playlist_is_made_where_nothing_was_found(saving, server, make_playlist, alice):
    server.missing.update({"Song 0", "Song 1"})
    copy = saving(make_playlist(alice, *songs(2)))
    assert (copy.saved, copy.url) == (0, "")
    assert server.playlists == {}


def test_of_a_long_playlist_the_first_hundred_are_saved_and_the_rest_is_told(
    saving, server, make_playlist, alice, monkeypatch
):
    monkeypatch.setattr(service, "SECONDS", 60.0)
    copy = saving(make_playlist(alice, *songs(130)))
    assert (copy.saved, copy.asked, copy.total) == (100, 100, 130)
    assert len(server.playlists) == 1
    assert sum(len(kept["items"]) for kept in server.playlists.values()) == 100


def test_when_time_is_over_the_next_request_goes_on(saving, server, make_playlist, alice, monkeypatch):
    monkeypatch.setattr(service, "SECONDS", 1.6)
    playlist = make_playlist(alice, *songs(5))
    server.fail("hang", "search", after=2)
    first = saving(playlist)
    assert (first.saved, first.remaining) == (2, 3)
    server.heal()
    monkeypatch.setattr(service, "SECONDS", 60.0)
    assert (saving(playlist).saved, len(server.playlists)) == (5, 1)
    [kept] = server.playlists.values()
    assert len(set(kept["items"])) == 5


@pytest.mark.parametrize(
    ("how", "code"), [("quota", "quota_exceeded"), ("broken", "unreachable"), ("html", "bad_answer")]
)
def test_trouble_in_the_middle_loses_nothing(accounts, saving, server, make_playlist, alice, how, code):
    playlist = make_playlist(alice, *songs(5))
    server.fail(how, "search", after=2)
    with pytest.raises(SpotifyTroubleError) as stopped:
        saving(playlist)
    assert stopped.value.code == code
    [copy] = accounts.standing(alice.id).copies
    assert (copy.saved, copy.remaining) == (2, 3)
    server.heal()
    assert saving(playlist).saved == 5
    [kept] = server.playlists.values()
    assert len(set(kept["items"])) == 5


@pytest.mark.parametrize("where", ["playlists", "items"])
def test_what_could_not_be_added_is_looked_up_again(saving, server, make_playlist, alice, where):
    playlist = make_playlist(alice, *songs(2))
    server.fail("broken", where, times=1)
    with pytest.raises(SpotifyTroubleError):
        saving(playlist)
    assert saving(playlist).saved == 2
    [kept] = server.playlists.values()
    assert len(kept["items"]) == 2


def test_a_playlist_that_is_gone_there_is_begun_anew(accounts, saving, server, make_playlist, alice):
    playlist = make_playlist(alice, *songs(3))
    server.fail("broken", "search", after=1)
    with pytest.raises(SpotifyTroubleError):
        saving(playlist)
    server.heal()
    server.playlists.clear()
    with pytest.raises(PlaylistGoneError):
        saving(playlist)
    assert accounts.standing(alice.id).copies == ()
    assert saving(playlist).saved == 3
    [kept] = server.playlists.values()
    assert len(kept["items"]) == 3


def test_saving_a_finished_one_again_makes_a_new_playlist_of_what_it_holds_now(saving, server, make_playlist, alice):
    playlist = make_playlist(alice, *songs(2))
    first = saving(playlist)
    second = saving(playlist)
    assert first.url != second.url
    assert [len(kept["items"]) for kept in server.playlists.values()] == [2, 2]


def test_what_was_begun_goes_on_with_the_songs_of_then(saving, server, make_playlist, session, alice):
    playlist = make_playlist(alice, *songs(3))
    server.fail("broken", "search", after=1)
    with pytest.raises(SpotifyTroubleError):
        saving(playlist)
    server.heal()
    session.delete(playlist.entries[0])
    session.commit()
    assert saving(playlist).saved == 3


def test_two_requests_do_not_save_the_same_playlist_at_once(saving, server, make_playlist, session, alice):
    playlist = make_playlist(alice, *songs(2))
    saving(playlist)
    session.execute(update(SpotifyCopy).values(busy_until=utc_now() + timedelta(seconds=20)))
    session.commit()
    with pytest.raises(BusyError):
        saving(playlist)
    session.execute(update(SpotifyCopy).values(busy_until=utc_now() - timedelta(seconds=1)))
    session.commit()
    assert saving(playlist).saved == 2


@pytest.mark.parametrize("playlist_id", ["nowhere", "", "x" * 500, "../x", "\ud800"])
def test_a_playlist_that_there_is_not_cannot_be_saved(accounts, connect, server, alice, playlist_id):
    connect(alice)
    server.requests.clear()
    with pytest.raises(NoSuchPlaylistError):
        accounts.save(alice.id, playlist_id)
    assert server.requests == []


def test_nobody_saves_anothers_playlist(accounts, connect, make_playlist, alice, bob):
    connect(bob)
    with pytest.raises(NoSuchPlaylistError):
        accounts.save(bob.id, make_playlist(alice, *songs(1)).id)


def test_an_empty_playlist_is_told_so(saving, make_playlist, alice):
    with pytest.raises(EmptyPlaylistError):
        saving(make_playlist(alice))


def songs(count):
    return [(f"Artist {number}", f"Song {number}") for number in range(count)]


@pytest.fixture
def saving(accounts, connect, alice):
    """Return a function that saves one of Alice's playlists to her account."""
    connect(alice)
    return lambda playlist: accounts.save(alice.id, playlist.id)

"""Curated playlists in the database: when they are made anew, and that nothing is doubled or lost by it."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from portal.models import Playlist, PlaylistEntry, utc_now
from portal.playlists.curation import FRESH_FOR, is_due

NOW = utc_now()


@pytest.mark.parametrize(
    ("refreshed", "uploaded", "due"),
    [
        (None, None, True),
        (timedelta(minutes=59), None, False),
        (timedelta(minutes=61), None, True),
        (timedelta(minutes=2), timedelta(minutes=5), True),
        (timedelta(seconds=30), timedelta(minutes=5), False),
        (timedelta(minutes=2), timedelta(days=2), False),
    ],
)
def test_lists_last_an_hour_and_a_minute_while_songs_come_in(refreshed, uploaded, due):
    moments = [None if ago is None else NOW - ago for ago in (refreshed, uploaded)]
    assert is_due(*moments, NOW) is due


def test_opening_the_list_curates(playlists, alice, make_song):
    for _ in range(3):
        make_song(alice, genre="jazz")
    curated = playlists.overview(alice.id).curated
    assert [(listed.name, listed.count) for listed in curated] == [("New this week", 3), ("Your jazz", 3)]


def test_songs_of_others_are_nobodys_curated_songs(playlists, alice, bob, make_song, publish):
    for _ in range(3):
        publish(make_song(bob))
    assert playlists.overview(alice.id).curated == ()


def test_what_is_no_music_is_not_curated(playlists, session, alice, make_song):
    for _ in range(3):
        make_song(alice).prediction.music = False
    session.commit()
    assert playlists.overview(alice.id).curated == ()


def test_moods_and_traits_make_lists_of_moments(playlists, session, alice, make_song):
    for _ in range(3):
        verdict = make_song(alice).prediction
        verdict.mood, verdict.moods, verdict.tempo = "calm", {"calm": 0.9}, 65.0
        verdict.traits = {"energy": 0.1, "brightness": 0.3, "mode": "minor"}
    session.commit()
    assert "Evening, calm" in [listed.name for listed in playlists.overview(alice.id).curated]


def test_a_list_is_made_anew_after_an_hour_and_not_before(playlists, session, alice, make_song):
    for _ in range(3):
        make_song(alice)
    playlists.overview(alice.id)
    make_song(alice)
    assert counts(playlists, alice)["Your jazz"] == 3
    later(session)
    assert counts(playlists, alice)["Your jazz"] == 4


def test_who_asks_for_it_gets_new_lists_at_once(playlists, alice, make_song):
    playlists.overview(alice.id)
    for _ in range(3):
        make_song(alice)
    playlists.refresh(alice.id)
    assert counts(playlists, alice)["Your jazz"] == 3


def test_a_list_keeps_its_address_and_its_moment_while_nothing_changes(playlists, session, alice, make_song):
    for _ in range(3):
        make_song(alice)
    first = playlists.overview(alice.id).curated
    playlists.refresh(alice.id)
    second = playlists.overview(alice.id).curated
    assert [(one.id, one.changed_at) for one in first] == [(one.id, one.changed_at) for one in second]


def test_a_list_whose_songs_vanish_is_empty_and_not_shown(playlists, services, session, alice, make_song):
    songs = [make_song(alice) for _ in range(3)]
    jazz = next(listed.id for listed in playlists.overview(alice.id).curated if listed.name == "Your jazz")
    services.history.delete(alice.id, songs[0].id)
    playlists.refresh(alice.id)
    assert "Your jazz" not in counts(playlists, alice)
    assert playlists.contents(alice.id, jazz, 1).total == 0


def test_a_recipe_of_an_older_version_is_emptied(playlists, alice, make_song, make_playlist):
    old = make_playlist(alice, [make_song(alice)], name="Old", recipe="forgotten")
    playlists.refresh(alice.id)
    assert playlists.contents(alice.id, old.id, 1).total == 0


def test_two_refreshes_at_once_neither_double_nor_lose(app, services, session, alice, make_song):
    for genre in ("jazz", "rock", "jazz", "rock", "jazz", "rock"):
        make_song(alice, genre=genre)
    owner = alice.id
    at_once(app, [lambda: services.playlists.refresh(owner)] * 4)
    assert counts(services.playlists, alice) == {"New this week": 6, "Your jazz": 3, "Your rock": 3}
    assert session.scalar(select(func.count(PlaylistEntry.id))) == 12
    at_once(app, [lambda: services.playlists.overview(owner)] * 4)
    assert session.scalar(select(func.count(Playlist.id))) == 3


def test_deleting_songs_during_a_refresh_leaves_no_trace_of_them(app, services, session, alice, make_song):
    songs = [make_song(alice).id for _ in range(8)]
    owner = alice.id
    deletions = [lambda song=song: services.history.delete(owner, song) for song in songs[:4]]
    at_once(app, [*deletions, *[lambda: services.playlists.refresh(owner)] * 3])
    services.playlists.refresh(owner)
    kept = session.execute(select(PlaylistEntry.playlist_id, PlaylistEntry.song_id)).all()
    assert sorted(song for _, song in kept) == sorted(songs[4:] * 2)


@pytest.mark.parametrize("songs", [0, 3, 40])
def test_curating_takes_as_many_statements_however_many_songs(
    playlists, session, alice, make_song, count_queries, songs
):
    make_song(alice)
    playlists.overview(alice.id)
    for _ in range(songs):
        make_song(alice, genre="jazz")
    owner = alice.id
    with count_queries() as statements:
        playlists.refresh(owner)
    assert len(statements) <= 10


def test_curating_reads_no_timeline(playlists, alice, make_song, count_queries):
    make_song(alice)
    with count_queries() as statements:
        playlists.refresh(alice.id)
    assert not any("segments" in statement for statement in statements)


def counts(playlists, owner):
    return {listed.name: listed.count for listed in playlists.overview(owner.id).curated}


def later(session):
    """Let more than an hour pass for what was refreshed and uploaded."""
    ago = utc_now() - FRESH_FOR - timedelta(minutes=1)
    session.execute(update(Playlist).values(refreshed_at=ago))
    session.commit()


def at_once(app, calls):
    """Run each call in a thread and a request of its own, all at the same moment; none may fail."""
    gate, failures = threading.Barrier(len(calls)), []

    def run(call):
        with app.app_context():
            gate.wait()
            try:
                call()
            except Exception as error:  # noqa: BLE001 - reported below, in the test's own thread
                failures.append(error)

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []

"""Songs that sound alike are found, and nothing is seen that is not to be seen."""

from __future__ import annotations

import subprocess
import sys

import pytest

from portal.models import Profile, Publication, SongVector, utc_now
from portal.recommendations.similar import SimilarSongs


def test_the_nearest_of_ones_own_come_first(similar, add_vector, alice, make_song):
    song, near, nearer = (add_vector(make_song(alice), 1, y) for y in (0, 0.5, 0.2))
    assert ids(similar.in_library(similar.vector(song.id))) == [nearer.id, near.id]


def test_what_nobody_would_call_alike_is_left_out(similar, add_vector, alice, make_song):
    song = add_vector(make_song(alice), 1, 0)
    add_vector(make_song(alice), 0, 1)
    add_vector(make_song(alice), -1, 0)
    assert similar.in_library(similar.vector(song.id)) == []


def test_only_vectors_of_the_same_model_are_compared(similar, add_vector, publish, alice, bob, make_song):
    song = add_vector(make_song(alice), 1, 0)
    add_vector(make_song(alice), 1, 0, space="model-2")
    publish(add_vector(make_song(bob), 1, 0, space="model-2"))
    own = similar.vector(song.id)
    assert (similar.in_library(own), similar.in_public(own)) == ([], [])


def test_the_songs_of_others_are_not_in_ones_library(similar, add_vector, alice, bob, make_song):
    song = add_vector(make_song(alice), 1, 0)
    add_vector(make_song(bob), 1, 0)
    assert similar.in_library(similar.vector(song.id)) == []


def test_a_song_without_a_vector_has_nothing_alike(similar, alice, make_song):
    assert similar.vector(make_song(alice).id) is None


def test_no_more_than_a_panel_holds_are_given(similar, add_vector, publish, alice, bob, make_song):
    song = add_vector(make_song(alice), 1, 0)
    for number in range(20):
        add_vector(make_song(alice), 1, number / 100)
        publish(add_vector(make_song(bob), 1, number / 100))
    own = similar.vector(song.id)
    assert (len(similar.in_library(own)), len(similar.in_public(own))) == (6, 6)


def test_a_public_song_of_somebody_else_is_shown_by_its_display_name(similar, public, alices_vector, bob):
    (found,) = similar.in_public(alices_vector)
    assert (found.id, found.by) == (public.id, f"Listener {bob.id}")
    assert bob.name not in (found.by, found.artist)


def test_a_song_that_is_not_public_is_never_shown(similar, add_vector, alices_vector, bob, make_song):
    add_vector(make_song(bob), 1, 0)
    assert similar.in_public(alices_vector) == []


def test_ones_own_public_songs_are_not_what_others_made_public(similar, add_vector, publish, alice, make_song):
    song = add_vector(make_song(alice), 1, 0)
    publish(add_vector(make_song(alice), 1, 0))
    assert similar.in_public(similar.vector(song.id)) == []


@pytest.mark.parametrize("seen_before", [False, True])
@pytest.mark.parametrize("how", ["deleted", "unpublished", "hidden", "suspended", "without profile", "no music"])
def test_what_was_taken_back_is_not_shown_a_moment_longer(
    similar, session, public, alices_vector, bob, how, seen_before
):
    if seen_before:
        assert ids(similar.in_public(alices_vector)) == [public.id]
    take_back(session, public, bob, how)
    assert similar.in_public(similar.vector(alices_vector.song_id)) == []


def test_copies_of_the_same_file_are_no_similar_songs(similar, session, add_vector, publish, alice, bob, make_song):
    song = add_vector(make_song(alice), 1, 0)
    copy, other = publish(add_vector(make_song(bob), 1, 0)), publish(add_vector(make_song(bob), 1, 0.1))
    copy.content_hash = song.content_hash
    session.commit()
    assert ids(similar.in_public(similar.vector(song.id))) == [other.id]


def test_the_same_file_of_several_people_is_shown_once(
    similar, session, add_vector, publish, alices_vector, public, make_song
):
    from tests.portal.conftest import make_user

    carol = make_user(session, "carol@example.org", "Carol")
    copy = publish(add_vector(make_song(carol), 1, 0.1))
    copy.content_hash = public.content_hash
    session.commit()
    assert len(similar.in_public(alices_vector)) == 1


def test_what_is_made_public_is_found_within_a_minute(
    similar, time, public, alices_vector, add_vector, publish, bob, make_song
):
    assert len(similar.in_public(alices_vector)) == 1
    publish(add_vector(make_song(bob), 1, 0.1))
    time.passes(seconds=59)
    assert len(similar.in_public(alices_vector)) == 1
    time.passes(seconds=1)
    assert len(similar.in_public(alices_vector)) == 2


def test_nobody_waits_while_another_reads_them_anew(similar, time, public, alices_vector):
    similar.in_public(alices_vector)
    time.passes(minutes=2)
    with similar._reading:
        assert ids(similar.in_public(alices_vector)) == [public.id]


def test_public_songs_are_read_once_a_minute(similar, public, alices_vector, count_queries):
    similar.in_public(alices_vector)
    with count_queries() as statements:
        similar.in_public(alices_vector)
    assert len(statements) == 1


def test_a_damaged_vector_among_them_is_passed_over(
    similar, session, add_vector, publish, public, alices_vector, bob, make_song
):
    damaged = publish(add_vector(make_song(bob), 1, 0))
    session.get(SongVector, damaged.id).vector = b"abc"
    session.commit()
    assert ids(similar.in_public(alices_vector)) == [public.id]


def test_numpy_comes_with_the_first_search_only():
    code = "import sys, portal.recommendations.service; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def ids(songs):
    return [song.id for song in songs]


def take_back(session, song, owner, how):
    if how == "deleted":
        session.delete(song)
    elif how == "unpublished":
        session.delete(session.get(Publication, song.id))
    elif how == "hidden":
        session.get(Publication, song.id).hidden_at = utc_now()
    elif how == "suspended":
        session.get(Profile, owner.id).suspended_at = utc_now()
    elif how == "no music":
        song.prediction.music = False
    else:
        session.delete(session.get(Profile, owner.id))
    session.commit()


@pytest.fixture
def alices_vector(similar, add_vector, alice, make_song):
    return similar.vector(add_vector(make_song(alice), 1, 0).id)


@pytest.fixture
def public(add_vector, publish, bob, make_song):
    return publish(add_vector(make_song(bob), 1, 0.1))


@pytest.fixture
def similar(session, time):
    return SimilarSongs(session, clock=time.clock)

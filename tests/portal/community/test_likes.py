"""Liking: once a person, of one's own songs and public ones."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select

from portal.community.likes import LikeService, Liking, NoSuchSongError
from portal.models import Like, Publication

JSON = {"Accept": "application/json"}


@pytest.fixture
def noticed():
    return []


@pytest.fixture
def likes(session, noticed):
    class Taste:
        def noticed(self, *event):
            noticed.append(event)

    return LikeService(session, Taste())


def test_a_like_counts_once_however_often_it_is_given(likes, alice, bob, make_public):
    song = make_public(bob)
    assert [likes.like(alice.id, song.id) for _ in range(3)] == [Liking(liked=True, likes=1)] * 3
    assert likes.like(bob.id, song.id).likes == 2


def test_taking_it_back_counts_once_too(likes, alice, bob, make_public):
    song = make_public(bob)
    likes.like(alice.id, song.id)
    assert [likes.unlike(alice.id, song.id) for _ in range(3)] == [Liking(liked=False, likes=0)] * 3


def test_taste_hears_of_what_changed_and_of_nothing_else(likes, noticed, alice, bob, make_public):
    song = make_public(bob)
    for change in (likes.like, likes.like, likes.unlike, likes.unlike):
        change(alice.id, song.id)
    assert noticed == [(alice.id, "like", f"song:{song.id}"), (alice.id, "unlike", f"song:{song.id}")]


def test_likes_at_the_same_moment_are_counted_once_a_person(app, session, alice, bob, make_public):
    song = make_public(bob)
    path, start, answers = f"/songs/{song.id}/like", Barrier(6), []

    def like(client):
        start.wait()
        answers.append(client.post(path, headers=JSON).status_code)

    threads = [Thread(target=like, args=(app.test_client(user=user),)) for user in (alice, bob) * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 6
    session.expire_all()
    assert session.get(Publication, song.id).likes == 2
    assert session.scalar(select(func.count()).select_from(Like)) == 2


def test_ones_own_song_can_be_liked_before_others_see_it(likes, parts, session, alice, make_song, named):
    song = make_song(alice)
    assert likes.like(alice.id, song.id).liked
    parts.publishing.publish_song(alice.id, song.id)
    assert session.get(Publication, song.id).likes == 1


def test_a_private_song_of_somebody_else_cannot_be_liked(likes, session, alice, bob, make_song):
    song = make_song(bob)
    for change in (likes.like, likes.unlike):
        with pytest.raises(NoSuchSongError):
            change(alice.id, song.id)
    assert session.scalar(select(func.count()).select_from(Like)) == 0


def test_a_like_can_be_taken_back_from_a_song_that_is_private_by_now(likes, parts, session, alice, bob, make_public):
    song = make_public(bob)
    likes.like(alice.id, song.id)
    parts.publishing.unpublish_song(bob.id, song.id)
    with pytest.raises(NoSuchSongError):
        likes.like(alice.id, song.id)
    assert not likes.unlike(alice.id, song.id).liked
    parts.publishing.publish_song(bob.id, song.id)
    assert session.get(Publication, song.id).likes == 0


def test_likes_are_remembered_while_a_song_is_private(likes, parts, session, alice, bob, make_public):
    song = make_public(bob)
    likes.like(alice.id, song.id)
    parts.publishing.unpublish_song(bob.id, song.id)
    parts.publishing.publish_song(bob.id, song.id)
    assert session.get(Publication, song.id).likes == 1


def test_a_deleted_song_takes_its_likes_along(as_alice, as_bob, session, bob, make_public):
    song_id = make_public(bob).id
    as_alice.post(f"/songs/{song_id}/like")
    as_bob.post(f"/songs/{song_id}/delete")
    session.expire_all()
    assert session.scalar(select(func.count()).select_from(Like)) == 0
    assert as_alice.post(f"/songs/{song_id}/like").status_code == 404


def test_a_script_gets_json_and_a_form_goes_back_to_its_page(as_alice, bob, make_public):
    song = make_public(bob)
    assert as_alice.post(f"/songs/{song.id}/like", headers=JSON).json == {"liked": True, "likes": 1}
    answer = as_alice.post(f"/songs/{song.id}/unlike", data={"next": "/discover?genre=jazz"})
    assert (answer.status_code, answer.location) == (303, "/discover?genre=jazz")
    assert as_alice.post(f"/songs/{song.id}/like", data={"next": "//evil.example"}).location == "/discover"

"""Making maps: for whom, when, and all at once or not at all."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from portal.models import MapPlace, MapRound, Song, SongVector, utc_now
from portal.musicmap import projection
from portal.musicmap.making import ABANDONED, RESTS, MapMaker, Wanted


def test_a_map_is_made_of_whoever_has_three_songs(maps, session, alice, bob, make_heard):
    ids = make_heard(alice, ["jazz", "jazz", "rock"])
    make_heard(bob, ["jazz", "rock"])
    assert maps.sweep() == 1
    assert {place.song_id for place in session.scalars(select(MapPlace))} == set(ids)


def test_a_place_tells_the_nearest_of_the_same_persons_songs(maps, session, alice, bob, make_heard):
    own = set(make_heard(alice, ["jazz"] * 5))
    make_heard(bob, ["jazz"] * 5)
    maps.sweep()
    for place in session.scalars(select(MapPlace).where(MapPlace.user_id == alice.id)):
        near = place.near.split()
        assert len(near) == 3
        assert set(near) <= own - {place.song_id}


def test_a_map_that_is_right_is_left_alone(maps, alice, make_heard):
    make_heard(alice, ["jazz"] * 4)
    assert [maps.sweep(), maps.sweep()] == [1, 0]


def test_new_songs_are_placed_once_the_map_has_rested(maps, session, alice, make_heard):
    make_heard(alice, ["jazz"] * 4)
    maps.sweep()
    session.execute(update(MapRound).values(seconds=60))
    make_heard(alice, ["rock"], seed=1)
    assert maps.sweep() == 0
    rest(session, RESTS * timedelta(seconds=60))
    assert maps.sweep() == 1
    assert places(session) == 5


def test_a_deleted_song_vanishes_at_once(maps, session, alice, make_heard):
    ids = make_heard(alice, ["jazz"] * 4)
    maps.sweep()
    session.execute(delete(Song).where(Song.id == ids[0]))
    session.commit()
    assert places(session) == 3


def test_one_song_gone_and_another_come_is_noticed(maps, session, alice, make_heard):
    ids = make_heard(alice, ["jazz"] * 4)
    maps.sweep()
    session.execute(delete(Song).where(Song.id == ids[0]))
    new = make_heard(alice, ["jazz"], seed=1)
    rest(session)
    assert maps.sweep() == 1
    assert set(session.scalars(select(MapPlace.song_id))) == {*ids[1:], *new}


def test_the_model_that_heard_most_songs_has_the_map(maps, session, alice, make_heard):
    old = make_heard(alice, ["jazz"] * 4, space="old")
    maps.sweep()
    new = make_heard(alice, ["rock"] * 5, space="new")
    rest(session)
    maps.sweep()
    assert set(session.scalars(select(MapPlace.song_id))) == set(new)
    assert not set(old) & set(new)


def test_of_two_workers_one_makes_the_map(maps, session, alice, make_heard):
    make_heard(alice, ["jazz"] * 4)
    wanted = Wanted(alice.id, "one", 4)
    assert maps._begin(alice.id) is not None
    assert MapMaker(session).make(wanted) is False


def test_a_worker_that_died_over_a_map_is_followed_by_another(maps, session, alice, make_heard):
    make_heard(alice, ["jazz"] * 4)
    maps._begin(alice.id)
    assert maps.sweep() == 0
    session.execute(update(MapRound).values(begun_at=utc_now() - ABANDONED))
    session.commit()
    assert maps.sweep() == 1


def test_who_was_taken_for_dead_and_comes_back_changes_nothing(maps, session, alice, make_heard):
    ids = make_heard(alice, ["jazz"] * 4)
    wanted, first = Wanted(alice.id, "one", 4), maps._begin(alice.id)
    session.execute(update(MapRound).values(begun_at=utc_now() - ABANDONED))
    session.commit()
    assert maps.make(wanted)
    assert not maps._keep(wanted, [{"song_id": ids[0]}], first, 1.0)
    assert places(session) == 4


def test_a_worker_that_is_killed_half_way_leaves_the_last_map(maps, session, alice, make_heard, monkeypatch):
    make_heard(alice, ["jazz"] * 4)
    maps.sweep()
    before = session.execute(select(MapPlace.song_id, MapPlace.x)).all()
    make_heard(alice, ["jazz"] * 2, seed=1)
    rest(session)
    with monkeypatch.context() as patch:
        patch.setattr(session(), "commit", killed_after(1, session().commit))
        with pytest.raises(KeyboardInterrupt):
            maps.sweep()
    session.rollback()
    assert session.execute(select(MapPlace.song_id, MapPlace.x)).all() == before


def test_a_song_that_is_deleted_meanwhile_is_left_out(maps, session, alice, make_heard, monkeypatch):
    ids = make_heard(alice, ["jazz"] * 5)
    plain = projection.project

    def slowly(*arguments):
        session.execute(delete(Song).where(Song.id == ids[0]))
        session.commit()
        return plain(*arguments)

    monkeypatch.setattr(projection, "project", slowly)
    assert maps.sweep() == 1
    assert set(session.scalars(select(MapPlace.song_id))) == set(ids[1:])


def test_a_vector_that_is_none_costs_its_song_alone(maps, session, alice, make_heard):
    ids = make_heard(alice, ["jazz"] * 5)
    session.execute(update(SongVector).where(SongVector.song_id == ids[0]).values(vector=b"\xff\xff\xff\xff"))
    session.commit()
    assert [maps.sweep(), maps.sweep()] == [1, 0]
    assert set(session.scalars(select(MapPlace.song_id))) == set(ids[1:])


def rest(session, time=timedelta(hours=1)):
    session.execute(update(MapRound).values(ended_at=utc_now() - time))
    session.commit()


def places(session):
    return len(session.scalars(select(MapPlace.song_id)).all())


def killed_after(count, plain):
    left = [count]

    def commit():
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        return plain()

    return commit

"""Where songs lie on a map."""

from __future__ import annotations

import numpy as np
import pytest

from portal.musicmap.projection import FEW, nearest, project, turned

SONGS = 90


def test_neighbours_stay_neighbours_better_than_by_the_principal_components(songs):
    assert kept(songs, project(songs)) > kept(songs, plane(songs)) > kept(songs, by_chance(SONGS))


def test_the_same_songs_give_the_same_map(songs):
    assert (project(songs) == project(songs)).all()


def test_songs_that_come_later_leave_the_others_about_where_they_were(songs):
    first = project(songs[:80])
    later = project(songs, np.vstack([first, np.full((SONGS - 80, 2), np.nan)]))[:80]
    moved = np.linalg.norm(later - first, axis=1)
    assert np.median(moved) < 0.25 * np.linalg.norm(first - first.mean(axis=0), axis=1).mean()


def test_a_new_song_lies_among_those_that_it_sounds_like(songs):
    first = project(songs[1:])
    later = project(songs, np.vstack([np.full((1, 2), np.nan), first]))
    assert {number % 3 for number in nearest(later, 5)[0].tolist()} == {0}


def test_a_map_that_cannot_go_on_from_the_last_is_turned_back_onto_it(songs):
    before = project(songs[: FEW - 1])
    mirrored = np.vstack([before * [-1, 1], np.full((SONGS - FEW + 1, 2), np.nan)])
    again = project(songs, mirrored)[: FEW - 1]
    assert apart(again, mirrored[: FEW - 1]) < apart(again, before)


def test_turning_finds_the_turn():
    places, angle = by_chance(20), np.deg2rad(130)
    turn = np.array([[np.cos(angle), np.sin(angle)], [np.sin(angle), -np.cos(angle)]])
    assert turned(places, places, places @ turn) == pytest.approx(places @ turn)


@pytest.mark.parametrize("count", [3, 4, FEW - 1, FEW, 60])
def test_songs_that_are_all_the_same_lie_side_by_side(count):
    places = project(np.ones((count, 70), np.float32))
    assert np.isfinite(places).all()
    assert len(np.unique(places, axis=0)) > 1


def test_the_nearest_are_found_nearest_first():
    assert nearest(np.array([[0.0, 0], [1, 0], [3, 0]]), 2).tolist() == [[1, 2], [0, 2], [1, 0]]


@pytest.fixture(scope="module")
def songs():
    """Three kinds of songs, taking turns, each spread along some directions of its own."""
    rng = np.random.default_rng(5)
    middles, ways = rng.normal(size=(3, 70)), rng.normal(size=(3, 6, 70))
    rows = [
        3 * middles[number % 3] + rng.normal(size=6) @ ways[number % 3] + 0.1 * rng.normal(size=70)
        for number in range(SONGS)
    ]
    return np.array(rows, np.float32)


def kept(songs, places):
    """The share of the ten nearest songs that are among the ten nearest on the map."""
    pairs = zip(nearest(songs, 10), nearest(places, 10), strict=True)
    return np.mean([len(set(one.tolist()) & set(other.tolist())) / 10 for one, other in pairs])


def plane(songs):
    centred = songs - songs.mean(axis=0)
    return centred @ np.linalg.svd(centred, full_matrices=False)[2][:2].T


def by_chance(count):
    return np.random.default_rng(1).normal(size=(count, 2))


def apart(places, others):
    return np.linalg.norm(places / np.abs(places).max() - others / np.abs(others).max(), axis=1).mean()

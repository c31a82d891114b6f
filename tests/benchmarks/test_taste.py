"""The simulation of taste is fair to all who choose, and tells what it counted. Who wins is in the docs, not here."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import taste
from benchmarks.taste import CANDIDATES, PAGE, Ours, Result, World, marked, play, policies, simulate, table

ROUNDS = 6


@pytest.fixture(scope="module")
def world():
    return World.made(1, ROUNDS)


def test_a_seed_makes_the_same_world_and_the_same_results(world):
    again = World.made(1, ROUNDS)
    for name in policies(world):
        first, second = play(policies(world)[name], world), play(policies(again)[name], again)
        assert (first.likes, first.expected) == (second.likes, second.expected)


def test_everybody_fills_the_page_from_the_candidates(world):
    for policy in policies(world).values():
        for now in world.rounds():
            page = [int(song) for song in policy.choose(now)]
            assert len(set(page)) == PAGE
            assert set(page) <= set(now.candidates)


def test_nobody_expects_more_than_the_oracle(world):
    found = {name: play(policy, world).expected for name, policy in policies(world).items()}
    assert max(found, key=found.__getitem__) == "oracle"


def test_ours_is_told_what_was_liked_and_skipped_and_nothing_else(world):
    ours = Ours(world.catalogue, "a seed", world.popular)
    result = play(ours, world)
    assert sum(event.kind == "like" for event in ours.events) == result.likes
    assert {event.kind for event in ours.events} == {"like", "skip"}
    assert len(ours.events) < ROUNDS * PAGE


def test_a_listener_changes_midway(world):
    before, after = world.chances
    assert before.shape == (4, len(world.catalogue.pieces))
    assert np.abs(before - after).mean() > 0.02
    assert world.now(0) is not world.now(ROUNDS - 1)


def test_popularity_knows_the_others_before_the_round_and_not_after(world):
    assert len(set(world.popular[0])) == 1
    assert len(set(world.popular[-1])) > 1


def test_effective_genres_are_as_many_as_are_shown_equally_often():
    assert Result(0, 0, np.array([6, 6, 6, 0.0]), 3).effective == pytest.approx(3)
    assert Result(0, 0, np.array([0, 9.0]), 1).effective == pytest.approx(1)


def test_the_table_has_a_line_for_each_policy_with_means_and_ratios():
    results = {
        "ours": [Result(110, 100, np.ones(10), 3), Result(130, 120, np.ones(10), 3)],
        "oracle": [Result(240, 220, np.ones(10), 4), Result(240, 240, np.ones(10), 4)],
    }
    _head, _rule, ours, oracle = table(results).splitlines()
    assert ours.startswith("| ours | 120 ± 127 | 1.00 |  | 120 ± 0 | 10.0 | 10.0 | 3.0 |")
    assert oracle.startswith("| oracle | 240 ± 0 | 0.50 | -120 ± 127 | 0 ± 0 |")


def test_every_policy_serves_every_listener():
    results = simulate([3, 4], 2)
    assert {name: len(found) for name, found in results.items()} == dict.fromkeys(results, 2)
    assert list(results) == ["ours", "genre only", "popularity", "random", "oracle"]


def test_a_page_of_the_portal_can_be_timed():
    assert taste.milliseconds(20, events=10) > 0


def test_candidates_are_enough_for_a_page_that_is_chosen():
    assert CANDIDATES > 2 * PAGE


def test_marks_must_stand_in_their_order():
    assert marked(f"{taste.BEGIN} {taste.END}")
    assert not marked(f"{taste.END} {taste.BEGIN}")

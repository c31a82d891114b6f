"""Neighbours are counted as they are: by those who may be found, and by nobody's own artist."""

from __future__ import annotations

import numpy as np
import pytest

from classifier.training.alike import Company, closeness, hubs, shared

ARTISTS = np.array([f"artist {number // 2}" for number in range(24)], dtype=object)


def test_a_song_by_the_same_artist_is_never_found(company, vectors):
    found = company.found(vectors)
    for song, others in enumerate(found):
        assert not (ARTISTS[others[others >= 0]] == ARTISTS[song]).any()


def test_songs_of_another_fold_are_never_found(company, vectors):
    found = company.found(vectors)
    assert (company.fold[found[found >= 0]] == np.repeat(company.fold, (found >= 0).sum(axis=1))).all()


def test_the_nearest_come_first(company, vectors):
    for song, others in enumerate(company.found(vectors)):
        distance = np.linalg.norm(vectors[others[others >= 0]] - vectors[song], axis=1)
        assert (np.diff(distance) >= 0).all()
        allowed = (company.fold == company.fold[song]) & (ARTISTS[song] != ARTISTS)
        assert distance[0] == pytest.approx(np.linalg.norm(vectors[allowed] - vectors[song], axis=1).min())


def test_vectors_that_say_the_label_reach_the_best_possible_and_others_chance():
    rng = np.random.default_rng(0)
    label = rng.integers(4, size=600)
    company = Company(label, np.arange(600) % 2, np.array([f"artist {number}" for number in range(600)], dtype=object))
    chance, best = company.chances()
    said = shared(company, np.eye(4)[label] + 0.01 * rng.normal(size=(600, 4)), seed=1)
    unsaid = shared(company, rng.normal(size=(600, 4)), seed=1)
    assert (said["precision at 5"], said["precision at 10"], best) == (1, 1, 1)
    assert unsaid["precision at 10"] == pytest.approx(chance, abs=0.02)
    low, high = unsaid["interval at 10"]
    assert low < chance < high


def test_where_candidates_run_out_the_missing_count_as_misses():
    # Of the ten songs to be found six share the label, and no more can.
    label = np.array([0] * 7 + [1] * 4)
    company = Company(label, np.zeros(11, int), np.array([f"artist {number}" for number in range(11)], dtype=object))
    chance, best = company.chances()
    assert chance == pytest.approx((7 * 0.6 + 4 * 0.3) / 11)
    assert best == pytest.approx((7 * 0.6 + 4 * 0.3) / 11)
    assert shared(company, np.eye(2)[label], seed=1)["precision at 10"] == pytest.approx(best, abs=1e-4)
    few = Company(label[:4], np.zeros(4, int), company.group[:4])
    assert shared(few, np.eye(2)[label[:4]], seed=1)["precision at 10"] == pytest.approx(0.3)


def test_neighbours_in_what_the_vector_holds_are_closer_in_it_than_in_what_it_does_not():
    held, other = np.random.default_rng(9).normal(size=(2, 200))
    company = Company(np.arange(200) % 3, np.zeros(200, int), np.arange(200).astype(str).astype(object))
    found = closeness(company, held[:, None], {"held": held, "other": other})
    assert found["held"] < 0.3
    assert found["other"] == pytest.approx(1, abs=0.1)


def test_nothing_is_told_of_closeness_where_no_two_artists_share_a_label():
    alone = Company(np.arange(4), np.zeros(4, int), np.array(list("abcd"), dtype=object))
    assert closeness(alone, np.eye(4), {"energy": np.arange(4.0)}) == {}


def test_a_song_in_the_middle_of_all_is_a_hub():
    rng = np.random.default_rng(0)
    around = rng.normal(size=(60, 40))
    around /= np.linalg.norm(around, axis=1, keepdims=True)
    artists = np.array([f"artist {number}" for number in range(61)], dtype=object)
    company = Company(np.zeros(61, int), np.zeros(61, int), artists)
    with_hub = hubs(company, np.concatenate([around, np.zeros((1, 40))]))
    even = hubs(company, np.stack([np.cos(np.arange(61) * 2 * np.pi / 61), np.sin(np.arange(61) * 2 * np.pi / 61)], 1))
    assert with_hub["skewness"] > 0.5
    assert even["skewness"] == pytest.approx(0, abs=0.1)
    assert even["never found"] == 0


def test_a_song_that_nobody_may_be_compared_with_is_refused():
    with pytest.raises(ValueError, match="nobody in its fold"):
        Company(np.zeros(3, int), np.array([0, 0, 1]), np.array(["a", "b", "c"], dtype=object))


@pytest.fixture
def company():
    return Company(np.arange(24) % 3, np.arange(24) // 12, ARTISTS)


@pytest.fixture
def vectors():
    return np.random.default_rng(2).normal(size=(24, 1))

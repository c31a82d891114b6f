"""The nearest are the nearest, whatever is asked for."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from classifier import BadVector, Neighbours, pack, unpack

VALUES = st.floats(-1, 1, width=32)


@given(
    st.integers(1, 4).flatmap(
        lambda d: st.tuples(
            st.integers(1, 12).flatmap(lambda n: arrays(np.float32, (n, d), elements=VALUES)),
            arrays(np.float32, d, elements=VALUES),
        )
    ),
    st.integers(0, 15),
    st.sets(st.integers(-2, 14), max_size=5),
)
def test_they_are_those_a_look_at_every_vector_finds(given_, count, excluded):
    vectors, wanted = given_
    found = Neighbours(vectors).nearest(wanted, count, excluded=excluded)
    distance = np.linalg.norm(vectors.astype(np.float64) - wanted, axis=1)
    left = [row for row in range(len(vectors)) if row not in excluded]
    assert len(found) == len({row for row, _distance in found}) == min(count, len(left))
    assert {row for row, _distance in found} <= set(left)
    assert [far for _row, far in found] == pytest.approx(sorted(distance[left])[:count], abs=1e-3)
    assert all(far == pytest.approx(distance[row], abs=1e-6) for row, far in found)


def test_a_vector_is_nearest_to_itself_unless_it_is_left_out(vectors):
    neighbours = Neighbours(vectors)
    assert neighbours.nearest(vectors[7], 1) == [(7, 0.0)]
    assert neighbours.nearest(vectors[7], 1, excluded=[7])[0][0] != 7


def test_equals_are_told_in_the_order_of_their_rows():
    assert [row for row, _far in Neighbours(np.ones((5, 3))).nearest([1, 1, 1], 5)] == [0, 1, 2, 3, 4]


def test_nearly_equal_vectors_are_told_apart():
    base = np.full(8, 0.35, np.float32)
    vectors = np.stack([base + np.float32(step * 1e-5) for step in (3, 1, 2)])
    assert [row for row, _far in Neighbours(vectors).nearest(base, 3)] == [1, 2, 0]


def test_more_than_there_are_gives_all_there_are(vectors):
    assert len(Neighbours(vectors).nearest(vectors[0], 10**9)) == len(vectors)
    assert Neighbours(vectors).nearest(vectors[0], 3, excluded=range(len(vectors))) == []


@pytest.mark.parametrize("nothing", [[], np.empty((0, 5)), np.empty(0)], ids=["list", "table", "row"])
def test_nobody_is_near_in_an_empty_collection(nothing):
    assert len(Neighbours(nothing)) == 0
    assert Neighbours(nothing).nearest([1.0, 2.0], 5) == []


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (np.ones(4), "has 4 values, those it is compared with 5"),
        (np.ones((1, 5)), "shape"),
        (np.array([]), "shape"),
        ([1, 2, np.nan, 4, 5], "between"),
        ([1, 2, np.inf, 4, 5], "between"),
        ([1, 2, 1e300, 4, 5], "between"),
        (["a", "b"], "a row of numbers"),
        (None, "A vector"),
    ],
)
def test_what_is_no_vector_of_that_kind_is_refused(vectors, wrong, message):
    with pytest.raises(BadVector, match=message):
        Neighbours(vectors).nearest(wrong, 3)


@pytest.mark.parametrize("wrong", [np.ones(5), [[1, 2], [3]], [[np.nan, 1.0]], np.empty((3, 0))])
def test_what_is_no_table_of_vectors_is_refused(wrong):
    with pytest.raises(BadVector):
        Neighbours(wrong)


def test_fewer_than_none_cannot_be_asked_for(vectors):
    with pytest.raises(ValueError, match="-1 neighbours"):
        Neighbours(vectors).nearest(vectors[0], -1)


@pytest.mark.skipif(importlib.util.find_spec("faiss") is None, reason="the extra 'similar' is not installed")
def test_an_index_finds_nearly_all_that_a_look_at_every_vector_finds():
    rng = np.random.default_rng(3)
    middles = rng.normal(size=(40, 12))
    vectors = middles[rng.integers(40, size=5000)] + 0.3 * rng.normal(size=(5000, 12))
    exact, index = Neighbours(vectors), Neighbours(vectors, exact_limit=100)
    shared = 0
    for number in range(0, 5000, 250):
        expected = exact.nearest(vectors[number], 10, excluded=[number])
        found = index.nearest(vectors[number], 10, excluded=[number])
        assert len(found) == 10
        assert number not in dict(found)
        shared += len(dict(found).keys() & dict(expected).keys())
    assert shared >= 0.9 * 200


@pytest.mark.skipif(importlib.util.find_spec("faiss") is None, reason="the extra 'similar' is not installed")
def test_where_the_index_finds_too_few_all_are_looked_at(vectors):
    index, exact = Neighbours(vectors, exact_limit=10), Neighbours(vectors)
    everybody = len(vectors) - 3
    assert index.nearest(vectors[0], everybody, excluded=[0, 1, 2]) == (
        exact.nearest(vectors[0], everybody, excluded=[0, 1, 2])
    )


def test_without_an_index_the_search_is_exact_however_many_there_are(vectors, monkeypatch):
    expected = Neighbours(vectors).nearest(vectors[3], 20)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    assert Neighbours(vectors, exact_limit=10).nearest(vectors[3], 20) == expected


@given(arrays(np.float32, st.integers(1, 100), elements=VALUES))
def test_a_vector_comes_back_from_its_bytes(vector):
    stored = pack(vector)
    assert len(stored) == 4 * len(vector)
    np.testing.assert_array_equal(unpack(stored), vector)


def test_bytes_are_the_same_on_every_machine():
    assert pack([1.0, -2.0]) == bytes.fromhex("0000803f 000000c0")


@pytest.mark.parametrize("wrong", [b"", b"abc", b"12345", np.array([np.nan], "<f4").tobytes()])
def test_bytes_that_are_no_vector_are_refused(wrong):
    with pytest.raises(BadVector):
        unpack(wrong)


@pytest.fixture(scope="module")
def vectors():
    return np.random.default_rng(0).normal(size=(300, 5)).astype(np.float32)

"""A page is the same until something changes, shows more than one genre, and survives whatever describes a song."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.taste.preference import Taste
from portal.taste.values import CONTEXTS, Event, Piece
from tests.support.taste import event, of, songs

NOW = datetime(2026, 11, 7, 12, tzinfo=UTC)

strange = st.floats(allow_nan=True, allow_infinity=True)
strengths = st.dictionaries(st.text(max_size=3), strange, max_size=3)
vectors = st.none() | st.binary(max_size=17) | st.lists(strange, max_size=4).map(tuple)
pieces = st.builds(Piece, st.text(max_size=3), strengths, strengths, vectors, st.none() | strange)
kinds = st.sampled_from(["upload", "like", "unlike", "skip", "correct", "playlist"])
events = st.builds(Event, kinds, pieces, st.just(NOW), st.none() | st.sampled_from(CONTEXTS) | st.just("asleep"))


def test_a_seed_makes_the_same_page_again_and_another_seed_another():
    taste, offered = fond_of("reggae"), songs(6)
    pages = [keys(taste.rank(offered, count=6, seed=seed)) for seed in ("7 Nov", "7 Nov", "8 Nov")]
    assert pages[0] == pages[1] != pages[2]


def test_the_order_of_the_candidates_does_not_matter():
    taste, offered = fond_of("reggae"), songs(6)
    assert keys(taste.rank(offered, count=6, seed="a")) == keys(taste.rank(offered[::-1], count=6, seed="a"))


def test_a_stranger_is_shown_what_others_like():
    offered = [replace(piece, acclaim=0.9 if piece.key.endswith("-1") else None) for piece in songs(6)]
    shown = keys(Taste.from_events([], NOW).rank(offered, count=6, seed="a"))
    assert sum(key.endswith("-1") for key in shown) >= 5


def test_who_skips_what_others_like_is_shown_less_of_it():
    loved = [replace(piece, acclaim=0.9) for piece in songs(3)]
    skips = [Event("skip", replace(piece, key=f"{piece.key}/{number}"), NOW) for piece in loved for number in range(3)]
    likes = [Event("like", Piece(f"own-{number}", {}, acclaim=0.1), NOW) for number in range(60)]
    offered = [*loved, *(Piece(f"quiet-{number}", {}, acclaim=0.1) for number in range(6))]
    shown = keys(Taste.from_events(skips + likes, NOW).rank(offered, count=6, seed="a"))
    assert all(key.startswith("quiet") for key in shown)


def test_the_best_song_is_still_there_when_another_leaves():
    taste, offered = fond_of("reggae"), songs(6)
    first, *others = keys(taste.rank(offered, count=6, seed="a"))
    left = [piece for piece in offered if piece.key != others[-1]]
    assert keys(taste.rank(left, count=6, seed="a"))[:5] == [first, *others[:-1]]


@pytest.mark.parametrize(("count", "most"), [(1, 1), (2, 1), (3, 2), (6, 4), (12, 8)])
def test_even_the_most_devoted_gets_other_genres_too(count, most):
    page = fond_of("reggae", times=50).rank(songs(20), count=count, seed="a")
    shown = Counter(next(iter(choice.piece.genres)) for choice in page)
    assert shown["reggae"] == most
    assert len(page) == count


def test_a_page_is_filled_with_one_genre_where_there_is_no_other():
    offered = [of("metal") for _ in range(6)]
    assert len(Taste().rank(offered, count=6, seed="a")) == 6


def test_songs_without_a_genre_are_not_held_to_a_share():
    offered = [Piece(str(number)) for number in range(6)]
    assert len(Taste().rank([*offered, of("metal")], count=6, seed="a")) == 6


def test_what_has_the_mood_asked_for_comes_before_what_is_liked():
    calm = [of("classical", calm=0.9), of("classical", calm=1.0)]
    page = fond_of("metal").rank([of("metal", calm=0.1), *calm, of("metal")], count=3, seed="a", mood="calm")
    assert {choice.piece.key for choice in page[:2]} == {piece.key for piece in calm}
    assert len(page) == 3


def test_a_mood_that_no_song_has_leaves_the_page_as_it_is():
    taste, offered = fond_of("reggae"), songs(3)
    assert keys(taste.rank(offered, count=6, seed="a", mood="calm")) == keys(taste.rank(offered, count=6, seed="a"))


@pytest.mark.parametrize("count", [0, -1])
def test_nothing_is_chosen_for_an_empty_page(count):
    assert fond_of("reggae").rank(songs(1), count=count, seed="a") == []


def test_nothing_is_chosen_where_nothing_is_offered():
    assert fond_of("reggae").rank([], count=6, seed="a") == []


def test_a_song_that_is_offered_twice_is_shown_once():
    piece = of("jazz")
    assert keys(Taste().rank([piece, piece], count=2, seed="a")) == [piece.key]


@given(st.lists(events, max_size=5), st.lists(pieces, max_size=6), st.sampled_from([None, "", "evening", "asleep"]))
@settings(deadline=None, max_examples=60)
def test_strange_numbers_names_and_vectors_cost_nothing(known, offered, context):
    page = Taste.from_events(known, NOW).rank(offered, count=4, seed="a", context=context, mood="")
    assert len(page) == min(4, len({piece.key for piece in offered}))
    assert all(math.isfinite(choice.score) for choice in page)


@pytest.mark.parametrize("vector", [None, b"", b"abc", (0.0, 0.0), (math.nan, 1.0), (1e300, 1.0), (1.0, 2.0, 3.0)])
def test_a_vector_that_cannot_be_used_is_as_good_as_none(vector):
    liked = [Event("like", Piece(f"liked{number}", {}, {}, (1.0, 0.0)), NOW) for number in range(3)]
    taste = Taste.from_events(liked, NOW)
    with_it, without = (taste.rank([Piece("a", {}, {}, one)], count=1, seed="a") for one in (vector, None))
    assert with_it[0].score == pytest.approx(without[0].score, abs=0.2)
    assert with_it[0].reason == without[0].reason


def test_bytes_and_numbers_are_the_same_vector():
    liked = Event("like", Piece("liked", {}, {}, (0.6, 0.8)), NOW)
    as_bytes = bytes.fromhex("9a99193fcdcc4c3f")  # 0.6 and 0.8 as float32
    first, second = (
        Taste.from_events([liked], NOW).rank([Piece("a", {}, {}, one)], count=1, seed="a")[0].score
        for one in (as_bytes, (0.6, 0.8))
    )
    assert first == pytest.approx(second)


def fond_of(genre, times=10):
    return Taste.from_events(event("like", of(genre), NOW, times=times), NOW)


def keys(page):
    return [choice.piece.key for choice in page]

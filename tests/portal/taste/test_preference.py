"""What people do moves what they are offered, and in the direction they would expect."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from portal.taste.preference import HALF_LIFE, MOST_CANDIDATES, MOST_EVENTS, Taste
from portal.taste.values import Event, Piece
from tests.support.taste import GENRES, event, of, songs

NOW = datetime(2026, 11, 7, 12, tzinfo=UTC)


def test_what_is_like_the_liked_comes_first():
    taste = learned(event("like", of("reggae"), NOW, times=3))
    assert [best_genre(taste, seed) for seed in "abcde"] == ["reggae"] * 5


def test_what_is_like_the_skipped_comes_last():
    taste = learned(event("skip", of("metal"), NOW, times=8))
    for seed in "abcde":
        order = [genre(choice) for choice in taste.rank(one_of_each(), count=len(GENRES), seed=seed)]
        assert order.index("metal") >= len(order) - 3


def test_what_sounds_like_the_liked_comes_before_what_sounds_otherwise():
    liked = [Piece(f"liked{number}", {"rock": 1.0}, vector=(1.0, 0.1 * number, 0.0)) for number in range(6)]
    taste = learned([Event("like", piece, NOW) for piece in liked])
    near, far = Piece("near", {"rock": 1.0}, vector=(1.0, 0.2, 0.0)), Piece("far", {"rock": 1.0}, vector=(-1.0, 0, 0.2))
    assert [taste.rank([far, near], count=1, seed=seed)[0].piece.key for seed in "abcde"] == ["near"] * 5


def test_a_mood_that_is_liked_is_carried_over_to_other_genres():
    taste = learned(
        event("like", of("jazz", calm=1.0), NOW, times=8), event("skip", of("jazz", energetic=1.0), NOW, times=8)
    )
    offered = [of("classical", calm=1.0), of("classical", energetic=1.0)]
    assert [taste.rank(offered, count=1, seed=seed)[0].piece.moods for seed in "abcde"] == [{"calm": 1.0}] * 5


def test_the_same_taste_chooses_otherwise_in_another_context():
    taste = learned(
        event("like", of("metal"), NOW, times=12, context="workout"),
        event("skip", of("metal"), NOW, times=12, context="evening"),
        event("like", of("classical"), NOW, times=12, context="evening"),
        event("skip", of("classical"), NOW, times=12, context="workout"),
    )
    for seed in "abcde":
        assert best_genre(taste, seed, of("metal"), of("classical"), context="workout") == "metal"
        assert best_genre(taste, seed, of("metal"), of("classical"), context="evening") == "classical"


def test_what_was_liked_long_ago_gives_way_to_what_is_liked_now():
    past = NOW - timedelta(days=6 * HALF_LIFE)
    taste = learned(event("like", of("disco"), past, times=4), event("like", of("blues"), NOW, times=4))
    assert [best_genre(taste, seed, of("disco"), of("blues")) for seed in "abcde"] == ["blues"] * 5


def test_an_event_counts_half_after_its_half_life():
    old, new = (Taste.from_events([one], NOW).evidence[0] for one in (at(-HALF_LIFE), at(0)))
    assert (new.weight, old.weight) == (1.0, 0.5)


def test_an_event_of_the_future_counts_no_more_than_one_of_now():
    assert Taste.from_events([at(30)], NOW).evidence[0].weight == 1.0


def test_forgetting_is_having_no_events():
    assert Taste.from_events([], NOW) == Taste()
    assert Taste().likings() == ([], [])


@pytest.mark.parametrize(("count", "genres"), [(4, 2), (6, 3), (10, 4)])
def test_who_is_not_known_gets_a_varied_page(count, genres):
    offered = songs(10)
    for seed in "abcdefgh":
        page = Taste().rank(offered, count=count, seed=seed)
        assert len({genre(choice) for choice in page}) >= genres


def test_what_was_liked_and_unliked_leaves_no_trace():
    reggae = Piece("one", {"reggae": 1.0})
    liked, unliked = Event("like", reggae, NOW - timedelta(hours=1)), Event("unlike", reggae, NOW)
    assert Taste.from_events([liked, unliked], NOW) == Taste()


def test_of_two_reactions_to_one_song_the_newer_counts():
    reggae = Piece("one", {"reggae": 1.0})
    skipped, liked = Event("skip", reggae, NOW - timedelta(hours=1)), Event("like", reggae, NOW)
    assert [one.reward for one in Taste.from_events([liked, skipped], NOW).evidence] == [1.0]


def test_the_same_said_twice_of_a_song_counts_once():
    reggae = Piece("one", {"reggae": 1.0})
    again = [Event("playlist", reggae, NOW - timedelta(hours=hours)) for hours in range(5)]
    assert len(Taste.from_events(again, NOW).evidence) == 1


def test_only_the_newest_events_are_looked_at():
    many = [Event("like", Piece(str(day), {"rock": 1.0}), NOW - timedelta(days=day)) for day in range(MOST_EVENTS + 50)]
    kept = Taste.from_events(reversed(many), NOW).evidence
    assert len(kept) == MOST_EVENTS
    assert {one.piece.key for one in kept} == set(map(str, range(MOST_EVENTS)))


def test_only_so_many_candidates_are_looked_at():
    offered = (Piece(str(number), {"rock": 1.0}) for number in range(MOST_CANDIDATES + 1))
    page = Taste().rank(offered, count=MOST_CANDIDATES + 1, seed="a")
    assert str(MOST_CANDIDATES) not in {choice.piece.key for choice in page}
    assert len(page) == MOST_CANDIDATES


def test_likings_are_counts_between_minus_one_and_one_best_first():
    taste = learned(
        event("like", of("reggae", calm=1.0), NOW, times=3),
        event("skip", of("metal", energetic=1.0), NOW, times=3),
    )
    genres, moods = taste.likings()
    assert [(one.name, one.affinity, one.evidence) for one in genres] == [
        ("reggae", pytest.approx(3 / 4), 3.0),
        ("metal", pytest.approx(-0.7 * 3 / 4), 3.0),
    ]
    assert [one.name for one in moods] == ["calm", "energetic"]


def test_more_of_the_same_moves_a_liking_further():
    one, five = (learned(event("like", of("pop"), NOW, times=times)).likings()[0][0] for times in (1, 5))
    assert 0 < one.affinity < five.affinity < 1


def learned(*groups):
    return Taste.from_events([one for group in groups for one in group], NOW)


def at(days):
    return Event("like", Piece("one", {"rock": 1.0}), NOW + timedelta(days=days))


def one_of_each():
    return [of(name) for name in GENRES]


def best_genre(taste, seed, *offered, context=None):
    return genre(taste.rank(offered or one_of_each(), count=1, seed=seed, context=context)[0])


def genre(choice):
    return next(iter(choice.piece.genres))

"""A reason is only given where it is true."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.taste.preference import Taste
from portal.taste.values import Event, Piece, Reason
from portal.taste.wording import in_words
from tests.support.taste import event, of

NOW = datetime(2026, 11, 7, 12, tzinfo=UTC)

rewards = {"like": 1.0, "skip": -0.7}
reactions = st.tuples(
    *map(st.sampled_from, (["like", "skip"], ["metal", "jazz"], ["calm", "tense"], ["morning", "evening"]))
)


def test_a_genre_that_is_liked_is_the_reason():
    assert reason(of("reggae"), event("like", of("reggae"), NOW, times=5)) == Reason("liked", genre="reggae")


def test_mood_and_context_are_named_where_they_were_liked_together():
    known = (
        event("like", of("reggae", lively=1.0), NOW, times=6, context="morning"),
        event("skip", of("reggae", sad=1.0), NOW, times=6, context="evening"),
        event("skip", of("reggae", lively=1.0), NOW, times=2, context="evening"),
    )
    found = reason(of("reggae", lively=1.0), *known, context="morning")
    assert found == Reason("liked", genre="reggae", mood="lively", context="morning")


def test_a_context_in_which_nothing_was_liked_is_not_named():
    known = event("like", of("reggae"), NOW, times=6, context="morning")
    assert reason(of("reggae"), known, context="evening") == Reason("liked", genre="reggae")


def test_a_mood_and_a_genre_that_were_never_liked_together_are_not_named_together():
    known = (
        event("like", of("jazz"), NOW, times=6),
        event("like", of("blues", calm=1.0), NOW, times=6),
        event("skip", of("jazz", calm=1.0), NOW, times=3),
    )
    found = reason(of("jazz", calm=1.0), *known)
    assert (found.genre, found.mood) != ("jazz", "calm")


def test_what_is_skipped_is_never_said_to_be_liked():
    assert reason(of("metal"), event("skip", of("metal"), NOW, times=5)) == Reason("open")


@given(st.lists(reactions, min_size=4, max_size=40), reactions)
@settings(deadline=None, max_examples=100)
def test_whatever_is_said_to_be_liked_was_liked_more_than_not(known, shown):
    _kind, genre, mood, context = shown
    events = [
        Event(kind, Piece(str(number), {genre: 1.0}, {mood: 1.0}), NOW, context)
        for number, (kind, genre, mood, context) in enumerate(known)
    ]
    found = reason(Piece("a", {genre: 1.0}, {mood: 1.0}), events, context=context)
    if found.why == "liked":
        meant = [
            rewards[kind]
            for kind, genre, mood, context in known
            if found.genre in {None, genre} and found.mood in {None, mood} and found.context in {None, context}
        ]
        assert sum(meant) > 0


def test_a_genre_of_which_the_song_has_little_is_no_reason():
    known = event("like", of("reggae"), NOW, times=9)
    assert reason(Piece("a", {"reggae": 0.2, "pop": 0.8}), known).genre != "reggae"


def test_a_song_that_sounds_like_a_liked_one_says_like_which():
    liked = [Event("like", Piece(f"liked{number}", {"pop": 1.0}, {}, vector(number)), NOW) for number in range(3)]
    skipped = [Event("skip", Piece(f"no{number}", {"pop": 1.0}, {}, (-1.0, 0.0, number)), NOW) for number in range(3)]
    found = reason(Piece("a", {"pop": 1.0}, {}, vector(2)), liked, skipped)
    assert found == Reason("sound", like="liked2")


def test_a_sound_unlike_any_liked_one_is_no_reason():
    skipped = [Event("skip", Piece(f"no{number}", {}, {}, (-1.0, 0.0)), NOW) for number in range(9)]
    liked = Event("like", Piece("liked", {}, {}, (0.0, 1.0)), NOW)
    assert reason(Piece("a", {}, {}, (1.0, 0.0)), skipped, [liked]) == Reason("open")


def test_a_genre_that_was_not_met_yet_is_new():
    assert reason(of("disco"), event("like", of("reggae"), NOW, times=5)) == Reason("new", genre="disco")
    assert reason(of("disco")) == Reason("new", genre="disco")


def test_a_mood_that_was_asked_for_is_a_reason_where_there_is_no_better_one():
    calm = of("disco", calm=1.0)
    assert reason(calm, mood="calm") == Reason("mood", mood="calm")
    assert reason(calm, event("like", of("disco"), NOW, times=5), mood="calm") == Reason("liked", genre="disco")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (Reason("liked", "hiphop", "lively", "morning"), "because you like lively hip-hop in the morning"),
        (Reason("liked", "hiphop"), "because you like hip-hop"),
        (Reason("liked", mood="calm", context="focus"), "because you like calm music while you focus"),
        (Reason("sound", like="song:1"), "because it sounds like songs you like"),
        (Reason("mood", mood="calm"), "because it is calm, as you asked"),
        (Reason("new", "hiphop"), "something new: you have heard little hip-hop here lately"),
        (Reason("others"), "because others like it"),
        (Reason("open"), "to find out whether you like it"),
    ],
)
def test_reasons_are_said_in_plain_words(said, words):
    assert in_words(said, {"hiphop": "hip-hop"}.__getitem__) == words


@pytest.mark.parametrize(
    ("main", "words"),
    [("jazz", "because you like jazz"), ("blues", "because you like jazz, and this has some of it")],
)
def test_a_song_that_goes_by_another_genre_is_said_to_have_some_of_the_liked_one(main, words):
    assert in_words(Reason("liked", "jazz"), main=main) == words


def test_what_others_like_is_said_to_be_liked_by_them():
    assert reason(replace(of("disco"), acclaim=0.9)) == Reason("others")
    assert reason(replace(of("disco"), acclaim=0.1)) == Reason("new", genre="disco")


def test_the_song_it_sounds_like_is_named_where_its_title_is_known():
    assert in_words(Reason("sound", like="song:1"), like="Crazy Blues") == "because it sounds like Crazy Blues"


def reason(piece, *groups, context=None, mood=None):
    taste = Taste.from_events([one for group in groups for one in group], NOW)
    return taste.rank([piece], count=1, seed="a", context=context, mood=mood)[0].reason


def vector(number):
    return (1.0, 0.5 - 0.5 * number, 0.0)

"""Which songs are curated into which list, and in which order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from portal.playlists.recipes import (
    EVENING,
    FOCUS,
    MOMENTS,
    MORNING,
    MOST_SONGS,
    WORKOUT,
    HeardSong,
    chosen,
    closeness,
    curate,
    pace,
    rank,
    recipes,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PLAIN = HeardSong(
    id="plain",
    uploaded_at=NOW - timedelta(days=30),
    genre="jazz",
    confidence=0.8,
    sure=True,
    mood=None,
    moods={},
    tempo=120.0,
    energy=None,
    brightness=None,
    mode=None,
)
LULLABY = {"mood": "calm", "moods": {"calm": 0.8, "sad": 0.1}, "tempo": 66.0, "energy": 0.1, "brightness": 0.2}
ANTHEM = {
    "mood": "lively",
    "moods": {"lively": 0.9},
    "tempo": 150.0,
    "energy": 0.95,
    "brightness": 0.9,
    "mode": "minor",
}
BIRDSONG = {"mood": "lively", "moods": {"lively": 0.6, "calm": 0.3}, "tempo": 118.0, "energy": 0.5, "brightness": 0.8}


def test_three_songs_of_a_genre_are_a_list_with_the_surest_first():
    songs = songs_with({"confidence": 0.6}, {"confidence": 0.9}, {"confidence": 0.7})
    assert lists(songs)["genre:jazz"] == ("1", "2", "0")


def test_two_songs_of_a_genre_are_no_list():
    assert lists(songs_with({}, {}))["genre:jazz"] == ()


def test_songs_in_doubt_stand_after_all_that_are_sure():
    songs = songs_with({"confidence": 0.55, "sure": False}, {"confidence": 0.4}, {"confidence": 0.5})
    assert lists(songs)["genre:jazz"] == ("2", "1", "0")


def test_every_genre_has_its_own_list():
    songs = songs_with(*[{"genre": "rock"}] * 3, *[{"genre": "hiphop"}] * 4)
    names = {recipe.name: len(found) for recipe, found in curate(songs, NOW).items() if found}
    assert names == {"Your rock": 3, "Your hip-hop": 4}


def test_the_songs_of_the_last_seven_days_are_new_the_newest_first():
    songs = songs_with(*({"uploaded_at": NOW - timedelta(days=days)} for days in (1, 8, 7, 0)))
    assert lists(songs)["new"] == ("3", "0", "2")


def test_one_new_song_is_a_list():
    assert lists(songs_with({"uploaded_at": NOW}))["new"] == ("0",)


@pytest.mark.parametrize(
    ("facts", "key"),
    [
        (LULLABY, "mood:calm:evening"),
        (ANTHEM, "mood:lively:workout"),
        (BIRDSONG | {"mode": "major"}, "mood:bright:morning"),
        ({"mood": "calm", "moods": {"calm": 0.7}, "tempo": 112.0, "energy": 0.4, "brightness": 0.4}, "mood:calm:focus"),
    ],
)
def test_a_song_leads_the_list_of_the_moment_that_it_is_made_for(facts, key):
    others = (
        {"mood": mood, "moods": {mood: 0.5}, "tempo": None}
        for mood in ("calm", "sad", "lively", "tense", "calm", "lively")
    )
    assert lists(songs_with(*others, facts))[key][0] == "6"


def test_a_loud_song_is_no_evening_song_though_it_sounds_calm():
    loud = LULLABY | {"tempo": 170.0, "energy": 0.9, "brightness": 0.9}
    assert lists(songs_with(LULLABY, LULLABY, LULLABY, loud))["mood:calm:evening"] == ("2", "1", "0")


def test_a_song_of_another_mood_does_not_fit_however_slow_it_is():
    assert lists(songs_with(*[LULLABY | {"mood": "tense"}] * 3))["mood:calm:evening"] == ()


def test_a_song_that_nobody_measured_more_of_than_its_mood_still_fits():
    bare = {"mood": "calm", "moods": {"calm": 0.7}, "tempo": None}
    assert len(lists(songs_with(bare, bare, bare))["mood:calm:evening"]) == 3


def test_without_moods_there_is_no_list_of_a_moment():
    found = lists(songs_with({}, {}, {}, {}))
    assert not any(found[recipe.key] for recipe in MOMENTS)


def test_a_list_ends_at_a_hundred_songs():
    assert len(lists(songs_with(*[{}] * (MOST_SONGS + 5)))["genre:jazz"]) == MOST_SONGS


def test_the_order_of_equals_does_not_hang_on_the_database():
    songs = songs_with({}, {}, {}, {})
    assert lists(songs) == lists(list(reversed(songs)))


@pytest.mark.parametrize("setting", [EVENING, FOCUS, MORNING, WORKOUT])
def test_what_is_right_on_every_aim_is_as_close_as_can_be(setting):
    song = replace(PLAIN, tempo=60 + 120 * setting.pace, energy=setting.energy, brightness=setting.brightness)
    assert closeness(replace(song, mode=setting.mode), setting) == pytest.approx(1.0)


def test_the_mode_counts_where_it_is_asked_for():
    major, minor = (closeness(replace(PLAIN, mode=mode), MORNING) for mode in ("major", "minor"))
    assert major > minor
    assert closeness(replace(PLAIN, mode="minor"), EVENING) == closeness(PLAIN, EVENING)


def test_no_tempo_is_beyond_slow_and_fast():
    assert [pace(tempo) for tempo in (None, 20.0, 60.0, 120.0, 180.0, 300.0)] == [None, 0.0, 0.0, 0.5, 1.0, 1.0]


def test_the_new_songs_lead_genres_follow_and_moments_end():
    keys = [recipe.key for recipe in recipes(["rock", "blues", "rock"])]
    assert keys[:3] == ["new", "genre:blues", "genre:rock"]
    assert sorted(["mood:x", "genre:rock", "new", "genre:blues"], key=rank) == [*keys[:3], "mood:x"]
    assert rank("of an older version") > rank(keys[-1])


def test_no_songs_make_no_lists():
    assert not any(lists([]).values())
    assert chosen(recipes(())[0], [], NOW) == ()


def songs_with(*facts):
    return [replace(PLAIN, id=str(number), **changes) for number, changes in enumerate(facts)]


def lists(songs):
    return {recipe.key: found for recipe, found in curate(songs, NOW).items()}

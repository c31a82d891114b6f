"""What people read about a verdict, to the letter."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from portal.config import ROOT
from portal.history import presentation
from portal.history.presentation import Block, Run

NBSP = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("genre", "name"), [("hiphop", "Hip-hop"), ("jazz", "Jazz"), ("R&B", "R&B"), ("new_age", "New age"), ("", "")]
)
def test_a_genre_is_shown_by_its_name(genre, name):
    assert presentation.genre_name(genre) == name


@pytest.mark.parametrize(
    ("confidence", "words"),
    [(0.85, "very sure"), (0.849, "quite sure"), (0.6, "quite sure"), (0.599, "fairly sure"), (0.3, "fairly sure")],
)
def test_confidence_has_three_steps_of_sureness(confidence, words):
    assert presentation.confidence_words(verdict(confidence=confidence)) == words


def test_doubt_names_the_two_likeliest_genres():
    unsure = verdict(sure=False, scores={"jazz": 0.2, "hiphop": 0.3, "rock": 0.4, "pop": 0.1})
    assert presentation.confidence_words(unsure) == "not sure: rock or hip-hop"


def test_doubt_about_a_single_genre_names_it_alone():
    assert presentation.confidence_words(verdict(sure=False, scores={"jazz": 1.0})) == "not sure: jazz"


def test_an_abbreviation_keeps_its_capitals_in_a_sentence():
    unsure = verdict(sure=False, scores={"R&B": 0.6, "jazz": 0.4})
    assert presentation.confidence_words(unsure) == "not sure: R&B or jazz"


def test_a_second_genre_is_said_after_the_first():
    hybrid = verdict(genre="rock", genres=["rock", "blues"])
    assert presentation.second_words(hybrid) == "with some blues"
    assert presentation.verdict_name(hybrid) == "Rock, with some blues"


@pytest.mark.parametrize(
    "changes", [{"sure": False}, {"music": False}, {"genres": ["jazz"]}, {"genres": None}], ids=str
)
def test_a_second_genre_is_not_said_where_it_has_no_claim(changes):
    other = verdict(**{"genres": ["jazz", "blues"]} | changes)
    assert presentation.second_words(other) == ""
    assert presentation.verdict_name(other) == "Jazz"


def test_a_clear_mood_is_said_alone_and_an_unclear_one_with_its_rival():
    assert presentation.mood_words({"lively": 0.1, "tense": 0.2, "sad": 0.1, "calm": 0.6}) == "Mostly calm"
    assert presentation.mood_words({"lively": 0.1, "tense": 0.1, "sad": 0.38, "calm": 0.42}) == "Between calm and sad"


def test_usual_genres_keep_their_colours_and_others_get_different_ones():
    scores = {"rock": 0.5, "R&B": 0.2, "electronic": 0.2, "latin": 0.1}
    assert presentation.genre_class("rock", scores) == "genre-rock"
    others = [presentation.genre_class(genre, scores) for genre in ("R&B", "electronic", "latin")]
    assert others == ["genre-other-1", "genre-other-2", "genre-other-3"]


def test_colours_repeat_when_there_are_more_genres_than_colours_and_never_run_out():
    names = [f"genre {number:02}" for number in range(20)]
    classes = {presentation.genre_class(name, names) for name in names}
    styles = (ROOT / "static" / "css" / "tokens.css").read_text()
    assert len(classes) == presentation.OTHER_COLOURS
    assert all(f".{name} {{" in styles for name in classes)


@pytest.mark.parametrize("sure", [True, False])
def test_what_is_no_music_is_said_to_be_none_however_sure(sure):
    assert presentation.confidence_words(verdict(music=False, sure=sure)) == "this may not be music"


@pytest.mark.parametrize(("share", "text"), [(0.873, "87"), (1.0, "100"), (0.0, "0"), (0.004, "0")])
def test_percent_keeps_number_and_sign_on_one_line(share, text):
    assert presentation.percent(share) == f"{text}{NBSP}%"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(187, "3:07"), (0, "0:00"), (59.6, "1:00"), (3725, "1:02:05"), (1800.0, "30:00"), (None, "")],
)
def test_clock(seconds, text):
    assert presentation.clock(seconds) == text


def test_a_span_runs_from_clock_to_clock():
    assert presentation.span(Run("jazz", 10.0, 75.0)) == "0:10\N{EN DASH}1:15"


@pytest.mark.parametrize(("tempo", "text"), [(119.6, f"120{NBSP}BPM"), (None, "no steady pulse")])
def test_tempo(tempo, text):
    assert presentation.tempo_text(tempo) == text


@pytest.mark.parametrize(("state", "text"), [("queued", "Waiting"), ("failed", "Failed"), ("paused", "Paused")])
def test_states_are_plain_words(state, text):
    assert presentation.state_text(state) == text


@pytest.mark.parametrize(("stage", "text"), [("features", "Listening"), ("", "Analysing"), ("warp", "Analysing")])
def test_stages_are_plain_words(stage, text):
    assert presentation.stage_text(stage) == text


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, f"0{NBSP}bytes"),
        (1023, f"1023{NBSP}bytes"),
        (1024, f"1.0{NBSP}KB"),
        (4_404_019, f"4.2{NBSP}MB"),
        (52_428_800, f"50{NBSP}MB"),
        (3 * 1024**3, f"3.0{NBSP}GB"),
    ],
)
def test_file_sizes_have_a_fitting_unit(size, text):
    assert presentation.file_size(size) == text


def test_a_day_is_written_without_leading_zero():
    assert presentation.day(datetime(2026, 11, 7, 23, 0, tzinfo=UTC)) == "7 Nov 2026"


def test_the_likeliest_genre_comes_first_and_equals_by_alphabet():
    ranking = presentation.ranked({"rock": 0.2, "blues": 0.2, "jazz": 0.6})
    assert ranking == [("jazz", 0.6), ("blues", 0.2), ("rock", 0.2)]


def test_neighbours_that_agree_become_one_run():
    song = [segment(0, 10, "jazz"), segment(10, 20, "jazz"), segment(20, 30, "blues"), segment(30, 40, "jazz")]
    assert presentation.runs(song) == [Run("jazz", 0, 20), Run("blues", 20, 30), Run("jazz", 30, 40)]


def test_each_genre_has_one_lane_and_the_longest_comes_first():
    song = [segment(0, 10, "blues"), segment(10, 30, "jazz"), segment(30, 40, "blues"), segment(40, 60, "jazz")]
    assert [lane.genre for lane in presentation.lanes(song)] == ["jazz", "blues"]


def test_blocks_are_placed_in_percent_of_the_song():
    (lane,) = presentation.lanes([segment(0, 10, "jazz"), segment(10, 40, "jazz", score=0.5)])
    assert lane.blocks == (Block(0, 10, 0.0, 25.0, 0.9), Block(10, 40, 25.0, 75.0, 0.5))


def test_a_song_without_segments_has_no_lanes():
    assert presentation.lanes([]) == []


@pytest.mark.parametrize("seconds", [2.0, 10.0, 30.0, 187.0, 600.0, 1800.0])
def test_a_time_axis_starts_at_zero_and_stays_sparse(seconds):
    marks = presentation.ticks(seconds)
    assert marks[0].label == "0:00"
    assert len(marks) <= presentation.MOST_TICKS + 1
    assert all(mark.x <= 96 for mark in marks)


def test_a_song_of_four_minutes_is_marked_each_minute():
    assert [mark.label for mark in presentation.ticks(235)] == ["0:00", "1:00", "2:00", "3:00"]


def test_the_ring_is_laid_out_without_gaps():
    first, second = presentation.arcs({"rock": 0.25, "jazz": 0.75})
    assert (first.genre, first.start, first.length) == ("jazz", 0.0, 75.0)
    assert (second.genre, second.start, second.length) == ("rock", 75.0, 25.0)


def test_the_ring_leaves_out_what_nobody_would_see():
    assert [arc.genre for arc in presentation.arcs({"jazz": 0.996, "rock": 0.004})] == ["jazz"]


def test_every_filter_is_registered_under_its_own_name():
    assert all(name == function.__name__ for name, function in presentation.FILTERS.items())


def verdict(**changes):
    values = {"genre": "jazz", "genres": None, "confidence": 0.8, "sure": True, "music": True}
    values["scores"] = {"jazz": 0.8, "pop": 0.2}
    return SimpleNamespace(**(values | changes))


def segment(start, end, genre, score=0.9):
    return {"start": start, "end": end, "genre": genre, "scores": {genre: score}}

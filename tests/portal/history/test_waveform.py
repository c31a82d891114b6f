"""A song as drawn: peaks cut where the genre changes, with the same in words."""

from __future__ import annotations

import re

import pytest

from portal.history.waveform import shares_text, wave, wave_runs

PEAKS = (0, 50, 100, 20)


def test_each_stretch_has_its_genres_part_of_the_peaks():
    picture = wave(PEAKS, [segment(0, 5, "jazz"), segment(5, 10, "jazz"), segment(10, 20, "blues")])
    assert [stretch.run.genre for stretch in picture.stretches] == ["jazz", "blues"]
    assert picture.width == 8
    assert picture.stretches[0].path == "M0 100 1 99 3 50 4 100 3 150 1 101Z"
    assert picture.stretches[1].path == "M4 100 5 0 7 80 8 100 7 120 5 200Z"


def test_no_peak_is_lost_or_drawn_twice_wherever_the_genre_changes():
    peaks = tuple(range(1, 101)) * 6
    picture = wave(peaks, [segment(at, at + 7, f"genre {at % 3}") for at in range(0, 70, 7)])
    drawn = [int(x) for stretch in picture.stretches for x, y in points(stretch.path) if y < 100]
    assert drawn == list(range(1, 2 * len(peaks), 2))


def test_a_stretch_too_short_to_be_seen_is_left_out():
    picture = wave(PEAKS, [segment(0, 99.9, "jazz"), segment(99.9, 100, "blues")])
    assert [stretch.run.genre for stretch in picture.stretches] == ["jazz"]
    assert [part.genre for part in picture.shares] == ["jazz", "blues"]


def test_the_genre_heard_longest_comes_first():
    picture = wave(PEAKS, [segment(0, 5, "blues"), segment(5, 20, "hiphop"), segment(20, 25, "blues")])
    assert [(part.genre, part.share) for part in picture.shares] == [("hiphop", 0.6), ("blues", 0.4)]
    assert shares_text(picture.shares) == "Hip-hop 60\N{NO-BREAK SPACE}%, Blues 40\N{NO-BREAK SPACE}%"


def test_one_genre_throughout_is_said_so():
    assert shares_text(wave(PEAKS, [segment(0, 9, "jazz")]).shares) == "Jazz throughout"


def test_the_player_is_told_where_each_stretch_ends():
    assert wave_runs([segment(0, 5, "jazz"), segment(5, 9, "hiphop")]) == [(5, "Jazz"), (9, "Hip-hop")]


def test_a_song_without_segments_has_no_stretches():
    assert wave(PEAKS, []).stretches == ()


@pytest.mark.parametrize("peaks", [[0, 40, 100, 7] * 150, [100]])
def test_the_page_draws_a_song_that_has_peaks(as_alice, session, alice, make_song, peaks):
    song = make_song(alice)
    song.prediction.peaks = peaks
    session.commit()
    page = as_alice.get(f"/songs/{song.id}").text
    assert f'viewBox="0 0 {2 * len(peaks)} 200"' in page
    assert 'class="wave-run genre-jazz"' in page
    assert "Jazz throughout" in page
    assert "The same in words" in page
    assert 'class="lanes' not in page


def test_an_older_verdict_keeps_its_lanes(as_alice, alice, make_song):
    page = as_alice.get(f"/songs/{make_song(alice).id}").text
    assert 'class="lanes' in page
    assert "wave-run" not in page


def test_only_the_page_of_one_song_reads_the_peaks(as_alice, alice, make_song, count_queries):
    song = make_song(alice)
    for path, reads in (("/history", False), ("/playlists", False), (f"/songs/{song.id}", True)):
        with count_queries() as statements:
            as_alice.get(path)
        assert any("peaks" in statement for statement in statements) is reads


def points(path):
    numbers = [float(number) for number in re.findall(r"[\d.]+", path)]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def segment(start, end, genre):
    return {"start": start, "end": end, "genre": genre, "scores": {genre: 1.0}}

"""The benchmarks measure what they say and tell it rightly. How long anything takes is not asserted."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import machine, material, memory, speed
from benchmarks.table import Row, markdown
from benchmarks.timing import in_turns, medians
from classifier.decode import decode
from tests.support.audio import music_like


@pytest.mark.parametrize(
    ("ratio", "at_most", "verdict"),
    [
        (1.0, True, "beyond"),
        (2.0, True, "met"),
        (3.0, True, "missed by 50%"),
        (3.0, False, "beyond"),
        (2.0, False, "met"),
        (1.5, False, "missed by 25%"),
    ],
)
def test_a_row_tells_whether_it_is_met_and_by_how_much_it_is_missed(ratio, at_most, verdict):
    stretch = 1.5 if at_most else 2.5
    row = Row("a measure", 3.0, 1.0, ratio, 2.0, stretch, at_most, "ms", "a floor")
    assert row.verdict == verdict
    assert row.met == (not verdict.startswith("missed"))


def test_a_row_without_a_target_is_neither_met_nor_missed():
    assert Row("a measure", 3.0, 1.0, 3.0, None, None, True, "ms", "a floor").verdict == ""


def test_a_table_shows_both_figures_their_ratio_and_the_target():
    row = Row("features", 1234.5, 0.5, 2469.0, 3.5, 2.5, True, "ms", "the floor")
    *_head, line = markdown([row]).splitlines()
    for part in ("features", "1,234 ms", "the floor", "0.5 ms", "2469.00", "≤ 3.5", "≤ 2.5", "missed"):
        assert part in line


def test_works_are_timed_in_turns_after_one_run_that_does_not_count():
    order = []
    in_turns(lambda: order.append("ours"), lambda: order.append("other"), rounds=2)
    assert order == ["ours", "other"] * 3


def test_one_slow_run_does_not_move_a_median():
    assert medians([[1.0, 7.0], [90.0, 7.0], [2.0, 8.0]]) == [2.0, 7.0]


@pytest.mark.parametrize("name", material.FORMATS)
def test_the_songs_have_the_length_and_the_format_of_their_names(tmp_path, name):
    path = material.song(tmp_path / f"song.{name}", seconds=3.0)
    assert decode(path).duration == pytest.approx(3.0, abs=0.1)


def test_features_are_timed_beside_their_floor_and_their_peers(monkeypatch):
    monkeypatch.setattr("benchmarks.peers.there", lambda _name: False)
    rows = speed.features(music_like(3.0), rounds=1)
    assert [row.other_name for row in rows] == ["bare float32 rfft", "python_speech_features"]
    for row in rows:
        assert row.ratio == pytest.approx(row.ours / row.other if row.at_most else row.other / row.ours)


def test_both_sides_of_the_mfcc_row_compute_the_same_values():
    assert speed.difference_of_mfcc(music_like(12.0)) < 1e-3
    assert speed.largest_mfcc(music_like(12.0)) > 1


def test_the_profile_names_every_part_of_an_analysis(tmp_path):
    spent = speed.profile(material.song(tmp_path / "song.mp3", seconds=12.0), rounds=1)
    assert {"FFmpeg's decoding alone", "Fourier transform", "spectral_contrast", "network"} <= set(spent)
    assert all(seconds > 0 for seconds in spent.values())


def test_memory_is_that_of_the_process_itself():
    blown_up = np.ones(40 * 2**20, np.uint8)  # what this process takes is none of the other's
    _seconds, bare = memory.fresh("pass")
    _seconds, full = memory.fresh("block = bytearray(30 * 2**20)")
    assert bare < blown_up.nbytes
    assert 25 * 2**20 < full - bare < 40 * 2**20


def test_the_machine_is_described():
    assert "Python 3." in machine.description()
    assert "numpy " in machine.description()

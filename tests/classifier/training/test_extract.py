"""Features are measured once, kept by content, and told apart by copy."""

from __future__ import annotations

import numpy as np
import pytest

from classifier import UnreadableAudio
from classifier.features import feature_count
from classifier.training.extract import extract
from tests.support.audio import music_like, write_wav


def test_each_file_gives_its_rows_and_those_of_its_copies(files, tmp_path):
    table = extract(files, copies=2, seed=1, jobs=1, cache=tmp_path)
    assert table.rows.shape == (9, feature_count())
    assert table.track.tolist() == [0] * 6 + [1] * 3
    assert table.copy.tolist() == [0, 0, 1, 1, 2, 2, 0, 1, 2]


def test_copies_differ_from_the_recording_and_from_each_other(files, tmp_path):
    rows = extract(files[1:], copies=2, seed=1, jobs=1, cache=tmp_path).rows
    assert np.abs(rows[0] - rows[1]).max() > 0.1
    assert np.abs(rows[1] - rows[2]).max() > 0.1


def test_another_seed_gives_other_copies_of_the_same_recording(files, tmp_path):
    first, second = (extract(files[1:], copies=1, seed=seed, jobs=1, cache=tmp_path).rows for seed in (1, 2))
    np.testing.assert_array_equal(first[0], second[0])
    assert np.abs(first[1] - second[1]).max() > 0.1


def test_what_was_kept_is_not_measured_again(files, tmp_path):
    extract(files, copies=1, seed=1, jobs=1, cache=tmp_path)
    kept = sorted(tmp_path.iterdir())
    np.save(kept[0], np.full((1, feature_count()), 7, np.float32))
    assert (extract(files, copies=1, seed=1, jobs=1, cache=tmp_path).rows == 7).any()


def test_processes_change_nothing(files, tmp_path):
    one = extract(files, copies=1, seed=1, jobs=1, cache=tmp_path / "one")
    two = extract(files, copies=1, seed=1, jobs=2, cache=tmp_path / "two")
    np.testing.assert_array_equal(one.rows, two.rows)


def test_a_broken_file_stops_the_run_before_it_can_be_learned_from(tmp_path):
    broken = tmp_path / "broken.mp3"
    broken.write_bytes(b"text\n" * 100)
    with pytest.raises(UnreadableAudio):
        extract([str(broken)], copies=1, seed=1, jobs=1, cache=tmp_path / "cache")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    return [
        str(write_wav(folder / "long.wav", music_like(16.0), 22_050)),
        str(write_wav(folder / "short.wav", music_like(3.0, seed=1), 22_050)),
    ]

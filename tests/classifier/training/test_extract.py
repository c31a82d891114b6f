"""Features are measured once, kept by content, and told apart by copy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from classifier import UnreadableAudio
from classifier.constants import MEL_BANDS
from classifier.decode import decode
from classifier.features import feature_count, measure
from classifier.training.extract import FeatureTable, extract
from tests.support.audio import music_like, write_wav


def test_each_file_gives_its_rows_and_those_of_its_copies(files, tmp_path):
    table = extract(files, copies=2, seed=1, jobs=1, cache=tmp_path)
    assert table.rows.shape == (9, feature_count())
    assert table.track.tolist() == [0] * 6 + [1] * 3
    assert table.copy.tolist() == [0, 0, 1, 1, 2, 2, 0, 1, 2]
    assert [patch.shape[1] for patch in table.patches] == [MEL_BANDS] * 9
    assert {patch.dtype for patch in table.patches} == {np.dtype(np.float16)}


def test_a_window_is_paired_with_the_same_window_of_its_copies(files, tmp_path):
    table = extract(files, copies=2, seed=1, jobs=1, cache=tmp_path)
    found = table.versions(np.array([1, 6]))
    expected = [[1, 3, 5], [6, 7, 8]]
    for versions, rows in zip(found, expected, strict=True):
        assert [id(patch) for patch in versions] == [id(table.patches[row]) for row in rows]


def test_a_copy_that_lacks_the_last_window_is_left_out_of_it():
    patches = tuple(np.full((1, 1), number, np.float16) for number in range(5))
    table = FeatureTable(np.zeros((5, 1), np.float32), np.zeros(5, int), np.array([0, 0, 1, 2, 2]), patches)
    found = [[int(patch[0, 0]) for patch in window] for window in table.versions(np.array([0, 1]))]
    assert found == [[0, 2, 3], [1, 4]]


def test_the_original_of_a_copys_window_is_found():
    table = FeatureTable(np.zeros((5, 1), np.float32), np.zeros(5, int), np.array([0, 0, 1, 2, 2]))
    assert table.originals(np.arange(5)).tolist() == [-1, -1, 0, 0, 1]


def test_what_is_measured_of_a_file_is_what_is_served(files, tmp_path):
    table = extract(files[1:], copies=0, seed=1, jobs=1, cache=tmp_path)
    served = measure(decode(Path(files[1])))
    np.testing.assert_array_equal(table.rows, served.rows)
    np.testing.assert_allclose(table.patches[0], served.patches[0], atol=0.02)


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
    with np.load(kept[0]) as arrays:
        changed = {name: arrays[name] for name in arrays.files}
    np.savez(kept[0], **(changed | {"rows": np.full_like(changed["rows"], 7)}))
    assert (extract(files, copies=1, seed=1, jobs=1, cache=tmp_path).rows == 7).any()
    assert sorted(tmp_path.iterdir()) == kept


def test_processes_change_nothing(files, tmp_path):
    one = extract(files, copies=1, seed=1, jobs=1, cache=tmp_path / "one")
    two = extract(files, copies=1, seed=1, jobs=2, cache=tmp_path / "two")
    # Not to the last digit: a process has one thread, and the order of its sums is another.
    np.testing.assert_allclose(one.rows, two.rows, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(np.concatenate(one.patches), np.concatenate(two.patches), rtol=2e-3, atol=1e-3)


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

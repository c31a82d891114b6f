"""Users' corrections are read with distrust, learned from without leaking, and asked whether they helped."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest

from classifier.constants import FEATURE_VERSION
from classifier.features import feature_count
from classifier.training.corrections import (
    Corrections,
    CorrectionsInconsistent,
    CorrectionsMismatch,
    CorrectionsMissing,
    CorrectionsUnreadable,
    UnknownLabel,
    add_corrections,
    read_corrections,
    same_recordings,
    save_corrections,
    with_corrections,
)
from classifier.training.extract import FeatureTable
from classifier.training.split import Fold
from classifier.training.usefulness import did_they_help

LABELS = ("blues", "jazz", "rock")
FEATURES = 40


def test_corrections_read_back_as_they_were(tmp_path):
    given = corrections(columns=feature_count())
    save_corrections(tmp_path / "new" / "said.npz", given)
    read = read_corrections(tmp_path / "new" / "said.npz")
    np.testing.assert_array_equal(read.rows, given.rows)
    np.testing.assert_array_equal(read.song, given.song)
    assert (read.label, read.group, len(read)) == (given.label, given.group, 3)


def test_half_precision_and_unknown_groups_are_taken(tmp_path):
    arrays = plain_arrays()
    del arrays["group"]
    read = read_corrections(written(tmp_path, **arrays | {"rows": arrays["rows"].astype(np.float16)}))
    assert read.rows.dtype == np.float32
    assert read.group == ("", "", "")


@pytest.mark.parametrize(
    ("changes", "error", "told"),
    [
        ({"feature_version": np.array(FEATURE_VERSION + 1)}, CorrectionsMismatch, "version"),
        ({"feature_version": np.array([FEATURE_VERSION])}, CorrectionsMismatch, "version"),
        ({"rows": np.zeros((4, 3), np.float32)}, CorrectionsMismatch, "3 columns"),
        ({"rows": np.zeros((4, 2, 2), np.float32)}, CorrectionsInconsistent, "no table"),
        ({"rows": np.zeros((0, feature_count()), np.float32)}, CorrectionsInconsistent, "no corrections"),
        ({"rows": np.full((4, feature_count()), np.nan, np.float32)}, CorrectionsInconsistent, "finite"),
        ({"label": np.array(["jazz", "polka", "rock"])}, UnknownLabel, "polka"),
        ({"label": np.array([1, 2, 3])}, CorrectionsInconsistent, "no list of words"),
        ({"label": np.array(["jazz", "rock"])}, CorrectionsInconsistent, "do not fit"),
        ({"song": np.array([0, 0, 1, 3])}, CorrectionsInconsistent, "are not those"),
        ({"song": np.array([0, 0, 1])}, CorrectionsInconsistent, "number of its song"),
        ({"song": np.array([0.0, 0.0, 1.0, 2.0])}, CorrectionsInconsistent, "whole numbers"),
        ({"group": np.array(["a", "b"])}, CorrectionsInconsistent, "2 groups"),
    ],
    ids=str,
)
def test_each_fault_of_a_file_has_its_own_error(tmp_path, changes, error, told):
    with pytest.raises(error, match=told):
        read_corrections(written(tmp_path, **plain_arrays() | changes))


def test_a_file_that_lacks_an_array_is_told_which(tmp_path):
    arrays = plain_arrays()
    del arrays["song"]
    with pytest.raises(CorrectionsUnreadable, match="lacks song"):
        read_corrections(written(tmp_path, **arrays))


def test_nothing_is_ever_unpickled(tmp_path):
    class Trap:
        def __reduce__(self):
            return (tmp_path.joinpath("sprung").touch, ())

    inside = tmp_path / "inside.npz"
    np.savez(inside, **plain_arrays() | {"label": np.array([Trap(), Trap(), Trap()], dtype=object)})
    outside = tmp_path / "outside.npz"
    outside.write_bytes(pickle.dumps(Trap()))
    (tmp_path / "sprung").unlink(missing_ok=True)
    for path in (inside, outside):
        with pytest.raises(CorrectionsUnreadable):
            read_corrections(path)
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize("content", [b"", b"label,genre\n", b"PK\x03\x04 and no more"])
def test_what_is_no_archive_is_refused(tmp_path, content):
    path = tmp_path / "said.npz"
    path.write_bytes(content)
    with pytest.raises(CorrectionsUnreadable):
        read_corrections(path)


def test_an_archive_that_was_cut_off_is_refused(tmp_path):
    path = written(tmp_path, **plain_arrays())
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(CorrectionsUnreadable):
        read_corrections(path)


def test_an_archive_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr("classifier.training.corrections.MAX_BYTES", 1000)
    monkeypatch.setattr(np, "load", lambda *_args, **_options: pytest.fail("unpacked"))
    with pytest.raises(CorrectionsUnreadable, match="unpacks to more"):
        read_corrections(written(tmp_path, **plain_arrays()))


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CorrectionsMissing, match=r"none\.npz"):
        read_corrections(tmp_path / "none.npz")


def test_corrections_join_the_tracks_to_be_learned_from_only():
    tracks, table = small_world()
    both, rows = add_corrections(tracks, table, corrections())
    added = both.iloc[len(tracks) :]
    assert list(added["use"]) == ["train"] * 3
    assert list(added["label"]) == ["jazz", "blues", "rock"]
    assert list(rows.track[len(table.rows) :]) == [len(tracks), len(tracks), len(tracks) + 1, len(tracks) + 2]
    assert both["fault_filtered"].iloc[-1] == ""
    np.testing.assert_array_equal(rows.rows[: len(table.rows)], table.rows)


def test_a_correction_is_left_out_of_the_fold_that_tests_its_artist():
    tracks, table = small_world()
    both, _rows = add_corrections(tracks, table, corrections(group=("artist 0", "", "artist 5")))
    first, second = with_corrections(halves(tracks), both)
    count = len(tracks)
    assert set(first.train[first.train >= count]) == {count + 1, count + 2}
    assert set(second.train[second.train >= count]) == {count, count + 1}


def test_a_correction_of_a_held_out_recording_is_recognised_whatever_its_group():
    tracks, table = small_world()
    said = Corrections(
        np.concatenate([table.rows[[4]] + np.float32(0.01), random_rows(1, seed=9)]),
        np.array([0, 1]),
        ("jazz", "rock"),
        ("", ""),
    )
    assert same_recordings(table, said) == {0: 4}
    both, _rows = add_corrections(tracks, table, said)
    assert list(both["artist_group"].iloc[-2:]) == [tracks["artist_group"][4], "corrections 1"]


def test_corrections_that_teach_the_missing_helped():
    tracks, table = small_world(songs=120)
    said = labelled_corrections(120)
    found = did_they_help(tracks, table, halves(tracks), said, nearest_mean, labels=LABELS, seed=1)
    assert found.answer == "yes"
    assert found.with_them["accuracy"] > found.without["accuracy"] + 0.1
    assert found.to_dict()["helped"] == "yes"
    assert "120 corrected songs helped" in str(found)


def test_corrections_that_are_wrong_did_harm():
    tracks, table = small_world(songs=120)
    said = labelled_corrections(600)
    wrong = Corrections(
        said.rows, said.song, tuple(LABELS[(LABELS.index(name) + 1) % 3] for name in said.label), said.group
    )
    found = did_they_help(tracks, table, halves(tracks), wrong, nearest_mean, labels=LABELS, seed=1)
    assert found.answer == "no"
    assert found.difference["accuracy"][2] < 0


def test_corrections_that_change_no_verdict_are_unclear():
    tracks, table = small_world()
    found = did_they_help(tracks, table, halves(tracks), corrections(), always_the_same, labels=LABELS, seed=1)
    assert (found.answer, found.difference["accuracy"]) == ("unclear", (0.0, 0.0, 0.0))
    assert found.left_out == 0


def test_corrections_of_tested_artists_cannot_help_those_artists():
    tracks, table = small_world(songs=120)
    artists = tuple(f"artist {number}" for number in range(60))
    said = labelled_corrections(60, group=artists)
    seen = []
    did_they_help(
        tracks,
        table,
        halves(tracks),
        said,
        lambda *world: seen.append(world) or nearest_mean(*world),
        labels=LABELS,
        seed=1,
    )
    more, _rows, folds = seen[1]
    for fold in folds:
        assert not set(more["artist_group"][fold.train]) & set(more["artist_group"][fold.test])


def corrections(columns=FEATURES, group=("Miles", "", "user 7")):
    rows = random_rows(4, seed=5, columns=columns)
    return Corrections(rows, np.array([0, 0, 1, 2]), ("jazz", "blues", "rock"), group)


def plain_arrays():
    given = corrections(columns=feature_count())
    return {
        "rows": given.rows,
        "song": given.song,
        "label": np.array(given.label),
        "group": np.array(given.group),
        "feature_version": np.array(FEATURE_VERSION),
    }


def written(folder, **arrays):
    np.savez_compressed(folder / "said.npz", **arrays)
    return folder / "said.npz"


def random_rows(count, seed, columns=FEATURES):
    return np.random.default_rng(seed).normal(size=(count, columns)).astype(np.float32)


def labelled_rows(count, seed):
    number = np.arange(count) % 3
    rows = random_rows(count, seed)
    rows[:, :4] += 1.5 * number[:, None]
    return rows, [LABELS[n] for n in number]


def small_world(songs=12, seed=2):
    rows, label = labelled_rows(songs, seed)
    tracks = pd.DataFrame(
        {
            "path": [f"{number}.wav" for number in range(songs)],
            "set": "made",
            "label": label,
            "use": "cv",
            "artist_group": [f"artist {number // 2}" for number in range(songs)],
            "fault_filtered": "",
        }
    )
    return tracks, FeatureTable(rows, np.arange(songs), np.zeros(songs, dtype=np.intp))


def labelled_corrections(songs, group=None):
    rows, label = labelled_rows(songs, seed=77)
    return Corrections(rows, np.arange(songs), tuple(label), group or ("",) * songs)


def halves(tracks):
    rows = np.arange(len(tracks))
    middle = len(tracks) // 4 * 2
    return [Fold(train=rows[middle:], test=rows[:middle]), Fold(train=rows[:middle], test=rows[middle:])]


def nearest_mean(tracks, table, folds):
    """Score by the distance to each label's mean, learned from every twentieth track and from all corrections."""
    scores = []
    for fold in folds:
        corrected = (tracks["set"] == "corrections").to_numpy()
        learned = np.array([row for row in fold.train if corrected[row] or row % 20 == 0])
        label = tracks["label"].to_numpy()[learned]
        means = np.stack([_mean(table.rows[learned][label == name]) for name in LABELS])
        scores.append(-np.linalg.norm(table.rows[fold.test][:, None] - means, axis=2))
    return np.concatenate(scores)


def _mean(rows):
    return rows.mean(axis=0) if len(rows) else np.full(FEATURES, 50.0)


def always_the_same(_tracks, _table, folds):
    return np.tile([1.0, 0.0, 0.0], (sum(len(fold.test) for fold in folds), 1))

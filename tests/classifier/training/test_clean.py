"""What must not be learned from is found, named and dropped; the rest goes on."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from classifier.__main__ import main
from classifier.training.clean import TABLE_COLUMNS, clean
from classifier.training.inspection import clipped_share
from classifier.training.layouts.common import table_of
from classifier.training.split import artist_folds
from tests.classifier.training.test_fingerprint import RATE, cut, melody
from tests.support.audio import encode, sine, write_wav


def test_a_corrupt_file_is_listed_and_the_rest_goes_on(songs, tmp_path):
    (tmp_path / "broken.mp3").write_bytes(b"\x00\x01not music" * 400)
    cleaning = cleaned(tmp_path, [("broken.mp3", "jazz"), (songs["one"], "jazz"), ("absent.wav", "jazz")])
    assert cleaning.kept["path"].tolist() == [str(songs["one"])]
    assert cleaning.table["reason"].tolist() == ["corrupt", "corrupt"]
    assert "not audio we can read" in cleaning.table["detail"].iloc[0]
    assert tuple(cleaning.table.columns) == TABLE_COLUMNS


def test_silence_and_shortness_have_reasons_of_their_own(tmp_path):
    write_wav(tmp_path / "silent.wav", np.zeros(RATE * 4, np.float32), RATE)
    write_wav(tmp_path / "short.wav", sine(440, 1.0), RATE)
    cleaning = cleaned(tmp_path, [("silent.wav", "jazz"), ("short.wav", "jazz")])
    assert cleaning.table.set_index("reason")["path"].str[-10:].to_dict() == {
        "silent": "silent.wav",
        "too short": "/short.wav",
    }
    assert cleaning.kept.empty


def test_a_re_encoded_cut_is_dropped_for_the_longer_original(songs, tmp_path):
    copy = tmp_path / "copy.ogg"
    encode(copy, 0.3 * cut(melody(1, 12.0), 2.2, 7.0), RATE, "ogg")
    cleaning = cleaned(tmp_path, [(copy, "jazz"), (songs["one"], "jazz"), (songs["two"], "rock")])
    (found,) = cleaning.table.to_dict("records")
    assert (found["path"], found["reason"], found["duplicate_of"]) == (str(copy), "duplicate", str(songs["one"]))
    assert cleaning.kept["path"].tolist() == [str(songs["one"]), str(songs["two"])]


def test_the_copy_that_may_be_judged_on_stays_even_if_it_is_shorter(songs, tmp_path):
    copy = write_wav(tmp_path / "copy.wav", cut(melody(1, 12.0), 2.2, 7.0), RATE)
    tracks = table(tmp_path, [(copy, "jazz"), (songs["one"], "jazz")])
    tracks["use"] = ["cv", "train"]
    assert clean(tracks, cache=tmp_path / "kept").kept["path"].tolist() == [str(copy)]


def test_one_recording_under_two_labels_is_dropped_altogether(songs, tmp_path):
    copy = write_wav(tmp_path / "copy.wav", cut(melody(1, 12.0), 1.0, 10.0), RATE)
    cleaning = cleaned(tmp_path, [(songs["one"], "metal"), (copy, "hiphop"), (songs["two"], "rock")])
    assert cleaning.table["reason"].tolist() == ["contradicting labels"] * 2
    assert "labelled hiphop and metal" in cleaning.table["detail"].iloc[0]
    assert cleaning.kept["genre"].tolist() == ["rock"]


def test_a_shared_stretch_is_kept_and_bound_to_one_side_of_a_split(tmp_path):
    song = melody(5, 20.0)
    first = write_wav(tmp_path / "first.wav", cut(song, 0.0, 11.0), RATE)
    second = write_wav(tmp_path / "second.wav", cut(song, 8.0, 12.0), RATE)
    others = [write_wav(tmp_path / f"{n}.wav", melody(n + 20, 3.0), RATE) for n in range(6)]
    cleaning = cleaned(tmp_path, [(path, "jazz") for path in (first, second, *others)])
    assert cleaning.table[["reason", "action"]].to_numpy().tolist() == [["overlap", "kept"]]
    kept = cleaning.kept.assign(label="jazz", artist_group=[f"artist {n}" for n in range(8)])
    assert kept["duplicate_group"].tolist() == [str(first), str(first), *[""] * 6]
    for fold in artist_folds(kept, folds=3, seed=0):
        assert (0 in fold.test) == (1 in fold.test)


def test_clipping_is_told_and_dropped_only_if_strict(songs, tmp_path):
    loud = write_wav(tmp_path / "loud.wav", np.clip(8 * melody(9, 5.0), -1, 1), RATE)
    rows = [(loud, "rock"), (songs["one"], "rock")]
    told, strict = cleaned(tmp_path, rows), cleaned(tmp_path, rows, strict=True)
    assert told.table[["reason", "action"]].to_numpy().tolist() == [["clipped", "kept"]]
    assert strict.table[["reason", "action"]].to_numpy().tolist() == [["clipped", "dropped"]]
    assert (len(told.kept), len(strict.kept)) == (2, 1)


def test_what_is_loud_but_whole_is_not_clipped():
    assert clipped_share(sine(440, 3.0, amplitude=1.0)) < 0.01
    assert clipped_share(np.clip(sine(440, 3.0, amplitude=2.0), -1, 1)) > 0.3


def test_gtzan_tracks_that_the_published_lists_left_out_are_told(songs, tmp_path):
    listed = write_wav(tmp_path / "jazz.00001.wav", melody(31, 3.0), RATE)
    unlisted = write_wav(tmp_path / "jazz.00002.wav", melody(32, 3.0), RATE)
    tracks = table(tmp_path, [(listed, "jazz"), (unlisted, "jazz"), (songs["one"], "jazz")])
    tracks["fault_filtered"] = ["train", "", ""]
    cleaning = clean(tracks, cache=tmp_path / "kept")
    assert cleaning.table[["path", "reason", "action"]].to_numpy().tolist() == [[str(unlisted), "known faulty", "kept"]]
    assert len(clean(tracks, cache=tmp_path / "kept", strict=True).kept) == 2


def test_the_known_corrupt_file_of_gtzan_is_named_as_such(tmp_path):
    (tmp_path / "jazz.00054.wav").write_bytes(b"RIFF" + b"\x00" * 200)
    cleaning = cleaned(tmp_path, [("jazz.00054.wav", "jazz")])
    assert "known: this one of GTZAN's WAV edition" in cleaning.table["detail"].iloc[0]


def test_a_second_run_reads_what_was_kept(songs, tmp_path, monkeypatch):
    rows = [(songs["one"], "jazz"), (songs["two"], "rock")]
    first = cleaned(tmp_path, rows)
    monkeypatch.setattr("classifier.training.inspection.decode", None)
    pd.testing.assert_frame_equal(cleaned(tmp_path, rows).kept, first.kept)


def test_two_processes_find_the_same(songs, tmp_path):
    rows = [(songs["one"], "jazz"), (songs["one"], "rock"), (songs["two"], "rock")]
    tracks = table(tmp_path, rows)
    found = [clean(tracks, cache=tmp_path / f"kept{jobs}", jobs=jobs).table for jobs in (1, 2)]
    pd.testing.assert_frame_equal(*found)


def test_the_command_writes_the_table_and_says_what_was_found(songs, tmp_path, capsys):
    for label, name in (("jazz", "one"), ("rock", "two"), ("rock", "copy")):
        (tmp_path / "set" / label).mkdir(parents=True, exist_ok=True)
        (tmp_path / "set" / label / f"{name}.wav").write_bytes(songs[name.replace("copy", "two")].read_bytes())
    out = tmp_path / "tables" / "dropped.csv"
    arguments = ["clean", "--dataset", str(tmp_path / "set"), "--out", str(out), "--jobs", "1"]
    assert main([*arguments, "--cache", str(tmp_path / "kept")]) == 0
    assert pd.read_csv(out)["reason"].tolist() == ["duplicate"]
    assert "duplicate: 1 dropped" in capsys.readouterr().err


def test_the_command_tells_what_is_wrong_with_a_folder(tmp_path, capsys):
    assert main(["clean", "--dataset", str(tmp_path), "--out", str(tmp_path / "x.csv")]) == 2
    assert "holds nothing" in capsys.readouterr().err


def cleaned(folder, rows, **options):
    return clean(table(folder, rows), cache=folder / "kept", **options)


def table(folder, rows):
    return table_of(
        [{"path": str(folder / name), "set": "made-up", "genre": genre, "use": "cv"} for name, genre in rows]
    )


@pytest.fixture(scope="module")
def songs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("songs")
    names = {"one": 1, "two": 2}
    return {name: write_wav(folder / f"{name}.wav", melody(seed, 12.0), RATE) for name, seed in names.items()}

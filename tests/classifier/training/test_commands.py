"""The whole training half on a small made-up dataset, as its commands run it."""

from __future__ import annotations

import csv

import numpy as np
import pandas as pd
import pytest

from classifier import GENRES, classify, load_model
from classifier.__main__ import main
from classifier.artifact import read_card
from classifier.training.dataset import DatasetError, load_tracks
from tests.support.audio import music_like, noise, sine, write_wav


def test_training_writes_a_model_that_loads_and_a_card_with_its_figures(trained, dataset):
    model, card = load_model(trained / "model.npz"), read_card(trained / "model.npz")
    page = (trained / "card.md").read_text()
    prediction = classify(dataset / "blues-0-0.wav", model)
    assert prediction.model == card["version"]
    assert card["data"]["judged"] == 60
    assert f"{card['figures']['accuracy']:.1%}" in page
    assert all(f"| {genre} |" in page for genre in GENRES)


def test_what_differs_clearly_is_learned(trained):
    # Each made-up genre has a pitch of its own, so far better than chance is the least to expect.
    assert read_card(trained / "model.npz")["figures"]["accuracy"] > 0.5


def test_a_second_run_uses_what_was_measured_and_prints_the_same(trained, dataset, capsys):
    arguments = ["compare", "--dataset", str(dataset), "--copies", "1", "--folds", "3", "--jobs", "1"]
    arguments += ["--cache", str(trained / "cache")]
    assert main(arguments) == 0
    first = capsys.readouterr().out
    assert main(arguments) == 0
    assert capsys.readouterr().out == first
    assert "| LDA |" in first


def test_a_table_without_a_genre_is_refused(dataset):
    rows = pd.read_csv(dataset / "tracks.csv")
    rows[rows["genre"] != "jazz"].to_csv(dataset / "part" / "tracks.csv", index=False)
    with pytest.raises(DatasetError, match=r"jazz|not there"):
        load_tracks(dataset / "part")


def test_a_missing_column_is_named(tmp_path):
    (tmp_path / "tracks.csv").write_text("file,genre\na.wav,jazz\n")
    with pytest.raises(DatasetError, match="artist_group, set, use"):
        load_tracks(tmp_path)


def test_files_that_are_not_there_are_counted(tmp_path):
    (tmp_path / "tracks.csv").write_text("file,genre,set,use,artist_group\na.wav,jazz,x,cv,y\n")
    with pytest.raises(DatasetError, match=r"1 files of the table are not there, the first: .*a\.wav"):
        load_tracks(tmp_path)


def test_an_empty_folder_says_what_it_lacks(tmp_path):
    with pytest.raises(DatasetError, match=r"no tracks\.csv"):
        load_tracks(tmp_path)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    """Sixty songs of three seconds: ten genres of three artists, told apart by a steady tone under a tune."""
    folder = tmp_path_factory.mktemp("dataset")
    (folder / "part").mkdir()
    with (folder / "tracks.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["file", "set", "genre", "use", "artist_group"])
        for number, genre in enumerate(GENRES):
            for artist in range(3):
                for song in range(2):
                    name = f"{genre}-{artist}-{song}.wav"
                    samples = 0.3 * music_like(3.0, seed=10 * artist + song) + sine(300.0 * 1.35**number, 3.0)
                    write_wav(folder / name, np.float32(0.5) * (samples + noise(3.0, seed=number)), 22_050)
                    table.writerow([name, "made-up", genre, "cv", f"{genre} {artist}"])
    return folder


@pytest.fixture(scope="module")
def trained(dataset, tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    arguments = ["train", "--dataset", str(dataset), "--copies", "1", "--folds", "3", "--jobs", "1"]
    arguments += [
        "--cache",
        str(folder / "cache"),
        "--model",
        str(folder / "model.npz"),
        "--card",
        str(folder / "card.md"),
    ]
    assert main(arguments) == 0
    return folder

"""The whole training half on a small made-up dataset, as its commands run it."""

from __future__ import annotations

import csv
import json
import shutil
from functools import partial

import numpy as np
import pytest

from classifier import GENRES, MOODS, artifact, classify, features, load_model
from classifier.__main__ import main
from classifier.artifact import read_card
from classifier.training import commands
from classifier.training.corrections import Corrections, save_corrections
from classifier.training.dataset import extended_task
from classifier.training.extract import extract
from classifier.training.network import TorchMissingError
from classifier.training.nonmusic import heard
from classifier.training.usefulness import Help
from tests.support.audio import music_like, noise, sine, write_wav

FEW = ("mfcc", "spectral_contrast", "spectral_shape", "chroma", "onset_autocorrelation")
"""Groups of features that suffice here; all of them would only make the covariances larger."""


def test_training_writes_a_model_that_loads_and_a_card_with_its_figures(trained, dataset):
    model, card = load_model(trained / "model.npz"), read_card(trained / "model.npz")
    page = (trained / "card.md").read_text()
    prediction = classify(dataset / "blues-0-0.wav", model)
    assert prediction.model == card["version"]
    assert set(prediction.moods) == set(MOODS)
    assert card["data"]["judged"] == 60
    assert card["algorithms"] == ["LDA"]
    assert f"{card['figures']['accuracy']:.1%}" in page
    assert all(f"| {genre} |" in page for genre in GENRES)


def test_the_model_that_is_written_knows_likeness_and_traits(trained, dataset):
    model, card = load_model(trained / "model.npz"), read_card(trained / "model.npz")
    prediction = classify(dataset / "metal-0-0.wav", model)
    assert len(prediction.vector) == card["neighbours"]["values"]
    assert {"energy", "brightness"} <= prediction.traits.keys()
    assert card["traits"]["recordings"] == 61  # sixty judged and one of a hint; polkas and the copy teach nothing


def test_what_differs_clearly_is_learned_genre_and_mood(trained):
    # Each made-up genre has a pitch of its own and each mood a beat, so far better than chance is the least to expect.
    card = read_card(trained / "model.npz")
    assert card["figures"]["accuracy"] > 0.5
    assert card["mood"]["judged"] == 60
    assert card["mood"]["figures"]["accuracy"] > 0.4


def test_copies_of_a_recording_are_dropped_and_hints_learned_from(trained):
    data = read_card(trained / "model.npz")["data"]
    assert data["dropped by cleaning"] == {"duplicate": 1}
    assert data["only learned from"] == 1  # named jazz and rap by its source; the copy of a blues is dropped
    assert data["learned from as a share of several"] == 1


def test_every_step_is_timed_and_said(trained):
    card = read_card(trained / "model.npz")
    assert list(card["seconds"]) == ["cleaning", "features", "cross-validation", "final fit"]
    assert card["seconds"].keys() == card["processor seconds"].keys()
    told = (trained / "stderr").read_text()
    assert "fold 3 of 3" in told
    assert "wrote" in told


def test_a_second_run_makes_the_same_model_and_replaces_the_first(trained, dataset, tmp_path, capsys):
    again = copied(trained, tmp_path)
    assert main(train(dataset, trained, again)) == 0
    assert "accuracy" in capsys.readouterr().err  # what became of each figure
    assert (again / "model.npz").read_bytes() == (trained / "model.npz").read_bytes()


def test_a_worse_model_replaces_the_present_one_only_by_force(trained, dataset, tmp_path, capsys):
    again = copied(trained, tmp_path)
    card = json.loads((again / "model.json").read_text())
    card["figures"]["accuracy"] = 1.5
    (again / "model.json").write_text(json.dumps(card))
    before = (again / "model.npz").read_bytes(), (again / "model.json").read_bytes()
    assert main(train(dataset, trained, again)) == 2
    assert "worse than the present one" in capsys.readouterr().err
    assert ((again / "model.npz").read_bytes(), (again / "model.json").read_bytes()) == before
    assert main([*train(dataset, trained, again), "--force"]) == 0
    assert read_card(again / "model.npz")["figures"]["accuracy"] <= 1


def test_corrections_are_put_to_the_test_learned_from_and_reported(trained, dataset, tmp_path, capsys):
    write_corrections(tmp_path / "said.npz", dataset, trained)
    assert main([*train(dataset, trained, tmp_path), "--corrections", str(tmp_path / "said.npz")]) == 0
    told = capsys.readouterr()
    card = read_card(tmp_path / "model.npz")
    assert "3 corrected songs" in told.err
    assert (card["corrections"]["songs"], card["corrections"]["judged on"]) == (3, 60)
    assert "corrections of 3 songs" in told.out
    assert card["data"]["judged"] == 60
    assert card["corrections"]["helped"] != "no"
    assert np.abs(load_model(tmp_path / "model.npz").mean - load_model(trained / "model.npz").mean).max() > 1e-4


def test_corrections_that_do_harm_are_reported_and_not_learned_from(trained, dataset, tmp_path, monkeypatch):
    figures = {"accuracy": 0.9, "macro_recall": 0.9}
    harm = Help(3, 60, 0, figures, figures, dict.fromkeys(figures, (-0.2, -0.3, -0.1)))
    monkeypatch.setattr(commands, "did_they_help", lambda *_arguments, **_options: harm)
    write_corrections(tmp_path / "said.npz", dataset, trained)
    assert main([*train(dataset, trained, tmp_path), "--corrections", str(tmp_path / "said.npz")]) == 0
    assert read_card(tmp_path / "model.npz")["corrections"]["helped"] == "no"
    assert (tmp_path / "model.npz").read_bytes() == (trained / "model.npz").read_bytes()


def test_corrections_that_cannot_be_read_are_told(trained, dataset, tmp_path, capsys):
    (tmp_path / "said.npz").write_bytes(b"no archive")
    assert main([*train(dataset, trained, tmp_path), "--corrections", str(tmp_path / "said.npz")]) == 2
    assert "error: said.npz is no archive" in capsys.readouterr().err
    assert not (tmp_path / "model.npz").exists()


def test_more_genres_than_ten_may_be_learned(trained, dataset, tmp_path, monkeypatch):
    monkeypatch.setitem(commands.TASKS, "extended", partial(extended_task, min_tracks=4, min_artists=3))
    assert main([*train(dataset, trained, tmp_path), "--task", "extended"]) == 0
    assert load_model(tmp_path / "model.npz").genre.labels == (*GENRES, "polka")
    card = read_card(tmp_path / "model.npz")
    assert card["data"]["judged"] == 66
    assert card["version"].startswith("extended-")


def test_a_network_that_is_wanted_without_pytorch_is_told_before_anything_is_written(
    trained, dataset, tmp_path, monkeypatch, capsys
):
    def absent(*_arguments, **_options):
        raise TorchMissingError("The network needs PyTorch: pip install genregenie[network]")

    monkeypatch.setattr("classifier.training.train.kept_network", absent)
    assert main([*train(dataset, trained, tmp_path), "--epochs", "1"]) == 2
    assert "pip install genregenie[network]" in capsys.readouterr().err
    assert not (tmp_path / "model.npz").exists()


def test_a_comparison_writes_its_pages_and_finds_the_same_again(trained, dataset, tmp_path, capsys):
    arguments = ["compare", *learning(dataset, trained), "--out", str(tmp_path)]
    arguments += ["--only", "LDA", "--only", "k nearest neighbours", "--protocol", "artist", "--protocol", "random"]
    assert main(arguments) == 0
    first = capsys.readouterr().out
    assert "| LDA |" in first
    assert "| k nearest neighbours |" in first
    assert "LEAKING" in first
    assert {path.name for path in tmp_path.iterdir()} >= {"genre.html", "genre.md", "genre.csv"}
    assert main(arguments) == 0
    assert capsys.readouterr().out == first


@pytest.mark.parametrize("command", ["train", "compare"])
def test_more_folds_than_artists_are_refused_without_a_traceback(command, trained, dataset, tmp_path, capsys):
    more = train(dataset, trained, tmp_path)[1:] if command == "train" else learning(dataset, trained)
    only = [] if command == "train" else ["--only", "LDA", "--out", str(tmp_path)]
    assert main([command, *more, *only, "--folds", "40"]) == 2
    assert "error: 30 artists cannot fill 40 folds" in capsys.readouterr().err


def test_a_dataset_that_lacks_a_genre_is_refused_by_its_name(dataset, trained, tmp_path, capsys):
    lines = (dataset / "tracks.csv").read_text().splitlines()
    (tmp_path / "tracks.csv").write_text("\n".join(line for line in lines if not line.startswith("jazz")) + "\n")
    for name in dataset.glob("*.wav"):
        (tmp_path / name.name).symlink_to(name)
    assert main(train(tmp_path, trained, tmp_path)) == 2
    assert "jazz" in capsys.readouterr().err


def test_an_unknown_algorithm_is_refused_with_those_there_are(dataset, trained, capsys):
    assert main(["compare", *learning(dataset, trained), "--only", "astrology"]) == 2
    assert "no algorithm 'astrology'" in capsys.readouterr().err


def train(dataset, trained, target):
    paths = ["--model", str(target / "model.npz"), "--card", str(target / "card.md")]
    return ["train", *learning(dataset, trained), "--epochs", "0", *paths]


def learning(dataset, trained):
    counts = ["--copies", "1", "--folds", "3", "--jobs", "1"]
    return ["--dataset", str(dataset), *counts, "--cache", str(trained / "cache")]


def write_corrections(path, dataset, trained):
    """Write what users said of three songs that sound like the jazz of the dataset."""
    files = [str(dataset / f"jazz-{artist}-1.wav") for artist in range(3)]
    table = extract(files, copies=0, seed=1, jobs=1, cache=trained / "cache")
    said = Corrections(table.rows + np.float32(0.5), table.track, ("jazz",) * 3, ("user 1", "user 2", ""))
    save_corrections(path, said)


def copied(trained, target):
    for name in ("model.npz", "model.json"):
        shutil.copy(trained / name, target)
    return target


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    """Return sixty songs of three seconds, six polkas, a copy and one that its source names twice.

    Each of the ten genres has three artists and a steady tone under its tunes; moods have a beat of their own.
    """
    folder = tmp_path_factory.mktemp("dataset")
    rows = [
        (f"{genre}-{artist}-{song}.wav", genre, "cv", f"{genre} {artist}", f"Q{1 + (artist + song) % 4}", "")
        for genre in GENRES
        for artist in range(3)
        for song in range(2)
    ]
    polkas = [(f"polka-{number}.wav", "", "train", f"polka {number // 2}", "", "polka") for number in range(6)]
    named = ("named.wav", "", "train", "somebody", "", "Jazz; Rap")
    with (folder / "tracks.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["file", "genre", "use", "artist_group", "mood", "source_genre", "set"])
        for number, row in enumerate([*rows, *polkas, named]):
            write_wav(folder / row[0], song_like(number, row), 22_050)
            table.writerow([*row, "made-up"])
        shutil.copy(folder / "blues-0-0.wav", folder / "copy.wav")
        table.writerow(["copy.wav", "blues", "train", "blues 0", "", "", "made-up"])
    return folder


def song_like(number, row):
    pitch = GENRES.index(row[1]) if row[1] else 10
    tempo = 80.0 + 25 * int(row[4][1:] or 0)
    tune = 0.3 * music_like(3.0, seed=number, tempo=tempo) + sine(300.0 * 1.35**pitch, 3.0)
    hiss = noise(3.0, seed=number, amplitude=0.02 * (1 + int(row[4][1:] or 0)))
    return np.float32(0.5) * (tune + hiss)


@pytest.fixture(scope="module")
def trained(dataset, tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    with pytest.MonkeyPatch.context() as patch, (folder / "stderr").open("w") as told:
        patch.setattr("sys.stderr", told)
        assert main(train(dataset, folder, folder)) == 0
    return folder


@pytest.fixture(scope="module", autouse=True)
def _few():
    """Measure little, of few other sounds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(heard, "SOUNDS", {"noise": 6, "speech": 6, "animals": 6})
        patch.setattr(features, "GROUPS", {name: features.GROUPS[name] for name in FEW})
        patch.setattr(features, "_names", [])
        for module in (features, artifact):
            patch.setattr(module, "FEATURE_COUNT", len(features.feature_names()))
        yield

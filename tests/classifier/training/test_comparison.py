"""Everything is compared once, kept at once, and a stopped run goes on."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import replace

import numpy as np
import pytest

from classifier import features
from classifier.training import compare_command, comparison, trial
from classifier.training.algorithms import ENSEMBLES, RECIPES, probability
from classifier.training.comparison import NO_COPIES, NO_PATCHES, NO_TORCH, Split, UnknownAlgorithmError, compare
from classifier.training.lesson import Recipe
from classifier.training.material import Material
from classifier.training.network import torch_is_there
from classifier.training.split import artist_folds, random_folds
from tests.support.audio import music_like, noise, sine, write_wav
from tests.support.material import LABELS, toy_material, toy_tracks

FAST = ("LDA", "logistic regression", "LDA + logistic regression")


def test_what_differs_clearly_is_told_apart_by_all(tmp_path, splits, monkeypatch):
    monkeypatch.setattr(probability, "TREES", 20)
    names = (*FAST, "SVM", "random forest", "LDA, altered copies")
    found = compare(toy_material(), splits, only=names, cache=tmp_path)
    assert {row.algorithm for row in found.rows} == set(names)
    assert min(row.figures.accuracy for row in found.rows) > 0.45  # a third is chance
    assert found.row("artist", "LDA").figures.accuracy > 0.8
    assert {row.leaking for row in found.rows if row.protocol == "random"} == {True}
    assert all(row.size > 0 and row.fit_seconds > 0 for row in found.rows)


def test_at_least_ten_rows_are_compared_under_both_protocols():
    names, _left_out = comparison.wanted((), toy_material(patches=True))
    assert len(names) >= 10


def test_a_stopped_run_goes_on_where_it_was(tmp_path, splits, monkeypatch):
    calls, real = [], trial.run

    def dies_at_the_fourth(one, material):
        if len(calls) == 3:
            raise KeyboardInterrupt
        calls.append((one.protocol, one.number, one.algorithm))
        return real(one, material)

    monkeypatch.setattr(trial, "run", dies_at_the_fourth)
    with pytest.raises(KeyboardInterrupt):
        compare(toy_material(), splits, only=FAST, cache=tmp_path)
    done = list(calls)

    def goes_on(one, material):
        calls.append((one.protocol, one.number, one.algorithm))
        return real(one, material)

    monkeypatch.setattr(trial, "run", goes_on)
    compare(toy_material(), splits, only=FAST, cache=tmp_path)
    assert len(calls) == len(set(calls)) == 2 * 3 * 2
    assert calls[:3] == done


def test_a_second_run_reads_all_and_finds_the_same(tmp_path, splits, monkeypatch):
    first = compare(toy_material(), splits, only=FAST, cache=tmp_path)
    monkeypatch.setattr(trial, "run", None)
    second = compare(toy_material(), splits, only=FAST, cache=tmp_path)
    for one, other in zip(first.rows, second.rows, strict=True):
        np.testing.assert_array_equal(one.probabilities, other.probabilities)
        assert (one.settings, one.fit_seconds, one.size) == (other.settings, other.fit_seconds, other.size)


def test_changed_data_are_tried_anew(splits):
    material = toy_material()
    one = trial.Trial("artist", 0, "LDA", splits["artist"].folds[0])
    before = trial.fingerprint(one, material)
    material.table.rows[0, 0] += 1
    assert trial.fingerprint(one, material) != before
    assert trial.fingerprint(one, replace(toy_material(), seed=7)) != before
    assert trial.fingerprint(one, toy_material()) == before


def test_changed_settings_are_tried_anew(splits, monkeypatch):
    one = trial.Trial("artist", 0, "LDA", splits["artist"].folds[0])
    before = trial.fingerprint(one, toy_material())
    monkeypatch.setitem(RECIPES, "LDA", replace(RECIPES["LDA"], grid=({"shrinkage": 0.9},)))
    assert trial.fingerprint(one, toy_material()) != before


def test_altered_copies_change_only_what_learns_from_them(tmp_path, splits):
    names = ("LDA", "LDA, altered copies")
    material = toy_material()
    before = compare(material, splits, only=names, cache=tmp_path / "a")
    altered = toy_material()
    altered.table.rows[altered.table.copy > 0] *= -1
    after = compare(altered, splits, only=names, cache=tmp_path / "b")
    for name, same in zip(names, (True, False), strict=True):
        one, other = (found.row("artist", name).probabilities for found in (before, after))
        assert np.array_equal(one, other) is same


def test_an_ensemble_is_the_mean_of_its_members(tmp_path, splits):
    found = compare(toy_material(), splits, only=FAST, cache=tmp_path)
    parts = [np.log(found.row("artist", name).probabilities) for name in ENSEMBLES[FAST[2]]]
    together = found.row("artist", FAST[2])
    np.testing.assert_array_equal(together.probabilities.argmax(axis=1), np.mean(parts, axis=0).argmax(axis=1))
    assert together.fit_seconds == pytest.approx(sum(found.row("artist", name).fit_seconds for name in FAST[:2]))


def test_an_ensemble_brings_its_members_along(tmp_path, splits):
    found = compare(toy_material(), splits, only=FAST[2:], cache=tmp_path)
    assert {row.algorithm for row in found.rows} == set(FAST)


def test_processes_find_what_one_finds(tmp_path, splits):
    alone = compare(toy_material(), {"artist": splits["artist"]}, only=("LDA",), cache=tmp_path / "a")
    said: list[str] = []
    many = compare(
        toy_material(), {"artist": splits["artist"]}, only=("LDA",), cache=tmp_path / "b", jobs=2, say=said.append
    )
    np.testing.assert_allclose(alone.rows[0].probabilities, many.rows[0].probabilities, atol=1e-6)
    assert len(said) == 3
    assert said[-1].startswith("3/3 artist fold")


def test_a_single_fold_is_calibrated_by_its_other_artists(tmp_path, splits):
    one = Split(splits["artist"].folds[:1], leaking=False, description="one")
    row = compare(toy_material(), {"one": one}, only=("LDA",), cache=tmp_path).row("one", "LDA")
    np.testing.assert_allclose(row.probabilities.sum(axis=1), 1)


def test_what_cannot_be_run_is_left_out_and_told(tmp_path, splits):
    found = compare(
        toy_material(copies=False), splits, only=(*FAST, "CNN + boosted trees", "LDA, altered copies"), cache=tmp_path
    )
    assert found.left_out["CNN, altered copies"] == (NO_PATCHES if torch_is_there() else NO_TORCH)
    assert found.left_out["CNN + boosted trees"] == "CNN, altered copies is left out"
    assert found.left_out["LDA, altered copies"] == NO_COPIES
    assert not {row.algorithm for row in found.rows} & set(found.left_out)


def test_without_pytorch_the_reason_names_the_extra(monkeypatch):
    monkeypatch.setattr(comparison, "torch_is_there", lambda: False)
    _names, left_out = comparison.wanted(("CNN, altered copies",), toy_material(patches=True))
    assert left_out["CNN, altered copies"] == NO_TORCH


def test_an_unknown_name_is_refused_with_those_there_are(tmp_path, splits):
    with pytest.raises(UnknownAlgorithmError, match=r"no algorithm 'astrology'.*LDA"):
        compare(toy_material(), splits, only=("astrology",), cache=tmp_path)


def test_a_label_that_a_training_side_lacks_is_never_guessed():
    material = toy_material()
    learned = np.flatnonzero(material.tracks["label"] != "middle")
    fitted = material.fit(RECIPES["LDA"], {}, learned)
    scores = material.song_scores(fitted, np.arange(len(material.tracks)))
    assert scores.shape[1] == len(LABELS)
    assert not (scores.argmax(axis=1) == LABELS.index("middle")).any()


def test_a_song_without_a_window_gets_no_opinion():
    material = toy_material()
    fitted = material.fit(RECIPES["LDA"], {}, np.arange(30))
    seen = material.table.track != 50
    table = replace(
        material.table, rows=material.table.rows[seen], track=material.table.track[seen], copy=material.table.copy[seen]
    )
    scores = Material(material.tracks, LABELS, table, 0).song_scores(fitted, np.array([50, 2]))
    np.testing.assert_allclose(scores[0], -np.log(3))
    assert scores[1].max() > -0.5


def test_song_scores_stand_in_the_order_asked_for():
    material = toy_material()
    fitted = material.fit(Recipe(RECIPES["LDA"].learn, "whitened"), {}, np.arange(30))
    forward, backward = (material.song_scores(fitted, order) for order in (np.arange(9), np.arange(9)[::-1]))
    np.testing.assert_allclose(forward, backward[::-1], atol=1e-6)


def test_the_command_goes_from_a_folder_to_pages(tmp_path, capsys, monkeypatch):
    # A few features suffice; all of them would only make the covariances larger.
    monkeypatch.setattr(features, "GROUPS", {"mfcc": features.GROUPS["mfcc"]})
    monkeypatch.setattr(features, "_names", [])
    monkeypatch.setattr(features, "FEATURE_COUNT", len(features.feature_names()))
    options = Namespace(
        dataset=made_dataset(tmp_path / "data"), task="folder", protocol=None, folds=3, seed=1, copies=0, jobs=1,
        cache=tmp_path / "cache", out=tmp_path / "out", only=["LDA"], importance=False,
    )  # fmt: skip
    found = compare_command.compare_command(options)
    told = capsys.readouterr()
    assert set(found.splits) == {"artist", "random"}
    assert "Protocol random (LEAKING)" in told.out
    assert "6/6" in told.err
    assert {path.name for path in (tmp_path / "out").iterdir()} >= {"folder.html", "folder.md", "folder.csv"}


def made_dataset(folder):
    """Write two labels of three artists of two songs of three seconds, told apart by a tone."""
    lines = ["file,set,genre,use,artist_group,source_genre"]
    folder.mkdir()
    for number, label in enumerate(("polka", "waltz")):
        for artist in range(3):
            for song in range(2):
                name = f"{label}-{artist}-{song}.wav"
                samples = 0.3 * music_like(3.0, seed=10 * artist + song) + sine(400.0 * 3**number, 3.0)
                write_wav(folder / name, np.float32(0.5) * (samples + noise(3.0, seed=artist)), 22_050)
                lines.append(f"{name},made-up,,cv,{label} {artist},{label}")
    (folder / "tracks.csv").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture
def splits():
    tracks = toy_tracks()
    return {
        "artist": Split(artist_folds(tracks, folds=3, seed=0), leaking=False, description="honest"),
        "random": Split(random_folds(tracks, folds=3, seed=0), leaking=True, description="leaking"),
    }

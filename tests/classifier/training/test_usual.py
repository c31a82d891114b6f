"""What is usual in a genre, found on recordings made to be so."""

from __future__ import annotations

import json
from argparse import Namespace
from dataclasses import replace

import numpy as np
import pytest

from classifier import GENRES, ModelMismatch, load_model, usual_traits
from classifier.__main__ import main
from classifier.artifact import SHIPPED
from classifier.card import read_card
from classifier.constants import LOW_CUT
from classifier.features import feature_count, feature_names
from classifier.features.song import MEASURES
from classifier.training.usual import FEWEST, usual_by_genre, usual_command
from classifier.traits import TraitScales
from tests.support.audio import music_like, write_wav
from tests.support.material import LABELS
from tests.support.world import toy_curriculum


def test_the_deciles_are_those_of_each_genres_own_recordings():
    curriculum = curriculum_of(FEWEST + 5)
    rows = plain_rows(len(curriculum.genre))
    low = curriculum.genre[:, 0] == 1
    octaves = np.linspace(0, 10, low.sum())
    rows[low, feature_names().index(MEASURES["centroid"])] = octaves
    usual = usual_by_genre(curriculum, rows, scales())
    expected = np.percentile(LOW_CUT * 2**octaves, range(10, 100, 10))
    assert usual["low"]["centroid"] == pytest.approx(expected, abs=0.5)
    assert usual["high"]["centroid"] == [LOW_CUT] * 9


def test_a_recording_without_windows_and_one_of_several_genres_say_nothing():
    curriculum = curriculum_of(FEWEST + 5)
    rows = plain_rows(len(curriculum.genre))
    own = np.flatnonzero(curriculum.genre[:, 0] == 1)
    rows[own[0]] = np.nan
    rows[own[1], feature_names().index(MEASURES["centroid"])] = 9
    curriculum.genre[own[1], :2] = 0.5
    assert usual_by_genre(curriculum, rows, scales())["low"]["centroid"] == [LOW_CUT] * 9


def test_of_a_genre_of_few_recordings_nobody_knows_what_is_usual():
    curriculum = curriculum_of(FEWEST - 1)
    assert usual_by_genre(curriculum, plain_rows(len(curriculum.genre)), scales()) == {}


def test_the_command_writes_the_card_and_leaves_the_model(tmp_path, dataset):
    model = tmp_path / "genre_model.npz"
    model.write_bytes(SHIPPED.read_bytes())
    said = read_card()
    model.with_suffix(".json").write_text(json.dumps(said))
    arguments = ["--dataset", str(dataset), "--model", str(model), "--jobs", "1", "--cache", str(tmp_path / "cache")]
    assert main(["usual", *arguments]) == 0
    assert set(usual_traits(model)) == {"jazz"}
    assert {key: value for key, value in read_card(model).items() if key != "usual"} == {
        key: value for key, value in said.items() if key != "usual"
    }
    assert load_model(model).version == said["version"]


def test_a_model_of_other_genres_is_refused(tmp_path, dataset):
    other = SHIPPED.parent / "extended_model.npz"
    options = Namespace(dataset=dataset, model=other, cache=tmp_path, task="genre", jobs=1)
    with pytest.raises(ModelMismatch):
        usual_command(options)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dataset")
    labels = [*GENRES, *["jazz"] * (2 * FEWEST)]  # some are too much alike to be kept
    for number, label in enumerate(labels):
        song = folder / label / f"{number}.wav"
        song.parent.mkdir(exist_ok=True)
        write_wav(song, music_like(4.0, seed=number, tempo=70.0 + 5 * number), 22_050)
    return folder


def curriculum_of(each):
    """Return a curriculum with ``each`` recordings of every genre, one genre after the other."""
    return replace(toy_curriculum(), genre=np.eye(len(LABELS), dtype=np.float32).repeat(each, axis=0))


def plain_rows(count):
    return np.zeros((count, feature_count()), np.float32)


def scales():
    return TraitScales.of(np.random.default_rng(0).normal(size=(100, len(MEASURES))))

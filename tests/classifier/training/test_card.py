"""A card says what was done and what came of it, in values that can be written down."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from classifier.training.card import WATTS, make_card
from classifier.training.clean import TABLE_COLUMNS, Cleaning
from classifier.training.commands import FAMILIAR_QUANTILE, finish
from classifier.training.dataset import Task
from classifier.training.usefulness import Help
from classifier.traits import TraitScales
from tests.support.material import ARTISTS, LABELS, SONGS
from tests.support.world import toy_card, toy_options, toy_standing

SONGS_IN_ALL = len(LABELS) * ARTISTS * SONGS
HELP = Help(2, 54, 1, {"accuracy": 0.8, "macro_recall": 0.79}, {"accuracy": 0.9, "macro_recall": 0.88},
            {"accuracy": (0.1, 0.02, 0.2), "macro_recall": (0.09, -0.01, 0.2)})  # fmt: skip


def test_a_card_can_be_written_as_json_and_read_again(card):
    assert json.loads(json.dumps(card)) == card


def test_the_data_are_counted(card):
    data = card["data"]
    assert (data["judged"], data["artists judged"]) == (SONGS_IN_ALL, len(LABELS) * ARTISTS)
    assert data["artists by genre"] == dict.fromkeys(LABELS, ARTISTS)
    assert data["recordings by set"] == {"made-up": SONGS_IN_ALL}
    assert data["dropped by cleaning"] == {"duplicate": 2}  # what is kept is not counted as dropped
    assert data["altered copies of each"] == 1
    assert (data["only learned from"], data["learned from as a share of several"]) == (0, 0)
    assert data["share shorter than 15 s"] == 0.0


def test_recordings_that_only_teach_are_counted_by_what_they_teach(world):
    standing, model = world
    curriculum = standing.curriculum
    tracks, nobody = curriculum.tracks, curriculum.judged_genre.copy()
    genre = curriculum.genre.copy()
    nobody[:5] = -1
    genre[0] = [0.5, 0.5, 0]
    genre[1] = 0
    taught = type(curriculum)(tracks, LABELS, genre, curriculum.mood, curriculum.tag, nobody, curriculum.judged_mood)
    other = type(standing)(taught, standing.held, standing.held_windows, 1)
    data = made_card(other, model)["data"]
    assert data["judged"] == SONGS_IN_ALL - 5
    assert data["only learned from"] == 4
    assert data["learned from as a share of several"] == 1
    assert data["taught the mood or tags alone"] == 1


def test_the_figures_are_those_of_the_standing(card, world):
    standing, model = world
    assert card["figures"]["accuracy"] == round(standing.genre.figures.accuracy, 4) > 0.7
    assert list(card["members"]) == card["algorithms"] == ["LDA"]
    assert card["by set"] == {"made-up": card["figures"]["accuracy"]}
    assert card["mood"]["judged"] == SONGS_IN_ALL
    assert card["mood"]["figures"]["accuracy"] == round(standing.mood.figures.accuracy, 4)
    assert card["scales"]["genre"] == pytest.approx(model.genre.scales, abs=1e-3)


def test_neighbours_are_told_beside_chance_and_beside_plain_peers(card):
    found = card["neighbours"]
    assert found["genre"]["songs"] == found["mood"]["songs"] == SONGS_IN_ALL
    assert found["genre"]["artists"] == len(LABELS) * ARTISTS
    for name in ("genre", "mood"):
        by = found[name]["by"]
        assert list(by) == list(found["hubs"]) == ["song vector", "measured features", "MFCC statistics"]
        assert by["song vector"]["precision at 5"] > found[name]["chance"]
        low, high = by["song vector"]["interval at 5"]
        assert low <= by["song vector"]["precision at 5"] <= high


def test_energy_is_held_against_the_moods_where_it_was_measured(world):
    standing, model = world
    scales = TraitScales.of(np.random.default_rng(0).normal(size=(50, 4)))
    energy = np.where(standing.curriculum.judged_mood < 2, 0.9, 0.1)  # lively and tense, sad and calm
    told = replace(standing, aspects={"energy": energy})
    found = made_card(told, replace(model, traits=scales))["traits"]
    assert found["recordings"] == SONGS_IN_ALL
    assert (found["area under the curve"], found["lively or tense among them"], found["sad or calm among them"]) == (
        1,
        1,
        1,
    )
    assert made_card(standing, replace(model, traits=scales))["traits"] == {"recordings": SONGS_IN_ALL}
    assert "traits" not in made_card(standing, model)


def test_who_is_sure_is_confident_and_familiar_and_right_as_often_as_said(card, world):
    standing, model = world
    confident = standing.genre.probabilities.max(axis=1) >= model.sure_from
    sure = confident & (standing.held.strangeness <= model.familiar)
    assert card["sure"]["share of songs"] == round(sure.mean(), 4)
    assert card["sure"]["right among them"] == round(standing.genre.right[sure].mean(), 4) >= 0.8
    assert np.mean(standing.held.strangeness <= model.familiar) == pytest.approx(FAMILIAR_QUANTILE, abs=0.02)


def test_pairs_are_told_with_how_often_one_of_the_two_is_right(card, world):
    standing, model = world
    shown = [model.shown(song) for song in standing.genre.probabilities]
    assert card["pairs"]["share of songs"] == round(np.mean([len(names) == 2 for names in shown]), 4)
    assert 0 <= card["pairs"]["one of the two right"] <= 1


def test_the_finished_gate_turns_away_as_much_music_as_the_card_says(card, world):
    standing, model = world
    raw, moved = standing.held.musicality, standing.held.musicality - standing.gate_margin
    away = (moved <= 0) | (standing.held.strangeness > model.strangest)
    assert card["music"]["held-out music turned away"] == round(away.mean(), 4)
    assert standing.gate_margin <= np.quantile(raw, 0.1)
    assert card["music"]["unheard clips let pass"] == round(standing.held.other_passed, 4)


def test_finishing_moves_the_gate_as_far_as_held_out_music_allows(world):
    standing, model = world
    clear = replace(standing, held=replace(standing.held, musicality=standing.held.musicality + 3))
    moved = finish(model, clear).gate_bias - model.gate_bias
    assert moved == pytest.approx(-clear.gate_margin)
    assert clear.gate_margin > 0


def test_the_energy_is_processor_time_at_an_assumed_power(card):
    assert card["energy"] == {"watt hours": round(210 * WATTS / 3600, 1), "assumed watts of a busy core": WATTS}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "python -m classifier train --dataset FOLDER --seed 1 --copies 1 --folds 3 --epochs 0"),
        ({"task": "extended"}, "--dataset FOLDER --task extended --seed"),
        ({"other": "/home/me/sounds"}, "FOLDER --other FOLDER --seed"),
        ({"corrections": "/home/me/said.npz"}, "FOLDER --corrections FILE --seed"),
    ],
)
def test_the_command_is_told_without_the_paths_of_this_machine(tmp_path, asked, said):
    found = toy_card(tmp_path, **asked)
    assert said in found["command"]
    assert "/home" not in json.dumps(found)


def test_without_moods_the_card_has_none(tmp_path):
    found = toy_card(tmp_path, moods=False)
    assert "mood" not in found
    assert list(found["scales"]) == ["genre"]


def test_a_mood_that_nobody_judged_is_not_spoken_of(world):
    standing, model = world
    nobody = np.full(len(standing.curriculum.tracks), -1)
    curriculum = type(standing.curriculum)(**(vars(standing.curriculum) | {"judged_mood": nobody}))
    assert model.mood is not None
    assert finish(model, type(standing)(curriculum, standing.held, standing.held_windows, 1)).mood is None


def test_what_corrections_did_is_on_the_card(tmp_path, card):
    assert toy_card(tmp_path, helped=HELP)["corrections"]["helped"] == "yes"
    assert "corrections" not in card


def test_artists_and_files_that_were_learned_from_are_named_by_hashes(world, tmp_path):
    standing, model = world
    (tmp_path / "song.mp3").write_bytes(b"song")
    tracks = standing.curriculum.tracks.copy()
    tracks.loc[0, ["path", "artist_group"]] = [str(tmp_path / "song.mp3"), "Somebody"]
    curriculum = type(standing.curriculum)(**(vars(standing.curriculum) | {"tracks": tracks}))
    learned = made_card(type(standing)(curriculum, standing.held, standing.held_windows, 1), model)["learned"]
    assert learned["recordings"] == [hashlib.sha256(b"song").hexdigest()[:16]]
    assert learned["artists"] == [hashlib.sha256(b"Somebody").hexdigest()[:16]]


def made_card(standing, model):
    tracks = standing.curriculum.tracks
    cleaning = Cleaning(tracks, tracks, pd.DataFrame(columns=list(TABLE_COLUMNS)))
    return make_card(toy_options(), Task("genre", LABELS, tracks), cleaning, standing, model, {}, {}, None)


@pytest.fixture(scope="module")
def world():
    return toy_standing()


@pytest.fixture(scope="module")
def card(tmp_path_factory):
    return toy_card(tmp_path_factory.mktemp("card"))

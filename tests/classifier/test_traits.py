"""What a song is like, told of songs made to be like that."""

from __future__ import annotations

import io

import numpy as np
import pytest

from classifier import MOOD_WORDS, classify, load_model, mood_words
from classifier.constants import SAMPLE_RATE
from classifier.features import feature_names, measure, song_measures
from classifier.features.song import MEASURES
from classifier.model import GenreModel
from classifier.traits import MAJOR, MINOR, PITCHES, QUANTILES, TraitScales, find_key, traits
from classifier.values import Waveform
from tests.support.audio import encoded, music_like, noise, sine
from tests.support.models import random_model

CHORDS = {"major": (0, 4, 7), "minor": (0, 3, 7)}
DEGREES = {
    "major": ((0, "major"), (5, "major"), (7, "major"), (0, "major")),
    "minor": ((0, "minor"), (5, "minor"), (7, "major"), (0, "minor")),
}
"""I IV V I and i iv V i: keynote of each chord in semitones above that of the key, and its kind."""


def test_a_fast_buzz_is_energetic_and_bright_and_a_slow_pad_calm_and_dark(model):
    buzz, pad = heard(buzzing_clicks(), model), heard(slow_pad(), model)
    for name in ("energy", "brightness"):
        assert buzz.traits[name] > 0.8
        assert pad.traits[name] < 0.2
    assert buzz.traits["centroid"] > 4 * pad.traits["centroid"]
    assert set(mood_words(buzz.traits, buzz.tempo)) >= {"energetic", "bright"}
    assert "calm" in mood_words(pad.traits, pad.tempo)
    assert "bright" not in mood_words(pad.traits, pad.tempo)


@pytest.mark.parametrize("mode", ["major", "minor"])
@pytest.mark.parametrize("keynote", range(0, 12, 3))
def test_chords_of_a_key_are_heard_as_that_key(model, keynote, mode):
    found = heard(cadence(keynote, mode), model).traits
    assert (found["key"], found["mode"]) == (f"{PITCHES[keynote]} {mode}", mode)
    assert found["mode_clarity"] > 0.1


def test_c_major_is_told_from_a_minor_though_they_share_their_notes(model):
    assert heard(cadence(PITCHES.index("C"), "major"), model).traits["key"] == "C major"
    assert heard(cadence(PITCHES.index("A"), "minor"), model).traits["key"] == "A minor"


def test_a_tone_has_its_own_frequency_as_the_middle_of_its_spectrum():
    measures = song_measures(measure(Waveform(sine(1000.0, 4.0))).rows, feature_names())
    assert traits(measures, np.ones(12), None)["centroid"] == pytest.approx(1000, rel=0.15)


def test_how_loud_a_song_is_changes_none_of_them(model):
    loud, quiet = (heard(level * music_like(12.0, seed=3), model).traits for level in (np.float32(1), np.float32(0.05)))
    assert loud["key"] == quiet["key"]
    for name in ("energy", "brightness", "mode_clarity"):
        assert loud[name] == pytest.approx(quiet[name], abs=0.03)


def test_noise_has_no_clear_mode(model):
    assert heard(noise(12.0), model).traits["mode_clarity"] < 0.1


def test_a_flat_chroma_has_a_key_of_no_clarity():
    assert find_key(np.full(12, 1 / 12))[2] == 0.0


@pytest.mark.parametrize(("mode", "profile"), [("major", MAJOR), ("minor", MINOR)])
def test_a_profile_itself_is_the_clearest_of_its_key(mode, profile):
    for note in range(12):
        key, found, clarity = find_key(np.roll(profile, note))
        assert (key, found) == (f"{PITCHES[note]} {mode}", mode)
        assert 0 < clarity <= 1


def test_a_song_in_the_middle_of_the_training_music_is_in_the_middle_of_its_scales():
    songs = np.random.default_rng(0).normal(size=(500, len(MEASURES)))
    scales = TraitScales.of(songs)
    placed = np.array([[scales.energy_of(song), scales.brightness_of(song)] for song in songs])
    np.testing.assert_allclose(np.median(placed, axis=0), 0.5, atol=0.01)
    np.testing.assert_allclose([placed.min(axis=0), placed.max(axis=0)], [[0, 0], [1, 1]], atol=1e-6)
    assert np.corrcoef(placed[:, 1], songs[:, 3])[0, 1] > 0.9
    assert all(np.corrcoef(placed[:, 0], songs[:, column])[0, 1] > 0.1 for column in range(3))
    assert scales.brightness_of(np.array([0, 0, 0, 99.0])) == 1.0


def test_a_model_without_scales_tells_what_needs_none():
    found = heard(music_like(4.0), random_model(len(feature_names()))).traits
    assert set(found) == {"centroid", "key", "mode", "mode_clarity"}


def test_arrays_carry_the_scales(model):
    copy = GenreModel.from_arrays(model.to_arrays(), version="x").traits
    for name in ("centre", "spread", "energy", "centroid"):
        np.testing.assert_array_equal(getattr(copy, name), getattr(model.traits, name))
    older = {name: array for name, array in model.to_arrays().items() if not name.startswith("traits")}
    assert GenreModel.from_arrays(older, version="x").traits is None


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("traits_energy", np.zeros(5)),
        ("traits_centre", np.zeros(2)),
        ("traits_spread", np.zeros(3)),
        ("traits_centroid", -np.arange(float(QUANTILES))),
    ],
)
def test_scales_that_do_not_fit_or_do_not_rise_are_an_error(model, name, array):
    with pytest.raises(ValueError, match="the scales of the traits"):
        GenreModel.from_arrays(model.to_arrays() | {name: array}, version="x")


@pytest.mark.parametrize(
    ("told", "tempo", "words"),
    [
        ({"energy": 0.9, "brightness": 0.9}, 120.0, {"energetic", "bright"}),
        ({"energy": 0.1, "brightness": 0.1}, 70.0, {"calm", "dark"}),
        ({"energy": 0.5, "brightness": 0.5}, 120.0, set()),
        ({"energy": 0.9}, None, {"energetic"}),
        ({"energy": 0.7}, 60.0, set()),  # much is going on, slowly
        ({"energy": 0.1}, None, {"calm"}),
        ({"energy": 0.3}, 170.0, set()),  # little is going on, fast
        ({"energy": 0.9}, 60.0, {"energetic"}),  # the tempo may have been heard at half its speed
        ({"energy": 0.1}, 170.0, {"calm"}),
        ({"brightness": 0.9, "mode": "minor", "mode_clarity": 0.3}, None, set()),
        ({"brightness": 0.9, "mode": "minor", "mode_clarity": 0.02}, None, {"bright"}),
        ({"brightness": 0.1, "mode": "major", "mode_clarity": 0.3}, None, set()),
        ({"brightness": 0.1, "mode": "minor", "mode_clarity": 0.3}, None, {"dark"}),
        ({}, None, set()),
    ],
)
def test_words_are_said_only_where_they_clearly_hold(told, tempo, words):
    found = mood_words(told, tempo)
    assert set(found) == words
    assert found == tuple(word for word in MOOD_WORDS if word in words)


def buzzing_clicks():
    """Return ten clicks a second over a buzz of many high overtones."""
    times = np.arange(12 * SAMPLE_RATE) / SAMPLE_RATE
    buzz = sum(np.sin(2 * np.pi * 620 * k * times) / k**0.3 for k in range(1, 16))
    clicks = np.random.default_rng(0).standard_normal(len(times)) * np.exp(-40 * (times % 0.1))
    return (0.1 * buzz * np.exp(-6 * (times % 0.2)) + 0.5 * clicks).astype(np.float32)


def slow_pad():
    """Return soft low chords that swell and fade over four seconds each."""
    times = np.arange(12 * SAMPLE_RATE) / SAMPLE_RATE
    chord = sum(np.sin(2 * np.pi * 110 * 2 ** (step / 12) * times) for step in CHORDS["minor"])
    return (0.2 * chord * (1.2 - np.cos(2 * np.pi * times / 4))).astype(np.float32)


def cadence(keynote, mode):
    """Return four chords of a key, each a second long, three times; ``keynote`` is semitones above A."""
    times = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    chords = [
        sum(tone(220 * 2 ** ((keynote + degree + step) / 12), times) for step in CHORDS[kind])
        for degree, kind in DEGREES[mode]
    ]
    return (0.1 * np.concatenate(chords * 3)).astype(np.float32)


def tone(frequency, times):
    return sum(np.sin(2 * np.pi * frequency * k * times) / k**2 for k in (1, 2, 3)) * np.exp(-times)


def heard(samples, model):
    return classify(io.BytesIO(encoded(samples, SAMPLE_RATE, "wav")), model)


@pytest.fixture(scope="module")
def model():
    return load_model()

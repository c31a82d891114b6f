"""Features against their definitions: python_speech_features, arithmetic, and recorded values."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import python_speech_features
from hypothesis import given
from hypothesis import strategies as st

from classifier.constants import (
    CEPSTRAL_LIFTER,
    FEATURE_COUNT,
    FEATURE_VERSION,
    FRAME_LENGTH,
    HOP_LENGTH,
    LOW_CUT,
    MEL_BANDS,
    MFCC_COUNT,
    SAMPLE_RATE,
    WINDOW_SECONDS,
)
from classifier.features import GROUPS, feature_count, feature_names, measure, measure_blocks, window_bounds
from classifier.features.dictionary import SHIPPED, SMALLEST, THRESHOLD, Dictionary, cut, long_patches, short_patches
from classifier.features.patches import patch
from classifier.features.rhythm import PULSE_LAGS, tempo
from classifier.features.spectrum import MEL_RANGE, Spectrum
from classifier.features.timbre import delta
from classifier.values import Waveform
from tests.support.audio import music_like, noise, sine

GOLDEN = Path(__file__).parents[1] / "golden" / "features.json"


FRAMING = {
    "samplerate": SAMPLE_RATE,
    "winlen": FRAME_LENGTH / SAMPLE_RATE,
    "winstep": HOP_LENGTH / SAMPLE_RATE,
    "nfilt": MEL_BANDS,
    "nfft": FRAME_LENGTH,
    "lowfreq": LOW_CUT,
    "preemph": 0,
    "winfunc": np.hanning,
}


@pytest.mark.parametrize("name", ["tune", "quiet tune", "noise", "tone", "loud noise"])
def test_mfcc_are_those_of_python_speech_features(signals, name):
    samples = signals[name]
    expected = python_speech_features.mfcc(
        samples, numcep=MFCC_COUNT, ceplifter=CEPSTRAL_LIFTER, appendEnergy=False, **FRAMING
    )
    ours = Spectrum.of(samples).mfcc
    # Theirs has one more frame at the end, filled up with zeros.
    assert len(expected) - len(ours) in (0, 1)
    np.testing.assert_allclose(ours, expected[: len(ours)], atol=1e-3)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_bands_far_below_the_loudest_are_raised_before_python_speech_features_cepstra(seed):
    samples = music_like(3.0, seed=seed)
    energy = python_speech_features.fbank(samples, **FRAMING)[0][: len(Spectrum.of(samples).mel)]
    raised = np.log(np.maximum(energy, energy.max() * MEL_RANGE))
    cepstra = python_speech_features.base.dct(raised, type=2, axis=1, norm="ortho")[:, :MFCC_COUNT]
    expected = python_speech_features.lifter(cepstra, CEPSTRAL_LIFTER)
    assert (energy < energy.max() * MEL_RANGE).any()
    np.testing.assert_allclose(Spectrum.of(samples).mfcc, expected, atol=1e-3)


def test_deltas_are_those_of_python_speech_features(signals):
    mfcc = Spectrum.of(signals["tune"]).mfcc
    np.testing.assert_allclose(delta(mfcc), python_speech_features.delta(mfcc, 2), atol=1e-4)


def test_features_do_not_hear_how_loud_a_song_is(signals):
    loud, quiet = measure(Waveform(signals["tune"])).rows, measure(Waveform(signals["tune"] * np.float32(0.1))).rows
    np.testing.assert_allclose(loud, quiet, atol=0.02)


def test_features_do_not_hear_a_constant_offset_or_rumble(signals):
    tune = signals["tune"]
    rumble = sine(8.0, len(tune) / SAMPLE_RATE, SAMPLE_RATE)[: len(tune)]
    spoiled = tune + np.float32(0.2) + np.float32(0.1) * rumble
    assert np.median(np.abs(measure(Waveform(spoiled)).rows - measure(Waveform(tune)).rows)) < 0.01


@pytest.mark.parametrize("seconds", [0.1, 2.0, 2.7, 11.0])
def test_every_length_gives_finite_rows_of_equal_width(seconds):
    rows = measure(Waveform(music_like(seconds, seed=3))).rows
    assert rows.shape[1] == feature_count()
    assert np.isfinite(rows).all()


def test_silence_gives_finite_rows():
    assert np.isfinite(measure(Waveform(np.zeros(SAMPLE_RATE * 3, dtype=np.float32))).rows).all()


def test_each_column_has_a_name_of_its_own_and_they_are_as_many_as_models_are_told():
    assert len(set(feature_names())) == len(feature_names()) == feature_count() == FEATURE_COUNT
    assert {name.split(".")[0] for name in feature_names()} == set(GROUPS)


@given(st.integers(min_value=FRAME_LENGTH, max_value=SAMPLE_RATE * 1800))
def test_windows_touch_cover_the_song_and_are_about_ten_seconds(samples):
    bounds = window_bounds(samples)
    assert bounds[0, 0] == 0
    assert bounds[-1, 1] == samples
    assert (bounds[1:, 0] == bounds[:-1, 1]).all()
    if samples >= SAMPLE_RATE * WINDOW_SECONDS:
        assert (np.abs(np.diff(bounds, axis=1) / SAMPLE_RATE - WINDOW_SECONDS) <= WINDOW_SECONDS / 2).all()


def test_less_than_a_frame_is_refused():
    with pytest.raises(ValueError, match="samples are needed"):
        window_bounds(FRAME_LENGTH - 1)


@pytest.mark.parametrize("beats", [80, 100, 120, 140])
def test_the_tempo_of_clicks_is_found(beats):
    samples = np.zeros(SAMPLE_RATE * 20, dtype=np.float32)
    for beat in np.arange(0, 20, 60 / beats):
        start = int(beat * SAMPLE_RATE)
        samples[start : start + 400] += noise(400 / SAMPLE_RATE, SAMPLE_RATE, 1)[:400][: len(samples) - start]
    assert measure(Waveform(samples)).tempo == pytest.approx(beats, rel=0.02)


def test_what_does_not_repeat_has_no_tempo():
    assert tempo(np.zeros(PULSE_LAGS)) is None


def test_the_note_a_has_the_chroma_of_a():
    chroma = Spectrum.of(sine(440.0, 2.0, SAMPLE_RATE)).chroma.mean(axis=0)
    assert chroma.argmax() == 0
    assert chroma[0] > 0.6


def test_it_is_told_how_much_was_heard():
    seen = []
    measure_blocks([music_like(31.0)], heard=seen.append)
    assert seen == pytest.approx([10.0, 20.0, 31.0])


def test_a_window_shorter_than_a_patch_is_held_at_its_last_frame():
    log_mel = np.arange(6, dtype=np.float32).reshape(3, 2)
    (only,) = cut(log_mel, 4, 2)
    assert only.reshape(4, 2).tolist() == [[0, 1], [2, 3], [4, 5], [4, 5]]


def test_patches_are_cut_one_after_the_other():
    log_mel = np.arange(10, dtype=np.float32)[:, None]
    assert cut(log_mel, 4, 2).tolist() == [[0, 1, 2, 3], [2, 3, 4, 5], [4, 5, 6, 7], [6, 7, 8, 9]]


def test_a_dictionary_hears_its_entry_and_not_how_loud_it_is():
    eye = np.eye(4, dtype=np.float32)
    four = Dictionary(mean=np.zeros(4, np.float32), projection=eye, entries=eye)
    patch = np.array([[3.0, 0.0, 0.0, 0.0]], np.float32)
    heard = four.encode(patch)
    assert heard.argmax() == 0
    assert heard[0] == pytest.approx(np.log(np.sqrt(3) / 2 - THRESHOLD + SMALLEST), abs=1e-3)
    np.testing.assert_allclose(heard[1:], np.log(SMALLEST))
    np.testing.assert_allclose(four.encode(patch + np.float32(7)), heard, atol=1e-5)
    np.testing.assert_allclose(four.encode(patch * np.float32(5)), heard, atol=1e-3)


def test_entries_of_the_shipped_dictionaries_are_of_unit_length_and_all_are_used(signals):
    with np.load(SHIPPED, allow_pickle=False) as arrays:
        for name in ("short", "long"):
            entries = Dictionary.from_arrays(arrays, name).entries
            np.testing.assert_allclose(np.linalg.norm(entries, axis=0), 1, atol=2e-3)
    spectrum = Spectrum.of(signals["tune"])
    for group in (short_patches, long_patches):
        assert 0.05 < np.mean(group(spectrum) > np.log(SMALLEST) + 0.5) < 0.95


def test_the_dictionary_hears_another_tune_as_another(signals):
    same, other = short_patches(Spectrum.of(signals["tune"])), short_patches(Spectrum.of(signals["noise"]))
    assert np.abs(same - other).mean() > 0.5


def test_the_networks_view_is_half_the_frame_rate_and_holds_no_level(signals):
    spectrum = Spectrum.of(signals["tune"])
    seen = patch(spectrum)
    assert seen.shape == (len(spectrum.log_mel) // 2, MEL_BANDS)
    assert seen.dtype == np.float32
    assert seen.mean() == pytest.approx(0, abs=1e-4)
    np.testing.assert_allclose(patch(Spectrum.of(signals["tune"] * np.float32(0.1))), seen, atol=0.02)


def test_each_window_has_its_patch():
    found = measure(Waveform(music_like(31.0)))
    assert len(found.patches) == len(found.rows) == 3
    assert all(np.isfinite(seen).all() and len(seen) > 200 for seen in found.patches)


def test_one_frame_is_enough_for_a_patch():
    (seen,) = measure(Waveform(music_like(0.1))).patches
    assert seen.shape[0] >= 1


def test_features_are_what_was_recorded(golden_song):
    golden = json.loads(GOLDEN.read_text())
    assert golden["feature_version"] == FEATURE_VERSION
    found = measure(golden_song)
    assert golden["names"] == list(feature_names())
    np.testing.assert_allclose(found.rows, golden["rows"], rtol=2e-3, atol=5e-3)
    assert found.tempo == pytest.approx(golden["tempo"], rel=1e-3)


@pytest.fixture(scope="module")
def signals():
    # Hiss keeps every band within MEL_RANGE of the loudest; a test of its own looks at what lies below.
    floor = noise(4.0, SAMPLE_RATE, 5, amplitude=2e-2)
    tune = music_like(4.0, seed=1) + floor
    return {
        "tune": tune,
        "quiet tune": tune * np.float32(0.05),
        "noise": noise(3.0, SAMPLE_RATE, 2),
        "loud noise": noise(3.0, SAMPLE_RATE, 3, amplitude=0.3),
        "tone": sine(1000.0, 4.0, SAMPLE_RATE) + floor,
    }


@pytest.fixture
def golden_song():
    return Waveform(music_like(12.0, seed=7))

"""Altered copies: different, plausible, repeatable."""

from __future__ import annotations

import numpy as np
import pytest

from classifier.constants import SAMPLE_RATE
from classifier.training import augment
from tests.support.audio import music_like, sine


def test_the_same_generator_gives_the_same_copy(tune):
    first, second = (augment.augment(tune, np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("seed", range(8))
def test_a_copy_is_finite_mono_float32_and_about_as_long(tune, seed):
    copy = augment.augment(tune, np.random.default_rng(seed))
    assert copy.dtype == np.float32
    assert copy.ndim == 1
    assert np.isfinite(copy).all()
    assert abs(len(copy) / len(tune) - 1) < 0.08
    assert np.abs(copy).max() > 0.01


def test_speed_moves_pitch_and_length_together():
    faster = augment.change_speed(sine(1000.0, 2.0), 1.05)
    assert len(faster) == pytest.approx(2 * SAMPLE_RATE / 1.05, abs=2)
    assert peak_frequency(faster) == pytest.approx(1050, abs=2)


def test_tilt_raises_highs_against_lows():
    both = sine(250.0, 2.0) + sine(4000.0, 2.0)
    tilted = augment.equalise(both, tilt=3.0, cutoff=None)
    assert level(tilted, 4000) - level(tilted, 250) == pytest.approx(12.0, abs=0.5)


def test_the_low_pass_passes_lows_only():
    both = sine(250.0, 2.0) + sine(8000.0, 2.0)
    filtered = augment.equalise(both, tilt=0.0, cutoff=4000.0)
    assert level(filtered, 250) == pytest.approx(level(both, 250), abs=0.1)
    assert level(both, 8000) - level(filtered, 8000) > 40


def test_noise_lies_as_far_below_as_asked(tune):
    noisy = augment.add_noise(tune, 20.0, np.random.default_rng(0))
    assert 10 * np.log10(np.mean(tune**2) / np.mean((noisy - tune) ** 2)) == pytest.approx(20, abs=0.2)


def test_gain_clips_at_full_scale(tune):
    assert np.abs(augment.change_gain(tune, 6.0)).max() == 1.0
    assert np.abs(augment.change_gain(tune, -20.0)).max() == pytest.approx(0.1, rel=1e-3)


@pytest.mark.parametrize("compression", augment.COMPRESSION_RANGE)
@pytest.mark.parametrize("container", ["MP3", "OGG"])
def test_a_codec_changes_little_but_something(tune, container, compression):
    coded = augment.reencode(tune, container, compression)
    assert abs(len(coded) - len(tune)) < SAMPLE_RATE / 5
    assert 0 < abs(np.std(coded) / np.std(tune) - 1) < 0.2


@pytest.mark.parametrize("container", ["MP3", "OGG"])
def test_more_compression_takes_more_away(tune, container):
    mild, strong = (lost(tune, augment.reencode(tune, container, level)) for level in augment.COMPRESSION_RANGE)
    assert strong > mild > 0


@pytest.mark.parametrize("cutoff", augment.LOW_PASS_RANGE)
def test_every_low_pass_leaves_the_tune_below_it(cutoff):
    both = sine(cutoff / 2, 2.0) + sine(min(2 * cutoff, 10_800.0), 2.0)
    filtered = augment.equalise(both, tilt=0.0, cutoff=cutoff)
    assert level(filtered, cutoff / 2) == pytest.approx(level(both, cutoff / 2), abs=0.1)
    assert level(filtered, min(2 * cutoff, 10_800.0)) < level(both, min(2 * cutoff, 10_800.0)) - 5


def peak_frequency(samples):
    return np.abs(np.fft.rfft(samples)).argmax() * SAMPLE_RATE / len(samples)


def lost(before, after):
    """Return how far the spectra over frames lie apart."""
    size = min(len(before), len(after)) // 1024 * 1024
    spectra = [np.abs(np.fft.rfft(one[:size].reshape(-1, 1024), axis=1)).mean(axis=0) for one in (before, after)]
    return np.abs(np.log(spectra[0] + 1e-3) - np.log(spectra[1] + 1e-3)).mean()


def level(samples, frequency):
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return 20 * np.log10(spectrum[round(frequency * len(samples) / SAMPLE_RATE)])


@pytest.fixture(scope="module")
def tune():
    return music_like(4.0, seed=6)

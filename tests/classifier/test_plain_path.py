"""The quick path against a plain one: every shortcut gives the values of the obvious computation.

The plain path reads the whole file with another library, resamples it at once, transforms frame by frame in double
precision and uses NumPy's own statistics. It is slow, short, and says what each feature means.
"""

from __future__ import annotations

import io

import numpy as np
import pytest
import soundfile as sf
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st
from python_speech_features import base as psf
from scipy.fft import dct

from classifier.constants import (
    CEPSTRAL_LIFTER,
    FRAME_LENGTH,
    HOP_LENGTH,
    LOW_CUT,
    MEL_BANDS,
    MFCC_COUNT,
    SAMPLE_RATE,
    WINDOW_LENGTH,
)
from classifier.decode import BLOCK, Decoder, decode
from classifier.features import measure, measure_blocks, window_bounds, windows
from classifier.features.dictionary import LONG_FRAMES, PATCH_STEP, SMALLEST, THRESHOLD, _shipped, long_patches
from classifier.features.harmony import INTERVALS, _intervals
from classifier.features.spectrum import FLOOR, LOWEST_BIN, MEL_RANGE, Spectrum, bin_frequencies
from classifier.features.timbre import (
    CONTRAST_RANGE,
    CONTRAST_STEP,
    PERCENTILES,
    ROLLOFF_SHARES,
    _contrast_bands,
    _moments,
    _rolloffs,
    contrast_statistics,
    percentiles,
)
from tests.support.audio import music_like, noise, sine

FORMATS = {
    "22 kHz mono": (22_050, 1, "PCM_16"),
    "44.1 kHz stereo": (44_100, 2, "PCM_16"),
    "8 bit": (22_050, 1, "PCM_U8"),
    "24 bit": (48_000, 2, "PCM_24"),
    "float": (44_100, 2, "FLOAT"),
    "double": (44_100, 1, "DOUBLE"),
    "an odd rate": (37_800, 2, "PCM_16"),
    "a low rate": (8_000, 1, "PCM_16"),
    "a high rate": (192_000, 2, "PCM_24"),
    "5.1": (48_000, 6, "PCM_16"),
}
"""Sample rate, channels and sample type."""


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_decoded_block_by_block_is_the_file_read_at_once(name):
    content = file_of(*FORMATS[name])
    samples, rate = sf.read(io.BytesIO(content), dtype="float32", always_2d=True)
    mono = samples @ channel_weights(samples.shape[1])
    expected = mono if rate == SAMPLE_RATE else soxr.resample(mono, rate, SAMPLE_RATE, quality="HQ")
    found = decode(io.BytesIO(content)).samples
    assert len(samples) > 2 * BLOCK
    assert abs(len(found) - len(expected)) <= 1
    shorter = min(len(found), len(expected))
    np.testing.assert_allclose(found[:shorter], expected[:shorter], atol=1e-5)


@pytest.mark.parametrize("name", FORMATS)
def test_a_song_measured_while_it_is_decoded_is_the_song_measured_at_once(name):
    content = file_of(*FORMATS[name])
    streamed, whole = measure_blocks(Decoder(io.BytesIO(content)).blocks()), measure(decode(io.BytesIO(content)))
    np.testing.assert_array_equal(streamed.rows, whole.rows)
    np.testing.assert_array_equal(streamed.bounds, whole.bounds)
    assert streamed.tempo == whole.tempo


@settings(max_examples=30, deadline=None)
@given(
    st.integers(min_value=FRAME_LENGTH, max_value=4 * WINDOW_LENGTH),
    st.lists(st.integers(min_value=0, max_value=4 * WINDOW_LENGTH), max_size=8),
)
def test_windows_do_not_depend_on_how_the_song_comes_in(count, cuts):
    song = np.arange(count, dtype=np.float32)
    blocks = np.split(song, sorted(cut for cut in cuts if cut < count))
    found = list(windows(blocks))
    assert [len(window) for window in found] == np.diff(window_bounds(count), axis=1)[:, 0].tolist()
    np.testing.assert_array_equal(np.concatenate(found), song)


def test_a_stream_that_ends_within_a_frame_is_refused():
    with pytest.raises(ValueError, match="samples are needed"):
        list(windows([np.zeros(100, np.float32)] * 3))


@pytest.fixture(scope="module", params=["tune", "tune with gaps", "noise", "tone", "silence", "one frame"])
def samples(request):
    tune = music_like(6.0, seed=2)
    gaps = tune.copy()
    gaps[30_000:50_000] = 0
    gaps[90_000:100_000] = 0
    return {
        "tune": tune,
        "tune with gaps": gaps,
        "noise": noise(3.0, seed=4),
        "tone": sine(440.0, 3.0),
        "silence": np.zeros(3 * SAMPLE_RATE, np.float32),
        "one frame": tune[:FRAME_LENGTH],
    }[request.param]


def test_power_mel_and_mfcc_are_those_of_a_double_precision_transform(samples):
    spectrum, power = Spectrum.of(samples), plain_power(samples)
    np.testing.assert_allclose(spectrum.power, power, rtol=1e-3, atol=1e-6 * (power.max() + 1e-12))
    mel = plain_mel(power)
    np.testing.assert_allclose(spectrum.log_mel, np.log(mel), atol=2e-3)
    cepstra = dct(np.log(mel), type=2, axis=1, norm="ortho")[:, :MFCC_COUNT]
    np.testing.assert_allclose(spectrum.mfcc, psf.lifter(cepstra, CEPSTRAL_LIFTER), atol=2e-2)


def test_moments_and_roll_offs_are_those_of_the_whole_magnitude(samples):
    spectrum = Spectrum.of(samples)
    magnitude = spectrum.magnitude[:, LOWEST_BIN:].astype(np.float64)
    octaves = np.log2(bin_frequencies()[LOWEST_BIN:] / LOW_CUT)
    total = magnitude.sum(axis=1) + FLOOR
    centroid = magnitude @ octaves / total
    np.testing.assert_allclose(_moments(spectrum)[0], centroid, atol=1e-3)
    up_to = np.cumsum(magnitude, axis=1)
    for share, found in zip(ROLLOFF_SHARES, _rolloffs(spectrum), strict=True):
        place = np.sum(up_to < share * up_to[:, -1:], axis=1).clip(max=len(octaves) - 1)
        # A rounding error may move a roll-off by a bin, in a frame or two.
        assert np.mean(np.abs(found - octaves[place]) > 1e-4) < 0.02
        assert np.abs(found - octaves[place]).max() < 0.4


def test_contrast_is_that_of_the_mean_of_the_highest_and_the_lowest_bins(samples):
    power = Spectrum.of(samples).power[::CONTRAST_STEP].astype(np.float64)
    log_power = np.log(np.maximum(power, max(FLOOR, power.max() * CONTRAST_RANGE)))
    contrast, valleys = [], []
    for start, end, count in _contrast_bands():
        ordered = np.sort(log_power[:, start:end], axis=1)
        valleys.append(ordered[:, :count].mean(axis=1))
        contrast.append(ordered[:, -count:].mean(axis=1) - valleys[-1])
    relative = np.array(valleys) - np.mean(valleys, axis=0)
    found = contrast_statistics(Spectrum.of(samples)).reshape(4, -1)
    np.testing.assert_allclose(found[0], np.mean(contrast, axis=1), atol=1e-4)
    np.testing.assert_allclose(found[2], relative.mean(axis=1), atol=1e-4)
    np.testing.assert_allclose(found[1], np.log(np.std(contrast, axis=1) + 1e-3), atol=1e-2)


def test_dictionary_entries_are_heard_as_in_patches_whitened_one_by_one(samples):
    dictionary, log_mel = _shipped("long"), Spectrum.of(samples).log_mel.astype(np.float64)
    log_mel = np.concatenate([log_mel, np.repeat(log_mel[-1:], max(0, LONG_FRAMES - len(log_mel)), axis=0)])
    heard = []
    for start in range(0, len(log_mel) - LONG_FRAMES + 1, PATCH_STEP):
        patch = log_mel[start : start + LONG_FRAMES].ravel()
        whitened = (patch - patch.mean() - dictionary.mean) @ dictionary.projection
        heard.append(np.maximum(whitened / (np.linalg.norm(whitened) + SMALLEST) @ dictionary.entries - THRESHOLD, 0))
    expected = np.log(np.mean(heard, axis=0) + SMALLEST)
    np.testing.assert_allclose(long_patches(Spectrum.of(samples)), expected, atol=1e-3)


def test_intervals_are_those_of_the_chroma_turned_against_itself(samples):
    chroma = Spectrum.of(samples).chroma
    energy = np.sum(chroma**2)
    expected = [np.sum(chroma * np.roll(chroma, step, axis=1)) / energy for step in range(1, INTERVALS + 1)]
    np.testing.assert_allclose(_intervals(chroma.T @ chroma), expected, rtol=1e-4)


@pytest.mark.parametrize("count", [1, 2, 3, 100, 427])
def test_percentiles_are_those_of_numpy(count):
    frames = np.random.default_rng(count).normal(size=(count, 5)).astype(np.float32)
    np.testing.assert_allclose(
        percentiles(frames, PERCENTILES), np.percentile(frames, PERCENTILES, axis=0), rtol=1e-5, atol=1e-6
    )


def file_of(rate, channels, subtype):
    tune = music_like(16.0, seed=3, rate=rate)
    gains = np.linspace(1.0, 0.4, channels)
    target = io.BytesIO()
    # FLAC says which of six channels is which; WAV as it is mostly written does not.
    container = "FLAC" if channels == 6 else "WAV"
    sf.write(target, 0.8 * tune[:, None] * gains, rate, format=container, subtype=subtype)
    return target.getvalue()


def channel_weights(channels):
    # The fourth channel of 5.1 carries low-frequency effects, which are left out.
    weights = np.ones(channels, np.float32)
    if channels == 6:
        weights[3] = 0
    return weights / weights.sum()


def plain_power(samples):
    starts = range(0, len(samples) - FRAME_LENGTH + 1, HOP_LENGTH)
    frames = np.array([samples[start : start + FRAME_LENGTH] for start in starts], dtype=np.float64)
    return np.abs(np.fft.rfft(frames * np.hanning(FRAME_LENGTH))) ** 2 / FRAME_LENGTH


def plain_mel(power):
    energy = power @ psf.get_filterbanks(MEL_BANDS, FRAME_LENGTH, SAMPLE_RATE, lowfreq=LOW_CUT).T
    return np.maximum(energy, max(FLOOR, energy.max() * MEL_RANGE))

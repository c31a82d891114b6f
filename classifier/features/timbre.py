"""What the sound is like: MFCC, spectral pattern, contrast and shape, summed up over a window.

What belongs here: statistics over the frames of one ``Spectrum``, each a vector of fixed length. Not here: pitch
(``harmony``) and time patterns (``rhythm``). Spread is given as a logarithm: it is a scale, and scales multiply.
"""

from __future__ import annotations

import itertools
from functools import cache

import numpy as np
from numpy.typing import NDArray

from classifier.constants import FRAME_LENGTH, LOW_CUT, SAMPLE_RATE
from classifier.features.spectrum import FLOOR, LOWEST_BIN, Spectrum, bin_frequencies

Array = NDArray[np.float32]

CONTRAST_QUANTILE = 0.2
"""Share of a band's bins that counts as its peaks, and as its valleys."""

CONTRAST_EDGES = (LOW_CUT, 200.0, 400.0, 800.0, 1600.0, 3200.0, 6400.0, SAMPLE_RATE / 2)
"""Hz. Octave bands of spectral contrast (Jiang et al. 2002), the lowest and highest wider."""

CONTRAST_RANGE = np.float32(1e-7)
"""Power this far (70 dB) below the window's loudest bin counts as this much, as with MEL_RANGE."""

CONTRAST_STEP = 2
"""Contrast is taken from every second frame: frames overlap fourfold, so nothing is lost but time."""

DELTA_REACH = 2
"""Frames to either side of a delta's regression, as in python_speech_features.delta(N=2)."""

ROLLOFF_SHARES = (0.5, 0.85, 0.95)
"""Shares of a frame's power below its roll-off frequencies."""

PERCENTILES = (10, 50, 90)


def mfcc_statistics(spectrum: Spectrum) -> Array:
    """Mean (without the zeroth, which is level), spread, skewness and range of the MFCC, and spread of both deltas."""
    mfcc = spectrum.mfcc
    first = delta(mfcc)
    second = delta(first)
    low, middle, high = np.percentile(mfcc, PERCENTILES, axis=0)
    mean = mfcc.mean(axis=0)
    return _join(
        mean[1:], _log_std(mfcc), _skewness(mfcc), (middle - mean), high - low, _log_std(first), _log_std(second)
    )


def mfcc_correlation(spectrum: Spectrum) -> Array:
    """Correlation of every pair of MFCC over the window (upper triangle)."""
    mfcc = spectrum.mfcc
    centred = mfcc - mfcc.mean(axis=0)
    centred /= np.sqrt(np.mean(centred**2, axis=0)) + np.float32(1e-6)
    correlation = centred.T @ centred / np.float32(len(centred))
    return _join(correlation[np.triu_indices(len(correlation), 1)])


def spectral_pattern(spectrum: Spectrum) -> Array:
    """Median, low and high percentile of every mel band against the window's level, and those of its rise."""
    log_mel = spectrum.log_mel
    level = np.median(log_mel)
    low, middle, high = np.percentile(log_mel, PERCENTILES, axis=0)
    rise = np.maximum(np.diff(log_mel[::3], axis=0), 0)
    rising = np.percentile(rise, 90, axis=0) if len(rise) else np.zeros(log_mel.shape[1])
    return _join(middle - level, high - middle, middle - low, rising)


def contrast_statistics(spectrum: Spectrum) -> Array:
    """Mean and spread of spectral contrast (peaks less valleys) and of the valleys in octave bands."""
    power = spectrum.power[::CONTRAST_STEP]
    log_power = np.log(np.maximum(power, max(FLOOR, power.max() * CONTRAST_RANGE)))
    peaks, valleys = [], []
    for start, end, count in _contrast_bands():
        ordered = np.partition(log_power[:, start:end], (count, end - start - count), axis=1)
        valleys.append(ordered[:, :count].mean(axis=1))
        peaks.append(ordered[:, -count:].mean(axis=1))
    peak, valley = np.stack(peaks, axis=1), np.stack(valleys, axis=1)
    contrast = peak - valley
    relative = valley - valley.mean(axis=1, keepdims=True)
    return _join(contrast.mean(axis=0), _log_std(contrast), relative.mean(axis=0), _log_std(relative))


def shape_statistics(spectrum: Spectrum) -> Array:
    """Centroid, bandwidth, roll-offs, flatness and flux: mean, spread, skewness, and spread of the delta."""
    shape = np.stack([*_moments(spectrum), *_rolloffs(spectrum), _flatness(spectrum), _flux(spectrum)], axis=1)
    return _join(shape.mean(axis=0), _log_std(shape), _skewness(shape), _log_std(delta(shape)))


def delta(frames: Array) -> Array:
    """Return the regression slope over DELTA_REACH frames to either side, shape as given.

    The values are those of ``python_speech_features.delta(frames, 2)``, edges repeated.
    """
    padded = np.pad(frames, ((DELTA_REACH, DELTA_REACH), (0, 0)), mode="edge")
    count = len(frames)
    slope = np.zeros_like(frames)
    for reach in range(1, DELTA_REACH + 1):
        ahead = padded[DELTA_REACH + reach : DELTA_REACH + reach + count]
        behind = padded[DELTA_REACH - reach : DELTA_REACH - reach + count]
        slope += np.float32(reach) * (ahead - behind)
    return slope / np.float32(2 * sum(reach**2 for reach in range(1, DELTA_REACH + 1)))


def _moments(spectrum: Spectrum) -> tuple[Array, Array]:
    """Centroid and bandwidth of the magnitude over log-frequency, in octaves above LOW_CUT."""
    weights = spectrum.magnitude @ _octave_powers()
    total = weights[:, 0] + FLOOR
    centroid = weights[:, 1] / total
    variance = np.maximum(weights[:, 2] / total - centroid**2, 0)
    return centroid, np.sqrt(variance)


def _rolloffs(spectrum: Spectrum) -> list[Array]:
    """Frequency, in octaves above LOW_CUT, below which given shares of the magnitude lie."""
    cumulative = np.cumsum(spectrum.magnitude, axis=1)
    total = cumulative[:, -1:]
    octaves = _octave_powers()[:, 1]
    return [octaves[np.sum(cumulative < share * total, axis=1).clip(max=len(octaves) - 1)] for share in ROLLOFF_SHARES]


def _flatness(spectrum: Spectrum) -> Array:
    """Logarithm of geometric over arithmetic mean of the mel bands: 0 for noise, far below for tones."""
    flatness: Array = spectrum.log_mel.mean(axis=1) - np.log(spectrum.mel.mean(axis=1))
    return flatness


def _flux(spectrum: Spectrum) -> Array:
    """Mean rise of the log-mel bands from one frame to the next."""
    rise = np.maximum(np.diff(spectrum.log_mel, axis=0), 0).mean(axis=1)
    return np.concatenate([rise[:1], rise]) if len(rise) else np.zeros(len(spectrum.power), dtype=np.float32)


@cache
def _octave_powers() -> Array:
    octaves = np.log2(bin_frequencies()[LOWEST_BIN:] / LOW_CUT)
    return np.stack([octaves**0, octaves, octaves**2], axis=1).astype(np.float32)


@cache
def _contrast_bands() -> tuple[tuple[int, int, int], ...]:
    """First bin, last bin + 1 and number of peak bins of each octave band."""
    edges = [int(np.ceil(edge * FRAME_LENGTH / SAMPLE_RATE)) for edge in CONTRAST_EDGES]
    return tuple(
        (start, end, max(1, round(CONTRAST_QUANTILE * (end - start)))) for start, end in itertools.pairwise(edges)
    )


def _log_std(frames: Array) -> Array:
    spread: Array = np.log(frames.std(axis=0) + np.float32(1e-3))
    return spread


def _skewness(frames: Array) -> Array:
    centred = frames - frames.mean(axis=0)
    variance = np.mean(centred**2, axis=0)
    skewness: Array = np.mean(centred**3, axis=0) / (variance + np.float32(1e-6)) ** 1.5
    return skewness.clip(-5, 5)


def _join(*parts: NDArray[np.floating]) -> Array:
    return np.concatenate([part.ravel() for part in parts]).astype(np.float32)

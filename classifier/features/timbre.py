"""What the sound is like: MFCC, spectral pattern, contrast and shape, summed up over a window.

What belongs here: statistics over the frames of one ``Spectrum``, each a vector of fixed length. Not here: pitch
(``harmony``) and time patterns (``rhythm``). Spread is given as a logarithm: it is a scale, and scales multiply.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from classifier.constants import FRAME_LENGTH, LOW_CUT, SAMPLE_RATE
from classifier.features.spectrum import FLOOR, LOWEST_BIN, Spectrum, bin_frequencies, deviation, mean, row_mean

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

ROLLOFF_RUN = 32
"""Bins that are summed up before it is asked in which of them a roll-off lies; divides their number."""

PERCENTILES = (10, 50, 90)


def mfcc_statistics(spectrum: Spectrum) -> Array:
    """Mean (without the zeroth, which is level), spread, skewness and range of the MFCC, and spread of both deltas."""
    mfcc = spectrum.mfcc
    first = delta(mfcc)
    second = delta(first)
    low, middle, high = percentiles(mfcc, PERCENTILES)
    centre = mean(mfcc)
    return _join(
        centre[1:], _log_std(mfcc), _skewness(mfcc), (middle - centre), high - low, _log_std(first), _log_std(second)
    )


def mfcc_correlation(spectrum: Spectrum) -> Array:
    """Correlation of every pair of MFCC over the window (upper triangle)."""
    mfcc = spectrum.mfcc
    centred = mfcc - mean(mfcc)
    centred /= deviation(mfcc) + np.float32(1e-6)
    correlation = centred.T @ centred / np.float32(len(centred))
    return _join(correlation[np.triu_indices(len(correlation), 1)])


def spectral_pattern(spectrum: Spectrum) -> Array:
    """Median, low and high percentile of every mel band against the window's level, and those of its rise."""
    log_mel = spectrum.log_mel
    level = percentiles(log_mel.reshape(-1, 1), (50,))
    low, middle, high = percentiles(log_mel, PERCENTILES)
    rise = np.maximum(np.diff(log_mel[::3], axis=0), 0)
    (rising,) = percentiles(rise, (90,)) if len(rise) else np.zeros((1, log_mel.shape[1]))
    return _join(middle - level, high - middle, middle - low, rising)


def contrast_statistics(spectrum: Spectrum) -> Array:
    """Mean and spread of spectral contrast (peaks less valleys) and of the valleys in octave bands."""
    power = spectrum.power[::CONTRAST_STEP]
    ends = []
    for start, end, count in _contrast_bands():
        # A full sort: NumPy has vector code for it, and is several times slower at selecting the two ends.
        ordered = np.sort(power[:, start:end], axis=1)
        ends += [ordered[:, :count], ordered[:, -count:]]
    floored = np.maximum(np.concatenate(ends, axis=1), max(FLOOR, power.max() * CONTRAST_RANGE))
    means = np.log(floored) @ _contrast_means()
    valley, peak = means[:, ::2], means[:, 1::2]
    contrast = peak - valley
    relative = valley - row_mean(valley)[:, None]
    return _join(mean(contrast), _log_std(contrast), mean(relative), _log_std(relative))


def shape_statistics(spectrum: Spectrum) -> Array:
    """Centroid, bandwidth, roll-offs, flatness and flux: mean, spread, skewness, and spread of the delta."""
    shape = np.stack([*_moments(spectrum), *_rolloffs(spectrum), _flatness(spectrum), _flux(spectrum)], axis=1)
    return _join(mean(shape), _log_std(shape), _skewness(shape), _log_std(delta(shape)))


def delta(frames: Array) -> Array:
    """Return the regression slope over DELTA_REACH frames to either side, shape as given.

    The values are those of ``python_speech_features.delta(frames, 2)``, edges repeated.
    """
    count = len(frames)
    padded = frames[np.arange(-DELTA_REACH, count + DELTA_REACH).clip(0, count - 1)]
    slope = np.zeros_like(frames)
    for reach in range(1, DELTA_REACH + 1):
        ahead = padded[DELTA_REACH + reach : DELTA_REACH + reach + count]
        behind = padded[DELTA_REACH - reach : DELTA_REACH - reach + count]
        slope += np.float32(reach) * (ahead - behind)
    return slope / np.float32(2 * sum(reach**2 for reach in range(1, DELTA_REACH + 1)))


def percentiles(frames: Array, shares: Sequence[float]) -> Array:
    """Return the given percentiles of every column, shape (len(shares), columns).

    The values are those of ``np.percentile(frames, shares, axis=0)``, a fifth of the time.
    """
    ordered = np.sort(frames.T, axis=1)
    place = np.asarray(shares) / 100 * (len(frames) - 1)
    below = place.astype(np.intp)
    above = np.minimum(below + 1, len(frames) - 1)
    part = (place - below).astype(np.float32)
    return np.asarray((ordered[:, below] + (ordered[:, above] - ordered[:, below]) * part).T)


def _moments(spectrum: Spectrum) -> tuple[Array, Array]:
    """Centroid and bandwidth of the magnitude over log-frequency, in octaves above LOW_CUT."""
    magnitude, octaves = spectrum.heard, _octaves()
    total = magnitude @ np.ones(len(octaves), np.float32) + FLOOR
    centroid = magnitude @ octaves / total
    variance = np.maximum(magnitude @ octaves**2 / total - centroid**2, 0)
    return centroid, np.sqrt(variance)


def _rolloffs(spectrum: Spectrum) -> Array:
    """Frequency, in octaves above LOW_CUT, below which given shares of the magnitude lie; shape (shares, frames).

    The sum up to every bin is taken over runs of ROLLOFF_RUN bins first, and within the one run that matters then.
    """
    frames, bins = spectrum.heard.shape
    runs = spectrum.heard.reshape(-1, ROLLOFF_RUN)
    up_to = (runs @ np.ones(ROLLOFF_RUN, np.float32)).reshape(frames, -1) @ _running(bins // ROLLOFF_RUN)
    wanted = np.array(ROLLOFF_SHARES, np.float32)[:, None, None] * up_to[:, -1:]
    run = np.argmin(up_to < wanted, axis=2)
    frame = np.arange(frames)
    before = np.where(run > 0, up_to[frame, run - 1], 0)
    short = before[..., None] + runs[frame * (bins // ROLLOFF_RUN) + run] @ _running(ROLLOFF_RUN) < wanted
    short[..., -1] = False  # the run's own sum reaches it, but for a rounding error
    return np.asarray(_octaves()[run * ROLLOFF_RUN + np.argmin(short, axis=2)])


def _flatness(spectrum: Spectrum) -> Array:
    """Logarithm of geometric over arithmetic mean of the mel bands: 0 for noise, far below for tones."""
    flatness: Array = row_mean(spectrum.log_mel) - np.log(row_mean(spectrum.mel))
    return flatness


def _flux(spectrum: Spectrum) -> Array:
    """Mean rise of the log-mel bands from one frame to the next."""
    rise = row_mean(spectrum.rise)
    return np.concatenate([rise[:1], rise]) if len(rise) else np.zeros(len(spectrum.power), dtype=np.float32)


@cache
def _running(count: int) -> Array:
    """Weights that sum up every value with all before it, shape (count, count)."""
    return np.triu(np.ones((count, count), np.float32))


@cache
def _octaves() -> Array:
    """Return how many octaves each bin of ``Spectrum.heard`` lies above LOW_CUT."""
    frequency = bin_frequencies()
    return np.asarray(np.log2(np.maximum(frequency[1:], frequency[LOWEST_BIN]) / LOW_CUT), dtype=np.float32)


@cache
def _contrast_bands() -> tuple[tuple[int, int, int], ...]:
    """First bin, last bin + 1 and number of peak bins of each octave band."""
    edges = [int(np.ceil(edge * FRAME_LENGTH / SAMPLE_RATE)) for edge in CONTRAST_EDGES]
    return tuple(
        (start, end, max(1, round(CONTRAST_QUANTILE * (end - start)))) for start, end in itertools.pairwise(edges)
    )


@cache
def _contrast_means() -> Array:
    """Weights that average the lowest and the highest bins of each octave band, as they stand side by side."""
    counts = [count for _start, _end, count in _contrast_bands() for _valley_or_peak in range(2)]
    weights = np.repeat(np.eye(len(counts)) / counts, counts, axis=0)
    return weights.astype(np.float32)


def _log_std(frames: Array) -> Array:
    spread: Array = np.log(deviation(frames) + np.float32(1e-3))
    return spread


def _skewness(frames: Array) -> Array:
    centred = frames - mean(frames)
    squared = centred * centred
    variance = mean(squared)
    skewness: Array = mean(squared * centred) / (variance + np.float32(1e-6)) ** 1.5
    return skewness.clip(-5, 5)


def _join(*parts: NDArray[np.floating]) -> Array:
    return np.concatenate([part.ravel() for part in parts]).astype(np.float32)

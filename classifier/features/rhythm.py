"""What repeats in time: the autocorrelation of the onset strength, the modulation of each band, the tempo.

What belongs here: patterns over the frames of one ``Spectrum``, and the tempo of a song from its pulse.
Not here: single frames (``timbre``) or the onset strength itself
(``spectrum``).
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft

from classifier.constants import FRAME_RATE, MEL_BANDS
from classifier.features.spectrum import Spectrum

Array = NDArray[np.float32]

PULSE_LAGS = round(2.5 * FRAME_RATE)
"""Frames of lag up to which the pulse is looked at: 2.5 s, a bar at 96 beats a minute."""

TEMPO_BINS = 40
"""Log-spaced tempo bins of the autocorrelation features."""

TEMPO_RANGE = (30.0, 300.0)
"""Beats a minute of the lowest and highest bin."""

TEMPO_PREFERRED = 115.0
"""Beats a minute that people tap most readily (Moelants 2002 finds 120 to 130 for dance music, lower overall)."""

TEMPO_SPREAD = 0.9
"""Octaves of the preference's standard deviation."""

TEMPO_SEARCH = (50.0, 220.0)
"""Beats a minute among which the tempo is searched."""

MIN_PULSE = 0.05
"""Normalised autocorrelation below which no pulse is claimed."""

MODULATION_BANDS = 10
"""Groups of mel bands whose modulation is measured."""

MODULATION_EDGES = (0.4, 0.7, 1.0, 1.4, 1.9, 2.5, 3.2, 4.0, 5.0, 6.3, 8.0, 10.5, 14.0)
"""Hz. Edges of the modulation bands: slower is phrase, 1 to 4 is beat, faster is ornament and tremolo."""

MODULATION_FRAMES = 512
"""Transform length of the modulation spectrum (12 s); shorter windows are padded with zeros."""


def pulse(spectrum: Spectrum) -> NDArray[np.float64]:
    """Return the normalised autocorrelation of the onset strength at lags 0 to PULSE_LAGS - 1 frames."""
    return _autocorrelation(spectrum.onset_strength[:, :1])[:, 0]


def onset_autocorrelation(spectrum: Spectrum) -> Array:
    """Autocorrelation of the onset strength of all, low and high bands on a log-tempo grid, with its clarity."""
    parts = _autocorrelation(spectrum.onset_strength)
    onsets = spectrum.onset_strength[:, 0]
    spread = onsets.std() + 1e-6
    clarity = [
        parts[8:, 0].max(),
        np.log(spread),
        np.mean(onsets * onsets * onsets) / spread**3,
        np.mean(onsets > spread),
    ]
    return np.concatenate([(_tempo_grid() @ parts).T.ravel(), clarity]).astype(np.float32)


def modulation_spectrum(spectrum: Spectrum) -> Array:
    """Logarithmic strength of slow to fast modulations of groups of mel bands, each against the group's total."""
    envelopes = spectrum.log_mel[:MODULATION_FRAMES] @ _modulation_groups()
    envelopes = (envelopes - envelopes.mean(axis=0)) * np.hanning(len(envelopes)).astype(np.float32)[:, None]
    power = np.abs(rfft(envelopes, n=MODULATION_FRAMES, axis=0)) ** 2
    bands = _modulation_bands() @ power + 1e-6
    total = bands.sum(axis=0, keepdims=True)
    return np.concatenate([np.log(bands / total).ravel(), np.log(total).ravel()]).astype(np.float32)


def tempo(pulse_strength: NDArray[np.float64]) -> float | None:
    """Find the tempo in the mean pulse of a song.

    Parameters
    ----------
    pulse_strength : ndarray, shape (PULSE_LAGS,)
        Normalised autocorrelation of the onset strength by lag in frames.

    Returns
    -------
    float or None
        Beats a minute, or None where nothing repeats.
    """
    candidates = np.exp(np.arange(np.log(TEMPO_SEARCH[0]), np.log(TEMPO_SEARCH[1]), 0.004))
    lags = 60 * FRAME_RATE / candidates
    grid = np.arange(len(pulse_strength))
    strength = sum(
        weight * np.interp(lags * multiple, grid, pulse_strength, right=0.0)
        for multiple, weight in ((1, 1.0), (2, 0.5), (4, 0.25))
    )
    preference = np.exp(-0.5 * (np.log2(candidates / TEMPO_PREFERRED) / TEMPO_SPREAD) ** 2)
    best = int(np.argmax(strength * preference))
    if np.interp(lags[best], grid, pulse_strength) < MIN_PULSE:
        return None
    return float(candidates[best])


def _autocorrelation(onsets: Array) -> NDArray[np.float64]:
    """Autocorrelate each column, shape (frames, n) to (PULSE_LAGS, n); zeros for a column without onsets."""
    count = len(onsets)
    length = next_fast_len(count + PULSE_LAGS, real=True)
    full = irfft(np.abs(rfft(onsets.T.astype(np.float64), n=length)) ** 2, n=length).T[:PULSE_LAGS]
    energy = full[0]
    # Fewer pairs stand behind a long lag; without this correction short songs would seem to have no slow pulse.
    pairs = np.maximum(count - np.arange(PULSE_LAGS), max(1, count // 4))[:, None] / count
    silent = energy <= 1e-9  # noqa: PLR2004 - rounding errors of silence
    return np.asarray(np.where(silent, 0, full / pairs / np.where(silent, 1, energy)))


@cache
def _modulation_groups() -> Array:
    """Weights that average groups of neighbouring bands, shape (MEL_BANDS, MODULATION_BANDS)."""
    groups = np.array_split(np.eye(MEL_BANDS), MODULATION_BANDS, axis=1)
    return np.stack([group.mean(axis=1) for group in groups], axis=1).astype(np.float32)


@cache
def _tempo_grid() -> NDArray[np.float64]:
    """Weights that gather lags into log-spaced tempo bins, shape (TEMPO_BINS, PULSE_LAGS)."""
    centres = np.geomspace(*TEMPO_RANGE, TEMPO_BINS)
    width = np.log(centres[1] / centres[0])
    lags = np.arange(PULSE_LAGS)
    bpm = 60 * FRAME_RATE / np.maximum(lags, 0.5)
    weights = np.maximum(0, 1 - np.abs(np.log(bpm[None, :] / centres[:, None])) / width)
    # A bin at a fast tempo may lie between two lags; it then takes the nearer one.
    for row, centre in zip(weights, centres, strict=True):
        if not row.any():
            row[round(60 * FRAME_RATE / centre)] = 1.0
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


@cache
def _modulation_bands() -> NDArray[np.float64]:
    frequency = np.fft.rfftfreq(MODULATION_FRAMES, 1 / FRAME_RATE)
    lows, highs = np.array(MODULATION_EDGES[:-1])[:, None], np.array(MODULATION_EDGES[1:])[:, None]
    return ((frequency >= lows) & (frequency < highs)).astype(np.float64)

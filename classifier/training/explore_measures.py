"""A handful of measures of a recording that a person can read, each with its unit.

What belongs here: waveform in, named numbers out. Not here: the features that are learned from
(``classifier.features``), whose columns have no names that mean anything to a reader.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classifier.constants import FRAME_RATE, SAMPLE_RATE, WINDOW_SECONDS
from classifier.features import rhythm
from classifier.features.spectrum import LOWEST_BIN, Spectrum, bin_frequencies

MEASURES = {
    "tempo": "beats a minute",
    "onsets": "onsets a second",
    "brightness": "Hz, spectral centroid",
    "bandwidth": "Hz below which 99 % of the power lies",
    "bass": "% of the power below 200 Hz",
    "noisiness": "dB, spectral flatness up to 4 kHz",
    "dynamics": "dB between loud and soft frames",
    "harmony": "% of chroma in its strongest pitch class",
}
"""Every measure with its unit, in the order they are shown. ``bandwidth`` betrays codecs and transfers rather than
music: where it differs between sets or labels, a model may learn the tape."""

BASS = 200.0
"""Hz."""

FLATNESS_TO = 4000.0
"""Hz. Above, codecs leave holes that would be taken for tones."""

ROLL_OFF = 0.99
"""Share of the power that bandwidth holds."""

ONSET_RISE = 1.0
"""Standard deviations above the mean from which a local peak of the onset strength counts as an onset."""

QUIET = 1e-10
"""Power under which a frame counts as silent."""


def measures(samples: NDArray[np.float32]) -> dict[str, float]:
    """Measure the middle of a recording.

    Parameters
    ----------
    samples : ndarray, shape (n,), float32
        At SAMPLE_RATE; at least one frame.

    Returns
    -------
    dict of str to float
        MEASURES; nan where there is nothing to measure (no pulse, say).
    """
    length = round(WINDOW_SECONDS * SAMPLE_RATE)
    start = max(0, (len(samples) - length) // 2)
    spectrum = Spectrum.of(samples[start : start + length])
    power = spectrum.power[:, LOWEST_BIN:].astype(np.float64)
    frequency = bin_frequencies()[LOWEST_BIN:]
    mean = power.mean(axis=0) + np.finfo(np.float64).tiny
    share = mean / mean.sum()
    level = 10 * np.log10(power.sum(axis=1) + QUIET)
    return {
        "tempo": float(rhythm.tempo(rhythm.pulse(spectrum)) or np.nan),
        "onsets": _onsets(spectrum),
        "brightness": float(frequency @ share),
        "bandwidth": float(frequency[np.searchsorted(np.cumsum(share), ROLL_OFF).clip(0, len(share) - 1)]),
        "bass": 100 * float(share[frequency < BASS].sum()),
        "noisiness": _flatness(mean[frequency < FLATNESS_TO]),
        "dynamics": float(np.subtract(*np.percentile(level, [95, 10]))),
        "harmony": 100 * float(np.median(spectrum.chroma.max(axis=1))),
    }


def _flatness(mean: NDArray[np.float64]) -> float:
    """Return the geometric over the arithmetic mean of a power spectrum, in dB: 0 for white noise."""
    return float(10 * (np.mean(np.log10(mean + QUIET)) - np.log10(mean.mean() + QUIET)))


def _onsets(spectrum: Spectrum) -> float:
    """Count local peaks of the rise of log-mel energy, a second."""
    rise = np.maximum(np.diff(spectrum.log_mel, axis=0), 0).mean(axis=1)
    if len(rise) < 3:  # noqa: PLR2004 - a peak has two neighbours
        return float("nan")
    peaks = (rise[1:-1] > rise[:-2]) & (rise[1:-1] >= rise[2:]) & (rise[1:-1] > rise.mean() + ONSET_RISE * rise.std())
    return float(peaks.sum()) / (len(rise) / FRAME_RATE)

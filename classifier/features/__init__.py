"""Waveform to feature rows, one row a window. Pure: arrays in, arrays out.

What belongs here: cutting a song into windows and laying the groups of features side by side, in a fixed order.
The groups themselves stand in ``timbre``, ``harmony``, ``rhythm`` and ``dictionary``, the network's view of a window
in ``patches``, the shared Fourier transform in ``spectrum``.
No feature holds an absolute level, and nothing below LOW_CUT is looked at: both tell recordings apart, not genres.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifier.constants import FRAME_LENGTH, SAMPLE_RATE, WINDOW_SECONDS
from classifier.features import dictionary, harmony, rhythm, timbre
from classifier.features.patches import patch
from classifier.features.spectrum import Spectrum
from classifier.values import Waveform

__all__ = ["GROUPS", "Features", "feature_count", "feature_names", "measure", "window_bounds"]

GROUPS: dict[str, Callable[[Spectrum], NDArray[np.float32]]] = {
    "mfcc": timbre.mfcc_statistics,
    "mfcc_correlation": timbre.mfcc_correlation,
    "spectral_pattern": timbre.spectral_pattern,
    "spectral_contrast": timbre.contrast_statistics,
    "spectral_shape": timbre.shape_statistics,
    "chroma": harmony.chroma_statistics,
    "onset_autocorrelation": rhythm.onset_autocorrelation,
    "modulation_spectrum": rhythm.modulation_spectrum,
    "short_patches": dictionary.short_patches,
    "long_patches": dictionary.long_patches,
}
"""Every group of features, by name, in the order of the columns."""


@dataclass(frozen=True, eq=False)
class Features:
    """What was measured of one song.

    Parameters
    ----------
    rows : ndarray, shape (windows, feature_count()), float32
        One row a window.
    patches : tuple of ndarray, shape (frames, MEL_BANDS), float32
        One a window, for the network.
    bounds : ndarray, shape (windows, 2), float64
        Start and end of each window in seconds.
    tempo : float or None
        Beats a minute over the whole song, None where no pulse was found.
    """

    rows: NDArray[np.float32]
    patches: tuple[NDArray[np.float32], ...]
    bounds: NDArray[np.float64]
    tempo: float | None


def measure(waveform: Waveform, *, progress: Callable[[float], None] | None = None) -> Features:
    """Measure every window of a song.

    Parameters
    ----------
    waveform : Waveform
        Mono audio at SAMPLE_RATE, at least one frame (93 ms) long.
    progress : callable, optional
        Called with the fraction done, 0 to 1, after each window.

    Returns
    -------
    Features
        Rows, patches, their bounds, and the tempo.
    """
    bounds = window_bounds(len(waveform.samples))
    rows = np.empty((len(bounds), feature_count()), dtype=np.float32)
    patches = []
    pulse = np.zeros(rhythm.PULSE_LAGS)
    for index, spectrum in enumerate(_spectra(waveform, bounds)):
        rows[index] = np.concatenate([group(spectrum) for group in GROUPS.values()])
        patches.append(patch(spectrum))
        pulse += rhythm.pulse(spectrum)
        if progress:
            progress((index + 1) / len(bounds))
    return Features(rows, tuple(patches), bounds / SAMPLE_RATE, rhythm.tempo(pulse / len(bounds)))


def window_bounds(sample_count: int) -> NDArray[np.int64]:
    """Cut a song into equal windows as near to WINDOW_SECONDS as its length allows.

    Parameters
    ----------
    sample_count : int
        Samples in the song, at least FRAME_LENGTH.

    Returns
    -------
    ndarray, shape (windows, 2), int64
        First sample of each window and the one after its last; the windows touch and cover the song.
    """
    if sample_count < FRAME_LENGTH:
        raise ValueError(f"at least {FRAME_LENGTH} samples are needed, not {sample_count}")
    windows = max(1, round(sample_count / (WINDOW_SECONDS * SAMPLE_RATE)))
    edges = np.linspace(0, sample_count, windows + 1).astype(np.int64)
    return np.stack([edges[:-1], edges[1:]], axis=1)


def feature_count() -> int:
    """Return the number of columns of a feature row."""
    return len(feature_names())


def feature_names() -> tuple[str, ...]:
    """Return the name of each column, ``group.number``, in order."""
    if not _names:
        silence = Spectrum.of(np.zeros(SAMPLE_RATE * 2, dtype=np.float32))
        _names.extend(f"{name}.{i}" for name, group in GROUPS.items() for i in range(len(group(silence))))
    return tuple(_names)


_names: list[str] = []


def _spectra(waveform: Waveform, bounds: NDArray[np.int64]) -> Iterator[Spectrum]:
    for start, end in bounds:
        yield Spectrum.of(waveform.samples[start:end])

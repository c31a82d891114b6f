"""Waveform to feature rows, one row a window. Pure: arrays in, arrays out.

What belongs here: cutting a song into windows and laying the groups of features side by side, in a fixed order.
The groups themselves stand in ``timbre``, ``harmony``, ``rhythm`` and ``dictionary``, the network's view of a window
in ``patches``, what is told of a whole song in ``song`` and ``outline``, the shared Fourier transform in ``spectrum``.
No feature holds an absolute level, and nothing below LOW_CUT is looked at: both tell recordings apart, not genres.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifier.constants import FEATURE_COUNT, FRAME_LENGTH, SAMPLE_RATE, WINDOW_LENGTH
from classifier.features import dictionary, harmony, rhythm, timbre
from classifier.features.outline import Outline
from classifier.features.patches import patch
from classifier.features.song import song_measures
from classifier.features.spectrum import Spectrum, mean
from classifier.values import Waveform

__all__ = [
    "GROUPS",
    "Features",
    "feature_count",
    "feature_names",
    "measure",
    "measure_blocks",
    "song_measures",
    "window_bounds",
    "windows",
]

Samples = NDArray[np.float32]

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
    notes : ndarray, shape (12,), float32
        Mean share of each pitch class over the song, from A on.
    peaks : tuple of int
        To draw the song by, as ``Outline.peaks`` tells them.
    loudness_range : float or None
        Decibels, as ``Outline.loudness_range`` tells them.
    """

    rows: NDArray[np.float32]
    patches: tuple[NDArray[np.float32], ...]
    bounds: NDArray[np.float64]
    tempo: float | None
    notes: NDArray[np.float32]
    peaks: tuple[int, ...] = ()
    loudness_range: float | None = None


def measure(waveform: Waveform) -> Features:
    """Measure every window of a song that is there as a whole; see ``measure_blocks``."""
    return measure_blocks([waveform.samples])


def measure_blocks(blocks: Iterable[Samples], *, heard: Callable[[float], None] | None = None) -> Features:
    """Measure every window of a song as it comes in; no more than two windows of it are held.

    Parameters
    ----------
    blocks : iterable of ndarray, shape (n,), float32
        Mono audio at SAMPLE_RATE, cut anywhere; together at least one frame (93 ms).
    heard : callable, optional
        Called after each window with the seconds measured so far.

    Returns
    -------
    Features
        Rows, patches, their bounds, the tempo and the notes of the song.
    """
    rows, patches, notes, ends, outline = [], [], [], [0], Outline()
    pulse = np.zeros(rhythm.PULSE_LAGS)
    for window in windows(blocks):
        spectrum = Spectrum.of(window)
        rows.append(np.concatenate([group(spectrum) for group in GROUPS.values()]))
        patches.append(patch(spectrum))
        pulse += rhythm.pulse(spectrum)
        notes.append(harmony.notes(spectrum))
        outline.add(window)
        ends.append(ends[-1] + len(window))
        if heard:
            heard(ends[-1] / SAMPLE_RATE)
    bounds = np.stack([ends[:-1], ends[1:]], axis=1) / SAMPLE_RATE
    return Features(
        rows=np.stack(rows),
        patches=tuple(patches),
        bounds=bounds,
        tempo=rhythm.tempo(pulse / len(rows)),
        notes=mean(np.stack(notes)),
        peaks=outline.peaks(),
        loudness_range=outline.loudness_range(),
    )


def windows(blocks: Iterable[Samples]) -> Iterator[Samples]:
    """Cut a song, given in blocks of any length, into the windows of ``window_bounds``, each as soon as it is certain.

    A window is certain once half a window follows it, for that half will be a window of its own.
    """
    waiting = np.empty(0, np.float32)
    for block in _gathered(blocks, WINDOW_LENGTH // 2):
        waiting = np.concatenate([waiting, block]) if len(waiting) else block
        while len(waiting) >= WINDOW_LENGTH + WINDOW_LENGTH // 2:
            yield waiting[:WINDOW_LENGTH]
            waiting = waiting[WINDOW_LENGTH:]
    if len(waiting) < FRAME_LENGTH:
        raise ValueError(f"at least {FRAME_LENGTH} samples are needed, not {len(waiting)}")
    yield waiting


def window_bounds(sample_count: int) -> NDArray[np.int64]:
    """Cut a song into windows of WINDOW_SECONDS; the last one has what remains, half as much to half as much again.

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
    count = max(1, (sample_count + WINDOW_LENGTH // 2) // WINDOW_LENGTH)
    edges = np.append(np.arange(count) * WINDOW_LENGTH, sample_count)
    return np.stack([edges[:-1], edges[1:]], axis=1)


def feature_count() -> int:
    """Return the number of columns of a feature row."""
    return FEATURE_COUNT


def feature_names() -> tuple[str, ...]:
    """Return the name of each column, ``group.number``, in order."""
    if not _names:
        silence = Spectrum.of(np.zeros(SAMPLE_RATE * 2, dtype=np.float32))
        _names.extend(f"{name}.{i}" for name, group in GROUPS.items() for i in range(len(group(silence))))
    return tuple(_names)


_names: list[str] = []


def _gathered(blocks: Iterable[Samples], least: int) -> Iterator[Samples]:
    """Join blocks until there are at least ``least`` samples, so that little is copied twice."""
    parts: list[Samples] = []
    for block in blocks:
        parts.append(block)
        if sum(map(len, parts)) >= least:
            yield np.concatenate(parts) if len(parts) > 1 else block
            parts = []
    if parts:
        yield np.concatenate(parts)

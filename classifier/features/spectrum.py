"""The one Fourier transform of a window, and what every group of features takes from it.

What belongs here: frames, power spectrum, filter banks (made once), mel energies, MFCC. Not here: statistics over
time. The mel filter bank and the cepstra are those of python_speech_features (``mfcc`` with nfft = frame = 2048,
Hann window, no pre-emphasis, lifter 22, lowfreq = LOW_CUT), computed in float32 on frames that overlap in memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from python_speech_features import base as psf
from scipy.fft import rfft

from classifier.constants import (
    CEPSTRAL_LIFTER,
    FRAME_LENGTH,
    HOP_LENGTH,
    LOW_CUT,
    MEL_BANDS,
    MFCC_COUNT,
    SAMPLE_RATE,
)

Array = NDArray[np.float32]

LOWEST_BIN = int(np.ceil(LOW_CUT * FRAME_LENGTH / SAMPLE_RATE))
"""First bin of the transform that is looked at."""

FLOOR = np.float32(np.finfo(np.float64).eps)
"""Power below this counts as this much: python_speech_features' floor for log(0)."""

MEL_RANGE = np.float32(1e-6)
"""Mel energy this far (60 dB) below the window's loudest counts as this much. Bands that an encoder or a transfer
emptied would otherwise hold rounding errors, and tell the tape rather than the music."""

ONSET_RANGE = np.float32(12.0)
"""Nepers of power (52 dB) below a window's loudest band where onsets are no longer heard."""

CHROMA_RANGE = (60.0, 2100.0)
"""Hz from which pitch classes are gathered: B1 to C7, where single notes stand out."""

BLOCK_FRAMES = 64
"""Frames transformed at once: what they take, about 1 MB, stays in a processor's cache."""

MEL_PARTS = 4
"""Parts of the mel filter bank that are multiplied apart: most of the bank is zeros, for each part has its own bins."""


@dataclass(frozen=True, eq=False)
class Spectrum:
    """The spectrum of one window, frame by frame.

    Parameters
    ----------
    magnitude : ndarray, shape (frames, FRAME_LENGTH // 2 + 1), float32
        Its square is the power as python_speech_features scales it.
    """

    magnitude: Array

    @classmethod
    def of(cls, samples: Array) -> Spectrum:
        """Transform ``samples`` of shape (n,), n >= FRAME_LENGTH, into frames HOP_LENGTH apart."""
        frames = sliding_window_view(samples, FRAME_LENGTH)[::HOP_LENGTH]
        magnitude = np.empty((len(frames), FRAME_LENGTH // 2 + 1), np.float32)
        for start in range(0, len(frames), BLOCK_FRAMES):
            block = slice(start, start + BLOCK_FRAMES)
            np.abs(rfft(frames[block] * _window(), axis=1, overwrite_x=True), out=magnitude[block])
        return cls(magnitude)

    @cached_property
    def power(self) -> Array:
        """Squared magnitude, shape as of ``magnitude``."""
        return np.asarray(np.square(self.magnitude))

    @cached_property
    def mel(self) -> Array:
        """Energy in each mel band, shape (frames, MEL_BANDS)."""
        energy = np.concatenate([self.power[:, bins] @ filters for bins, filters in _mel_parts()], axis=1)
        return np.asarray(np.maximum(energy, max(FLOOR, energy.max() * MEL_RANGE)))

    @cached_property
    def log_mel(self) -> Array:
        """Natural logarithm of ``mel``."""
        return np.asarray(np.log(self.mel))

    @cached_property
    def rise(self) -> Array:
        """Rise of every band of ``log_mel`` since the frame before, shape (frames - 1, MEL_BANDS); falls count 0."""
        return np.asarray(np.maximum(self.log_mel[1:] - self.log_mel[:-1], 0))

    @cached_property
    def onset_strength(self) -> Array:
        """Mean rise of the bands at every frame, without its mean, shape (frames, 3): of all, the low, the high.

        What lies ONSET_RANGE below the loudest is not heard.
        """
        log_mel = np.maximum(self.log_mel, self.log_mel.max() - ONSET_RANGE)
        rise = np.zeros_like(log_mel)
        np.maximum(log_mel[1:] - log_mel[:-1], 0, out=rise[1:])
        onsets: Array = rise @ _onset_bands()
        onsets -= mean(onsets)
        return onsets

    @cached_property
    def mfcc(self) -> Array:
        """Liftered cepstra, shape (frames, MFCC_COUNT); equal to ``python_speech_features.mfcc`` within 1e-3.

        That holds where no band lies more than MEL_RANGE below the window's loudest; what does is raised to that.
        """
        return np.asarray(self.log_mel @ _cepstral_basis())

    @cached_property
    def heard(self) -> Array:
        """Magnitude without the constant part, shape (frames, FRAME_LENGTH // 2); 0 below LOW_CUT."""
        heard = self.magnitude[:, 1:].copy()
        heard[:, : LOWEST_BIN - 1] = 0
        return heard

    @cached_property
    def chroma(self) -> Array:
        """Share of each pitch class in the power of every frame, shape (frames, 12); uniform where nothing sounds."""
        last = _last_bin(chroma_filters())
        energy = self.power[:, :last] @ chroma_filters()[:last] + FLOOR
        return np.asarray(energy / (energy @ np.ones((energy.shape[1], 1), np.float32)))


def mean(frames: Array) -> Array:
    """Return the mean of every column: as a matrix product, a tenth of the time of ``frames.mean(axis=0)``."""
    return np.asarray(np.full(len(frames), 1 / len(frames), np.float32) @ frames)


def row_mean(frames: Array) -> Array:
    """Return the mean of every row, in the same way."""
    return np.asarray(frames @ np.full(frames.shape[1], 1 / frames.shape[1], np.float32))


def deviation(frames: Array) -> Array:
    """Return the standard deviation of every column."""
    centred = frames - mean(frames)
    return np.asarray(np.sqrt(mean(centred * centred)))


@cache
def mel_filters() -> Array:
    """Return python_speech_features' mel filter bank, shape (bins, MEL_BANDS), float32."""
    bank = psf.get_filterbanks(MEL_BANDS, FRAME_LENGTH, SAMPLE_RATE, lowfreq=LOW_CUT)
    return np.ascontiguousarray(bank.T, dtype=np.float32)


@cache
def chroma_filters() -> Array:
    """Return Gaussian bumps of a semitone around each pitch class, shape (bins, 12), float32."""
    return pitch_filters(CHROMA_RANGE, 0.5)


@cache
def pitch_filters(span: tuple[float, float], width: float) -> Array:
    """Return Gaussian bumps around each pitch class from A on, within ``span`` in Hz, shape (bins, 12), float32.

    ``width`` is their standard deviation in semitones.
    """
    frequency = bin_frequencies()
    pitch = 12 * np.log2(np.maximum(frequency, 1.0) / 440.0)
    distance = (pitch[:, None] - np.arange(12) + 6) % 12 - 6
    weights = np.exp(-0.5 * (distance / width) ** 2)
    inside = (frequency >= span[0]) & (frequency <= span[1])
    return np.ascontiguousarray(weights * inside[:, None], dtype=np.float32)


@cache
def bin_frequencies() -> NDArray[np.float64]:
    """Return the frequency of every bin in Hz, shape (FRAME_LENGTH // 2 + 1,)."""
    return np.asarray(np.arange(FRAME_LENGTH // 2 + 1) * (SAMPLE_RATE / FRAME_LENGTH))


@cache
def _mel_parts() -> tuple[tuple[slice, Array], ...]:
    """Return neighbouring bands of the filter bank, and for each part the bins where it is not zero."""
    parts = np.array_split(mel_filters(), MEL_PARTS, axis=1)
    bins = [slice(int(part.any(axis=1).argmax()), _last_bin(part)) for part in parts]
    return tuple((heard, np.ascontiguousarray(part[heard])) for heard, part in zip(bins, parts, strict=True))


def _last_bin(filters: Array) -> int:
    return int(np.flatnonzero(filters.any(axis=1))[-1]) + 1


@cache
def _onset_bands() -> Array:
    """Weights that average all bands, the low quarter and the high half, shape (MEL_BANDS, 3)."""
    band = np.arange(MEL_BANDS)
    parts = np.stack([band >= 0, band < MEL_BANDS // 4, band >= MEL_BANDS // 2], axis=1)
    return np.asarray(parts / parts.sum(axis=0), dtype=np.float32)


@cache
def _window() -> Array:
    # Scaled so that the squared transform is the power as python_speech_features gives it.
    return np.asarray(np.hanning(FRAME_LENGTH) / np.sqrt(FRAME_LENGTH), dtype=np.float32)


@cache
def _cepstral_basis() -> Array:
    """Orthonormal cosines (DCT of type 2) with the lifter, shape (MEL_BANDS, MFCC_COUNT)."""
    bands, order = np.arange(MEL_BANDS), np.arange(MFCC_COUNT)
    cosines = np.cos(np.pi * order * (bands[:, None] + 0.5) / MEL_BANDS)
    norm = np.where(order == 0, 1, np.sqrt(2)) / np.sqrt(MEL_BANDS)
    lifter = psf.lifter(np.ones((1, MFCC_COUNT)), CEPSTRAL_LIFTER)
    return np.asarray(cosines * norm * lifter, dtype=np.float32)

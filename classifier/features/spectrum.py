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

CHROMA_RANGE = (60.0, 2100.0)
"""Hz from which pitch classes are gathered: B1 to C7, where single notes stand out."""

BLOCK_FRAMES = 64
"""Frames transformed at once: what they take, about 1 MB, stays in a processor's cache."""

MEL_PARTS = 4
"""Parts of the mel filter bank that are multiplied apart: most of the bank is zeros, for each part has its own bins."""


@dataclass(frozen=True, eq=False)
class Spectrum:
    """The power spectrum of one window.

    Parameters
    ----------
    power : ndarray, shape (frames, FRAME_LENGTH // 2 + 1), float32
        Squared magnitude over FRAME_LENGTH, as python_speech_features scales it.
    """

    power: Array

    @classmethod
    def of(cls, samples: Array) -> Spectrum:
        """Transform ``samples`` of shape (n,), n >= FRAME_LENGTH, into frames HOP_LENGTH apart."""
        frames = sliding_window_view(samples, FRAME_LENGTH)[::HOP_LENGTH]
        power = np.empty((len(frames), FRAME_LENGTH // 2 + 1), np.float32)
        for start in range(0, len(frames), BLOCK_FRAMES):
            block = slice(start, start + BLOCK_FRAMES)
            bins = rfft(frames[block] * _window(), axis=1, overwrite_x=True)
            np.square(bins.real, out=power[block])
            power[block] += np.square(bins.imag)
        return cls(power)

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
    def mfcc(self) -> Array:
        """Liftered cepstra, shape (frames, MFCC_COUNT); equal to ``python_speech_features.mfcc`` within 1e-3.

        That holds where no band lies more than MEL_RANGE below the window's loudest; what does is raised to that.
        """
        return np.asarray(self.log_mel @ _cepstral_basis())

    @cached_property
    def magnitude(self) -> Array:
        """Square root of the power, shape (frames, FRAME_LENGTH // 2); 0 below LOW_CUT. It begins with bin 1."""
        magnitude: Array = np.sqrt(self.power[:, 1:])
        magnitude[:, : LOWEST_BIN - 1] = 0
        return magnitude

    @cached_property
    def chroma(self) -> Array:
        """Share of each pitch class in the power of every frame, shape (frames, 12); uniform where nothing sounds."""
        last = _last_bin(chroma_filters())
        energy = self.power[:, :last] @ chroma_filters()[:last] + FLOOR
        return np.asarray(energy / energy.sum(axis=1, keepdims=True))


@cache
def mel_filters() -> Array:
    """Return python_speech_features' mel filter bank, shape (bins, MEL_BANDS), float32."""
    bank = psf.get_filterbanks(MEL_BANDS, FRAME_LENGTH, SAMPLE_RATE, lowfreq=LOW_CUT)
    return np.ascontiguousarray(bank.T, dtype=np.float32)


@cache
def chroma_filters() -> Array:
    """Return Gaussian bumps of a semitone around each pitch class, shape (bins, 12), float32."""
    frequency = bin_frequencies()
    pitch = 12 * np.log2(np.maximum(frequency, 1.0) / 440.0)
    distance = (pitch[:, None] - np.arange(12) + 6) % 12 - 6
    weights = np.exp(-0.5 * (distance / 0.5) ** 2)
    inside = (frequency >= CHROMA_RANGE[0]) & (frequency <= CHROMA_RANGE[1])
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

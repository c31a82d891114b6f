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
from scipy.fft import dct, rfft

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
        frames = sliding_window_view(samples, FRAME_LENGTH)[::HOP_LENGTH] * _window()
        bins = rfft(frames, axis=1)
        power: Array = np.square(bins.real)
        power += np.square(bins.imag)
        power *= np.float32(1 / FRAME_LENGTH)
        return cls(power)

    @cached_property
    def mel(self) -> Array:
        """Energy in each mel band, shape (frames, MEL_BANDS)."""
        energy = self.power @ mel_filters()
        return np.asarray(np.maximum(energy, max(FLOOR, energy.max() * MEL_RANGE)))

    @cached_property
    def log_mel(self) -> Array:
        """Natural logarithm of ``mel``."""
        return np.asarray(np.log(self.mel))

    @cached_property
    def mfcc(self) -> Array:
        """Liftered cepstra, shape (frames, MFCC_COUNT); equal to ``python_speech_features.mfcc`` within 1e-3.

        That holds where no band lies more than MEL_RANGE below the window's loudest; what does is raised to that.
        """
        cepstra: Array = dct(self.log_mel, type=2, axis=1, norm="ortho")[:, :MFCC_COUNT]
        return np.asarray(cepstra * _lifter(), dtype=np.float32)

    @cached_property
    def magnitude(self) -> Array:
        """Square root of the power from LOW_CUT upwards, shape (frames, bins)."""
        return np.asarray(np.sqrt(self.power[:, LOWEST_BIN:]))

    @cached_property
    def chroma(self) -> Array:
        """Share of each pitch class in the power of every frame, shape (frames, 12); uniform where nothing sounds."""
        energy = self.power @ chroma_filters() + FLOOR
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
def _window() -> Array:
    return np.hanning(FRAME_LENGTH).astype(np.float32)


@cache
def _lifter() -> Array:
    return np.asarray(psf.lifter(np.ones((1, MFCC_COUNT)), CEPSTRAL_LIFTER), dtype=np.float32)

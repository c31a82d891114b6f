"""Which sounds a window is made of: how much its mel spectrogram resembles each entry of a learned dictionary.

What belongs here: encoding short patches of the log-mel spectrogram, with or without looking where they stand in time.
Not here: how the dictionary is learned (``training.dictionary``). The way is that of Coates, Lee & Ng 2011 ("An
analysis of single-layer networks in unsupervised feature learning"): patches are whitened, compared with the centres of
a spherical k-means, thresholded and averaged. No label is used, and no recording that stands in an evaluation fold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from classifier.features.spectrum import Spectrum, mean

Array = NDArray[np.float32]

SHIPPED = Path(__file__).parents[1] / "data" / "mel_dictionary.npz"
"""The dictionaries that come with the package. They are part of the features: others need another FEATURE_VERSION."""

SHORT_FRAMES = 8
"""Frames in a short patch (0.26 s with its transforms): an attack, a chord, a syllable."""

LONG_FRAMES = 16
"""Frames in a long patch (0.44 s): a beat with what follows it."""

PATCH_STEP = 2
"""Frames from one patch to the next."""

THRESHOLD = np.float32(0.3)
"""Cosine similarity below which a patch does not resemble an entry at all."""

SMALLEST = np.float32(1e-3)
"""Added before the logarithm: an entry that is never heard is no further away than this."""


@dataclass(frozen=True, eq=False)
class Dictionary:
    """Entries that patches of one length are compared with.

    Parameters
    ----------
    mean : ndarray, shape (frames * MEL_BANDS,)
        Of all patches, each without its own mean.
    projection : ndarray, shape (frames * MEL_BANDS, directions)
        Whitens them and drops what hardly varies.
    entries : ndarray, shape (directions, entries)
        Of unit length each.
    """

    mean: Array
    projection: Array
    entries: Array

    def encode(self, patches: Array) -> Array:
        """Return how strongly each entry is heard on average; patches (n, frames * MEL_BANDS), result (entries,)."""
        # A patch's own mean and the mean of all are taken off after the projection, where there is less of them.
        projected = patches @ self._with_mean
        whitened = projected[:, :-1] - (projected[:, -1:] * self._of_ones + self._of_mean)
        whitened /= np.linalg.norm(whitened, axis=1, keepdims=True) + SMALLEST
        heard = mean(np.maximum(whitened @ self.entries - THRESHOLD, 0))
        return np.asarray(np.log(heard + SMALLEST))

    @cached_property
    def _with_mean(self) -> Array:
        """The projection, and a last column that gives a patch's mean."""
        mean = np.full((len(self.projection), 1), 1 / len(self.projection), np.float32)
        return np.concatenate([self.projection, mean], axis=1)

    @cached_property
    def _of_ones(self) -> Array:
        return np.asarray(self.projection.sum(axis=0))

    @cached_property
    def _of_mean(self) -> Array:
        return np.asarray(self.mean @ self.projection)

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], prefix: str) -> Self:
        """Take the arrays named ``prefix_mean``, ``prefix_projection`` and ``prefix_entries``."""
        return cls(*(arrays[f"{prefix}_{name}"].astype(np.float32) for name in ("mean", "projection", "entries")))


def short_patches(spectrum: Spectrum) -> Array:
    """Entries heard in patches of SHORT_FRAMES, shape (entries,)."""
    return _shipped("short").encode(cut(_levelled(spectrum), SHORT_FRAMES, PATCH_STEP))


def long_patches(spectrum: Spectrum) -> Array:
    """Entries heard in patches of LONG_FRAMES, shape (entries,)."""
    return _shipped("long").encode(cut(_levelled(spectrum), LONG_FRAMES, PATCH_STEP))


def cut(log_mel: Array, frames: int, step: int) -> Array:
    """Cut a log-mel spectrogram, shape (n, bands), into overlapping patches, shape (patches, frames * bands).

    A spectrogram shorter than a patch is held at its last frame.
    """
    missing = max(0, frames - len(log_mel))
    padded = np.pad(log_mel, ((0, missing), (0, 0)), mode="edge") if missing else log_mel
    views = sliding_window_view(padded, (frames, log_mel.shape[1]))[::step, 0]
    return views.reshape(len(views), -1)


def _levelled(spectrum: Spectrum) -> Array:
    # Small numbers keep their digits in the sums of ``encode``, which does not hear the level.
    return np.asarray(spectrum.log_mel - spectrum.log_mel.mean())


@cache
def _shipped(prefix: str) -> Dictionary:
    with np.load(SHIPPED, allow_pickle=False) as arrays:
        return Dictionary.from_arrays(arrays, prefix)

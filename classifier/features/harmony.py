"""Which notes sound together: chroma statistics that do not depend on the key.

What belongs here: statistics of ``Spectrum.chroma``. Not here: the chroma filters (``spectrum``).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classifier.features.spectrum import Spectrum

Array = NDArray[np.float32]

INTERVALS = 6
"""A semitone to a tritone: the other intervals are their complements."""


def chroma_statistics(spectrum: Spectrum) -> Array:
    """Chroma seen from its strongest note, its intervals, its clarity and how fast it moves."""
    chroma = spectrum.chroma
    mean = chroma.mean(axis=0)
    spread = chroma.std(axis=0)
    turn = -int(np.argmax(mean))
    change = np.abs(np.diff(chroma, axis=0)).sum(axis=1) if len(chroma) > 1 else np.zeros(1, dtype=np.float32)
    clarity = [_entropy(chroma).mean(), _entropy(mean[None, :])[0], chroma.max(axis=1).mean(), change.mean()]
    return np.concatenate(
        [np.roll(mean, turn), np.roll(spread, turn), _intervals(mean), _intervals_of_frames(chroma), clarity]
    ).astype(np.float32)


def _intervals(mean: Array) -> Array:
    """Tell how strongly notes each interval apart stand together in the mean chroma."""
    energy = np.dot(mean, mean)
    return np.array([np.dot(mean, np.roll(mean, step)) / energy for step in range(1, INTERVALS + 1)])


def _intervals_of_frames(chroma: Array) -> Array:
    """Tell the same within single frames, averaged: chords rather than melodies."""
    together = chroma.T @ chroma
    note = np.arange(len(together))
    intervals = [together[note, note - step].sum() for step in range(1, INTERVALS + 1)]
    return np.asarray(np.array(intervals) / np.trace(together))


def _entropy(chroma: Array) -> Array:
    entropy: Array = -np.sum(chroma * np.log(chroma + np.float32(1e-9)), axis=1)
    return entropy

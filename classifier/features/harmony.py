"""Which notes sound together: chroma statistics that do not depend on the key.

What belongs here: statistics of ``Spectrum.chroma``. Not here: the chroma filters (``spectrum``).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classifier.features.spectrum import Spectrum, deviation, mean

Array = NDArray[np.float32]

INTERVALS = 6
"""A semitone to a tritone: the other intervals are their complements."""


def chroma_statistics(spectrum: Spectrum) -> Array:
    """Chroma seen from its strongest note, its intervals, its clarity and how fast it moves."""
    chroma = spectrum.chroma
    centre = mean(chroma)
    seen = (np.arange(len(centre)) + np.argmax(centre)) % len(centre)
    change = np.abs(chroma[1:] - chroma[:-1]).sum() / max(1, len(chroma) - 1)
    clarity = [_entropy(chroma), _entropy(centre[None]), chroma.T.max(axis=0).mean(), change]
    turned, spread = centre[seen], deviation(chroma)[seen]
    together = (np.outer(centre, centre), chroma.T @ chroma)
    return np.concatenate([turned, spread, *map(_intervals, together), clarity]).astype(np.float32)


def _intervals(together: Array) -> NDArray[np.float64]:
    """Tell how strongly notes each interval apart stand together, given the products of every two, shape (12, 12).

    Of the mean chroma these are melodies, of single frames, summed up, chords.
    """
    note = np.arange(len(together))
    intervals = [together[note, note - step].sum() for step in range(1, INTERVALS + 1)]
    return np.asarray(np.array(intervals) / np.trace(together))


def _entropy(chroma: Array) -> float:
    """Return the mean entropy of the frames."""
    return -float(np.sum(chroma * np.log(chroma + np.float32(1e-9)))) / len(chroma)

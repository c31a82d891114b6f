"""Which notes sound together: chroma statistics that do not depend on the key, and the notes that tell the key.

What belongs here: statistics of ``Spectrum.chroma``, and notes heard more sharply. Not here: the filters
(``spectrum``) or finding the key (``classifier.traits``).
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from classifier.features.spectrum import FLOOR, Spectrum, deviation, mean, pitch_filters

Array = NDArray[np.float32]

NOTE_RANGE = (200.0, 2100.0)
"""Hz between which notes are told apart for the key: below, a semitone is hardly wider than a bin of the transform."""

NOTE_WIDTH = 0.25
"""Semitones. Standard deviation of what counts as one note."""

LEAST_WEIGHT = np.float32(1e-6)
"""Weight of a bin in a note below which it is left out."""

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


def notes(spectrum: Spectrum) -> Array:
    """Return the mean share of each pitch class from A on in the magnitude of the frames, shape (12,).

    Unlike the chroma it leaves out what is too low for its semitones to be told apart, and no loud note hides others.
    """
    bins, filters = _note_filters()
    strength = spectrum.magnitude[:, bins] @ filters + FLOOR
    return mean(strength / (strength @ np.ones((strength.shape[1], 1), np.float32)))


@cache
def _note_filters() -> tuple[slice, Array]:
    """Return the bins that notes are told from, and their weights, shape (bins, 12).

    What weighs next to nothing weighs nothing: numbers too small for a float take fifty times as long to multiply by.
    """
    filters = pitch_filters(NOTE_RANGE, NOTE_WIDTH)
    heard = np.flatnonzero(filters.any(axis=1))
    bins = slice(int(heard[0]), int(heard[-1]) + 1)
    return bins, np.where(filters[bins] < LEAST_WEIGHT, np.float32(0), filters[bins])


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

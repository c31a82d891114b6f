"""What is little and what is much: the scales of the traits, learned from the music the model is trained on.

What belongs here: measures of whole recordings from the rows of their windows, which were kept on disk: no recording is
decoded again. Not here: what the traits mean (``classifier.traits``) or measuring audio (``classifier.features``).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classifier.features import feature_names, song_measures
from classifier.features.rhythm import TEMPO_BINS, TEMPO_PREFERRED, TEMPO_RANGE, TEMPO_SEARCH, TEMPO_SPREAD
from classifier.training.curriculum import Curriculum
from classifier.training.extract import FeatureTable
from classifier.traits import TraitScales

Rows = NDArray[np.float32]


def mean_rows(table: FeatureTable, count: int) -> Rows:
    """Return the mean row of each of ``count`` recordings, unaltered, shape (count, features); NaN without windows."""
    own = np.flatnonzero(table.copy == 0)
    own = own[table.track[own] < count]
    means = np.full((count, table.rows.shape[1]), np.nan, dtype=np.float32)
    for rows in np.split(own, np.flatnonzero(np.diff(table.track[own])) + 1):
        means[table.track[rows[0]]] = table.rows[rows].mean(axis=0)
    return means


def fit_traits(curriculum: Curriculum, rows: Rows) -> TraitScales:
    """Take the scales from all recordings that teach anything, each counting alike; ``rows`` are their mean rows."""
    known = curriculum.taught & np.isfinite(rows).all(axis=1)
    return TraitScales.of(np.stack([measures_of(row) for row in rows[known]]))


def measures_of(row: Rows) -> Rows:
    """Return the measures of a recording, given its mean row."""
    return song_measures(row[None], feature_names())


def aspects(rows: Rows, scales: TraitScales) -> dict[str, NDArray[np.float64]]:
    """Return what ought to be alike in songs that sound alike: energy, brightness, and the tempo in octaves."""
    measures = [measures_of(row) for row in rows]
    return {
        "energy": np.array([scales.energy_of(values) for values in measures]),
        "brightness": np.array([scales.brightness_of(values) for values in measures]),
        "tempo": _tempo_octaves(rows),
    }


def _tempo_octaves(rows: Rows) -> NDArray[np.float64]:
    """Return the strongest tempo of each recording as the features have it: in bins of a twelfth of an octave."""
    first = feature_names().index("onset_autocorrelation.0")
    tempo = np.geomspace(*TEMPO_RANGE, TEMPO_BINS)
    preference = np.exp(-0.5 * (np.log2(tempo / TEMPO_PREFERRED) / TEMPO_SPREAD) ** 2)
    inside = (tempo >= TEMPO_SEARCH[0]) & (tempo <= TEMPO_SEARCH[1])
    strength = rows[:, first : first + TEMPO_BINS] * preference
    return np.asarray(np.log2(tempo)[np.argmax(np.where(inside, strength, -np.inf), axis=1)])

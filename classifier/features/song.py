"""A few measures of a whole song that people have words for, from what was measured of its windows.

What belongs here: means of some columns of the feature rows. Not here: what the values mean beside other music
(``classifier.traits``).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

MEASURES = {
    "fullness": "spectral_shape.5",
    "changes": "chroma.39",
    "flux": "spectral_shape.6",
    "centroid": "spectral_shape.0",
}
"""The measures by name, and the column of each: how evenly the mel bands are filled (logarithm of flatness), how much
of the pitch classes' share moves from frame to frame, how fast the bands rise, and where the middle of the spectrum
lies, in octaves above LOW_CUT. None of them knows how loud the song is."""


def song_measures(rows: NDArray[np.float32], names: Sequence[str]) -> NDArray[np.float32]:
    """Return the mean of each of MEASURES over the windows of a song.

    Parameters
    ----------
    rows : ndarray, shape (windows, features), float32
        As ``features.measure`` gives them, at least one.
    names : sequence of str
        Of their columns, as ``features.feature_names`` gives them.

    Returns
    -------
    ndarray, shape (len(MEASURES),), float32
    """
    return np.asarray(rows[:, _columns(tuple(names))].mean(axis=0))


@cache
def _columns(names: tuple[str, ...]) -> list[int]:
    return [names.index(column) for column in MEASURES.values()]

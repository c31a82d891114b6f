"""Fitting what makes the song's vector, so that neighbours sound alike and do not merely come from one album.

What belongs here: the directions of the views and their shares. Not here: the arithmetic of the vector
(``classifier.likeness``) or how alike its neighbours turn out (``alike``).

Rows come whitened within genres and against altered copies: directions in which artists of one genre differ, or one
recording from another transfer of it, are small already, and what still varies much is what tells music apart.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classifier.likeness import Likeness, View

Rows = NDArray[np.float32]
Labels = NDArray[np.intp]

GENRE_SHARE, MOOD_SHARE, SOUND_SHARE, EAR_SHARE = 0.4, 0.2, 0.2, 0.2
"""What each view counts. More for the genre finds more of the same genre and less that is as bright or as lively."""

SOUND_DIRECTIONS = 32
"""Directions of the whitened rows; with 48 neighbours are not more alike."""

EAR_DIRECTIONS = 24
"""Directions of the network's summary; with all 224 neighbours are not more alike."""

LEAST_SCALE = 1e-3
"""Share of the mean deviation that a value of the summary is taken to have at least: some hardly ever change."""


def fit_likeness(whitened: Rows, track: Labels, summaries: Rows | None, heard: Labels) -> Likeness:
    """Fit on recordings that are learned from.

    Parameters
    ----------
    whitened : ndarray, shape (n, directions)
        Rows of their windows.
    track : ndarray, shape (n,), int
        The recording of each; all recordings count alike.
    summaries : ndarray, shape (m, values), or None
        The network's, of windows of the recordings ``heard``, shape (m,); None without a network.
    """
    sound = _principal(_song_means(whitened, track), SOUND_DIRECTIONS)
    ear = None if summaries is None else _ear(_song_means(summaries, heard))
    return Likeness(sound, ear, GENRE_SHARE, MOOD_SHARE, SOUND_SHARE, 0.0 if ear is None else EAR_SHARE)


def _ear(songs: NDArray[np.float64]) -> View:
    """Standardise the values of the summary before their principal directions are taken."""
    spread = songs.std(axis=0)
    scale = spread + LEAST_SCALE * spread.mean() + np.finfo(np.float32).tiny
    view = _principal(songs / scale, EAR_DIRECTIONS)
    return View((view.centre * scale).astype(np.float32), _half(view.directions / scale[:, None]))


def _principal(songs: NDArray[np.float64], count: int) -> View:
    """Return the ``count`` directions along which songs differ most."""
    centre = songs.mean(axis=0)
    _spread, directions = np.linalg.eigh(np.cov(songs - centre, rowvar=False))
    return View(centre.astype(np.float32), _half(directions[:, ::-1][:, :count]))


def _half(directions: NDArray[np.floating]) -> Rows:
    """Round to half precision, as they are stored."""
    return np.ascontiguousarray(directions.astype(np.float16), dtype=np.float32)


def _song_means(rows: Rows, track: Labels) -> NDArray[np.float64]:
    """Return the mean row of every recording, shape (recordings, columns)."""
    _names, place, count = np.unique(track, return_inverse=True, return_counts=True)
    sums = np.zeros((len(count), rows.shape[1]))
    np.add.at(sums, place, rows)
    return np.asarray(sums / count[:, None])

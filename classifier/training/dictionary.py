"""Learning the dictionaries of ``features.dictionary`` from recordings that never stand in an evaluation fold.

What belongs here: sampling patches, whitening them, spherical k-means. Not here: encoding (``features.dictionary``).
A new dictionary makes new features: it needs a new FEATURE_VERSION, golden features recorded anew, and training.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from classifier.decode import decode
from classifier.features import window_bounds
from classifier.features.dictionary import LONG_FRAMES, SHORT_FRAMES, Dictionary, cut
from classifier.features.spectrum import Spectrum
from classifier.parallel import gather

Array = NDArray[np.float32]

ENTRIES = 256
"""Entries of each dictionary."""

DIRECTIONS = {"short": 60, "long": 80}
"""Directions kept of the whitened patches."""

FRAMES = {"short": SHORT_FRAMES, "long": LONG_FRAMES}

SAMPLED = 60
"""Patches drawn from each window."""

REGULARISATION = 1e-2
"""Added to the variance of each direction before whitening, in units of the largest: what hardly varies is noise."""

ROUNDS = 15
"""Rounds of k-means; more change nothing."""


def unjudged(tracks: pd.DataFrame) -> list[str]:
    """Return the paths of the recordings whose artists never stand in an evaluation fold of the genre task."""
    judged = set(tracks.loc[tracks["use"] == "cv", "artist_group"])
    chosen = (tracks["use"] != "cv") & ~tracks["artist_group"].isin(judged)
    return list(tracks.loc[chosen, "path"])


def learn_dictionaries(paths: Sequence[str], *, seed: int, jobs: int) -> dict[str, NDArray[np.float16]]:
    """Learn both dictionaries.

    Parameters
    ----------
    paths : sequence of str
        Recordings; their labels play no part.
    seed : int
        Of the sampling and of the first entries.
    jobs : int
        Processes.

    Returns
    -------
    dict
        As ``features.dictionary`` loads it, in half precision.
    """
    sampled = gather(partial(_sample, seed=seed), list(enumerate(paths)), jobs=jobs, what="patches")
    arrays: dict[str, NDArray[np.float16]] = {}
    for name in FRAMES:
        learned = learn(np.concatenate([part[name] for part in sampled]), DIRECTIONS[name], ENTRIES, seed=seed)
        arrays |= {
            f"{name}_{part}": getattr(learned, part).astype(np.float16) for part in ("mean", "projection", "entries")
        }
    return arrays


def learn(patches: Array, directions: int, entries: int, *, seed: int) -> Dictionary:
    """Whiten patches of shape (n, values) and cluster them by spherical k-means (Coates & Ng 2012)."""
    rng = np.random.default_rng([seed, 2])
    levelled = patches - patches.mean(axis=1, keepdims=True)
    mean = levelled.mean(axis=0)
    variance, axes = np.linalg.eigh(np.cov((levelled - mean).T))
    largest = np.argsort(-variance)[:directions]
    floor = REGULARISATION * variance[largest[0]]
    projection = (axes[:, largest] / np.sqrt(variance[largest] + floor)).astype(np.float32)
    whitened = (levelled - mean) @ projection
    return Dictionary(mean.astype(np.float32), projection, _centres(whitened, entries, rng))


def _centres(whitened: Array, entries: int, rng: np.random.Generator) -> Array:
    unit = whitened / (np.linalg.norm(whitened, axis=1, keepdims=True) + 1e-9)
    centres = unit[rng.choice(len(unit), entries, replace=len(unit) < entries)]
    for _ in range(ROUNDS):
        similarity = unit @ centres.T
        nearest = similarity.argmax(axis=1)
        strength = similarity[np.arange(len(unit)), nearest]
        order = np.argsort(nearest, kind="stable")
        starts = np.searchsorted(nearest[order], np.arange(entries))
        sums = np.zeros_like(centres)
        used = np.flatnonzero(np.bincount(nearest, minlength=entries))
        sums[used] = np.add.reduceat((whitened * strength[:, None])[order], starts[used], axis=0)
        empty = np.setdiff1d(np.arange(entries), used)
        sums[empty] = unit[rng.choice(len(unit), len(empty))]
        centres = sums / (np.linalg.norm(sums, axis=1, keepdims=True) + 1e-9)
    return np.ascontiguousarray(centres.T, dtype=np.float32)


def _sample(numbered: tuple[int, str], *, seed: int) -> dict[str, Array]:
    number, path = numbered
    rng = np.random.default_rng([seed, 3, number])
    samples = decode(Path(path)).samples
    spectra = [Spectrum.of(samples[start:end]) for start, end in window_bounds(len(samples))]
    return {name: np.concatenate([_some(s.log_mel, frames, rng) for s in spectra]) for name, frames in FRAMES.items()}


def _some(log_mel: Array, frames: int, rng: np.random.Generator) -> Array:
    patches = cut(log_mel, frames, 1)
    return patches[rng.choice(len(patches), min(SAMPLED, len(patches)), replace=False)]

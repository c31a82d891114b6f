"""Feature rows of every track and of its altered copies, kept on disk so that a stopped run goes on.

What belongs here: the map over files. Not here: what a feature is (``classifier.features``) or what an altered copy
is (``augment``).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifier.constants import FEATURE_VERSION, FRAME_LENGTH
from classifier.decode import decode
from classifier.features import feature_count, measure
from classifier.training.augment import AUGMENT_VERSION, augment
from classifier.values import Waveform


@dataclass(frozen=True, eq=False)
class FeatureTable:
    """Rows of many tracks.

    Parameters
    ----------
    rows : ndarray, shape (n, features), float32
        One row a window.
    track : ndarray, shape (n,), int
        Which track of the table each row belongs to.
    copy : ndarray, shape (n,), int
        0 for the recording itself, from 1 for its altered copies.
    """

    rows: NDArray[np.float32]
    track: NDArray[np.intp]
    copy: NDArray[np.intp]


def extract(paths: Sequence[str], *, copies: int, seed: int, jobs: int, cache: Path) -> FeatureTable:
    """Measure every file and ``copies`` altered copies of it.

    Parameters
    ----------
    paths : sequence of str
        Audio files; a row's ``track`` is its file's place here.
    copies : int
        Altered copies of each file.
    seed : int
        Decides the alterations, together with the file's bytes.
    jobs : int
        Processes.
    cache : Path
        Folder that keeps what was measured, by content.

    Returns
    -------
    FeatureTable
        Rows in the order of ``paths``.

    Raises
    ------
    AudioError
        If a file cannot be decoded; the dataset is to be cleaned first.
    """
    cache.mkdir(parents=True, exist_ok=True)
    work = partial(_measure_file, copies=copies, seed=seed, cache=cache)
    if jobs == 1:
        parts = list(map(work, paths))
    else:
        with ProcessPoolExecutor(jobs) as pool:
            parts = list(pool.map(work, paths, chunksize=4))
    track = np.repeat(np.arange(len(parts)), [len(rows) for rows, _copy in parts])
    return FeatureTable(
        rows=np.concatenate([rows for rows, _copy in parts]),
        track=track,
        copy=np.concatenate([copy for _rows, copy in parts]),
    )


def _measure_file(path: str, *, copies: int, seed: int, cache: Path) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    content = Path(path).read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    key = f"{digest[:32]}-v{FEATURE_VERSION}-f{feature_count()}-a{AUGMENT_VERSION}-s{seed}"
    versions = [
        _measure_copy(path, digest, number, seed, cache / f"{key}-{number}.npy") for number in range(copies + 1)
    ]
    copy = np.repeat(np.arange(copies + 1), [len(rows) for rows in versions])
    return np.concatenate(versions), copy


def _measure_copy(path: str, digest: str, number: int, seed: int, kept: Path) -> NDArray[np.float32]:
    if kept.exists():
        return np.asarray(np.load(kept, allow_pickle=False))
    samples = decode(Path(path)).samples
    if number:
        samples = augment(samples, np.random.default_rng([seed, number, int(digest[:8], 16)]))
    rows = (
        measure(Waveform(samples)).rows if len(samples) >= FRAME_LENGTH else np.empty((0, feature_count()), np.float32)
    )
    partial_file = kept.with_suffix(f".{os.getpid()}.tmp.npy")
    np.save(partial_file, rows)
    partial_file.replace(kept)
    return rows

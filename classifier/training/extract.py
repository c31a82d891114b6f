"""Feature rows and patches of every track and of its altered copies, kept on disk so that a stopped run goes on.

What belongs here: the map over files. Not here: what a feature is (``classifier.features``) or what an altered copy
is (``augment``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from classifier.constants import FEATURE_VERSION, FRAME_LENGTH, MEL_BANDS
from classifier.decode import decode
from classifier.features import feature_count, measure
from classifier.parallel import gather
from classifier.training.augment import AUGMENT_VERSION, augment
from classifier.values import Waveform


@dataclass(frozen=True, eq=False)
class FeatureTable:
    """Windows of many tracks.

    Parameters
    ----------
    rows : ndarray, shape (n, features), float32
        One row a window.
    track : ndarray, shape (n,), int
        Which track of the table each row belongs to.
    copy : ndarray, shape (n,), int
        0 for the recording itself, from 1 for its altered copies.
    patches : tuple of ndarray, shape (frames, MEL_BANDS), float16
        What the network sees of each window.
    """

    rows: NDArray[np.float32]
    track: NDArray[np.intp]
    copy: NDArray[np.intp]
    patches: tuple[NDArray[np.float16], ...] = ()

    def versions(self, windows: NDArray[np.intp]) -> list[list[NDArray[np.float16]]]:
        """Return the patch of each of ``windows``, which are unaltered ones, and after it those of its altered copies.

        A copy that plays faster may have one window less than its recording; it is then left out of the last one.
        """
        number, place = self._places()
        copies = range(int(self.copy.max(initial=0)) + 1)
        found = [[place.get((self.track[row], copy, number[row])) for copy in copies] for row in windows]
        return [[self.patches[row] for row in rows if row is not None] for rows in found]

    def originals(self, windows: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return the unaltered window of each of ``windows``; -1 where there is none, and for unaltered ones."""
        number, place = self._places()
        return np.array(
            [place.get((self.track[row], 0, number[row]), -1) if self.copy[row] else -1 for row in windows],
            dtype=np.intp,
        )

    def _places(self) -> tuple[NDArray[np.intp], dict[tuple[int, int, int], int]]:
        """Return each window's number in its version, and where the window of a track, a copy and a number stands."""
        number = _number_within(self.track, self.copy)
        return number, {key: row for row, key in enumerate(zip(self.track, self.copy, number, strict=True))}


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
        Windows in the order of ``paths``.

    Raises
    ------
    AudioError
        If a file cannot be decoded; the dataset is to be cleaned first.
    """
    cache.mkdir(parents=True, exist_ok=True)
    work = partial(_measure_file, copies=copies, seed=seed, cache=cache)
    kept = gather(work, paths, jobs=jobs, what="features")
    # Only names come back from the processes: sending arrays about would take as long as reading them.
    versions = [_read(file) for files in kept for file in files]
    number = np.repeat(np.arange(len(versions)), [len(rows) for rows, _patches in versions])
    return FeatureTable(
        rows=np.concatenate([rows for rows, _patches in versions]),
        track=number // (copies + 1),
        copy=number % (copies + 1),
        patches=tuple(patch for _rows, patches in versions for patch in patches),
    )


def _measure_file(path: str, *, copies: int, seed: int, cache: Path) -> list[Path]:
    digest = hashlib.sha256(Path(path).read_bytes()).hexdigest()
    original = f"{digest[:32]}-v{FEATURE_VERSION}-f{feature_count()}"
    kept = [cache / f"{original}.npz"]
    kept += [cache / f"{original}-a{AUGMENT_VERSION}-s{seed}-{number}.npz" for number in range(1, copies + 1)]
    missing = [number for number, file in enumerate(kept) if not file.exists()]
    samples = decode(Path(path)).samples if missing else None
    for number in missing:
        assert samples is not None
        _measure_copy(samples, number, np.random.default_rng([seed, number, int(digest[:8], 16)]), kept[number])
    return kept


def _measure_copy(samples: NDArray[np.float32], number: int, rng: np.random.Generator, kept: Path) -> None:
    altered = augment(samples, rng) if number else samples
    rows = np.empty((0, feature_count()), np.float32)
    patches: tuple[NDArray[np.float32], ...] = ()
    if len(altered) >= FRAME_LENGTH:
        features = measure(Waveform(altered))
        rows, patches = features.rows, features.patches
    frames = np.concatenate(patches) if patches else np.empty((0, MEL_BANDS), np.float32)
    partial_file = kept.with_suffix(f".{uuid4().hex}.tmp.npz")
    np.savez(partial_file, rows=rows, frames=frames.astype(np.float16), lengths=[len(patch) for patch in patches])
    partial_file.replace(kept)


def _read(kept: Path) -> tuple[NDArray[np.float32], list[NDArray[np.float16]]]:
    with np.load(kept, allow_pickle=False) as arrays:
        frames, lengths = arrays["frames"], arrays["lengths"].astype(np.intp)
        return arrays["rows"], np.split(frames, np.cumsum(lengths)[:-1]) if len(lengths) else []


def _number_within(track: NDArray[np.intp], copy: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the place of each window in its version of its recording, from 0."""
    new = np.flatnonzero((np.diff(track, prepend=-1) != 0) | (np.diff(copy, prepend=-1) != 0))
    return np.arange(len(track)) - np.repeat(new, np.diff(np.append(new, len(track))))

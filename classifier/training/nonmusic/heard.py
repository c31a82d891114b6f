"""Feature rows of sounds that are no music: those made up, and recorded ones where a folder of them is given.

What belongs here: which sounds are made, how many, and keeping their rows on disk. Not here: making them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Self
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from classifier.constants import FEATURE_VERSION, SAMPLE_RATE
from classifier.decode import decode
from classifier.features import feature_count, measure
from classifier.parallel import gather
from classifier.training.nonmusic.animals import animals
from classifier.training.nonmusic.noises import MAKERS
from classifier.training.nonmusic.room import recorded
from classifier.training.nonmusic.voices import crowd, speech
from classifier.training.sounds import read_table
from classifier.values import Waveform

Rows = NDArray[np.float32]

SOUNDS_VERSION = 1
"""Changes whenever a made-up sound comes out otherwise; rows kept of other sounds are then measured anew."""

SOUNDS = {"noise": 240, "speech": 360, "animals": 240}
"""How many sounds of each kind are made."""

SECONDS = (4.0, 15.0)
"""Seconds of the shortest and the longest."""

CROWDS = 6
"""Every so many voices are several at once."""


@dataclass(frozen=True, eq=False)
class OtherSounds:
    """Rows of sounds that are no music.

    Parameters
    ----------
    rows : ndarray, shape (n, features), float32
        One row a window.
    kind : ndarray, shape (n,), str
        ``noise``, ``speech``, ``animals`` or ``effects``.
    sound : ndarray, shape (n,), int
        Which sound each row belongs to; alike for a recording and its copy.
    """

    rows: Rows
    kind: NDArray[np.str_]
    sound: NDArray[np.intp]

    def halves(self) -> tuple[Self, Self]:
        """Part them by whole sounds, every second one to each side: to learn from, and to judge with."""
        return self._of(self.sound % 2 == 0), self._of(self.sound % 2 == 1)

    def _of(self, chosen: NDArray[np.bool_]) -> Self:
        return type(self)(self.rows[chosen], self.kind[chosen], self.sound[chosen])


def other_sounds(
    seed: int, *, recordings: Path | None = None, cache: Path | None = None, jobs: int = 1, share: float = 1.0
) -> OtherSounds:
    """Measure made-up sounds, and recorded ones where there are any.

    Parameters
    ----------
    seed : int
        Decides the made-up sounds and how the recorded ones are altered.
    recordings : Path, optional
        Folder that ``python -m classifier sounds`` filled; those of its clips that may be learned from are.
    cache : Path, optional
        Folder that keeps what was measured.
    jobs : int
        Processes.
    share : float
        Share of SOUNDS that is made.

    Returns
    -------
    OtherSounds
        Made-up sounds first; a recorded one has the rows of its clip and of a copy in another room.

    Raises
    ------
    DatasetError
        If the folder of recordings has no table, or lacks a clip that stands in it.
    """
    made_up = [(kind, number) for kind, count in SOUNDS.items() for number in range(round(count * share))]
    clips = _learned(recordings) if recordings else []
    kinds = [kind for kind, _number in made_up] + [kind for kind, _path in clips]
    parts = gather(partial(_made_up, seed=seed, cache=cache), made_up, jobs=jobs, what="made-up sounds")
    recorded_ones = [path for _kind, path in clips]
    parts += gather(partial(_clip, seed=seed, cache=cache), recorded_ones, jobs=jobs, what="recorded sounds")
    sound = np.repeat(np.arange(len(parts)), [len(rows) for rows in parts])
    return OtherSounds(np.concatenate(parts), np.array(kinds)[sound], sound)


def made_up_rows(seed: int, share: float = 1.0) -> Rows:
    """Return the feature rows of made-up sounds alone, shape (windows of all, features)."""
    return other_sounds(seed, share=share).rows


def made_up_sound(kind: str, rng: np.random.Generator) -> Rows:
    """Make one sound up, SECONDS long at SAMPLE_RATE, as a microphone might have caught it.

    Parameters
    ----------
    kind : str
        ``noise``, ``speech`` or ``animals``.
    rng : Generator
        Decides everything about it.

    Returns
    -------
    ndarray, shape (n,), float32
        Its peak anywhere from -40 dBFS to full scale.
    """
    seconds = float(rng.uniform(*SECONDS))
    if kind == "speech":
        return recorded((speech if rng.integers(CROWDS) else crowd)(seconds, rng), rng)
    if kind == "animals":
        return recorded(animals(seconds, rng), rng)
    made = MAKERS[rng.integers(len(MAKERS))](np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE, rng)
    if rng.integers(2):
        return recorded(made, rng)
    # Made by a machine and never in any room: only a trace of hiss.
    made = made / np.abs(made).max() + 10 ** rng.uniform(-5, -2) * rng.standard_normal(len(made))
    return np.asarray(made / np.abs(made).max() * 10 ** rng.uniform(-2, 0), dtype=np.float32)


def _learned(folder: Path) -> list[tuple[str, Path]]:
    table = read_table(folder)
    table = table[table["use"] == "learn"]
    return [(kind, folder / name) for kind, name in zip(table["kind"], table["file"], strict=True)]


def _made_up(item: tuple[str, int], *, seed: int, cache: Path | None) -> Rows:
    kind, number = item
    place = list(SOUNDS).index(kind)

    def made() -> Rows:
        return measure(Waveform(made_up_sound(kind, np.random.default_rng([seed, place, number])))).rows

    return _kept(f"sound-{kind}-{number}-s{seed}", cache, made)


def _clip(path: Path, *, seed: int, cache: Path | None) -> Rows:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()

    def heard() -> Rows:
        samples = decode(path).samples
        copy = recorded(samples.astype(np.float64), np.random.default_rng([seed, int(digest[:8], 16)]))
        return np.concatenate([measure(Waveform(version)).rows for version in (samples, copy)])

    return _kept(f"clip-{digest[:32]}-s{seed}", cache, heard)


def _kept(key: str, cache: Path | None, make: Callable[[], Rows]) -> Rows:
    """Return what the folder holds under the key and the versions, made now if it holds nothing."""
    if cache is None:
        return make()
    kept = cache / f"{key}-n{SOUNDS_VERSION}-v{FEATURE_VERSION}-f{feature_count()}.npy"
    if kept.exists():
        return np.asarray(np.load(kept, allow_pickle=False))
    cache.mkdir(parents=True, exist_ok=True)
    rows = make()
    partial_file = kept.with_suffix(f".{uuid4().hex}.tmp.npy")
    np.save(partial_file, rows)
    partial_file.replace(kept)
    return rows

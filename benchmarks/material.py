"""The songs of the benchmarks: made up, so that a fresh clone has them, and of the usual length and formats.

What belongs here: files to measure with. Not here: what is measured. A second channel with another balance and some
noise keeps encoders from saving on sameness.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.support.audio import encode, music_like, noise

RATE = 44_100
FORMATS = ("wav", "flac", "mp3", "ogg", "m4a", "opus")
CLIP_SECONDS, SONG_SECONDS, LONG_SECONDS = 30.0, 240.0, 1800.0


def song(path: Path, seconds: float = SONG_SECONDS, seed: int = 0) -> Path:
    """Write a stereo song, its format told by the name's ending."""
    rate = 48_000 if path.suffix == ".opus" else RATE
    tune = music_like(seconds, seed=seed, rate=rate)
    other = 0.7 * np.roll(tune, rate // 100) + noise(seconds, rate, seed, amplitude=0.01)[: len(tune)]
    stereo = np.clip(np.stack([tune, other], axis=1), -1, 1).astype(np.float32)
    return encode(path, stereo, rate, path.suffix[1:])


def files(folder: Path, seconds: float) -> dict[str, Path]:
    """Return a song in every format, written to ``folder``."""
    return {name: song(folder / f"{round(seconds)}s.{name}", seconds) for name in FORMATS}

"""What a library costs: ``python -m benchmarks.scaling [--songs N] [--seconds S] [--write docs/scaling.md]``.

Makes its own MP3s, runs ``predict`` on three counts of them and ``training``'s extraction on three smaller ones, takes
the slopes (so what a start costs is left out) and prints what 1e3 to 1e7 songs come to. Beside it, two processes on two
cores held against one.

What belongs here: growth with the number of files and of processes. Not here: the speed of one file.
"""

from __future__ import annotations

import os

# Before NumPy is loaded, which reads them once.
os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

import argparse
import math
import resource
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks import machine, material
from benchmarks.table import Row, markdown
from benchmarks.timing import in_turns
from classifier.artifact import read_card
from classifier.parallel import Workers, workers
from classifier.predict import verdict
from classifier.training.extract import extract

ROOT = Path(__file__).parents[1]
DISTINCT = 4
"""Songs made; the others are the same music under another tag, which is another file to everybody."""

TARGET = 1.85
COPIES = 3
"""Altered copies of each song in training, the default of ``train``."""

TRAINING_SHARE = 4
"""Extraction measures a song four times over, so a fourth of the songs will do."""

BIT_RATE = 256_000
"""Bits a second that the songs of a library are assumed to have; those made here have the encoder's usual rate."""

LIBRARIES = tuple(10**power for power in range(3, 8))
BEGIN, END = "<!-- cost curve: begin -->", "<!-- cost curve: end -->"


@dataclass(frozen=True)
class Slopes:
    """What one more song costs: ``core_seconds`` and ``bytes`` of results; the same for training's features."""

    seconds: float
    core_seconds: float
    bytes: float
    training_core_seconds: float
    training_bytes: float


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scaling", description=__doc__)
    parser.add_argument("--songs", type=int, default=32, metavar="N", help="the largest count (default 32)")
    parser.add_argument("--seconds", type=float, default=material.SONG_SECONDS, metavar="S", help="of a song")
    parser.add_argument("--write", type=Path, metavar="FILE", help="rewrite the table between the marks in this page")
    options = parser.parse_args()
    if options.songs < 2 * TRAINING_SHARE:
        parser.error(f"--songs must be {2 * TRAINING_SHARE} at least, for there must be a slope")
    if options.write and not marked(options.write.read_text()):
        parser.error(f"{options.write} lacks the marks {BEGIN} and {END}")
    page = report(options.songs, options.seconds)
    print(page)
    if options.write:
        before, _begin, rest = options.write.read_text().partition(BEGIN)
        after = rest.partition(END)[2]
        options.write.write_text(f"{before}{BEGIN}\n{page}\n{END}{after}")
    return 0


def report(songs: int, seconds: float) -> str:
    """Measure everything and return it as Markdown."""
    with tempfile.TemporaryDirectory() as folder:
        slopes = measured(library(Path(folder), songs, seconds), Path(folder), seconds)
    told = (
        f"Slopes over {', '.join(map(str, counts(songs)))} songs of {seconds:.0f} s each: "
        f"**{slopes.core_seconds:.3f} core-seconds** and {slopes.bytes / 1e3:.1f} kB of results a song for a verdict; "
        f"{slopes.training_core_seconds:.2f} core-seconds and {slopes.training_bytes / 1e6:.2f} MB of cached features "
        f"a song for training, its {COPIES} altered copies included."
    )
    rows = markdown([two_processes(seconds=seconds)])
    return "\n".join([f"Measured on {machine.description()}", told, "", cost_curve(slopes), rows]).rstrip("\n")


def two_processes(songs: int = 8, seconds: float = material.SONG_SECONDS, rounds: int = 5) -> Row:
    """Analyse songs by one process and by two, both warm, in turns."""
    with tempfile.TemporaryDirectory() as folder, workers(1) as one, workers(2) as two:
        paths = library(Path(folder), songs, seconds)
        alone, together = in_turns(partial(analyse, one, paths), partial(analyse, two, paths), rounds=rounds)
    return Row(
        measure="two processes on two cores ÷ one",
        ours=songs / together,
        other=songs / alone,
        ratio=alone / together,
        target=TARGET,
        stretch=None,
        at_most=False,
        unit="songs/s",
        other_name="one process",
    )


def analyse(there: Workers, paths: Sequence[Path]) -> None:
    """Do what ``predict`` does with each file."""
    deque(there.each(partial(verdict, None, read_card()["version"]), paths), maxlen=0)


def library(folder: Path, songs: int, seconds: float) -> list[Path]:
    """Write so many MP3s."""
    made = [material.song(folder / f"made{number}.mp3", seconds, number) for number in range(min(DISTINCT, songs))]
    paths = []
    for number in range(songs):
        paths.append(folder / f"song{number:05}.mp3")
        tag = b"TAG" + f"song {number}".encode().ljust(125, b"\0")
        paths[-1].write_bytes(made[number % len(made)].read_bytes() + tag)
    return paths


def counts(songs: int) -> list[int]:
    return [songs // 4, songs // 2, songs]


def measured(paths: Sequence[Path], folder: Path, seconds: float) -> Slopes:
    verdicts = [predicted(paths[:count], folder / f"results{count}.jsonl") for count in counts(len(paths))]
    trained = counts(len(paths) // TRAINING_SHARE) if len(paths) >= 4 * TRAINING_SHARE else [1, 2]
    features = [extracted(paths[:count], folder / f"cache{count}") for count in trained]
    return Slopes(seconds, *slopes_of(counts(len(paths)), verdicts), *slopes_of(trained, features))


def predicted(paths: Sequence[Path], out: Path) -> tuple[float, float]:
    """Run ``predict`` on two processes and return its core-seconds and the bytes of its results."""
    command = [sys.executable, "-m", "classifier", "predict", *map(str, paths), "--jobs", "2", "--out", str(out)]
    with core_seconds() as spent:
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return spent(), out.stat().st_size


def extracted(paths: Sequence[Path], cache: Path) -> tuple[float, float]:
    """Measure songs and altered copies as training does and return core-seconds and the bytes of the cache."""
    with core_seconds() as spent:
        extract([str(path) for path in paths], copies=COPIES, seed=1, jobs=2, cache=cache)
    return spent(), sum(file.stat().st_size for file in cache.iterdir())


@contextmanager
def core_seconds() -> Iterator[Callable[[], float]]:
    """Give a function that tells the processor seconds of the children that began and ended inside."""
    before = children()
    yield lambda: children() - before


def children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def slopes_of(songs: Sequence[int], costs: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Return how much each cost grows with a song, by least squares."""
    time, size = np.polyfit(songs, np.array(costs), 1)[0]
    return float(time), float(size)


def cost_curve(slopes: Slopes) -> str:
    lines = [
        "| songs | core-hours | results | core-hours, training | cached features | the songs themselves |",
        "|---:|---:|---:|---:|---:|---:|",
    ]
    for songs in LIBRARIES:
        cells = (
            f"{songs:,}",
            hours(songs * slopes.core_seconds),
            size(songs * slopes.bytes),
            hours(songs * slopes.training_core_seconds),
            size(songs * slopes.training_bytes),
            size(songs * slopes.seconds * BIT_RATE / 8),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def hours(seconds: float) -> str:
    return rounded(seconds / 3600)


def size(count: float) -> str:
    power = max(0, min(4, int(math.log10(max(count, 1)) // 3)))
    return f"{rounded(count / 1000**power)} {('B', 'kB', 'MB', 'GB', 'TB')[power]}"


def rounded(value: float) -> str:
    """Return two significant digits, for no slope is known better."""
    if value >= 10:
        digits = max(0, int(math.log10(value)) - 1)
        return f"{round(value / 10**digits) * 10**digits:,}"
    return f"{value:.2g}"


def marked(page: str) -> bool:
    return BEGIN in page and END in page.partition(BEGIN)[2]


if __name__ == "__main__":
    sys.exit(main())

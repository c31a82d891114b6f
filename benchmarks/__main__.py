"""All benchmarks in one run, each figure beside its peer or its floor: ``python -m benchmarks``.

Prints the tables and writes them to ``benchmarks/RESULTS.md``. One thread, medians, songs of its own making;
``--audio FILE`` measures other files as well, ``--only`` some of the parts.
"""

from __future__ import annotations

import os

# Before NumPy is loaded, which reads them once.
os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")

import argparse
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import machine, material, memory, portal, scaling, speed
from benchmarks.table import Row, markdown
from benchmarks.timing import ROUNDS
from classifier.decode import decode

RESULTS = Path(__file__).with_name("RESULTS.md")

INTRODUCTION = """# How fast it is

Written by `make bench`. Every row stands beside its peer or its floor, measured in the same run, in turns; medians of
at least five; one thread unless it says otherwise; page cache warm, as it is after an upload. The songs are made up
(stereo, 44.1 kHz, MP3 at the encoder's usual rate).
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--audio", type=Path, nargs="+", default=[], metavar="FILE", help="measure these files too")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"runs a median is taken of (default {ROUNDS})")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), help="these parts alone")
    parser.add_argument("--out", type=Path, default=RESULTS, help="where the page goes (default benchmarks/RESULTS.md)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        page = [INTRODUCTION]
        print(INTRODUCTION)
        for section in sections(options, Path(folder)):
            print(section, flush=True)
            page.append(section)
    options.out.write_text("\n".join(page), encoding="utf-8")


def sections(options: argparse.Namespace, folder: Path) -> Iterator[str]:
    yield f"## Machine\n\n{machine.description()}"
    for name in options.only:
        yield f"## {name.capitalize()}\n\n{PARTS[name](options, folder)}"


def classifier_part(options: argparse.Namespace, folder: Path) -> str:
    song = material.song(folder / "song.mp3")
    samples = decode(song).samples
    rows = speed.features(samples, options.rounds) + speed.whole(song, options.rounds)
    difference = speed.difference_of_mfcc(samples)
    return (
        f"{markdown(rows)}\nOur MFCC differ from those of python_speech_features by {difference:.1g} at most"
        f" (of values up to {speed.largest_mfcc(samples):.0f}).\n"
    )


def memory_part(options: argparse.Namespace, folder: Path) -> str:
    song = material.song(folder / "song.mp3")
    long_song = material.song(folder / "long.mp3", material.LONG_SECONDS)
    rounds = max(5, options.rounds)
    rows = memory.starting(rounds) + memory.working(song, long_song, 5)
    first = memory.first_verdict(song, 5)
    return f"{markdown(rows)}\nThe first verdict of a new process, imports and all: {1000 * first:.0f} ms.\n"


def formats_part(options: argparse.Namespace, folder: Path) -> str:
    paths = {
        f"{name} ({seconds:.0f} s)": path
        for seconds in (material.CLIP_SECONDS, material.SONG_SECONDS)
        for name, path in material.files(folder, seconds).items()
    }
    paths |= {path.name: path for path in options.audio}
    lines = ["| file | decoding alone | file to Prediction | ratio | times real time |", "|---|---|---|---|---|"]
    for name, bare, ours, length in speed.by_format(paths, options.rounds):
        lines.append(
            f"| {name} | {1000 * bare:.0f} ms | {1000 * ours:.0f} ms | {ours / bare:.2f} | {length / ours:.0f} |"
        )
    return "\n".join(lines) + "\n"


def profile_part(options: argparse.Namespace, folder: Path) -> str:
    spent = speed.profile(material.song(folder / "song.mp3"), options.rounds)
    total = sum(spent.values())
    lines = ["Where the time of a 4-min MP3 goes.", "", "| part | time | share |", "|---|---|---|"]
    lines += [f"| {name} | {1000 * value:.1f} ms | {value / total:.0%} |" for name, value in spent.items()]
    return "\n".join(lines) + "\n"


def processes_part(_options: argparse.Namespace, _folder: Path) -> str:
    return markdown([scaling.two_processes()])


def portal_part(_options: argparse.Namespace, _folder: Path) -> str:
    rows: list[Row] = [*portal.throughput(), *portal.latency(), *portal.verdict(), *portal.history()]
    return markdown(rows)


PARTS: dict[str, Callable[[argparse.Namespace, Path], str]] = {
    "classifier": classifier_part,
    "formats": formats_part,
    "profile": profile_part,
    "memory": memory_part,
    "processes": processes_part,
    "portal": portal_part,
}

if __name__ == "__main__":
    main()

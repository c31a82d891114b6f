"""What the classifier takes before it begins and while it works: each figure from processes of their own.

What belongs here: rows about memory, and about the time of imports. Memory is the peak of a fresh process beyond that
of a bare interpreter.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from benchmarks.table import Row
from benchmarks.timing import medians

REPORT = """
import time as _time
_start = _time.perf_counter()
{code}
print(_time.perf_counter() - _start)
print(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1])
"""
"""Time and peak. Not ``ru_maxrss``, which begins at what the parent took at the fork."""

NOTHING = "pass"
FLOOR = "import numpy, scipy.fft"
FLOOR_NAME = "numpy and scipy.fft"
LOAD = "import classifier; classifier.load_model()"
CLASSIFY = "import classifier; classifier.classify({path!r}, classifier.load_model())"

MEGABYTE = 2**20


def fresh(code: str) -> tuple[float, float]:
    """Return the seconds that ``code`` takes in a new process, and the peak memory of that process in bytes."""
    done = subprocess.run(
        [sys.executable, "-c", REPORT.format(code=code)],
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    )
    seconds, kilobytes = map(float, done.stdout.split())
    return seconds, 1024 * kilobytes


def starting(rounds: int) -> list[Row]:
    """Compare importing and loading with importing NumPy and SciPy's FFT alone."""
    runs = [[figure for code in (NOTHING, FLOOR, LOAD) for figure in fresh(code)] for _ in range(rounds + 1)][1:]
    _idle, bare, floor_seconds, floor_peak, ours_seconds, ours_peak = medians(runs)
    ours, floor = 1000 * ours_seconds, 1000 * floor_seconds
    return [
        Row("import and load_model, time", ours, floor, ours / floor, 1.5, None, True, "ms", FLOOR_NAME),
        megabytes("import and load_model, memory", ours_peak - bare, floor_peak - bare, FLOOR_NAME, target=1.5),
    ]


def working(song: Path, long_song: Path, rounds: int) -> list[Row]:
    """Tell the peak memory of analysing a song, and of one seven times as long."""
    codes = (NOTHING, CLASSIFY.format(path=str(song)), CLASSIFY.format(path=str(long_song)))
    bare, short, long = medians([[fresh(code)[1] for code in codes] for _ in range(rounds)])
    short, long = short - bare, long - bare
    return [
        megabytes("peak memory, 4-min song", short, 150 * MEGABYTE, "150 MB", target=1),
        megabytes("peak memory, 30-min song", long, 200 * MEGABYTE, "200 MB", target=1),
        megabytes("peak memory, 30-min song", long, short, "4-min song"),
    ]


def megabytes(measure: str, ours: float, other: float, name: str, target=None) -> Row:
    """Return a row of two amounts of memory in bytes."""
    return Row(measure, ours / MEGABYTE, other / MEGABYTE, ours / other, target, None, True, "MB", name)


def first_verdict(song: Path, rounds: int) -> float:
    """Return the seconds of a song's analysis in a process that has done nothing yet, imports included."""
    return medians([[fresh(CLASSIFY.format(path=str(song)))[0]] for _ in range(rounds)])[0]

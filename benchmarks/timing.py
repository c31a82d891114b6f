"""Timing several things in one run, in turns, so that a noisy machine is equally unkind to all of them.

What belongs here: clocks and medians. Not here: what is timed.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence

ROUNDS = 7


def in_turns(*works: Callable[[], object], rounds: int = ROUNDS) -> list[float]:
    """Return the median seconds of each of ``works``; all are run once before, then ``rounds`` times in turns."""
    for work in works:
        work()
    runs = [[seconds(work) for work in works] for _ in range(rounds)]
    return medians(runs)


def medians(runs: Sequence[Sequence[float]]) -> list[float]:
    """Return the median of each column."""
    return [statistics.median(column) for column in zip(*runs, strict=True)]


def seconds(work: Callable[[], object]) -> float:
    """Return the seconds that ``work`` takes once."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start

"""How fast the nearest songs are found: ``python -m benchmarks.neighbours [--rounds N]``.

Exact searches of ten among 10 000 and 100 000 vectors beside a floor in plain NumPy that sorts all distances, and one
among 200 000 by the index beside the exact search, with the share of the true ten that it finds. Vectors are made up,
of length 1, in clusters as songs are; one thread.

What belongs here: searching. Not here: whether the neighbours sound alike, which the model card tells.
"""

from __future__ import annotations

import os

# Before NumPy is loaded, which reads them once.
os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

import argparse
import importlib.util
from functools import partial

import numpy as np
from numpy.typing import NDArray

from benchmarks import machine
from benchmarks.table import Row, markdown
from benchmarks.timing import ROUNDS, in_turns, seconds
from classifier import EXACT_LIMIT, Neighbours, model_version
from classifier.artifact import read_card

Vectors = NDArray[np.float32]

EXACT = (10_000, EXACT_LIMIT)
BEYOND = 2 * EXACT_LIMIT
WANTED = 10
QUERIES = 100
ASKED_AT_ONCE = 10
"""Searches that are timed together, so that the clock is not what is measured."""

ARTISTS = 2_000
MANNER = 0.6
"""How far an artist's songs lie apart, of how far artists do."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.neighbours", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"runs a median is taken of (default {ROUNDS})")
    options = parser.parse_args()
    size = int(read_card()["neighbours"]["values"])
    print(machine.description())
    print(f"Model {model_version()}: vectors of {size} values.\n")
    print(markdown([exact(count, size, options.rounds) for count in EXACT]))
    if importlib.util.find_spec("faiss") is None:
        print("faiss is not installed (extra: similar); beyond the limit the search is exact all the same.")
    else:
        print(beyond(size, options.rounds))


def exact(count: int, size: int, rounds: int) -> Row:
    vectors, queries = songs(count, size), songs(ASKED_AT_ONCE, size, seed=1)
    neighbours = Neighbours(vectors)
    ours, floor = in_turns(
        lambda: [neighbours.nearest(query, WANTED) for query in queries],
        lambda: [plain(vectors, query) for query in queries],
        rounds=rounds,
    )
    return _row(f"exact search, {count:,} songs", ours, floor, "a full sort in NumPy")


def beyond(size: int, rounds: int) -> str:
    vectors, queries = songs(BEYOND, size), songs(QUERIES, size, seed=1)
    index, everyone = Neighbours(vectors), Neighbours(vectors, exact_limit=BEYOND)
    made = seconds(partial(index.nearest, queries[0], WANTED))
    asked = queries[:ASKED_AT_ONCE]
    ours, other = in_turns(
        lambda: [index.nearest(query, WANTED) for query in asked],
        lambda: [everyone.nearest(query, WANTED) for query in asked],
        rounds=rounds,
    )
    row = _row(f"index, {BEYOND:,} songs", ours, other, "the exact search")
    return f"{markdown([row])}\nThe index was made in {made:.1f} s; it finds {recall(index, everyone, queries):.1%}."


def recall(index: Neighbours, everyone: Neighbours, queries: Vectors) -> float:
    """Return the share of the true neighbours of all ``queries`` that the index finds."""
    true = [{row for row, _distance in everyone.nearest(query, WANTED)} for query in queries]
    found = [{row for row, _distance in index.nearest(query, WANTED)} for query in queries]
    return sum(len(a & b) for a, b in zip(true, found, strict=True)) / (WANTED * len(queries))


def plain(vectors: Vectors, query: Vectors) -> list[tuple[int, float]]:
    """Return what anybody would write first."""
    distance = np.linalg.norm(vectors - query, axis=1)
    return [(int(row), float(distance[row])) for row in np.argsort(distance)[:WANTED]]


def songs(count: int, size: int, *, seed: int = 0) -> Vectors:
    """Return vectors of length 1 around ARTISTS places, the same places for every seed."""
    places = np.random.default_rng(7).normal(size=(ARTISTS, size))
    rng = np.random.default_rng(seed)
    made = places[rng.integers(ARTISTS, size=count)] + MANNER * rng.normal(size=(count, size))
    return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)


def _row(measure: str, ours: float, other: float, name: str) -> Row:
    a, b = (1000 * time / ASKED_AT_ONCE for time in (ours, other))
    return Row(measure, a, b, a / b, None, None, at_most=True, unit="ms", other_name=name)


if __name__ == "__main__":
    main()

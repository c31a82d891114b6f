"""The nearest of many songs: exactly as long as that is quick, by an index beyond.

What belongs here: searching vectors, and their bytes. Not here: what makes a vector (``likeness``) or where vectors are
kept (the portal's matter). Only vectors of one model can be compared.
"""

from __future__ import annotations

import importlib
import importlib.util
import math
from collections.abc import Collection, Sized
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from classifier.errors import BadVector

Vectors = NDArray[np.float32]

EXACT_LIMIT = 100_000
"""Vectors up to which every one is looked at: some milliseconds a search."""

CELLS_SEARCHED = 1 / 16
"""Share of the index's cells that a search looks into."""

LEARNED_FROM = 64
"""Vectors a cell that the index learns its cells from."""

LARGEST = 1e6
"""What a value may be at most, so that squares stay finite; a song's vector has length 1."""

STORED = np.dtype("<f4")
"""A vector's values as bytes: four each, the least significant first."""


class Neighbours:
    """A collection of vectors that can be asked for those nearest to another.

    Parameters
    ----------
    vectors : array-like, shape (n, d)
        Kept as float32, and not to be changed afterwards. n may be 0.
    exact_limit : int
        Vectors up to which the search is exact; beyond it an index is used where faiss is installed (extra
        ``similar``), which now and then misses a neighbour.

    Raises
    ------
    BadVector
        If they are no table of numbers up to LARGEST.
    """

    def __init__(self, vectors: ArrayLike, *, exact_limit: int = EXACT_LIMIT) -> None:
        nothing = isinstance(vectors, Sized) and not len(vectors)
        self._vectors = np.empty((0, 1), np.float32) if nothing else _finite(vectors, axes=2)
        self._squares = np.einsum("nd,nd->n", self._vectors, self._vectors)
        self._exact = len(self._vectors) <= exact_limit or importlib.util.find_spec("faiss") is None

    def __len__(self) -> int:
        return len(self._vectors)

    def nearest(self, vector: ArrayLike, count: int, *, excluded: Collection[int] = ()) -> list[tuple[int, float]]:
        """Return row number and distance of the ``count`` vectors nearest to ``vector``, nearest first.

        Parameters
        ----------
        vector : array-like, shape (d,)
        count : int
            Fewer are returned where there are fewer.
        excluded : collection of int
            Row numbers that are not to be returned: the song itself, what is known.

        Raises
        ------
        BadVector
            If ``vector`` has another length than those here, or holds what is no number up to LARGEST.
        ValueError
            If ``count`` is negative.
        """
        wanted = _finite(vector, axes=1)
        if len(wanted) != self._vectors.shape[1] and len(self):
            raise BadVector(f"The vector has {len(wanted)} values, those it is compared with {self._vectors.shape[1]}.")
        if count < 0:
            raise ValueError(f"{count} neighbours cannot be found")
        left_out = np.fromiter({row for row in excluded if 0 <= row < len(self)}, dtype=np.intp)
        count = min(count, len(self) - len(left_out))
        if not count:
            return []
        return self._ordered(wanted, self._candidates(wanted, count, left_out))[:count]

    def _candidates(self, wanted: Vectors, count: int, left_out: NDArray[np.intp]) -> NDArray[np.intp]:
        if not self._exact:
            reach = count + len(left_out)
            found = np.setdiff1d(self._index.search(wanted[None], reach)[1][0], [*left_out, -1])
            if len(found) >= count:
                return found.astype(np.intp)
        # The square of the distance, less that of ``wanted``, which is the same for all.
        distance = self._squares - 2 * (self._vectors @ wanted)
        distance[left_out] = np.inf
        return np.argpartition(distance, count - 1)[:count]

    def _ordered(self, wanted: Vectors, rows: NDArray[np.intp]) -> list[tuple[int, float]]:
        """Measure the few that remain again, in double precision: small differences of large squares are rounded."""
        distance = np.linalg.norm(self._vectors[rows].astype(np.float64) - wanted, axis=1)
        order = np.lexsort((rows, distance))
        return list(zip(rows[order].tolist(), distance[order].tolist(), strict=True))

    @cached_property
    def _index(self) -> Any:
        """Cells around typical vectors (Jegou, Douze & Schmid 2011): made in seconds, where a graph takes a minute."""
        faiss = importlib.import_module("faiss")
        cells = math.isqrt(len(self))
        index = faiss.index_factory(self._vectors.shape[1], f"IVF{cells},Flat")
        learned = np.random.default_rng(0).permutation(len(self))[: LEARNED_FROM * cells]
        index.train(self._vectors[learned])
        index.add(self._vectors)
        index.nprobe = max(1, round(cells * CELLS_SEARCHED))
        return index


def pack(vector: ArrayLike) -> bytes:
    """Return a vector as bytes, four a value; raise BadVector if it is none."""
    return _finite(vector, axes=1).astype(STORED).tobytes()


def unpack(stored: bytes) -> Vectors:
    """Return the vector that ``pack`` turned into bytes; raise BadVector if they are none."""
    if not stored or len(stored) % STORED.itemsize:
        raise BadVector(f"{len(stored)} bytes are no vector.")
    return _finite(np.frombuffer(stored, STORED), axes=1)


def _finite(values: ArrayLike, *, axes: int) -> Vectors:
    try:
        with np.errstate(over="ignore"):
            array = np.ascontiguousarray(values, dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise BadVector("A vector is a row of numbers, all rows of the same length.") from error
    if array.ndim != axes or not array.shape[-1]:
        raise BadVector(f"A vector is a row of numbers, not an array of shape {array.shape}.")
    if not (np.abs(array) <= LARGEST).all():  # which no NaN is
        raise BadVector(f"A vector has values between -{LARGEST:g} and {LARGEST:g} only.")
    return array

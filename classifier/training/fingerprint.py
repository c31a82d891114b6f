"""Audio fingerprints: which recordings are the same, whatever their codec, level or cut.

What belongs here: arrays in, matches out. Not here: reading files or deciding what is dropped (``clean``).

The sub-fingerprints are those of Haitsma and Kalker, "A Highly Robust Audio Fingerprinting System" (ISMIR 2002): 32
bits a frame, each the sign of how the energy difference of two neighbouring bands changes from one frame to the next.
Frames overlap so much that a cut at any place leaves bits that resemble those of the whole. Copies whose speed was
changed by 1 % or more are not recognised: the method is not made for them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import soxr
from numpy.typing import NDArray
from scipy.fft import rfft
from scipy.signal import get_window
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from classifier.constants import SAMPLE_RATE

FINGERPRINT_VERSION = 1
"""Changes whenever a fingerprint comes out otherwise; those kept on disk are then made anew."""

RATE = SAMPLE_RATE / 4
"""Hz. All bands lie below half of it."""

FRAME = 2048
"""Samples of a frame at RATE (0.37 s)."""

HOP = 256
"""Samples from one sub-fingerprint to the next at RATE (46 ms; 21.5 a second)."""

BANDS = (300.0, 2000.0)
"""Hz. What every loudspeaker and codec passes."""

BITS = 32
"""Bits of a sub-fingerprint, from one band more."""

WEAK_BITS = 3
"""Least certain bits of a sub-fingerprint, which are looked up both ways."""

COMMON = 60
"""A sub-fingerprint that stands at more places says nothing: steady tones, pauses."""

MIN_HITS = 1
"""Exact look-ups that must agree on one alignment before two recordings are compared in full: short cuts yield few."""

SLACK = 2
"""Frames around an alignment that are tried too."""

MIN_OVERLAP = 2.0
"""Seconds that two recordings must share."""

SAME = 0.30
"""Share of differing bits below which two stretches are one recording. Unrelated ones differ in about half."""

Words = NDArray[np.uint32]


@dataclass(frozen=True, eq=False)
class Fingerprint:
    """What a recording is recognised by.

    Parameters
    ----------
    words : ndarray, shape (n,), uint32
        One sub-fingerprint a frame.
    weak : ndarray, shape (n, WEAK_BITS), uint8
        The bits of each that were decided most narrowly.
    """

    words: Words
    weak: NDArray[np.uint8]


@dataclass(frozen=True)
class Match:
    """Two recordings that share a stretch.

    Parameters
    ----------
    first, second : int
        Which fingerprints, ``first < second``.
    offset : float
        Seconds by which ``second`` begins after ``first``.
    overlap : float
        Seconds that both hold.
    error_rate : float
        Share of bits that differ over the overlap.
    """

    first: int
    second: int
    offset: float
    overlap: float
    error_rate: float


def fingerprint(samples: NDArray[np.float32]) -> Fingerprint:
    """Return the fingerprint of mono samples at SAMPLE_RATE, shape (n,); empty where they are shorter than a frame."""
    slow = soxr.resample(samples, SAMPLE_RATE, RATE, quality="LQ").astype(np.float32, copy=False)
    if len(slow) < FRAME + HOP:
        return Fingerprint(np.empty(0, np.uint32), np.empty((0, WEAK_BITS), np.uint8))
    frames = np.lib.stride_tricks.sliding_window_view(slow, FRAME)[::HOP]
    power = np.abs(rfft(frames * get_window("hann", FRAME).astype(np.float32), axis=1)) ** 2
    change = np.diff(np.diff(power @ _bands(), axis=1), axis=0)
    words = np.packbits(change > 0, axis=1, bitorder="little").view(np.uint32).ravel()
    weak = np.argpartition(np.abs(change), WEAK_BITS, axis=1)[:, :WEAK_BITS]
    return Fingerprint(words, weak.astype(np.uint8))


def find_matches(prints: Sequence[Fingerprint]) -> list[Match]:
    """Find all pairs that share a stretch of MIN_OVERLAP seconds or more.

    Parameters
    ----------
    prints : sequence of Fingerprint
        Of all recordings.

    Returns
    -------
    list of Match
        Each pair once, by number.
    """
    index = _Index(prints)
    best: dict[tuple[int, int], Match] = {}
    for query, own in enumerate(prints):
        for other, offset in index.candidates(query, own):
            match = _compare(prints, query, other, offset)
            pair = (match.first, match.second) if match else None
            if match and pair and (pair not in best or match.error_rate < best[pair].error_rate):
                best[pair] = match
    return [best[pair] for pair in sorted(best)]


def same_recordings(matches: Sequence[Match], count: int) -> NDArray[np.intp]:
    """Return the number of each recording's group, shape (count,): whatever matches, directly or by others, is one."""
    first = [match.first for match in matches]
    second = [match.second for match in matches]
    links = coo_array((np.ones(len(matches)), (first, second)), shape=(count, count))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.intp)


class _Index:
    """Where each sub-fingerprint of all recordings stands."""

    def __init__(self, prints: Sequence[Fingerprint]) -> None:
        words = np.concatenate([own.words for own in prints]) if prints else np.empty(0, np.uint32)
        lengths = [len(own.words) for own in prints]
        order = np.argsort(words, kind="stable")
        self._words = words[order]
        self._track = np.repeat(np.arange(len(prints)), lengths)[order]
        self._place = np.concatenate([np.arange(length) for length in lengths] or [np.empty(0, np.intp)])[order]

    def candidates(self, query: int, own: Fingerprint) -> Iterator[tuple[int, int]]:
        """Yield (other recording, frames by which it begins after ``query``) wherever enough look-ups agree."""
        probes, places = _probes(own)
        start = np.searchsorted(self._words, probes, "left")
        stop = np.searchsorted(self._words, probes, "right")
        telling = (stop - start > 0) & (stop - start <= COMMON)
        hits = _ranges(start[telling], stop[telling])
        place = np.repeat(places[telling], (stop - start)[telling])
        others, offsets = self._track[hits], place - self._place[hits]
        foreign = others != query
        span = 1 + 2 * int(np.abs(offsets).max(initial=0))
        keys, votes = np.unique(others[foreign] * span + offsets[foreign] + span // 2, return_counts=True)
        for key in keys[votes >= MIN_HITS]:
            yield int(key // span), int(key % span - span // 2)


def _probes(own: Fingerprint) -> tuple[Words, NDArray[np.intp]]:
    """Return every sub-fingerprint with its weak bits both ways, and the frame each comes from."""
    flips = np.uint32(1) << own.weak.astype(np.uint32)
    masks = np.zeros((len(own.words), 2**WEAK_BITS), np.uint32)
    for bit in range(WEAK_BITS):
        chosen = np.arange(2**WEAK_BITS) >> bit & 1
        masks |= flips[:, bit, None] * chosen.astype(np.uint32)
    words = own.words[:, None] ^ masks
    return words.ravel(), np.repeat(np.arange(len(own.words)), 2**WEAK_BITS)


def _ranges(start: NDArray[np.intp], stop: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the numbers of all ranges [start, stop) one after the other."""
    lengths = stop - start
    first = np.repeat(start - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths)
    return np.asarray(first + np.arange(lengths.sum()), dtype=np.intp)


def _compare(prints: Sequence[Fingerprint], query: int, other: int, offset: int) -> Match | None:
    """Compare two recordings over all they share at about ``offset`` frames."""
    if query > other:
        query, other, offset = other, query, -offset
    one, two = prints[query].words, prints[other].words
    tried = [(_error_rate(one, two, shift), shift) for shift in range(offset - SLACK, offset + SLACK + 1)]
    (rate, overlap), shift = min(tried, key=lambda item: item[0][0])
    seconds = overlap * HOP / RATE
    if rate >= SAME or seconds < MIN_OVERLAP - FRAME / RATE:
        return None
    return Match(query, other, shift * HOP / RATE, seconds + FRAME / RATE, rate)


def _error_rate(one: Words, two: Words, shift: int) -> tuple[float, int]:
    """Return the share of bits that differ where ``two`` begins ``shift`` frames after ``one``, and over how many."""
    left, right = one[max(shift, 0) :], two[max(-shift, 0) :]
    overlap = min(len(left), len(right))
    if overlap <= 0:
        return 1.0, 0
    differing = np.bitwise_count(left[:overlap] ^ right[:overlap])
    return float(differing.mean()) / BITS, overlap


def _bands() -> NDArray[np.float32]:
    """Return the matrix that sums a power spectrum into logarithmically spaced bands, shape (FRAME // 2 + 1, 33)."""
    edges = np.geomspace(*BANDS, BITS + 2)
    frequency = np.fft.rfftfreq(FRAME, 1 / RATE)
    band = np.searchsorted(edges, frequency, "right") - 1
    return np.asarray(band[:, None] == np.arange(BITS + 1), dtype=np.float32)

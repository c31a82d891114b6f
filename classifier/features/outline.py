"""What a song looks like from afar: its peaks for a drawing, and how far its loudness ranges.

What belongs here: measures of the bare samples, taken as they go by. Not here: features of
windows, none of which knows a level (``spectrum``, ``timbre``). Both answers are free of it too: the peaks are told
against the highest of the song, the range is a difference.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from classifier.constants import SAMPLE_RATE

Samples = NDArray[np.float32]

PEAKS = 600
"""Points of a drawing: as many as a wide screen can tell apart, and less than 2 KB of JSON."""

HIGHEST = 100
"""What the highest peak of a song is told as."""

FINEST = 256
"""Samples (12 ms) under one peak until there are too many peaks."""

STEP = SAMPLE_RATE
"""Samples (1 s) from one short-term loudness to the next, a third of what each spans."""

SPAN_STEPS = 3
"""Steps that a short-term loudness spans: 3 seconds, as in EBU Tech 3342."""

LEAST_SPANS = 8
"""Short-term values, of 10 seconds, below which nothing can be said of a range."""

GATE = 0.01
"""Share of the mean power (-20 dB) below which a stretch is a pause and not a part of the music."""

RANGE = (10.0, 95.0)
"""Percentiles whose distance is the range: fades and single outbursts lie outside."""


@dataclass(eq=False)
class Outline:
    """Takes in a song of any length, block by block, and holds a few thousand numbers of it."""

    _width: int = FINEST
    _peaks: list[float] = field(default_factory=list)
    _peak: float = 0.0
    _under_peak: int = 0
    _powers: list[float] = field(default_factory=list)
    _energy: float = 0.0
    _summed: int = 0

    def add(self, block: Samples) -> None:
        """Take in what follows, shape (n,), mono audio at SAMPLE_RATE, cut anywhere."""
        self._add_peaks(block)
        self._add_powers(block)

    def peaks(self) -> tuple[int, ...]:
        """Return the greatest amplitudes of PEAKS equal stretches, 0 to HIGHEST; fewer of a song of a few seconds."""
        heights = np.array([*self._peaks, self._peak] if self._under_peak else self._peaks)
        if not heights.size or not heights.max():
            return ()
        if len(heights) > PEAKS:
            heights = np.maximum.reduceat(heights, np.arange(PEAKS) * len(heights) // PEAKS)
        return tuple(np.rint(HIGHEST * heights / heights.max()).astype(int).tolist())

    def loudness_range(self) -> float | None:
        """Return the distance in dB between loud and soft stretches of 3 s, None of less than 10 s.

        Measured as EBU Tech 3342 lays it down, but for two things: power is taken as it is, not weighted for the ear,
        and there is no gate at an absolute level, for uploads have none that means anything.
        """
        if len(self._powers) < LEAST_SPANS + SPAN_STEPS - 1 or not any(self._powers):
            return None
        spans = np.convolve(self._powers, np.full(SPAN_STEPS, 1 / SPAN_STEPS), "valid")
        soft, loud = np.percentile(10 * np.log10(spans[spans > GATE * spans.mean()]), RANGE)
        return round(float(loud - soft), 1)

    def _add_peaks(self, block: Samples) -> None:
        completing, whole, opening = _parted(block, self._width, self._under_peak)
        self._peak = max(self._peak, _highest(completing))
        self._under_peak += len(completing)
        if self._under_peak == self._width:
            self._peaks.append(self._peak)
            self._peak, self._under_peak = 0.0, 0
        self._peaks += np.maximum(whole.max(axis=1), -whole.min(axis=1)).tolist()
        self._peak = max(self._peak, _highest(opening))
        self._under_peak += len(opening)
        while len(self._peaks) > 2 * PEAKS:
            self._halve()

    def _halve(self) -> None:
        """Put two neighbouring peaks under one; the last one of an odd number waits for the next."""
        if len(self._peaks) % 2:
            self._peak = max(self._peak, self._peaks.pop())
            self._under_peak += self._width
        self._peaks = [max(pair) for pair in zip(self._peaks[::2], self._peaks[1::2], strict=True)]
        self._width *= 2

    def _add_powers(self, block: Samples) -> None:
        completing, whole, opening = _parted(block, STEP, self._summed)
        self._energy += float(np.dot(completing, completing))
        self._summed += len(completing)
        if self._summed == STEP:
            self._powers.append(self._energy / STEP)
            self._energy, self._summed = 0.0, 0
        self._powers += [float(np.dot(step, step)) / STEP for step in whole]
        self._energy += float(np.dot(opening, opening))
        self._summed += len(opening)


def _parted(block: Samples, width: int, begun: int) -> tuple[Samples, Samples, Samples]:
    """Cut a block into what completes the stretch begun, whole ones, shape (n, width), and what opens another."""
    first = min(len(block), width - begun) if begun else 0
    last = first + (len(block) - first) // width * width
    return block[:first], block[first:last].reshape(-1, width), block[last:]


def _highest(samples: Samples) -> float:
    return max(float(samples.max()), -float(samples.min())) if len(samples) else 0.0

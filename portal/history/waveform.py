"""A song as drawn: its peaks as outlines, one for each stretch of one genre.

What belongs here: from peaks and segments to the few texts and numbers of an SVG. Not here: markup (``templates``) or
measuring the peaks (``classifier``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.history.presentation import Run, genre_name, percent, runs
from portal.language import _

HALF = 100
"""Height of the drawing above its middle line: a peak's own greatest value."""

LEAST = 1
"""What silence is drawn as, so that the song is seen to go on."""


@dataclass(frozen=True)
class Stretch:
    """One outline: ``path`` in units of a drawing ``Wave.width`` wide and 2 * HALF high."""

    run: Run
    path: str


@dataclass(frozen=True)
class Share:
    """How much of a song sounds like a genre, 0 to 1."""

    genre: str
    share: float


@dataclass(frozen=True)
class Wave:
    """A whole song."""

    width: int
    stretches: tuple[Stretch, ...]
    shares: tuple[Share, ...]


def wave(peaks: Sequence[int], segments: Sequence[Mapping[str, Any]]) -> Wave:
    """Draw the peaks of a song, cut where the genre of its segments changes; the genre heard longest comes first."""
    parts = runs(segments)
    total = max((run.end for run in parts), default=0.0) or 1.0
    edges = [(run, round(run.start / total * len(peaks)), round(run.end / total * len(peaks))) for run in parts]
    return Wave(
        width=2 * len(peaks),
        stretches=tuple(Stretch(run, _outline(peaks, start, end)) for run, start, end in edges if start < end),
        shares=_shares(parts, total),
    )


def wave_runs(segments: Sequence[Mapping[str, Any]]) -> list[tuple[float, str]]:
    """Return where each stretch ends, in seconds, and the name of its genre: what a player says of a moment."""
    return [(run.end, genre_name(run.genre)) for run in runs(segments)]


def shares_text(shares: Sequence[Share]) -> str:
    """Return what a drawing shows, in words: "Rock throughout", or "Rock 80 %, Blues 20 %"."""
    if len(shares) == 1:
        return _("%(genre)s throughout", genre=genre_name(shares[0].genre))
    return ", ".join(f"{genre_name(part.genre)} {percent(part.share)}" for part in shares)


def _outline(peaks: Sequence[int], start: int, end: int) -> str:
    """Return the path over the peaks from ``start`` to before ``end``, and back below the middle line."""
    heights = [(2 * number + 1, max(LEAST, peaks[number])) for number in range(start, end)]
    above = [f"{x} {HALF - height}" for x, height in heights]
    below = [f"{x} {HALF + height}" for x, height in reversed(heights)]
    return f"M{2 * start} {HALF} {' '.join(above)} {2 * end} {HALF} {' '.join(below)}Z"


def _shares(parts: Sequence[Run], total: float) -> tuple[Share, ...]:
    seconds: dict[str, float] = {}
    for run in parts:
        seconds[run.genre] = seconds.get(run.genre, 0.0) + run.end - run.start
    ranked = sorted(seconds.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Share(genre, length / total) for genre, length in ranked)


FILTERS: dict[str, Callable[..., object]] = {"shares_text": shares_text, "wave": wave, "wave_runs": wave_runs}
"""Name in the templates -> function; ``history.init_app`` registers them."""

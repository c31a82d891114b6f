"""One line of a table of speeds: what was measured, beside what it is held against in the same run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """``ratio`` is compared with ``target`` and ``stretch``: to be at most that if ``at_most``, else at least.

    ``ours`` and ``other`` are in ``unit``; a row without a target is there to be read beside its neighbours.
    """

    measure: str
    ours: float
    other: float
    ratio: float
    target: float | None
    stretch: float | None
    at_most: bool
    unit: str
    other_name: str

    @property
    def met(self) -> bool:
        return self._reaches(self.target)

    @property
    def verdict(self) -> str:
        """Say in a word or two how the row stands."""
        if self.target is None:
            return ""
        if self.stretch is not None and self._reaches(self.stretch):
            return "beyond"
        return "met" if self.met else f"missed by {abs(self.ratio / self.target - 1):.0%}"

    def _reaches(self, limit: float | None) -> bool:
        if limit is None:
            return True
        return self.ratio <= limit if self.at_most else self.ratio >= limit


def markdown(rows: Iterable[Row]) -> str:
    """Return the rows as a table."""
    head = ("measure", "ours", "beside", "its figure", "ratio", "target", "stretch", "")
    lines = [_line(head), _line("---" for _ in head)]
    for row in rows:
        sign = "≤" if row.at_most else "≥"
        limits = ("" if limit is None else f"{sign} {limit:g}" for limit in (row.target, row.stretch))
        ours, other = (_figure(value, row.unit) for value in (row.ours, row.other))
        lines.append(_line((row.measure, ours, row.other_name, other, f"{row.ratio:.2f}", *limits, row.verdict)))
    return "\n".join(lines) + "\n"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _figure(value: float, unit: str) -> str:
    return f"{value:,.0f} {unit}" if value >= 100 else f"{value:.3g} {unit}"

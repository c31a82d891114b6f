"""Plots of the comparison as SVG that takes its colours from the page, so that it fits a light and a dark one.

What belongs here: matplotlib, figures in, SVG text out. Not here: the page around them (``comparison_report``).
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

from classifier.training.comparison import Row
from classifier.training.evaluate import reliability

COLOURS = {
    "#010101": "--ink",
    "#020202": "--ink-soft",
    "#030303": "--line",
    "#040404": "--honest",
    "#050505": "--leaking",
    "#060606": "--surface",
}
"""Stand-ins that matplotlib draws with, and the page's colours that they become."""

INK, SOFT, LINE, HONEST, LEAKING, SURFACE = COLOURS

STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "comparison",
    "font.family": "sans-serif",
    "font.size": 10,
    "text.color": INK,
    "axes.edgecolor": LINE,
    "axes.labelcolor": SOFT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": LINE,
    "grid.linewidth": 0.8,
    "xtick.color": SOFT,
    "ytick.color": INK,
    "legend.frameon": False,
}

SMALLEST = 1e-3
"""Seconds or megabytes below which a logarithmic scale says no more."""

WIDTH = 6.4
"""Inches, at 72 units each: as wide as a column of the page, so that type keeps its size."""


def honest_and_leaking(pairs: Sequence[tuple[Row, Row]]) -> str:
    """Draw each algorithm's accuracy under the honest protocol, its interval, and under the leaking one beside it.

    Parameters
    ----------
    pairs : sequence of (Row, Row)
        Honest and leaking row of each algorithm, best first.
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, 0.9 + 0.34 * len(pairs)), layout="constrained")
        axes = figure.add_subplot()
        for place, (honest, leaking) in enumerate(reversed(pairs)):
            here, there = 100 * honest.figures.accuracy, 100 * leaking.figures.accuracy
            low, high = honest.figures.intervals["accuracy"]
            axes.plot([100 * low, 100 * high], [place, place], color=HONEST, linewidth=7, alpha=0.22)
            axes.plot([here, there], [place, place], color=SOFT, linewidth=1.2)
            axes.plot(here, place, "o", color=HONEST, markersize=8)
            axes.plot(there, place, "D", color=LEAKING, markersize=6.5)
            axes.annotate(f"{there - here:+.0f}", (max(here, there), place), (8, -3.5), textcoords="offset points")
        axes.plot([], [], "o", color=HONEST, markersize=8, label="honest: unheard artists, with 95 % interval")
        axes.plot([], [], "D", color=LEAKING, markersize=6.5, label="leaking: artists on both sides")
        axes.set_yticks(range(len(pairs)), [honest.algorithm for honest, _leaking in reversed(pairs)])
        axes.set_xlabel("accuracy, %")
        axes.margins(x=0.08, y=0.6 / len(pairs))
        axes.grid(axis="x")
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        figure.legend(loc="outside upper left", fontsize=9, ncols=1)
        return _svg(figure)


def reliability_diagram(row: Row) -> str:
    """Draw how often the algorithm is right at each confidence; on the diagonal it means what it says."""
    bins = reliability(row.truth, row.probabilities)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(4.6, 4.4), layout="constrained")
        axes = figure.add_subplot()
        axes.plot([0, 100], [0, 100], color=SOFT, linewidth=1, linestyle=(0, (4, 4)))
        axes.plot(100 * bins["confidence"], 100 * bins["accuracy"], color=HONEST, linewidth=2)
        axes.scatter(
            100 * bins["confidence"], 100 * bins["accuracy"], s=12 + 2.2 * bins["songs"], color=HONEST, zorder=3
        )
        for confidence, accuracy, songs in bins.itertuples(index=False):
            axes.annotate(
                f"{songs:.0f}", (100 * confidence, 100 * accuracy), (9, -11), textcoords="offset points", color=SOFT
            )
        axes.set(xlim=(0, 103), ylim=(0, 103), xlabel="confidence, %", ylabel="right, %")
        axes.grid()
        axes.tick_params(length=0)
        return _svg(figure)


def time_and_size(rows: Sequence[Row]) -> str:
    """Draw the time to fit and the bytes to keep of each algorithm, on logarithmic scales, quickest on top."""
    ordered = sorted(rows, key=lambda row: -row.fit_seconds)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, 0.7 + 0.32 * len(rows)), layout="constrained")
        left, right = figure.subplots(1, 2, sharey=True)
        _log_dots(left, [row.fit_seconds for row in ordered], "seconds to fit, one fold")
        _log_dots(right, [row.size / 2**20 for row in ordered], "megabytes to keep")
        left.set_yticks(range(len(ordered)), [row.algorithm for row in ordered])
        return _svg(figure)


def _log_dots(axes: Axes, values: Sequence[float], label: str) -> None:
    seen = [max(value, SMALLEST) for value in values]
    axes.set_xscale("log")
    axes.hlines(range(len(seen)), min(seen) / 2, seen, color=LINE, linewidth=1)
    axes.plot(seen, range(len(seen)), "o", color=HONEST, markersize=7)
    axes.set(xlabel=label, xlim=(min(seen) / 2, max(seen) * 2))
    axes.xaxis.set_major_formatter(lambda value, _place: f"{value:g}")
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.xaxis.set_major_locator(LogLocator(numticks=6))
    axes.tick_params(length=0, which="both")
    axes.spines[:].set_visible(False)
    axes.grid(axis="x")


def _svg(figure: Figure) -> str:
    """Return the figure as an SVG element whose colours are the page's and whose width is its column's."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    for colour, variable in COLOURS.items():
        text = text.replace(colour, f"var({variable})")
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r'<svg ([^>]*?)width="[^"]*"', r"<svg \1", text, count=1)
    return re.sub(r'<svg ([^>]*?)height="[^"]*"', r'<svg role="img" \1', text, count=1)

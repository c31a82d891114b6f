"""The plots of the exploration, each once for light and once for dark pages.

What belongs here: drawing. Not here: counting or measuring (``explore``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from classifier.training.explore_measures import MEASURES

COLOURS = (
    "#3b7dd8",
    "#e0912f",
    "#2f9e6e",
    "#d1495b",
    "#8a63c9",
    "#17a2b0",
    "#8c5a3c",
    "#d368b0",
    "#7f8c2a",
    "#8291a5",
)
"""One a label, used again with another marker where there are more; names stand on the map too."""

MARKERS = "osD^vPX*"

DPI = 110

NAME_SIZE = (0.11, 0.028)
"""Width and height that a name takes on the map, as shares of the map."""

JITTER = 0.14
"""Largest sideways shift of a dot, as a share of a column."""


@dataclass(frozen=True)
class Theme:
    """Colours of a page: ``paper`` behind, ``ink`` for text, ``faint`` for lines."""

    name: str
    paper: str
    ink: str
    faint: str
    map: str


THEMES = (
    Theme("light", paper="#ffffff", ink="#1d2733", faint="#d9dee5", map="RdBu_r"),
    Theme("dark", paper="#161b22", ink="#e3e8ef", faint="#39424e", map="RdBu_r"),
)


def draw_all(balance: pd.DataFrame, tracks: pd.DataFrame, correlations: pd.DataFrame, folder: Path) -> None:
    """Write every plot as ``<name>-light.png`` and ``<name>-dark.png``; sets have one colour on all of them."""
    labels, sets = [str(label) for label in balance.index], _sets(balance)
    plots: dict[str, Callable[[Theme], Figure]] = {
        "balance": lambda theme: balance_plot(balance, theme),
        "durations": lambda theme: durations_plot(tracks, labels, sets, theme),
        "measures": lambda theme: measures_plot(tracks, labels, theme),
        "correlations": lambda theme: correlations_plot(correlations, theme),
        "map": lambda theme: map_plot(tracks, "label", labels, theme),
        "map-sets": lambda theme: map_plot(tracks, "set", sets, theme),
    }
    for name, draw in plots.items():
        for theme in THEMES:
            figure = draw(theme)
            FigureCanvasAgg(figure)
            figure.savefig(folder / f"{name}-{theme.name}.png")


def balance_plot(balance: pd.DataFrame, theme: Theme) -> Figure:
    """Draw tracks by label, stacked by set, with the number of artists behind each bar."""
    sets = _sets(balance)
    figure, axes = _figure(9, 1.2 + 0.34 * len(balance), theme)
    place = np.arange(len(balance))
    left = np.zeros(len(balance))
    main, rest = (sets, []) if len(sets) <= len(COLOURS) else (sets[: len(COLOURS) - 1], sets[len(COLOURS) - 1 :])
    parts = {name: balance[f"set {name}"].to_numpy() for name in main}
    if rest:
        parts[f"{len(rest)} smaller sets"] = balance[[f"set {name}" for name in rest]].sum(axis=1).to_numpy()
    for colour, (name, counts) in zip(COLOURS, parts.items(), strict=False):
        axes.barh(place, counts, left=left, color=colour, height=0.68, label=name, edgecolor=theme.paper, linewidth=0.6)
        left = left + counts
    for row, (total, artists) in enumerate(zip(left, balance["artists"], strict=True)):
        axes.text(total + left.max() * 0.01, row, f"{artists} artists", va="center", fontsize=8, color=theme.ink)
    axes.set_yticks(place, labels=list(map(str, balance.index)))
    axes.invert_yaxis()
    axes.set_xlim(0, max(1.0, float(left.max())) * 1.14)
    axes.set_xlabel("tracks")
    axes.grid(axis="x", color=theme.faint, linewidth=0.7)
    if len(parts) > 1:
        _legend(axes, theme, title="set")
    return figure


def durations_plot(tracks: pd.DataFrame, labels: Sequence[str], sets: Sequence[str], theme: Theme) -> Figure:
    """Draw the length of every sampled track, by label; colours are sets."""
    figure, axes = _figure(9, 4.2, theme)
    shift = np.random.default_rng(0).uniform(-JITTER, JITTER, len(tracks))
    place = pd.Index(labels).get_indexer(pd.Index(tracks["label"])) + shift
    for number, name in enumerate(sets):
        own = (tracks["set"] == name).to_numpy()
        if own.any():
            colour = COLOURS[min(number, len(COLOURS) - 1)]
            axes.scatter(place[own], tracks["seconds"][own], s=13, color=colour, alpha=0.65, linewidths=0, label=name)
    axes.set_xticks(range(len(labels)), labels=labels, rotation=35, ha="right")
    axes.set_ylabel("seconds")
    axes.set_ylim(bottom=0)
    axes.grid(axis="y", color=theme.faint, linewidth=0.7)
    if len(sets) > 1:
        _legend(axes, theme, title="set")
    return figure


def measures_plot(tracks: pd.DataFrame, labels: Sequence[str], theme: Theme) -> Figure:
    """Draw the distribution of each measure, a box a label: middle half, median, 5th to 95th percentile."""
    columns = 2
    rows = -(-len(MEASURES) // columns)
    figure = Figure(figsize=(11, 2.9 * rows), dpi=DPI, layout="constrained", facecolor=theme.paper)
    panels = figure.subplots(rows, columns)
    for number, (axes, (name, unit)) in enumerate(zip(np.ravel(panels), MEASURES.items(), strict=False)):
        _style(axes, theme)
        values = [tracks.loc[tracks["label"] == label, name].dropna().to_numpy() for label in labels]
        boxes = axes.boxplot(
            values, whis=(5, 95), showfliers=False, patch_artist=True, widths=0.62, medianprops={"color": theme.ink}
        )
        for label, box in enumerate(boxes["boxes"]):
            box.set(facecolor=COLOURS[label % len(COLOURS)], alpha=0.75, edgecolor=theme.faint)
        for part in (*boxes["whiskers"], *boxes["caps"]):
            part.set(color=theme.ink, linewidth=0.8, alpha=0.6)
        axes.set_title(f"{name} ({unit})", fontsize=10, color=theme.ink, loc="left")
        last = number >= len(MEASURES) - columns
        axes.set_xticks(range(1, len(labels) + 1), labels=labels if last else [""] * len(labels))
        axes.tick_params(axis="x", rotation=40 if last else 0)
        axes.grid(axis="y", color=theme.faint, linewidth=0.6)
    for axes in np.ravel(panels)[len(MEASURES) :]:
        axes.set_visible(False)
    return figure


def correlations_plot(correlations: pd.DataFrame, theme: Theme) -> Figure:
    """Draw the correlation of measures as a matrix of numbers on colours."""
    figure, axes = _figure(6.6, 5.4, theme)
    values = correlations.to_numpy()
    image = axes.imshow(values, cmap=theme.map, vmin=-1, vmax=1)
    names = list(map(str, correlations.index))
    axes.set_xticks(range(len(names)), labels=names, rotation=40, ha="right")
    axes.set_yticks(range(len(names)), labels=names)
    for row, column in np.ndindex(*values.shape):
        value = float(values[row, column])
        if np.isfinite(value):
            strong = abs(value) > 0.55  # noqa: PLR2004 - from here on the colour is dark
            text = f"{round(value, 2) + 0.0:+.2f}" if row != column else "1"
            axes.text(column, row, text, ha="center", va="center", fontsize=8, color="#ffffff" if strong else "#1d2733")
    axes.spines[:].set_visible(False)
    bar = figure.colorbar(image, ax=axes, shrink=0.85)
    bar.ax.tick_params(colors=theme.ink, labelsize=8)
    bar.outline.set_visible(False)
    bar.set_label("rank correlation", color=theme.ink, fontsize=9)
    return figure


def map_plot(tracks: pd.DataFrame, column: str, names: Sequence[str], theme: Theme) -> Figure:
    """Draw the map of songs, a dot each, coloured by ``column``; labels stand where their songs are."""
    figure, axes = _figure(9, 7.0, theme)
    for number, name in enumerate(names):
        own = tracks[tracks[column] == name]
        if own.empty:
            continue
        marker = MARKERS[number // len(COLOURS) % len(MARKERS)]
        colour = COLOURS[number % len(COLOURS)]
        axes.scatter(own["x"], own["y"], s=26, marker=marker, color=colour, alpha=0.8, linewidths=0, label=name)
    if column == "label":
        halo = [withStroke(linewidth=3, foreground=theme.paper)]
        style: dict[str, Any] = {"color": theme.ink, "fontsize": 9.5, "weight": "bold", "ha": "center", "va": "center"}
        for name, (x, y) in name_places(tracks).items():
            axes.text(x, y, name, path_effects=halo, **style)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)
    _legend(axes, theme, title=column)
    return figure


def name_places(tracks: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """Return where each label's name goes: amid its songs, moved up where another name stands already."""
    width, height = (float(np.ptp(tracks[axis])) or 1.0 for axis in ("x", "y"))
    middles = tracks.groupby("label")[["x", "y"]].median().sort_values("y")
    places: dict[str, tuple[float, float]] = {}
    for name, x, y in zip(map(str, middles.index), middles["x"], middles["y"], strict=True):
        for taken_x, taken_y in sorted(places.values(), key=lambda place: place[1]):
            if abs(x - taken_x) < NAME_SIZE[0] * width and abs(y - taken_y) < NAME_SIZE[1] * height:
                y = taken_y + NAME_SIZE[1] * height  # noqa: PLW2901 - the name's own place
        places[name] = (float(x), float(y))
    return places


def _sets(balance: pd.DataFrame) -> list[str]:
    """Return the sets' names, the largest first."""
    counts = balance[[column for column in balance.columns if str(column).startswith("set ")]].sum()
    return [str(name).removeprefix("set ") for name in counts.sort_values(ascending=False, kind="stable").index]


def _figure(width: float, height: float, theme: Theme) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(width, height), dpi=DPI, layout="constrained", facecolor=theme.paper)
    axes = figure.subplots()
    _style(axes, theme)
    return figure, axes


def _style(axes: Axes, theme: Theme) -> None:
    axes.set_facecolor(theme.paper)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(theme.faint)
    axes.tick_params(colors=theme.ink, labelsize=9, length=0)
    axes.xaxis.label.set_color(theme.ink)
    axes.yaxis.label.set_color(theme.ink)
    axes.set_axisbelow(True)


def _legend(axes: Axes, theme: Theme, title: str | None = None) -> None:
    legend = axes.legend(
        loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, fontsize=8.5, labelcolor=theme.ink, title=title
    )
    legend.get_title().set_color(theme.ink)
    for handle in legend.legend_handles:
        if handle is not None:
            handle.set_alpha(1.0)

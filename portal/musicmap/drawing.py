"""The map as drawn: from places to the few texts and numbers of an SVG, and to words.

What belongs here: pure functions. Not here: markup (``templates``), or where songs lie (``making``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import median

from classifier import GENRES
from portal.language import _, ngettext
from portal.musicmap.service import MusicMap, Place

WIDTH = 1000
MARGIN = 40
FLATTEST, TALLEST = 0.55, 0.9
"""Height of the drawing, of its width."""

SHAPES: tuple[str, ...] = (
    "M-1 0a1 1 0 0 1 2 0a1 1 0 0 1-2 0Z",
    "M-.9-.9H.9V.9H-.9Z",
    "M0-1.1 1.1.8H-1.1Z",
    "M0 1.1 1.1-.8H-1.1Z",
    "M0-1.25 1 0 0 1.25-1 0Z",
    "M-.4-1.1H.4V-.4H1.1V.4H.4V1.1H-.4V.4H-1.1V-.4H-.4Z",
    "M-1.3-.5H1.3V.5H-1.3Z",
    "M-.5-1.3H.5V1.3H-.5Z",
    "M-1.1-.55-.55-1.1 0-.55.55-1.1 1.1-.55.55 0 1.1.55.55 1.1 0 .55-.55 1.1-1.1.55-.55 0Z",
    "M-1.1-1.1H1.1L0 0 1.1 1.1H-1.1L0 0Z",
)
"""Outlines about the middle, one a genre, so that colour is not all that tells genres apart."""

LARGEST_DOT, SMALLEST_DOT, DOTS = 11.0, 3.2, 110.0
"""Half the width of a dot, and what is shared out among many."""

LABEL_HEIGHT, LETTER = 40, 21
"""Room of a genre's name, and of each of its letters, where the names are largest."""

LABELLED, FEWEST_LABELLED = 0.02, 5
"""Share of the songs that a genre needs for its name to stand on the map, and how many at least: amid fewer it would
cover them, and say of an empty middle what it is not.
"""

THIRDS = (1 / 3, 2 / 3)


@dataclass(frozen=True, slots=True)
class Dot:
    """A song as drawn."""

    place: Place
    x: int
    y: int


@dataclass(frozen=True)
class Cluster:
    """All songs of one genre as drawn: one path with a dot at every point of it."""

    genre: str
    shape: str
    count: int
    path: str
    faint: bool


@dataclass(frozen=True)
class Label:
    """The name of a genre, amid its songs."""

    genre: str
    x: int
    y: int


@dataclass(frozen=True)
class Drawing:
    """The whole map."""

    width: int
    height: int
    dot: float
    dots: Mapping[str, Dot]
    clusters: tuple[Cluster, ...]
    labels: tuple[Label, ...]


def draw(whole: MusicMap, genre: str, names: Mapping[str, str]) -> Drawing:
    """Draw a map; with ``genre``, the songs of all others faint. ``names`` are the genres' as they are shown."""
    dots, height = _laid_out(whole.places)
    by_genre = {one: [dot for dot in dots if dot.place.genre == one] for one in whole.genres}
    least = max(FEWEST_LABELLED, LABELLED * len(dots))
    return Drawing(
        width=WIDTH,
        height=height,
        dot=round(min(LARGEST_DOT, max(SMALLEST_DOT, DOTS / sqrt(len(dots) or 1))), 1),
        dots={dot.place.song_id: dot for dot in dots},
        clusters=tuple(
            Cluster(one, shape(one, whole.genres), len(own), _path(own), faint=bool(genre) and one != genre)
            for one, own in by_genre.items()
        ),
        labels=_labels({one: own for one, own in by_genre.items() if len(own) >= least}, names, height),
    )


def shape(genre: str, genres: Sequence[str]) -> str:
    """Return the outline of a genre among others, the same on every page: another one for each while they last."""
    among = (*GENRES, *sorted(set(genres) - set(GENRES)))
    return SHAPES[among.index(genre) % len(SHAPES)]


def in_words(drawing: Drawing, names: Mapping[str, str]) -> str:
    """Return what the picture shows: how many songs, of which genres, most first."""
    ranked = sorted(drawing.clusters, key=lambda cluster: (-cluster.count, cluster.genre))
    genres = ", ".join(f"{names[cluster.genre]} {cluster.count}" for cluster in ranked)
    songs = len(drawing.dots)
    return ngettext("Map of %(num)d song: %(genres)s.", "Map of %(num)d songs: %(genres)s.", songs, genres=genres)


def whereabouts(dot: Dot, height: int) -> str:
    """Return in words in which part of the map a song lies."""
    column = sum(dot.x > part * WIDTH for part in THIRDS)
    row = sum(dot.y > part * height for part in THIRDS)
    words = (
        (_("Top left"), _("Top"), _("Top right")),
        (_("Left"), _("Middle"), _("Right")),
        (_("Bottom left"), _("Bottom"), _("Bottom right")),
    )
    return words[row][column]


def _laid_out(places: Sequence[Place]) -> tuple[list[Dot], int]:
    """Return the places in units of the drawing, both directions alike, and the drawing's height."""
    if not places:
        return [], round(WIDTH * FLATTEST)
    xs, ys = [place.x for place in places], [place.y for place in places]
    left, right, top, bottom = min(xs), max(xs), max(ys), min(ys)
    room = WIDTH - 2 * MARGIN
    ratio = min(TALLEST, max(FLATTEST, (top - bottom) / ((right - left) or 1e-9)))
    height = room * ratio
    scale = min(room / ((right - left) or 1e-9), height / ((top - bottom) or 1e-9), room)
    middle_x, middle_y = (left + right) / 2, (top + bottom) / 2
    whole = round(height + 2 * MARGIN)
    return [
        Dot(place, round(WIDTH / 2 + scale * (place.x - middle_x)), round(whole / 2 - scale * (place.y - middle_y)))
        for place in places
    ], whole


def _path(dots: Sequence[Dot]) -> str:
    """Return a line from dot to dot, each step told from the last: a third of the text that points would take."""
    parts, x, y = [], 0, 0
    for dot in sorted(dots, key=lambda dot: (dot.x // 40, dot.y)):
        step = dot.y - y
        parts.append(f"{dot.x - x}{step}" if step < 0 else f"{dot.x - x} {step}")
        x, y = dot.x, dot.y
    return f"m{_joined(parts)}" if parts else ""


def _joined(parts: Sequence[str]) -> str:
    """Join numbers with as few spaces as an SVG path can be read without."""
    return "".join(part if not at or part[0] == "-" else f" {part}" for at, part in enumerate(parts))


def _labels(by_genre: Mapping[str, Sequence[Dot]], names: Mapping[str, str], height: int) -> tuple[Label, ...]:
    """Put each name at the middle of its songs; where another stands already, below it."""
    placed: list[tuple[Label, float]] = []
    for genre, dots in by_genre.items():
        half = LETTER * len(names[genre]) / 2
        x = round(min(max(median(dot.x for dot in dots), half), WIDTH - half))
        y = round(median(dot.y for dot in dots))
        placed.append((Label(genre, x, y), half))
    taken: list[tuple[Label, float]] = []
    for label, half in sorted(placed, key=lambda one: one[0].y):
        y = label.y
        for other, other_half in taken:
            if abs(other.x - label.x) < half + other_half and abs(other.y - y) < LABEL_HEIGHT:
                y = other.y + LABEL_HEIGHT
        taken.append((Label(label.genre, label.x, min(y, height - LABEL_HEIGHT // 4)), half))
    return tuple(label for label, _half in taken)


FILTERS: dict[str, Callable[..., object]] = {"map_shape": shape, "whereabouts": whereabouts}
"""Name in the templates -> function; ``musicmap.init_app`` registers them."""

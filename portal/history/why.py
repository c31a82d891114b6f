"""How a song sounds beside its genre: tempo, brightness, energy, range of loudness and key in plain words.

What belongs here: from a verdict, and what the model found usual in its genre, to words and the few numbers of a plot.
Not here: measuring (``classifier``), markup (``templates``).
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from math import log
from pathlib import Path
from typing import Any, Protocol

import classifier
from portal.history.presentation import NO_BREAK_SPACE, decimal, genre_in_sentence, percent, sentence, tempo_text
from portal.language import N_, Lazy, _, lazy, translated

Deciles = tuple[float, ...]
Usual = Mapping[str, Mapping[str, Deciles]]
Measures = Mapping[str, float]

DECILE = 0.1
RARE = 0.1
"""Share of a genre's songs beyond which one is told to stand apart from nearly all."""

TYPICAL = (0.35, 0.65)
"""Shares between which a song is simply usual."""

KEYS = (
    N_("A major"),
    N_("A minor"),
    N_("Bb major"),
    N_("Bb minor"),
    N_("B major"),
    N_("B minor"),
    N_("C major"),
    N_("C minor"),
    N_("C# major"),
    N_("C# minor"),
    N_("D major"),
    N_("D minor"),
    N_("Eb major"),
    N_("Eb minor"),
    N_("E major"),
    N_("E minor"),
    N_("F major"),
    N_("F minor"),
    N_("F# major"),
    N_("F# minor"),
    N_("G major"),
    N_("G minor"),
    N_("Ab major"),
    N_("Ab minor"),
)
"""What a verdict may name as the key."""

CLEAR_MODES = {"major": lazy("Clearly major"), "minor": lazy("Clearly minor")}

CLEAR_MODE = 0.1
"""Clarity from which major and minor are told apart without doubt."""

LOUDNESS_WORDS = (
    (3.0, lazy("Hardly changes in loudness")),
    (7.0, lazy("Changes a little in loudness")),
    (13.0, lazy("Has loud and soft passages")),
    (float("inf"), lazy("Goes from very soft to very loud")),
)
"""Decibels below which each holds."""


class Heard(Protocol):
    """What is told of a song."""

    genre: str
    tempo: float | None
    traits: dict[str, Any] | None
    model_version: str


@dataclass(frozen=True)
class Plot:
    """Where things lie on a line, in percent of it: the middle 80 % of the genre, its median, the song."""

    low: float
    middle: float
    high: float
    song: float
    text: str


@dataclass(frozen=True)
class Trait:
    """One line of the card."""

    name: str
    value: str
    words: str
    plot: Plot | None = None


@dataclass(frozen=True)
class Comparison:
    """How a song is said to have less or more of something than some of a genre, or nearly all of it."""

    some: Lazy
    nearly_all: Lazy


@dataclass(frozen=True)
class Scale:
    """One measure that genres have a usual range of: how it is said, and compared."""

    key: str
    name: Lazy
    less: Comparison
    more: Comparison
    say: Callable[[float], str]
    logarithmic: bool = True


def _hertz(value: float) -> str:
    return f"{value:.0f}{NO_BREAK_SPACE}Hz" if value < 1000 else f"{decimal(value / 1000, 1)}{NO_BREAK_SPACE}kHz"  # noqa: PLR2004


def _of_hundred(value: float) -> str:
    return _("%(number)s of 100", number=f"{100 * value:.0f}")


SCALES = (
    Scale(
        "tempo",
        lazy("Tempo"),
        Comparison(lazy("Slower than %(share)s of %(genre)s"), lazy("Slower than nearly all %(genre)s")),
        Comparison(lazy("Faster than %(share)s of %(genre)s"), lazy("Faster than nearly all %(genre)s")),
        tempo_text,
    ),
    Scale(
        "centroid",
        lazy("Brightness"),
        Comparison(lazy("Darker than %(share)s of %(genre)s"), lazy("Darker than nearly all %(genre)s")),
        Comparison(lazy("Brighter than %(share)s of %(genre)s"), lazy("Brighter than nearly all %(genre)s")),
        _hertz,
    ),
    Scale(
        "energy",
        lazy("Energy"),
        Comparison(lazy("Calmer than %(share)s of %(genre)s"), lazy("Calmer than nearly all %(genre)s")),
        Comparison(
            lazy("More energetic than %(share)s of %(genre)s"), lazy("More energetic than nearly all %(genre)s")
        ),
        _of_hundred,
        logarithmic=False,
    ),
)


@cache
def usual_by(model_path: Path | None) -> tuple[str, Usual]:
    """Return the version of the model and what it found usual; nothing at all where there is no such model."""
    try:
        return classifier.model_version(model_path), classifier.usual_traits(model_path)
    except classifier.ModelError:
        return "", {}


def how_it_sounds(heard: Heard, version: str, usual: Usual) -> tuple[Trait, ...]:
    """Return what is told of a song, beside what ``version`` of the model found usual in its genre.

    A verdict of another model is told without comparison: its measures may stand on other scales.
    """
    traits = heard.traits or {}
    if not traits:
        return ()
    # A verdict keeps no more of a version than fits its column.
    spread = usual if version and version.startswith(heard.model_version) else {}
    measures = {"tempo": heard.tempo, **traits}
    told = [_compared(scale, measures.get(scale.key), heard.genre, spread) for scale in SCALES]
    return tuple(trait for trait in (*told, _loudness(traits), _key(traits)) if trait is not None)


def share_below(value: float, deciles: Deciles) -> float:
    """Return about which share of a genre's songs lies below the value, from its deciles; beyond these 0 or 1."""
    place = bisect(deciles, value)
    if place in (0, len(deciles)):
        return float(place > 0)
    low, high = deciles[place - 1], deciles[place]
    return DECILE * (place + (value - low) / (high - low))


def _compared(scale: Scale, value: float | None, genre: str, usual: Usual) -> Trait | None:
    if value is None:
        return Trait(str(scale.name), sentence(tempo_text(None)), "") if scale.key == "tempo" else None
    deciles = usual.get(genre, {}).get(scale.key)
    if not deciles:
        return Trait(str(scale.name), scale.say(value), "")
    plot = _plot(scale, value, genre, usual)
    return Trait(str(scale.name), scale.say(value), _words(scale, share_below(value, deciles), genre), plot)


def _words(scale: Scale, share: float, genre: str) -> str:
    name = genre_in_sentence(genre)
    if TYPICAL[0] <= share <= TYPICAL[1]:
        return _("Usual for %(genre)s", genre=name)
    words, beaten = (scale.more, share) if share > TYPICAL[1] else (scale.less, 1 - share)
    if beaten > 1 - RARE:
        return words.nearly_all % {"genre": name}
    return words.some % {"genre": name, "share": percent(round(beaten, 1))}


def _plot(scale: Scale, value: float, genre: str, usual: Usual) -> Plot:
    """Lay the genre's range and the song on a line that has room for the ranges of all genres."""
    ranges = [measures[scale.key] for measures in usual.values() if scale.key in measures]
    ends = [value, *(deciles[0] for deciles in ranges), *(deciles[-1] for deciles in ranges)]
    least, most = min(ends), max(ends)
    if not scale.logarithmic:
        least, most = 0.0, 1.0

    def place(point: float) -> float:
        if scale.logarithmic:
            return round(100 * log(point / least) / (log(most / least) or 1), 1)
        return round(100 * (point - least) / (most - least), 1)

    own = usual[genre][scale.key]
    low, middle, high = own[0], own[len(own) // 2], own[-1]
    text = _(
        "%(measure)s %(value)s. Most %(genre)s lies between %(low)s and %(high)s, half of it below %(middle)s.",
        measure=scale.name,
        value=scale.say(value),
        genre=genre_in_sentence(genre),
        low=scale.say(low),
        high=scale.say(high),
        middle=scale.say(middle),
    )
    return Plot(place(low), place(middle), place(high), place(value), text)


def _loudness(traits: Mapping[str, Any]) -> Trait | None:
    decibels = traits.get("loudness_range")
    if decibels is None:
        return None
    words = next(words for most, words in LOUDNESS_WORDS if decibels < most)
    return Trait(_("Loudness range"), f"{decibels:.0f}{NO_BREAK_SPACE}dB", str(words))


def _key(traits: Mapping[str, Any]) -> Trait | None:
    if "key" not in traits:
        return None
    clear = traits.get("mode_clarity", 0.0) >= CLEAR_MODE
    words = CLEAR_MODES.get(traits["mode"]) if clear else None
    return Trait(_("Key"), translated(traits["key"]), str(words or _("Major or minor is hard to tell here")))

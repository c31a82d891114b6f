"""What a song is like in words of physics and music: energy, brightness, key and mode, range of loudness.

What belongs here: from the measures of a song to named traits, each on a scale that the training music gave it. Not
here: the measures (``features.song``), their learning (``training.traits``) or words for them (``words``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from classifier.constants import LOW_CUT

Values = NDArray[np.floating]

ENERGY_WEIGHTS = (2.0, 1.0, 0.5)
"""What fullness, changes and flux count in the energy, each measured in standard deviations: the simplest weights that
told music which people called lively or tense from what they called sad or calm about as well as fitted ones."""

QUANTILES = 101
"""Entries of a scale: from the least of the training music in steps of a hundredth to the most."""

PITCHES = ("A", "Bb", "B", "C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab")
"""Pitch classes in the order of the notes."""

MAJOR = (5.0, 2.0, 3.5, 2.0, 4.5, 4.0, 2.0, 4.5, 2.0, 3.5, 1.5, 4.0)
MINOR = (5.0, 2.0, 3.5, 4.5, 2.0, 4.0, 2.0, 4.5, 3.5, 2.0, 1.5, 4.0)
"""How well each note, in semitones above the keynote, fits a major and a minor key: Temperley, "What's Key for Key? The
Krumhansl-Schmuckler Key-Finding Algorithm Reconsidered", Music Perception 17 (1999). The older profiles of Krumhansl &
Kessler (1982) hear many a major song in its relative minor: of ninety country songs, a genre of major keys, they called
68 % major on the same notes, these 88 %."""


@dataclass(frozen=True, eq=False)
class TraitScales:
    """What is little and what is much, as the training music has it.

    Parameters
    ----------
    centre, spread : ndarray, shape (3,)
        Mean and standard deviation of fullness, changes and flux.
    energy, centroid : ndarray, shape (QUANTILES,)
        Quantiles of the weighted sum of the three, and of the centroid in octaves above LOW_CUT.
    """

    centre: Values
    spread: Values
    energy: Values
    centroid: Values

    def __post_init__(self) -> None:
        shapes = (self.centre.shape, self.spread.shape, self.energy.shape, self.centroid.shape)
        if shapes != ((3,), (3,), (QUANTILES,), (QUANTILES,)):
            raise ValueError("the scales of the traits have the wrong shape")
        if (np.diff(self.energy) < 0).any() or (np.diff(self.centroid) < 0).any() or not (self.spread > 0).all():
            raise ValueError("the scales of the traits do not rise")

    @classmethod
    def of(cls, measures: Values) -> Self:
        """Take the scales from the measures of many songs, shape (songs, len(features.song.MEASURES))."""
        parts = measures[:, :3].astype(np.float64)
        centre, spread = parts.mean(axis=0), parts.std(axis=0) + 1e-9
        steps = np.linspace(0, 1, QUANTILES)
        energy = np.quantile((parts - centre) / spread @ ENERGY_WEIGHTS, steps)
        return cls(centre, spread, energy, np.quantile(measures[:, 3].astype(np.float64), steps))

    def energy_of(self, measures: Values) -> float:
        """Return the share of the training music that has less energy, 0 to 1."""
        return _place(float((measures[:3] - self.centre) / self.spread @ ENERGY_WEIGHTS), self.energy)

    def brightness_of(self, measures: Values) -> float:
        """Return the share of the training music whose spectrum has its middle lower, 0 to 1."""
        return _place(float(measures[3]), self.centroid)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays that ``from_arrays`` takes."""
        return {
            "traits_centre": self.centre,
            "traits_spread": self.spread,
            "traits_energy": self.energy,
            "traits_centroid": self.centroid,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self | None:
        """Return what the arrays hold, None where they are of a model without it; raise KeyError or ValueError."""
        if "traits_energy" not in arrays:
            return None
        return cls(*(arrays[f"traits_{name}"].astype(float) for name in ("centre", "spread", "energy", "centroid")))


def traits(
    measures: Values, notes: Values, scales: TraitScales | None, loudness_range: float | None = None
) -> dict[str, Any]:
    """Return the traits of a song, JSON-ready.

    Parameters
    ----------
    measures : ndarray, shape (4,)
        As ``features.song_measures`` gives them.
    notes : ndarray, shape (12,)
        Mean share of each pitch class, from A on.
    scales : TraitScales or None
        Without them there is neither energy nor brightness.
    loudness_range : float or None
        As ``features.outline`` tells it, passed on; left out where there is none.

    Returns
    -------
    dict
        ``energy`` and ``brightness``, 0 to 1; ``centroid`` in Hz; ``key`` and its ``mode``, major or minor;
        ``mode_clarity``, 0 to 1; ``loudness_range`` in dB.
    """
    key, mode, clarity = find_key(notes)
    placed = {} if scales is None else _placed(measures, scales)
    centroid = round(float(LOW_CUT * 2 ** measures[3]), 1)
    told = placed | {"centroid": centroid, "key": key, "mode": mode, "mode_clarity": round(clarity, 3)}
    return told if loudness_range is None else told | {"loudness_range": loudness_range}


def find_key(notes: Values) -> tuple[str, str, float]:
    """Return key, mode, and how much better its mode fits than the other.

    The key is the one whose profile (MAJOR, MINOR) correlates best with the notes; the clarity is the distance of the
    best correlations of both modes, at most 1.
    """
    centred = notes - notes.mean()
    correlation = _profiles() @ centred / max(float(np.linalg.norm(centred)), 1e-9)
    best = correlation.max(axis=1)
    mode = int(best[1] > best[0])
    name = ("major", "minor")[mode]
    return f"{PITCHES[int(correlation[mode].argmax())]} {name}", name, min(1.0, float(abs(best[0] - best[1])))


def _placed(measures: Values, scales: TraitScales) -> dict[str, float]:
    return {
        "energy": round(scales.energy_of(measures), 3),
        "brightness": round(scales.brightness_of(measures), 3),
    }


def _place(value: float, scale: Values) -> float:
    return float(np.interp(value, scale, np.linspace(0, 1, len(scale))))


@cache
def _profiles() -> NDArray[np.float64]:
    """Return the profiles of all keys, centred and of length 1, shape (modes, keynotes, pitch classes)."""
    turned = np.array([[np.roll(profile, note) for note in range(12)] for profile in (MAJOR, MINOR)])
    centred = turned - turned.mean(axis=2, keepdims=True)
    return np.asarray(centred / np.linalg.norm(centred, axis=2, keepdims=True))

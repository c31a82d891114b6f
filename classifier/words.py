"""Words for how a song feels, said only where they clearly hold.

What belongs here: thresholds and plain comparisons; no NumPy, for web pages ask here too. Not here: measuring
(``features``, ``traits``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MOOD_WORDS = ("calm", "energetic", "dark", "bright")
"""All there are, in the order in which they are told."""

HIGH, LOW = 0.65, 0.35
"""Shares of the training music below which a song must lie, or must not, to be called much or little of something."""

VERY_HIGH, VERY_LOW = 0.85, 0.15
"""Shares from which the tempo cannot speak against it: it is easily heard at double or half its speed."""

SLOW, FAST = 70.0, 130.0
"""Beats a minute: what is slower speaks against energetic, what is faster against calm."""

CLEAR_MODE = 0.1
"""Clarity from which major or minor speaks against ``dark`` or ``bright``."""


def mood_words(traits: Mapping[str, Any], tempo: float | None) -> tuple[str, ...]:
    """Return which of MOOD_WORDS clearly hold of a song.

    ``calm`` has little energy (at most LOW) and is not faster than FAST, or has very little (at most VERY_LOW);
    ``energetic`` has much (at least HIGH) and is not slower than SLOW, or has very much (at least VERY_HIGH). ``dark``
    has a low centre of the spectrum (brightness at most LOW) and is not clearly major; ``bright`` a high one and is not
    clearly minor. These two tell the colour of the sound, not whether it is happy.

    Parameters
    ----------
    traits : mapping
        As ``Prediction.traits``; what is missing speaks for nothing.
    tempo : float or None
        Beats a minute; None where no pulse was found, which speaks against nothing.
    """
    energy, brightness = traits.get("energy", 0.5), traits.get("brightness", 0.5)
    clear = traits.get("mode") if traits.get("mode_clarity", 0.0) >= CLEAR_MODE else None
    holds = {
        "calm": energy <= (LOW if tempo is None or tempo <= FAST else VERY_LOW),
        "energetic": energy >= (HIGH if tempo is None or tempo >= SLOW else VERY_HIGH),
        "dark": brightness <= LOW and clear != "major",
        "bright": brightness >= HIGH and clear != "minor",
    }
    return tuple(word for word in MOOD_WORDS if holds[word])

"""Calls of animals made from numbers: birds, dogs, cats, cattle, frogs, insects, wolves.

What belongs here: harmonic stacks whose pitch moves, and bursts of noise, at the uneven times of something alive.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from classifier.constants import SAMPLE_RATE

Array = NDArray[np.float64]


def animals(seconds: float, rng: np.random.Generator) -> Array:
    """Return ``seconds`` of one kind of animal, sometimes of two, shape (n,)."""
    made = np.zeros(int(seconds * SAMPLE_RATE))
    for _ in range(rng.choice([1, 1, 2])):
        _fill(made, CALLS[rng.integers(len(CALLS))], rng)
    return made


def _fill(made: Array, call: Callable[[np.random.Generator], Array], rng: np.random.Generator) -> None:
    """Add calls in bouts: one animal sounds alike each time, but never twice the same."""
    character = int(rng.integers(2**32))
    pause, bout = 10 ** rng.uniform(-1, 0.3), int(rng.integers(1, 7))
    at = rng.uniform(0, 0.5)
    number = 0
    while int(at * SAMPLE_RATE) < len(made):
        own = np.random.default_rng(character)
        one = call(own) * rng.uniform(0.5, 1)
        one = _stretch(one, 2 ** rng.normal(0, 0.06))
        start = int(at * SAMPLE_RATE)
        made[start : start + len(one)] += one[: len(made) - start]
        number += 1
        at += len(one) / SAMPLE_RATE + pause * rng.uniform(0.3, 1.7) * (1 if number % bout else 3)


def _stretch(samples: Array, factor: float) -> Array:
    """Play ``factor`` times as fast, by linear interpolation."""
    return np.asarray(np.interp(np.arange(0, len(samples) - 1, factor), np.arange(len(samples)), samples))


def _times(seconds: float) -> Array:
    return np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE


def _stack(pitch: Array, harmonics: int, tilt: float, rng: np.random.Generator) -> Array:
    """Sum harmonics of a moving pitch, each ``overtone ** -tilt``, those above half the rate left out."""
    phase = 2 * np.pi * np.cumsum(pitch) / SAMPLE_RATE
    made = np.zeros_like(pitch)
    for overtone in range(1, harmonics + 1):
        heard = pitch * overtone < SAMPLE_RATE / 2
        made += heard * np.sin(overtone * phase) * overtone**-tilt * rng.uniform(0.4, 1)
    return made


def _envelope(count: int, attack: float) -> Array:
    position = np.linspace(0, 1, count)
    return np.asarray(np.minimum(position / attack, 1) * np.minimum((1 - position) / 0.3, 1))


def _bird(rng: np.random.Generator) -> Array:
    """Sing one to six notes: glides, trills, whistles."""
    notes = []
    for _ in range(rng.integers(1, 7)):
        times = _times(10 ** rng.uniform(-1.5, -0.4))
        start, end = 10 ** rng.uniform(3.1, 3.9, size=2)
        pitch = start * (end / start) ** (times / max(times[-1], 1e-3))
        pitch = pitch * (1 + rng.choice([0, 0.15]) * np.sin(2 * np.pi * rng.uniform(15, 60) * times))
        note = _stack(pitch, int(rng.integers(1, 4)), 1.5, rng) * _envelope(len(times), 0.2)
        notes += [note] * int(rng.integers(1, 5)) + [np.zeros(int(rng.uniform(0.01, 0.15) * SAMPLE_RATE))]
    return np.concatenate(notes)


def _bark(rng: np.random.Generator) -> Array:
    """Cry roughly and falling, with much noise: dogs, foxes, geese, crows."""
    times = _times(rng.uniform(0.08, 0.35))
    pitch = rng.uniform(200, 1000) * (1 + rng.uniform(0.1, 0.7) * np.exp(-times * rng.uniform(5, 30)))
    rough = 1 + rng.uniform(0, 0.9) * np.sin(2 * np.pi * rng.uniform(30, 120) * times)
    tone = _stack(pitch, 16, rng.uniform(0.3, 1.2), rng) * rough
    return np.asarray((tone + rng.uniform(0.2, 2) * rng.standard_normal(len(times))) * _envelope(len(times), 0.08))


def _meow(rng: np.random.Generator) -> Array:
    """Cry up and down through a moving mouth: cats, goats, gulls, a baby."""
    times = _times(rng.uniform(0.3, 1.3))
    position = times / times[-1]
    pitch = rng.uniform(300, 900) * (1 + rng.uniform(0.1, 0.6) * np.sin(np.pi * position ** rng.uniform(0.5, 1.5)))
    pitch = pitch * (1 + rng.choice([0, 0.08]) * np.sin(2 * np.pi * rng.uniform(5, 12) * times))
    return _mouthed(pitch, rng) * _envelope(len(times), 0.15)


def _moo(rng: np.random.Generator) -> Array:
    """Call low and long, shaking or not: cattle, sheep, donkeys, elephants."""
    times = _times(rng.uniform(0.5, 2.0))
    shake = 1 + rng.choice([0.0, 0.1]) * np.sin(2 * np.pi * rng.uniform(5, 11) * times)
    pitch = rng.uniform(60, 350) * (1 + 0.3 * np.sin(np.pi * times / times[-1])) * shake
    return np.asarray(_mouthed(pitch, rng) * _envelope(len(times), 0.2) * shake**4)


def _mouthed(pitch: Array, rng: np.random.Generator) -> Array:
    """Sum harmonics under two resonances that move."""
    phase = 2 * np.pi * np.cumsum(pitch) / SAMPLE_RATE
    position = np.linspace(0, 1, len(pitch))
    low = rng.uniform(300, 1200) * 2 ** (rng.uniform(-1, 1) * position)
    high = rng.uniform(1500, 4000) * 2 ** (rng.uniform(-0.5, 0.5) * position)
    made = 0.1 * rng.uniform(0, 2) * rng.standard_normal(len(pitch))
    for overtone in range(1, 24):
        frequency = overtone * pitch
        gain = np.exp(-0.5 * (np.log2(frequency / low) / 0.4) ** 2)
        gain = gain + 0.5 * np.exp(-0.5 * (np.log2(frequency / high) / 0.3) ** 2) + 0.03
        made += gain * (frequency < SAMPLE_RATE / 2) * np.sin(overtone * phase)
    return np.asarray(made)


def _howl(rng: np.random.Generator) -> Array:
    """Cry long: climb, hold unsteadily, fall: wolves, whales, owls."""
    times = _times(rng.uniform(0.8, 3.5))
    position = times / times[-1]
    arch = np.minimum(position / rng.uniform(0.1, 0.5), 1) * np.minimum((1.2 - position) / rng.uniform(0.2, 0.8), 1)
    wander = np.cumsum(rng.standard_normal(len(times))) / np.sqrt(len(times))
    pitch = rng.uniform(150, 900) * 2 ** (rng.uniform(0.2, 1.2) * arch + 0.05 * wander)
    return _stack(pitch, int(rng.integers(1, 7)), rng.uniform(1, 2.5), rng) * _envelope(len(times), 0.2)


def _growl(rng: np.random.Generator) -> Array:
    """Pulse noise too fast to count and too slow for a tone: lions, pigs, frogs, purring, woodpeckers."""
    times = _times(rng.uniform(0.2, 2.0))
    rate = rng.uniform(12, 90) * (1 + 0.2 * np.sin(2 * np.pi * rng.uniform(0.3, 3) * times))
    pulses = np.maximum(np.sin(2 * np.pi * np.cumsum(rate) / SAMPLE_RATE), 0) ** rng.uniform(1, 8)
    centre = 10 ** rng.uniform(2.2, 3.4)
    ringing = np.exp(-np.arange(2000) / rng.uniform(30, 300)) * np.sin(
        2 * np.pi * centre * np.arange(2000) / SAMPLE_RATE
    )
    noise = np.convolve(rng.standard_normal(len(times)), ringing, mode="same")
    return np.asarray(pulses * noise / np.std(noise) * _envelope(len(times), 0.2))


def _insect(rng: np.random.Generator) -> Array:
    """Pulse a high carrier, or hum with wings."""
    times = _times(rng.uniform(0.3, 4.0))
    wander = 1 + 0.06 * np.sin(2 * np.pi * rng.uniform(0.2, 3) * times + rng.uniform(0, 6))
    if rng.random() < 0.4:  # noqa: PLR2004 - share of flies and bees
        return _stack(rng.uniform(90, 600) * wander, 20, rng.uniform(0.3, 1.2), rng) * _envelope(len(times), 0.3)
    pulses = np.maximum(np.sin(2 * np.pi * rng.uniform(8, 120) * times), 0) ** rng.uniform(0.5, 4)
    carrier = np.sin(2 * np.pi * np.cumsum(rng.uniform(2500, 9000) * wander) / SAMPLE_RATE)
    return np.asarray((carrier + rng.uniform(0, 1) * rng.standard_normal(len(times))) * pulses)


CALLS: tuple[Callable[[np.random.Generator], Array], ...] = (
    _bird,
    _bird,
    _bark,
    _bark,
    _meow,
    _moo,
    _howl,
    _growl,
    _insect,
)
"""Kinds of calls; the commonest stand twice."""

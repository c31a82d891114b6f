"""Sounds that are no music, made up: what the model learns to turn away.

What belongs here: noise of all colours, tones, hums, clicks and sweeps, from a generator of random numbers, and the
boundary between them and music. Recorded speech is not among them.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft
from sklearn.linear_model import LogisticRegression

from classifier.constants import SAMPLE_RATE
from classifier.features import measure
from classifier.values import Waveform

Array = NDArray[np.float64]

SOUNDS = 240
"""How many sounds are made."""

SECONDS = (4.0, 14.0)
"""Seconds of the shortest and the longest."""

GATE_C = 1e-3
"""Inverse strength of the gate's penalty on whitened rows."""


def made_up_rows(seed: int, sounds: int = SOUNDS) -> NDArray[np.float32]:
    """Return the feature rows of ``sounds`` made-up sounds, shape (windows of all, features)."""
    rng = np.random.default_rng([seed, 1])
    rows = [measure(Waveform(sound(rng))).rows for _ in range(sounds)]
    return np.concatenate(rows)


def sound(rng: np.random.Generator) -> NDArray[np.float32]:
    """Make one sound up, a few seconds at SAMPLE_RATE, its peak anywhere from -40 dBFS to full scale."""
    times = np.arange(int(rng.uniform(*SECONDS) * SAMPLE_RATE)) / SAMPLE_RATE
    made = MAKERS[rng.integers(len(MAKERS))](times, rng)
    # A trace of hiss, as any microphone adds.
    made = made / np.abs(made).max() + 10 ** rng.uniform(-5, -2) * rng.standard_normal(len(times))
    return np.asarray(made / np.abs(made).max() * 10 ** rng.uniform(-2, 0), dtype=np.float32)


def fit_gate(
    music: NDArray[np.float32], weight: NDArray[np.float64], other: NDArray[np.float32]
) -> tuple[NDArray[np.float32], float]:
    """Find the plane between music and other sounds.

    Parameters
    ----------
    music, other : ndarray, shape (n, directions), (m, directions)
        Whitened rows.
    weight : ndarray, shape (n,)
        How much each row of music counts.

    Returns
    -------
    weights : ndarray, shape (directions,)
    bias : float
        ``row @ weights + bias`` is positive for music.
    """
    # Both sides weigh the same, however many rows they have.
    weights = np.concatenate([weight / weight.sum(), np.full(len(other), 1 / len(other))]) * len(music)
    labels = np.concatenate([np.ones(len(music)), np.zeros(len(other))])
    gate = LogisticRegression(C=GATE_C, max_iter=300, tol=1e-3)
    gate.fit(np.concatenate([music, other]), labels, sample_weight=weights)
    return gate.coef_[0].astype(np.float32), float(gate.intercept_[0])


def _noise(times: Array, rng: np.random.Generator) -> Array:
    """White, pink or brown noise, sometimes of one band only."""
    length = next_fast_len(len(times), real=True)
    spectrum = rfft(rng.standard_normal(length))
    frequency = np.maximum(np.arange(len(spectrum)) * SAMPLE_RATE / length, 20.0)
    gain = frequency ** -rng.uniform(0, 1.2)
    if rng.random() < 0.4:  # noqa: PLR2004 - share of the noises
        low = 10 ** rng.uniform(1.5, 3.5)
        gain = gain * ((frequency > low) & (frequency < low * 10 ** rng.uniform(0.2, 1.5)))
    return np.asarray(irfft(spectrum * gain, n=length)[: len(times)] + 1e-9)


def _swelling(times: Array, rng: np.random.Generator) -> Array:
    """Noise that comes and goes: waves, wind, traffic."""
    swell = 1 + rng.uniform(0.3, 1) * np.sin(2 * np.pi * 10 ** rng.uniform(-1.3, 0.7) * times + rng.uniform(0, 6))
    return _noise(times, rng) * swell


def _tones(times: Array, rng: np.random.Generator) -> Array:
    """One to four steady tones with a few overtones: beeps, hum, a dial tone."""
    made = np.zeros_like(times)
    for _ in range(rng.integers(1, 5)):
        base = 10 ** rng.uniform(1.7, 3.7)
        for overtone in range(1, rng.integers(2, 6)):
            made += np.sin(2 * np.pi * base * overtone * times + rng.uniform(0, 6)) / overtone ** rng.uniform(0.5, 2)
    return made


def _clicks(times: Array, rng: np.random.Generator) -> Array:
    """Clicks at even or random distances: a clock, a crackle."""
    made = np.zeros_like(times)
    distance = 10 ** rng.uniform(-1.3, 0.2)
    jitter = rng.uniform(0, 1) * rng.integers(0, 2)
    even = np.arange(distance, times[-1], distance)
    ticks = even + jitter * distance * rng.standard_normal(len(even))
    for tick in ticks[(ticks > 0) & (ticks < times[-1] - 0.1)]:
        start = int(tick * SAMPLE_RATE)
        length = int(10 ** rng.uniform(-3, -1.5) * SAMPLE_RATE)
        made[start : start + length] += rng.standard_normal(length) * np.hanning(2 * length)[length:]
    return made + 1e-6 * rng.standard_normal(len(times))


def _sweep(times: Array, rng: np.random.Generator) -> Array:
    """Glide a tone, once or over and over: a siren."""
    low, high = np.sort(10 ** rng.uniform(1.8, 3.8, size=2))
    turns = rng.uniform(0.05, 2) * times
    position = np.abs(2 * (turns - np.floor(turns + 0.5)))
    frequency = low * (high / low) ** position
    return np.asarray(np.sin(2 * np.pi * np.cumsum(frequency) / SAMPLE_RATE))


MAKERS: tuple[Callable[[Array, np.random.Generator], Array], ...] = (_noise, _noise, _swelling, _tones, _clicks, _sweep)
"""Kinds of sounds; noise stands twice because it is what people upload by mistake."""

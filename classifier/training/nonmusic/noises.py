"""Noise of all colours, tones, hums, clicks, sweeps and machines, from a generator of random numbers.

What belongs here: sounds without a voice. Voices and animals have their own modules beside this one.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft

from classifier.constants import SAMPLE_RATE

Array = NDArray[np.float64]


def noise(times: Array, rng: np.random.Generator) -> Array:
    """White, pink or brown noise, sometimes of one band only."""
    length = next_fast_len(len(times), real=True)
    spectrum = rfft(rng.standard_normal(length))
    frequency = np.maximum(np.arange(len(spectrum)) * SAMPLE_RATE / length, 20.0)
    gain = frequency ** -rng.uniform(0, 1.2)
    if rng.random() < 0.4:  # noqa: PLR2004 - share of the noises
        low = 10 ** rng.uniform(1.5, 3.5)
        gain = gain * ((frequency > low) & (frequency < low * 10 ** rng.uniform(0.2, 1.5)))
    return np.asarray(irfft(spectrum * gain, n=length)[: len(times)] + 1e-9)


def swelling(times: Array, rng: np.random.Generator) -> Array:
    """Noise that comes and goes: waves, wind, traffic."""
    swell = 1 + rng.uniform(0.3, 1) * np.sin(2 * np.pi * 10 ** rng.uniform(-1.3, 0.7) * times + rng.uniform(0, 6))
    return noise(times, rng) * swell


def tones(times: Array, rng: np.random.Generator) -> Array:
    """One to four steady tones with a few overtones: a hum, a whistle."""
    made = np.zeros_like(times)
    for _ in range(rng.integers(1, 5)):
        base = 10 ** rng.uniform(1.7, 3.7)
        for overtone in range(1, rng.integers(2, 6)):
            made += np.sin(2 * np.pi * base * overtone * times + rng.uniform(0, 6)) / overtone ** rng.uniform(0.5, 2)
    return made


def beeps(times: Array, rng: np.random.Generator) -> Array:
    """Tones that are switched on and off: an alarm, a busy line, a reversing lorry."""
    period = 10 ** rng.uniform(-0.9, 0.6)
    share = rng.uniform(0.2, 0.8)
    on = ((times / period + rng.random()) % 1 < share).astype(float)
    # A switch takes a few milliseconds, else it clicks.
    return tones(times, rng) * np.convolve(on, np.hanning(200) / 100, mode="same") + 1e-6 * rng.standard_normal(
        len(times)
    )


def clicks(times: Array, rng: np.random.Generator) -> Array:
    """Clicks at even or random distances: a clock, a crackle, steps."""
    made = np.zeros_like(times)
    distance = 10 ** rng.uniform(-1.3, 0.2)
    jitter = rng.uniform(0, 1) * rng.integers(0, 2)
    even = np.arange(distance, times[-1], distance)
    ticks = even + jitter * distance * rng.standard_normal(len(even))
    for tick in ticks[(ticks > 0) & (ticks < times[-1] - 0.1)]:
        start = int(tick * SAMPLE_RATE)
        length = int(10 ** rng.uniform(-3, -1.2) * SAMPLE_RATE)
        made[start : start + length] += rng.standard_normal(length) * np.hanning(2 * length)[length:]
    return made + 1e-6 * rng.standard_normal(len(times))


def sweep(times: Array, rng: np.random.Generator) -> Array:
    """Glide a tone, once or over and over: a siren."""
    low, high = np.sort(10 ** rng.uniform(1.8, 3.8, size=2))
    turns = rng.uniform(0.05, 2) * times
    position = np.abs(2 * (turns - np.floor(turns + 0.5)))
    frequency = low * (high / low) ** position
    return np.asarray(np.sin(2 * np.pi * np.cumsum(frequency) / SAMPLE_RATE))


def engine(times: Array, rng: np.random.Generator) -> Array:
    """Strokes whose rate wanders, over noise: a motor, a drill, a vacuum cleaner."""
    rate = 10 ** rng.uniform(1.2, 2.4) * 2 ** (rng.uniform(0, 0.4) * np.sin(2 * np.pi * rng.uniform(0.03, 0.4) * times))
    phase = 2 * np.pi * np.cumsum(rate) / SAMPLE_RATE
    strokes = sum(rng.uniform(0.2, 1) / k**0.7 * np.sin(k * phase + rng.uniform(0, 6)) for k in range(1, 16))
    hiss = noise(times, rng)
    return np.asarray(strokes / np.std(strokes) + rng.uniform(0.1, 2) * hiss / np.std(hiss))


MAKERS: tuple[Callable[[Array, np.random.Generator], Array], ...] = (
    noise,
    noise,
    swelling,
    tones,
    beeps,
    clicks,
    sweep,
    engine,
)
"""Kinds of sounds; noise stands twice because it is what people upload by mistake."""

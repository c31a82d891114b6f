"""How a sound gets onto a record: distance, room, telephone, noise, a lossy codec, silence around it.

What belongs here: arrays in, arrays out, all randomness from the generator given.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft
from scipy.signal import fftconvolve

from classifier.constants import SAMPLE_RATE
from classifier.training.augment import reencode

Array = NDArray[np.float64]


def recorded(sound: NDArray[np.floating], rng: np.random.Generator) -> NDArray[np.float32]:
    """Return the sound as a microphone might have caught it, its peak anywhere from -40 dBFS to full scale.

    A third stand in a room, a quarter came over a narrow line, half have audible noise behind them, a quarter were
    encoded at a low rate; all have a trace of hiss.
    """
    made = sound / (np.abs(sound).max() + 1e-12)
    if rng.random() < 0.35:  # noqa: PLR2004 - share, as all below
        made = reverberated(made, rng.uniform(0.15, 1.5), rng.uniform(0.2, 1.0), rng)
    made = coloured(made, rng)
    level = 10 ** (rng.uniform(-3.2, -0.9) if rng.random() < 0.5 else rng.uniform(-5, -3))  # noqa: PLR2004
    made = made / (np.sqrt(np.mean(made**2)) + 1e-12)
    made = made + level * coloured(rng.standard_normal(len(made)), rng)
    made = made / np.abs(made).max()
    if rng.random() < 0.25:  # noqa: PLR2004
        made = reencode(made.astype(np.float32), str(rng.choice(["MP3", "OGG"])), rng.uniform(0.5, 0.98))
    gain = 10 ** rng.uniform(-2, 0.1) / (np.abs(made).max() + 1e-12)
    return np.asarray(np.clip(made * gain, -1, 1), dtype=np.float32)


def reverberated(sound: Array, seconds: float, wet: float, rng: np.random.Generator) -> Array:
    """Add a room's tail: noise that decays by 60 dB in ``seconds``."""
    times = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    tail = rng.standard_normal(len(times)) * 10 ** (-3 * times / seconds)
    tail = fftconvolve(sound, tail / np.sqrt(np.sum(tail**2)))[: len(sound)]
    return np.asarray(sound + wet * tail)


def coloured(sound: Array, rng: np.random.Generator) -> Array:
    """Tilt the spectrum, and cut it to a line's band in a quarter of the cases."""
    length = next_fast_len(len(sound), real=True)
    frequency = np.maximum(np.fft.rfftfreq(length, 1 / SAMPLE_RATE), 20.0)
    gain = (frequency / 1000) ** (rng.uniform(-5, 4) / 6.02)
    if rng.random() < 0.4:  # noqa: PLR2004 - share
        low, high = rng.uniform(40, 400), rng.uniform(2800, 9000)
        gain = gain / np.sqrt((1 + (low / frequency) ** 8) * (1 + (frequency / high) ** 12))
    return np.asarray(irfft(rfft(sound, n=length) * gain, n=length)[: len(sound)])

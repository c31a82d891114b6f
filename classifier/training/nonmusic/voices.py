"""Speech made from numbers: a glottal source, the resonances of a throat, consonants, words, pauses, speakers.

What belongs here: the source-filter model of speech (Fant 1960) with the glottal pulse of Klatt & Klatt (1990). The
words mean nothing: only what tells talking from music matters, its pitch that glides, its vowels that change four
times a second and its pauses.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import istft, stft

from classifier.constants import SAMPLE_RATE

Array = NDArray[np.float64]

VOWELS = (
    (270, 2290, 3010),
    (390, 1990, 2550),
    (530, 1840, 2480),
    (660, 1720, 2410),
    (730, 1090, 2440),
    (570, 840, 2410),
    (440, 1020, 2240),
    (300, 870, 2240),
    (640, 1190, 2390),
    (490, 1350, 1690),
)
"""Hz. First three formants of men's vowels (Peterson & Barney 1952)."""

BANDWIDTHS = (60.0, 90.0, 150.0, 250.0, 350.0)
"""Hz. Of the five formants."""

STEP = 110
"""Samples (5 ms) from one set of articulation values to the next."""

WINDOW = 512
"""Samples (23 ms) of the Fourier transform that filters the source."""


@dataclass(frozen=True)
class Speaker:
    """One person.

    Parameters
    ----------
    pitch : float
        Mean, in Hz.
    range : float
        Of the pitch, in octaves.
    throat : float
        Formants relative to a man's.
    pace : float
        Syllables a second.
    open : float
        Share of a period in which the glottis is open.
    breath : float
        Level relative to the voice.
    """

    pitch: float
    range: float
    throat: float
    pace: float
    open: float
    breath: float

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> Speaker:
        """Draw a man, a woman or a child."""
        size = rng.uniform(0, 1)
        return cls(
            pitch=90 * 3.2**size * 2 ** rng.normal(0, 0.12),
            range=rng.uniform(0.1, 0.6),
            throat=(0.95 + 0.35 * size) * 2 ** rng.normal(0, 0.05),
            pace=rng.uniform(2.5, 7.5),
            open=rng.uniform(0.45, 0.8),
            breath=10 ** rng.uniform(-2.5, -0.7),
        )


def speech(seconds: float, rng: np.random.Generator) -> Array:
    """Return ``seconds`` of one person talking, shape (n,), at any level."""
    speaker = Speaker.drawn(rng)
    samples = int(seconds * SAMPLE_RATE)
    track = _articulate(speaker, samples // STEP + 2, rng)
    voiced = _source(track, speaker, samples, rng)
    return _throat(voiced, track, samples, rng)


def crowd(seconds: float, rng: np.random.Generator) -> Array:
    """Return ``seconds`` of two to six people talking at once, near and far."""
    voices = [speech(seconds, rng) * 10 ** rng.uniform(-0.7, 0) for _ in range(rng.integers(2, 7))]
    return np.asarray(np.sum(voices, axis=0))


@dataclass(eq=False)
class _Track:
    """Articulation every STEP samples: pitch (Hz), formants (Hz), loudness of voice and of hiss, the hiss's band."""

    pitch: Array
    formants: Array
    voice: Array
    hiss: Array
    band: Array


def _articulate(speaker: Speaker, steps: int, rng: np.random.Generator) -> _Track:
    """Speak phrases of syllables until ``steps`` are full."""
    neutral = np.array([500, 1500, 2500, 3500, 4500]) * speaker.throat
    track = _Track(
        np.full(steps, speaker.pitch),
        np.tile(neutral, (steps, 1)),
        np.zeros(steps),
        np.zeros(steps),
        np.full(steps, 3e3),
    )
    at = int(rng.uniform(0, 80))
    while at < steps:
        at = _phrase(track, at, speaker, rng)
        at += int(rng.choice([rng.uniform(20, 80), rng.uniform(80, 240)]))
    track.formants = _smooth(track.formants, 8)
    track.pitch = _smooth(track.pitch[:, None], 12)[:, 0]
    track.voice, track.hiss = _smooth(np.stack([track.voice, track.hiss], axis=1), 3).T
    return track


def _phrase(track: _Track, at: int, speaker: Speaker, rng: np.random.Generator) -> int:
    syllables = int(rng.integers(2, 18))
    rise = rng.choice([-0.8, -0.5, 0.6], p=[0.5, 0.3, 0.2])
    for number in range(syllables):
        falling = 0.5 - number / syllables + (rise if number == syllables - 1 else 0.0)
        accent = rng.uniform(0.2, 0.9) if rng.random() < 0.35 else 0.0  # noqa: PLR2004 - share of stressed syllables
        goal = speaker.pitch * 2 ** (speaker.range * (falling + accent + rng.normal(0, 0.15)))
        at = _onset(track, at, speaker, rng)
        at = _vowel(track, at, speaker, goal, 1 + accent, rng)
        if at >= len(track.voice):
            break
    return at


def _onset(track: _Track, at: int, speaker: Speaker, rng: np.random.Generator) -> int:
    """Write one consonant, or none: a fricative, a plosive, a nasal or a liquid."""
    kind = rng.choice(["none", "fricative", "plosive", "nasal"], p=[0.15, 0.27, 0.33, 0.25])
    length = int(rng.uniform(8, 24) * 4.5 / speaker.pace) + 2
    span = slice(at, at + length)
    if kind == "none":
        return at
    if kind == "fricative":
        track.band[span] = rng.choice([rng.uniform(1500, 3500), rng.uniform(3500, 8000)]) * speaker.throat**0.5
        track.hiss[span] = rng.uniform(0.03, 0.35)
        track.voice[span] = rng.choice([0.0, 0.25])
    elif kind == "plosive":
        burst = slice(at + length - 3, at + length + int(rng.uniform(0, 8)))
        track.band[burst] = 10 ** rng.uniform(2.7, 3.8)
        track.hiss[burst] = rng.uniform(0.1, 0.6)
    else:
        track.voice[span] = rng.uniform(0.2, 0.5)
        track.formants[span] = np.array([260, rng.uniform(900, 1800), 2300, 3300, 4300]) * speaker.throat
    return at + length


def _vowel(track: _Track, at: int, speaker: Speaker, pitch: float, stress: float, rng: np.random.Generator) -> int:
    length = int(200 / speaker.pace * rng.uniform(0.35, 0.8) * stress) + 4
    span = slice(at, at + length)
    count = len(track.voice[span])
    first, second = rng.integers(len(VOWELS), size=2)
    glide = np.linspace(0, rng.choice([0.0, 0.7]), count)[:, None]
    three = np.array(VOWELS[first]) * (1 - glide) + np.array(VOWELS[second]) * glide
    high = np.tile([rng.uniform(3200, 3700), rng.uniform(4200, 4800)], (count, 1))
    track.formants[span] = np.hstack([three, high]) * speaker.throat
    track.voice[span] = stress * rng.uniform(0.6, 1.0) * np.hanning(count + 8)[4 : 4 + count] ** 0.3
    # The pitch glides through the vowel; it never stays on a note.
    track.pitch[span] = pitch * 2 ** (np.linspace(-0.5, 0.5, count) * rng.normal(0, 0.4) * speaker.range)
    return at + length


def _source(track: _Track, speaker: Speaker, samples: int, rng: np.random.Generator) -> Array:
    """Glottal pulses (KLGLOTT88) with jitter and breath."""
    at = np.arange(samples) / STEP
    steps = np.arange(len(track.pitch))
    jitter = np.interp(at, steps, rng.normal(0, 0.012, len(steps)))
    phase = np.cumsum(np.interp(at, steps, track.pitch) * (1 + jitter)) / SAMPLE_RATE % 1
    pulse = np.where(phase < speaker.open, 2 * phase * speaker.open - 3 * phase**2, 0.0)
    breath = speaker.breath * rng.standard_normal(samples) * (phase < speaker.open)
    return np.asarray((pulse / np.std(pulse) + breath) * np.interp(at, steps, track.voice))


def _throat(voiced: Array, track: _Track, samples: int, rng: np.random.Generator) -> Array:
    """Filter voice by the formants and hiss by its band, both as they move."""
    frequency, times, spectrum = stft(voiced, SAMPLE_RATE, nperseg=WINDOW, noverlap=WINDOW * 3 // 4)
    _f, _t, hiss = stft(rng.standard_normal(samples), SAMPLE_RATE, nperseg=WINDOW, noverlap=WINDOW * 3 // 4)
    at = np.clip((times * SAMPLE_RATE / STEP).astype(int), 0, len(track.voice) - 1)
    gain = np.ones_like(spectrum, dtype=float)
    for formant, width in enumerate(BANDWIDTHS):
        centre = track.formants[at, formant][None, :]
        gain *= centre**2 / np.sqrt((frequency[:, None] ** 2 - centre**2) ** 2 + (frequency[:, None] * width) ** 2)
    band = np.exp(-0.5 * (np.log2(np.maximum(frequency, 50.0)[:, None] / track.band[at][None, :]) / 0.45) ** 2)
    mixed = spectrum * gain + 6 * hiss * band * track.hiss[at][None, :]
    _times, made = istft(mixed, SAMPLE_RATE, nperseg=WINDOW, noverlap=WINDOW * 3 // 4)
    return np.asarray(np.pad(made, (0, max(0, samples - len(made))))[:samples])


def _smooth(values: Array, width: int) -> Array:
    kernel = np.hanning(width + 2)[1:-1]
    padded = np.pad(values, ((width, width), (0, 0)), mode="edge")
    smoothed = [np.convolve(column, kernel / kernel.sum(), mode="same") for column in padded.T]
    return np.stack(smoothed, axis=1)[width:-width]

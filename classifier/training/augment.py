"""Copies of a recording as other recordings of it might sound, so that the model learns the music and not the tape.

What belongs here: arrays in, arrays out, all randomness from the generator given. Only training calls it.
"""

from __future__ import annotations

import io

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft

from classifier.constants import SAMPLE_RATE

Array = NDArray[np.float32]

AUGMENT_VERSION = 3
"""Changes whenever a copy comes out otherwise; features kept of other copies are then measured anew."""

SPEED_RANGE = 0.06
"""Largest change of speed, as a share: tape, turntables and DJs."""

TILT_RANGE = 3.0
"""Largest tilt of the spectrum, in dB an octave around 1 kHz."""

LOW_PASS_RANGE = (3_500.0, 10_000.0)
"""Hz. Cut-off of the low-pass, low ones as likely an octave as high ones: telephone-like transfers to 64 kbit/s."""

NOISE_SNR_RANGE = (20.0, 45.0)
"""dB of the music above added noise."""

GAIN_RANGE = (-20.0, 12.0)
"""dB of gain, clipped at full scale as a careless master is."""

COMPRESSION_RANGE = (0.5, 0.98)
"""libsndfile's compression level for MP3 and Vorbis: from about 100 down to about 40 kbit/s in mono."""


def augment(samples: Array, rng: np.random.Generator) -> Array:
    """Return one altered copy.

    Parameters
    ----------
    samples : ndarray, shape (n,), float32
        The recording at SAMPLE_RATE.
    rng : Generator
        Decides which alterations happen and how strongly.

    Returns
    -------
    ndarray, shape (about n,), float32
        Speed changed by up to 6 %; spectrum tilted; often low-passed, noisy, re-encoded or louder.
    """
    altered = change_speed(samples, 1 + rng.uniform(-SPEED_RANGE, SPEED_RANGE))
    cutoff = float(np.exp(rng.uniform(*np.log(LOW_PASS_RANGE)))) if rng.random() < 0.5 else None  # noqa: PLR2004 - half of the copies
    altered = equalise(altered, tilt=rng.uniform(-TILT_RANGE, TILT_RANGE), cutoff=cutoff)
    if rng.random() < 0.4:  # noqa: PLR2004 - share of the copies
        altered = add_noise(altered, rng.uniform(*NOISE_SNR_RANGE), rng)
    altered = change_gain(altered, rng.uniform(*GAIN_RANGE))
    if rng.random() < 0.5:  # noqa: PLR2004 - half of the copies
        altered = reencode(altered, rng.choice(["MP3", "OGG"]), rng.uniform(*COMPRESSION_RANGE))
    return altered


def change_speed(samples: Array, factor: float) -> Array:
    """Play ``factor`` times as fast, pitch and tempo together."""
    return np.asarray(soxr.resample(samples, SAMPLE_RATE * factor, SAMPLE_RATE, quality="MQ"), dtype=np.float32)


def equalise(samples: Array, *, tilt: float, cutoff: float | None) -> Array:
    """Tilt the spectrum by ``tilt`` dB an octave around 1 kHz and roll it off above ``cutoff`` Hz."""
    length = next_fast_len(len(samples), real=True)
    spectrum = rfft(samples, n=length)
    frequency = np.fft.rfftfreq(length, 1 / SAMPLE_RATE)
    octaves = np.log2(np.maximum(frequency, 20.0) / 1000.0)
    gain = 10 ** (tilt * octaves / 20)
    if cutoff:
        gain /= np.sqrt(1 + (frequency / cutoff) ** 16)
    return np.asarray(irfft(spectrum * gain.astype(np.float32), n=length)[: len(samples)], dtype=np.float32)


def add_noise(samples: Array, snr: float, rng: np.random.Generator) -> Array:
    """Add white noise ``snr`` dB below the music's mean power."""
    level = np.sqrt(np.mean(samples**2)) * 10 ** (-snr / 20)
    noise = rng.standard_normal(len(samples), dtype=np.float32)
    return np.asarray(samples + np.float32(level) * noise, dtype=np.float32)


def change_gain(samples: Array, gain: float) -> Array:
    """Scale to a peak of ``gain`` dBFS and clip at full scale."""
    peak = float(np.abs(samples).max()) or 1.0
    return np.asarray(np.clip(samples * np.float32(10 ** (gain / 20) / peak), -1, 1))


def reencode(samples: Array, container: str, compression: float) -> Array:
    """Pass through a lossy codec (``MP3`` or ``OGG``) and back."""
    buffer = io.BytesIO()
    options = {"format": container, "compression_level": compression}
    if container == "MP3":
        options["bitrate_mode"] = "CONSTANT"
    with soundfile.SoundFile(buffer, "w", SAMPLE_RATE, 1, **options) as file:
        # Second by second: libsndfile's Vorbis encoder overflows the stack on long writes.
        for start in range(0, len(samples), SAMPLE_RATE):
            file.write(samples[start : start + SAMPLE_RATE])
    buffer.seek(0)
    decoded, _rate = soundfile.read(buffer, dtype="float32")
    return np.asarray(decoded, dtype=np.float32)

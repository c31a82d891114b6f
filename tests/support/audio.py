"""Synthetic audio for the tests: tones, noise, a little tune, and files of every format.

What belongs here: sound made from numbers, the same at every call. Not here: recordings.
"""

from __future__ import annotations

import io

import av
import numpy as np
import soundfile as sf

TUNE = ((0, 4, 7), (9, 12, 16), (5, 9, 12), (7, 11, 14))
"""Four chords in semitones above the root: I vi IV V."""

SOUNDFILE = {
    "wav": ("WAV", "PCM_16"),
    "flac": ("FLAC", "PCM_16"),
    "ogg": ("OGG", "VORBIS"),
    "aiff": ("AIFF", "PCM_16"),
    "au": ("AU", "PCM_16"),
}
PYAV = {
    "mp3": ("libmp3lame", "mp3"),
    "opus": ("libopus", "ogg"),
    "m4a": ("aac", "ipod"),
    "alac": ("alac", "ipod"),
    "aac": ("aac", "adts"),
    "wma": ("wmav2", "asf"),
    "webm": ("libopus", "webm"),
    "wv": ("wavpack", "wv"),
}
"""Encoder and container of the formats that soundfile cannot write, or writes without a length in the header."""

LAYOUTS = {1: "mono", 2: "stereo", 4: "quad", 6: "5.1"}


def sine(frequency, seconds, rate=22_050, amplitude=0.5):
    times = np.arange(round(seconds * rate)) / rate
    return (amplitude * np.sin(2 * np.pi * frequency * times)).astype(np.float32)


def noise(seconds, rate=22_050, seed=0, amplitude=0.1):
    return (amplitude * np.random.default_rng(seed).standard_normal(round(seconds * rate))).astype(np.float32)


def music_like(seconds, seed=0, rate=22_050, tempo=120.0):
    """Return a tune of chords, bass, kick, snare and hat; the seed chooses key and timbre. Shape (n,)."""
    rng = np.random.default_rng(seed)
    length, beat = round(seconds * rate), round(rate * 60 / tempo)
    root, overtones = 220.0 * 2 ** (rng.integers(-5, 6) / 12), rng.uniform(0.2, 0.6, 3)
    drums = _drums(rng, beat, rate)
    count = -(-length // len(drums))
    bars = [_bar(root, chord, overtones, beat, rate) for chord in TUNE[:count]]
    song = np.concatenate([bars[bar % len(bars)] + drums for bar in range(count)])[:length]
    return (0.8 * song / np.abs(song).max()).astype(np.float32)


def write_wav(path, samples, rate, subtype="PCM_16"):
    sf.write(path, samples, rate, format="WAV", subtype=subtype)
    return path


def encode(path, samples, rate, codec, **options):
    """Write samples, shape (n,) or (n, channels), in one of the formats above; options go to PyAV's container."""
    if codec in SOUNDFILE:
        return _encode_soundfile(path, samples, rate, *SOUNDFILE[codec])
    return _encode_pyav(path, samples, rate, *PYAV[codec], **options)


def encoded(samples, rate, codec):
    """Return the bytes of a file in one of soundfile's formats."""
    return _encode_soundfile(io.BytesIO(), samples, rate, *SOUNDFILE[codec]).getvalue()


def _bar(root, chord, overtones, beat, rate):
    times = np.arange(4 * beat) / rate
    strummed = np.exp(-3 * (times % (2 * beat / rate)))
    notes = sum(_note(root * 2 ** (step / 12), overtones, times) for step in chord)
    plucked = np.exp(-4 * (times % (beat / rate)))
    return 0.3 * notes * strummed + 0.5 * _note(root / 2 * 2 ** (chord[0] / 12), overtones[:1], times) * plucked


def _note(frequency, overtones, times):
    phase = (2 * np.pi * frequency * times).astype(np.float32)  # float32 sines take a fifth of the time
    return np.sin(phase) + sum(level * np.sin((k + 2) * phase) for k, level in enumerate(overtones))


def _drums(rng, beat, rate):
    """Return one bar: kick on one and three, snare on two and four, hat on every eighth."""
    times = np.arange(beat // 2) / rate
    kick = np.sin(2 * np.pi * (50 * times + 4 * (1 - np.exp(-30 * times)))) * np.exp(-12 * times)
    snare = 0.5 * rng.standard_normal(len(times)) * np.exp(-20 * times)
    hat = 0.3 * np.diff(rng.standard_normal(len(times) + 1)) * np.exp(-60 * times)
    bar = np.zeros(4 * beat)
    for number, hit in enumerate((kick, snare, kick, snare)):
        bar[number * beat :][: len(hit)] += hit
        bar[number * beat + beat // 2 :][: len(hat)] += hat
    return bar


def _encode_soundfile(target, samples, rate, container, subtype):
    channels = samples.shape[1] if samples.ndim > 1 else 1
    with sf.SoundFile(target, "w", rate, channels, format=container, subtype=subtype) as file:
        # Written second by second: libsndfile's Vorbis encoder overflows the stack on long writes.
        for start in range(0, len(samples), rate):
            file.write(samples[start : start + rate])
    return target


def _encode_pyav(path, samples, rate, codec, container, **options):
    planes = np.ascontiguousarray(np.atleast_2d(samples.T), np.float32)
    layout = LAYOUTS[len(planes)]
    with av.open(str(path), "w", format=container, options=options) as output:
        stream = output.add_stream(codec, rate=48_000 if codec == "libopus" else rate, layout=layout)
        stream.bit_rate = 128_000
        for start in range(0, planes.shape[1], rate):
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(planes[:, start : start + rate]), format="fltp", layout=layout
            )
            frame.sample_rate, frame.pts = rate, start
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path

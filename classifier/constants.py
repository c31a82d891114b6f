"""The numbers of the analysis, each with its unit; derived ones are derived, not retyped.

What belongs here: values that two modules must agree on. Not here: tuning of one algorithm (``training``).
"""

from __future__ import annotations

GENRES = ("blues", "classical", "country", "disco", "hiphop", "jazz", "metal", "pop", "reggae", "rock")
"""The ten genres of GTZAN (Tzanetakis & Cook 2002), in the order of every score vector."""

MOODS = ("lively", "tense", "sad", "calm")
"""The quadrants of Russell's plane of feeling, in the order Q1 to Q4: valence and arousal both high; low valence with
high arousal; both low; high valence with low arousal."""

SAMPLE_RATE = 22_050
"""Hz. Every Waveform has this rate."""

FRAME_LENGTH = 2048
"""Samples in one analysis frame and in its Fourier transform (93 ms)."""

HOP_LENGTH = 512
"""Samples from one frame to the next (23 ms)."""

FRAME_RATE = SAMPLE_RATE / HOP_LENGTH
"""Frames a second (about 43)."""

LOW_CUT = 40.0
"""Hz. Nothing below is looked at: sub-bass rumble betrays the recording, not the genre."""

MEL_BANDS = 64
"""Mel bands between LOW_CUT and half the sample rate."""

MFCC_COUNT = 20
"""Cepstral coefficients kept, the zeroth included."""

CEPSTRAL_LIFTER = 22
"""Sinusoidal lifter of the MFCC, python_speech_features' default."""

WINDOW_SECONDS = 10.0
"""Seconds of music in one classified window: long enough for a bar or four, short enough for a timeline."""

WINDOW_LENGTH = round(WINDOW_SECONDS * SAMPLE_RATE)
"""Samples in a window."""

MIN_SECONDS = 2.0
"""Seconds. Shorter audio is refused: no rhythm can be heard in it."""

MAX_SECONDS = 30 * 60.0
"""Seconds. Longer audio is refused."""

MAX_BYTES = 200 * 1024 * 1024
"""Bytes. Larger files are refused before they are decoded."""

MAX_CHANNELS = 8
"""Channels. 7.1 surround is the most that music comes in."""

SAMPLE_RATE_RANGE = (4_000, 384_000)
"""Hz. Source rates outside are a broken header, not music."""

SILENCE_PEAK = 1e-4
"""Full-scale amplitude (-80 dBFS). Audio that never exceeds it is silent."""

FEATURE_VERSION = 2
"""Changes whenever a feature's value or order changes; a model refuses features of another version."""

FEATURE_COUNT = 1447
"""Columns of a feature row; here, so that a model can be loaded without what measures them."""

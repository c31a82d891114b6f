"""What is called music and is none: ``python -m benchmarks.nonmusic [--sounds FOLDER] [--music FOLDER]``.

Judges, by the shipped model, speech that espeak-ng reads aloud, recorded speech, animals and other sounds (the clips
that ``python -m classifier sounds`` keeps for testing: none of their voices is learned from), and noise, tones, clicks
and silence from other generators than those learned from. Beside it: how many real songs pass. Silence is refused by
name, which counts as right. What is not installed is left out and said so.
"""

from __future__ import annotations

import argparse
import io
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import numpy as np
from scipy.signal import butter, chirp, sosfilt

from classifier import ClassifierError, classify, load_model
from classifier.constants import SAMPLE_RATE
from classifier.training.sound_sources import SENTENCES
from classifier.training.sounds import read_table
from tests.support.audio import encoded

TARGET = 0.05
"""Largest share of such sounds that may be called music."""

SUFFIXES = {".aac", ".aiff", ".flac", ".m4a", ".mp3", ".ogg", ".opus", ".wav", ".wma"}
LANGUAGES = (
    *("en-us", "en-gb", "de", "fr", "es", "it", "ru", "pl", "nl", "pt"),
    *("sv", "cs", "tr", "hi", "cmn", "el", "fi", "hu", "ro", "sk"),
)
VARIANTS = ("", "+m1", "+m3", "+m7", "+f1", "+f2", "+f4", "+croak", "+whisper", "+klatt2", "+f5", "+m5")


def espeak(rng):
    """Yield the bytes of 120 readings: 20 languages, 12 voices, many speeds and pitches."""
    program = shutil.which("espeak-ng")
    if program is None:
        return
    for number in range(120):
        voice = LANGUAGES[number % len(LANGUAGES)] + str(rng.choice(VARIANTS))
        text = " ".join(rng.choice(SENTENCES, size=rng.integers(2, 6), replace=False))
        manner = ["-s", str(rng.integers(110, 260)), "-p", str(rng.integers(10, 90)), "-g", str(rng.choice([0, 2, 10]))]
        done = subprocess.run([program, "-v", voice, *manner, "--stdout", text], capture_output=True, check=True)
        yield done.stdout


def noises(times, rng):
    white = rng.standard_normal(len(times))
    low = rng.uniform(100, 4000)
    walk = np.cumsum(white * 0.01)
    yield 0.1 * white
    yield walk - np.convolve(walk, np.ones(800) / 800, "same")
    yield sosfilt(butter(4, [low, low * 1.5], "band", fs=SAMPLE_RATE, output="sos"), white) * 0.3
    yield 10 ** rng.uniform(-3, -1) * rng.uniform(-1, 1, len(times))


def tones(times, rng):
    pitch = 10 ** rng.uniform(1.8, 3.7)
    keys = np.sin(2 * np.pi * rng.choice([697, 770, 852, 941]) * times)
    keys = keys + np.sin(2 * np.pi * rng.choice([1209, 1336, 1477]) * times)
    yield 0.5 * np.sin(2 * np.pi * pitch * times)
    yield 0.3 * np.sign(np.sin(2 * np.pi * pitch * times))
    yield 0.1 * sum(np.sin(2 * np.pi * 50 * k * times) / k for k in range(1, 8))
    yield 0.3 * keys * (times % 0.4 < 0.2)
    yield 0.5 * chirp(times, 100, times[-1], 9000, method=str(rng.choice(["linear", "logarithmic"])))


def clicks(times, rng):
    even = np.zeros(len(times))
    even[:: int(SAMPLE_RATE * rng.uniform(0.1, 1))] = 0.8
    yield even
    yield (rng.random(len(times)) < 3e-4) * rng.standard_normal(len(times)) * 0.5 + 1e-4


def silence(times, rng):
    yield np.zeros(len(times))
    yield 10 ** rng.uniform(-6, -4.1) * rng.uniform(-1, 1, len(times))


def made(maker, rng, rounds=20):
    """Yield WAV files of a maker's sounds, 3 to 20 seconds long."""
    for _ in range(rounds):
        times = np.arange(int(rng.uniform(3, 20) * SAMPLE_RATE)) / SAMPLE_RATE
        yield from (encoded(np.clip(sound, -1, 1), SAMPLE_RATE, "wav") for sound in maker(times, rng))


def recorded(folder):
    """Yield (kind, source, bytes) of the clips kept for testing."""
    table = read_table(folder)
    for clip in table[table["use"] == "test"].itertuples():
        yield f"recorded {clip.kind}", clip.source, (folder / clip.file).read_bytes()


def sounds(options):
    """Yield (kind, source, bytes) of everything that is no music."""
    rng = np.random.default_rng(options.seed)
    yield from (("speech of espeak-ng", "espeak-ng", content) for content in espeak(rng))
    if options.sounds:
        yield from recorded(options.sounds)
    for maker in (noises, tones, clicks, silence):
        yield from ((maker.__name__, maker.__name__, content) for content in made(maker, rng))


def is_music(content, model):
    try:
        return classify(io.BytesIO(content), model).music
    except ClassifierError:  # Silent, or too short: not called music.
        return False


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sounds", type=Path, help="folder filled by `python -m classifier sounds --out FOLDER`")
    parser.add_argument("--music", type=Path, help="folder of real songs, walked")
    parser.add_argument("--songs", type=int, default=100, help="how many of them")
    parser.add_argument("--model", type=Path, help="another model than the shipped one")
    parser.add_argument("--seed", type=int, default=5)
    options = parser.parse_args()
    model = load_model(options.model)
    total, called, sources = Counter(), Counter(), Counter()
    for kind, source, content in sounds(options):
        music = is_music(content, model)
        total[kind] += 1
        called[kind] += music
        sources[source] += music
    report(total, called, sources)
    if "speech of espeak-ng" not in total:
        print("espeak-ng is not installed: its speech is left out")
    if not options.sounds:
        print("no --sounds: recorded speech and animals are left out")
    if options.music:
        paths = sorted(path for path in options.music.rglob("*") if path.suffix.lower() in SUFFIXES)
        chosen = np.random.default_rng(options.seed).permutation(len(paths))[: options.songs]
        passed = sum(is_music(paths[index].read_bytes(), model) for index in chosen)
        print(f"real songs that pass {passed} of {len(chosen)}; the model may have learned from them")
    else:
        print("no --music: how many songs pass is left out")


def report(total, called, sources):
    print(f"{'called music':24}{'sounds':>8}{'of':>6}{'share':>8}")
    for kind, count in total.items():
        print(f"{kind:24}{called[kind]:8}{count:6}{called[kind] / count:8.1%}")
    share = called.total() / total.total()
    print(f"{'all':24}{called.total():8}{total.total():6}{share:8.1%}")
    print(f"  divided by the {TARGET:.0%} that may be {share / TARGET:.2f}")
    if +sources:
        print("  by source: " + ", ".join(f"{source} {count}" for source, count in sources.items() if count))


if __name__ == "__main__":
    main()

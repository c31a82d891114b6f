"""How steady a verdict is: ``python -m benchmarks.robustness --dataset FOLDER [--songs N] [--model MODEL.npz]``.

Makes copies of songs as people upload them (low bit rate, dull, quiet, loud, two channels, another rate, sped up) and
counts how many get another genre than the song itself. Beside it the floor: the same file decoded twice. A song that
the model learned from is steadier than one it never heard: for honest figures give a model that was fitted on other
artists (``--model``) and the songs it was not fitted on (``--list``, one path a line).
"""

from __future__ import annotations

import argparse
import io
import sys
from pathlib import Path

import av
import numpy as np
import soxr
from scipy.fft import irfft, next_fast_len, rfft

from classifier import ClassifierError, classify, load_model
from classifier.constants import SAMPLE_RATE
from classifier.decode import decode
from tests.support.audio import encoded, music_like

TARGET = 0.05
"""Largest share of copies whose genre may be another than the song's."""

SUFFIXES = {".aac", ".aiff", ".flac", ".m4a", ".mp3", ".ogg", ".opus", ".wav", ".wma"}


def as_wav(samples, rate=SAMPLE_RATE):
    return encoded(samples, rate, "wav")


def low_passed(samples, cutoff):
    length = next_fast_len(len(samples), real=True)
    frequency = np.fft.rfftfreq(length, 1 / SAMPLE_RATE)
    gain = 1 / np.sqrt(1 + (frequency / cutoff) ** 24)
    return irfft(rfft(samples, n=length) * gain, n=length)[: len(samples)].astype(np.float32)


def mp3(samples, bit_rate):
    """Encode in stereo at 44.1 kHz, as shops of old did."""
    stereo = np.ascontiguousarray(np.tile(soxr.resample(samples, SAMPLE_RATE, 44_100), (2, 1)), dtype=np.float32)
    target = io.BytesIO()
    with av.open(target, "w", format="mp3") as output:
        stream = output.add_stream("libmp3lame", rate=44_100, layout="stereo")
        stream.bit_rate = bit_rate
        frame = av.AudioFrame.from_ndarray(stereo, format="fltp", layout="stereo")
        frame.sample_rate, frame.pts = 44_100, 0
        output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return target.getvalue()


COPIES = {
    "MP3 at 64 kbit/s": lambda x: mp3(x, 64_000),
    "low-passed at 8 kHz": lambda x: as_wav(low_passed(x, 8_000)),
    "low-passed at 4 kHz": lambda x: as_wav(low_passed(x, 4_000)),
    "30 dB quieter": lambda x: as_wav(x * np.float32(10 ** (-30 / 20))),
    "12 dB louder, clipped": lambda x: as_wav(np.clip(x * np.float32(10 ** (12 / 20)), -1, 1)),
    "two channels": lambda x: as_wav(np.stack([x, x], axis=1)),
    "48 kHz": lambda x: as_wav(soxr.resample(x, SAMPLE_RATE, 48_000), 48_000),
    "3 % faster": lambda x: as_wav(soxr.resample(x, SAMPLE_RATE * 1.03, SAMPLE_RATE)),
}
"""Samples at SAMPLE_RATE to the bytes of a file."""


def found_songs(options):
    """Return the paths of the songs, a few drawn by the seed."""
    if options.list:
        paths = [Path(line) for line in options.list.read_text(encoding="utf-8").splitlines() if line.strip()]
    else:
        paths = sorted(path for path in options.dataset.rglob("*") if path.suffix.lower() in SUFFIXES)
    order = np.random.default_rng(options.seed).permutation(len(paths))[: options.songs]
    return [paths[index] for index in sorted(order)]


def contents(options):
    """Yield the bytes of each song."""
    if options.dataset or options.list:
        yield from (path.read_bytes() for path in found_songs(options))
    else:
        print("no --dataset: these are made-up tunes, which say little of real songs", file=sys.stderr)
        yield from (as_wav(music_like(20, seed=seed)) for seed in range(options.songs))


def compare(content, model):
    """Return {copy: (genre changed, music flag changed, change of confidence)} of one song."""
    song, samples = classify(io.BytesIO(content), model), decode(io.BytesIO(content)).samples
    found = {}
    for name, altered in {"the same, decoded twice": lambda _x: content, **COPIES}.items():
        copy = classify(io.BytesIO(altered(samples)), model)
        found[name] = (copy.genre != song.genre, copy.music != song.music, abs(copy.confidence - song.confidence))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dataset", type=Path, help="a folder of songs, walked")
    parser.add_argument("--list", type=Path, help="a file that names the songs, one path a line")
    parser.add_argument("--songs", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--model", type=Path, help="another model than the shipped one")
    options = parser.parse_args()
    model, found = load_model(options.model), []
    for content in contents(options):
        try:
            found.append(compare(content, model))
        except ClassifierError as error:
            print(f"left out: {error}", file=sys.stderr)
    if not found:
        parser.error("no song could be read")
    report(found, unheard=bool(options.model and options.list))


def report(found, *, unheard):
    print(f"{len(found)} songs" + ("" if unheard else "; the model may have learned from them, which steadies it"))
    print(f"{'copy':26}{'other genre':>13}{'other verdict on music':>25}{'change of confidence':>23}")
    for name in found[0]:
        changed, flagged, shifts = np.array([song[name] for song in found], dtype=float).T
        print(f"{name:26}{changed.mean():13.1%}{flagged.mean():25.1%}{shifts.mean():23.3f}")
    changed = np.array([[song[name][0] for name in COPIES] for song in found])
    print(f"{'all copies':26}{changed.mean():13.1%}")
    print(f"  divided by the {TARGET:.0%} that may change {changed.mean() / TARGET:.2f}")


if __name__ == "__main__":
    main()

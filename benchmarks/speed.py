"""How quick the classifier is: against the bare transform, against peers, against decoding alone.

What belongs here: the rows of one process and one thread. Not here: memory (``memory``), the portal (``portal``) or
several processes (``scaling``).
"""

from __future__ import annotations

import time
from pathlib import Path

import av
import numpy as np
import scipy.fft
from numpy.lib.stride_tricks import sliding_window_view

from benchmarks import peers
from benchmarks.table import Row
from benchmarks.timing import in_turns, medians
from classifier import classify, load_model
from classifier.constants import FRAME_LENGTH, HOP_LENGTH, WINDOW_LENGTH
from classifier.decode import decode
from classifier.features import GROUPS, measure_blocks, windows
from classifier.features.patches import patch
from classifier.features.rhythm import pulse
from classifier.features.spectrum import Spectrum

LIBROSA_ROUNDS = 5


def features(samples, rounds: int) -> list[Row]:
    """Compare the features of a song with the transform of its frames, with librosa and python_speech_features."""
    frames = sliding_window_view(samples, FRAME_LENGTH)[::HOP_LENGTH]
    ours, floor = in_turns(lambda: measure_blocks([samples]), lambda: scipy.fft.rfft(frames), rounds=rounds)
    cepstra, theirs = in_turns(lambda: our_mfcc(samples), lambda: peers.psf_mfcc(samples), rounds=rounds)
    return [
        slower("features of a 4-min song", ours, floor, "bare float32 rfft", target=3.5, stretch=2.5),
        *librosa(samples),
        quicker("MFCC of a 4-min song, same values", cepstra, theirs, "python_speech_features", target=5, stretch=8),
    ]


def librosa(samples) -> list[Row]:
    if not peers.there("librosa"):
        return []
    ours, usual, lean = in_turns(
        lambda: measure_blocks([samples]),
        lambda: peers.librosa_recipe(samples),
        lambda: peers.librosa_without_separation(samples),
        rounds=LIBROSA_ROUNDS,
    )
    return [
        quicker("features of a 4-min song", ours, usual, "librosa's usual recipe", target=100, stretch=150),
        quicker("the same", ours, lean, "librosa, one transform, nothing separated"),
    ]


def slower(measure: str, ours: float, other: float, name: str, target=None, stretch=None) -> Row:
    """Return a row of two times in seconds whose ratio says how many times longer ours is."""
    return Row(measure, 1000 * ours, 1000 * other, ours / other, target, stretch, True, "ms", name)


def quicker(measure: str, ours: float, other: float, name: str, target=None, stretch=None) -> Row:
    """Return a row of two times in seconds whose ratio says how many times shorter ours is."""
    return Row(measure, 1000 * ours, 1000 * other, other / ours, target, stretch, False, "ms", name)


def our_mfcc(samples):
    return [Spectrum.of(window).mfcc for window in windows([samples])]


def difference_of_mfcc(samples) -> float:
    """Return the largest difference between our MFCC and python_speech_features' over the frames of one window.

    Hiss keeps its bands within the range beyond which we raise them and python_speech_features does not.
    """
    window = with_hiss(samples)
    ours = Spectrum.of(window).mfcc
    return float(np.abs(ours - peers.psf_mfcc(window)[: len(ours)]).max())


def largest_mfcc(samples) -> float:
    return float(np.abs(Spectrum.of(with_hiss(samples)).mfcc).max())


def with_hiss(samples):
    hiss = np.random.default_rng(0).standard_normal(WINDOW_LENGTH)
    return (samples[:WINDOW_LENGTH] + 0.02 * hiss).astype(np.float32)


def whole(path: Path, rounds: int) -> list[Row]:
    """Compare file to Prediction with decoding alone, and with the song's own length."""
    model = load_model()
    ours, bare, own, least = in_turns(
        lambda: classify(path, model),
        lambda: decode_alone(path),
        lambda: decode(path),
        lambda: scipy.fft.rfft(sliding_window_view(decode(path).samples, FRAME_LENGTH)[::HOP_LENGTH]),
        rounds=rounds,
    )
    rows = [
        slower("file to Prediction, 4-min MP3", ours, bare, "FFmpeg's decoding alone", target=1.5, stretch=1.3),
        slower("the same", ours, own, "decoding, mixing and resampling"),
        slower("the same", ours, least, "decoding, mixing, resampling and one bare rfft"),
        quicker("the same, one core", ours, decode(path).duration, "the song's length", target=600, stretch=800),
    ]
    if peers.there("essentia"):
        ours, theirs = in_turns(lambda: classify(path, model), lambda: peers.essentia_extractor(path), rounds=5)
        rows.append(quicker("the same", ours, theirs, "Essentia's MusicExtractor, which does far more"))
    return rows


def decode_alone(path: Path) -> None:
    """Let FFmpeg decode every frame, and do nothing with them."""
    with av.open(str(path)) as container:
        for _frame in container.decode(audio=0):
            pass


def by_format(paths: dict[str, Path], rounds: int) -> list[tuple[str, float, float, float]]:
    """Return (name, seconds decoding alone, seconds in all, the song's length) of each file."""
    model = load_model()
    found = []
    for name, path in paths.items():
        bare, ours = in_turns(lambda: decode_alone(path), lambda: classify(path, model), rounds=rounds)  # noqa: B023
        found.append((name, bare, ours, classify(path, model).duration))
    return found


def profile(path: Path, rounds: int) -> dict[str, float]:
    """Return the seconds that each part of an analysis takes, medians; each part once, in the order it happens."""
    model = load_model()
    runs: list[dict[str, float]] = [profile_once(path, model) for _ in range(rounds + 1)][1:]
    return dict(zip(runs[0], medians([list(run.values()) for run in runs]), strict=True))


def profile_once(path: Path, model) -> dict[str, float]:
    spent: dict[str, float] = {}

    def timed(name, work):
        start = time.perf_counter()
        result = work()
        spent[name] = spent.get(name, 0.0) + time.perf_counter() - start
        return result

    timed("FFmpeg's decoding alone", lambda: decode_alone(path))
    samples = decode(path).samples
    rows, patches = [], []
    for window in windows([samples]):
        spectrum = timed("Fourier transform", lambda: Spectrum.of(window))  # noqa: B023
        for name in ("power", "mel", "log_mel", "mfcc", "heard", "chroma", "onset_strength"):
            timed("power, mel bands, cepstra, chroma, onsets", lambda: getattr(spectrum, name))  # noqa: B023
        groups = [timed(name, lambda: group(spectrum)) for name, group in GROUPS.items()]  # noqa: B023
        timed("pulse", lambda: pulse(spectrum))  # noqa: B023
        rows.append(np.concatenate(groups))
        patches.append(timed("patches", lambda: patch(spectrum)))  # noqa: B023
    timed("network", lambda: model.outputs(patches))
    timed("discriminant and gate", lambda: model.whiten(np.stack(rows)))
    return spent

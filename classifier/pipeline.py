"""From a file to its verdict: decode, measure, score.

What belongs here: the three calls in their order, and the assembling of a Prediction. Not here: any arithmetic.
Decoding and measuring go hand in hand, window by window, so that a long song takes no more memory than a short one.
"""

from __future__ import annotations

import io
import wave
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from classifier.constants import SAMPLE_RATE, WINDOW_LENGTH
from classifier.decode import Decoder
from classifier.features import Features, feature_names, measure_blocks, song_measures
from classifier.model import GenreModel
from classifier.traits import traits
from classifier.values import Prediction, Segment

Progress = Callable[[str, float], None]
"""Told the stage (``decode``, ``features``, ``model``) and the share of it that is done."""


def classify(source: Path | str | BinaryIO, model: GenreModel, *, progress: Progress | None = None) -> Prediction:
    """Name the genre of a song.

    Parameters
    ----------
    source : Path, str or binary file object
        The song, in any format ``decode`` reads.
    model : GenreModel
        As ``load_model`` gives it.
    progress : callable, optional
        Told how far the analysis is.

    Returns
    -------
    Prediction
        The verdict, with one segment a window.

    Raises
    ------
    AudioError
        If the song cannot be read or heard.
    """
    tell = progress or (lambda _stage, _share: None)
    tell("decode", 0.0)
    decoder = Decoder(source)
    features = measure_blocks(
        decoder.blocks(), heard=lambda seconds: tell("features", min(1.0, seconds / max(seconds, decoder.expected)))
    )
    tell("model", 0.0)
    return _prediction(features, model, truncated=decoder.truncated)


def feature_rows(source: Path | str | BinaryIO) -> NDArray[np.float32]:
    """Measure a song without judging it, as a file of corrections holds it.

    Parameters
    ----------
    source : Path, str or binary file object
        The song, in any format ``decode`` reads.

    Returns
    -------
    ndarray, shape (windows, feature_count()), float32
        One row a window.

    Raises
    ------
    AudioError
        If the song cannot be read or heard.
    """
    return measure_blocks(Decoder(source).blocks()).rows


def warm_up(model: GenreModel) -> None:
    """Do now what the first song would otherwise wait for: imports, filter banks, first use of every array."""
    noise = np.random.default_rng(0).integers(-(2**12), 2**12, WINDOW_LENGTH, dtype="<i2")
    file = io.BytesIO()
    with wave.open(file, "wb") as target:
        target.setparams((1, noise.itemsize, SAMPLE_RATE, len(noise), "NONE", ""))
        target.writeframes(noise.tobytes())
    classify(file, model)


def _prediction(features: Features, model: GenreModel, *, truncated: bool) -> Prediction:
    verdict = model.judge(features.rows, features.patches)
    genres = model.genre.labels
    scores = _scores(genres, verdict.song)
    moods = {} if verdict.moods is None or model.mood is None else _scores(model.mood.labels, verdict.moods)
    # Two genres may round to the same score; the model's order decides.
    best = genres[verdict.shown[0]]
    measures = song_measures(features.rows, feature_names())
    return Prediction(
        genre=best,
        confidence=scores[best],
        sure=verdict.sure,
        music=verdict.music,
        scores=scores,
        segments=tuple(
            _segment(start, end, _scores(genres, probabilities))
            for (start, end), probabilities in zip(features.bounds.tolist(), verdict.windows, strict=True)
        ),
        tempo=None if features.tempo is None else round(features.tempo, 1),
        duration=round(float(features.bounds[-1, 1]), 3),
        model=model.version,
        genres=tuple(genres[number] for number in verdict.shown),
        mood=max(moods, key=moods.__getitem__) if moods else None,
        moods=moods,
        truncated=truncated,
        traits=traits(measures, features.notes, model.traits, features.loudness_range),
        peaks=features.peaks,
        vector=() if verdict.vector is None else tuple(round(value, 5) for value in verdict.vector.tolist()),
    )


def _segment(start: float, end: float, scores: dict[str, float]) -> Segment:
    return Segment(start=round(start, 3), end=round(end, 3), genre=max(scores, key=scores.__getitem__), scores=scores)


def _scores(labels: tuple[str, ...], probabilities: NDArray[np.float64]) -> dict[str, float]:
    return {label: round(float(share), 5) for label, share in zip(labels, probabilities, strict=True)}

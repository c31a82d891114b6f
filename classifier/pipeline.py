"""From a file to its verdict: decode, measure, score.

What belongs here: the three calls in their order, and the assembling of a Prediction. Not here: any arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from classifier.constants import GENRES
from classifier.decode import decode
from classifier.features import Features, measure
from classifier.model import GenreModel
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
    waveform = decode(source)
    tell("features", 0.0)
    features = measure(waveform, progress=lambda share: tell("features", share))
    tell("model", 0.0)
    return _prediction(features, model, duration=waveform.duration, truncated=waveform.truncated)


def _prediction(features: Features, model: GenreModel, *, duration: float, truncated: bool) -> Prediction:
    verdict = model.judge(features.rows)
    scores = _scores(verdict.song)
    genre = max(scores, key=scores.__getitem__)
    return Prediction(
        genre=genre,
        confidence=scores[genre],
        sure=verdict.music and scores[genre] >= model.sure_from,
        music=verdict.music,
        scores=scores,
        segments=tuple(
            _segment(start, end, probabilities)
            for (start, end), probabilities in zip(features.bounds.tolist(), verdict.windows, strict=True)
        ),
        tempo=None if features.tempo is None else round(features.tempo, 1),
        duration=round(duration, 3),
        model=model.version,
        truncated=truncated,
    )


def _segment(start: float, end: float, probabilities: NDArray[np.float64]) -> Segment:
    scores = _scores(probabilities)
    return Segment(start=round(start, 3), end=round(end, 3), genre=max(scores, key=scores.__getitem__), scores=scores)


def _scores(probabilities: NDArray[np.float64]) -> dict[str, float]:
    return {genre: round(float(share), 5) for genre, share in zip(GENRES, probabilities, strict=True)}

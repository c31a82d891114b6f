"""From a file to its verdict: decode, measure, score.

What belongs here: the three calls in their order, and the assembling of a Prediction. Not here: any arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

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
    verdict = model.judge(features.rows, features.patches)
    genres = model.genre.labels
    scores = _scores(genres, verdict.song)
    moods = {} if verdict.moods is None or model.mood is None else _scores(model.mood.labels, verdict.moods)
    # Two genres may round to the same score; the model's order decides.
    best = genres[verdict.shown[0]]
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
        duration=round(duration, 3),
        model=model.version,
        genres=tuple(genres[number] for number in verdict.shown),
        mood=max(moods, key=moods.__getitem__) if moods else None,
        moods=moods,
        truncated=truncated,
    )


def _segment(start: float, end: float, scores: dict[str, float]) -> Segment:
    return Segment(start=round(start, 3), end=round(end, 3), genre=max(scores, key=scores.__getitem__), scores=scores)


def _scores(labels: tuple[str, ...], probabilities: NDArray[np.float64]) -> dict[str, float]:
    return {label: round(float(share), 5) for label, share in zip(labels, probabilities, strict=True)}

"""Fitting: rows and labels in, a GenreModel out; and the same within every fold for the figures.

What belongs here: weights, whitening, the order of fitting, cross-validation. Not here: the single algorithms
(``algorithms``), figures (``evaluate``) or files (``commands``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from classifier.constants import GENRES
from classifier.model import CLIP, GenreModel
from classifier.training.algorithms import Algorithm, Lesson
from classifier.training.extract import FeatureTable
from classifier.training.nonmusic import fit_gate
from classifier.training.split import Fold

COPY_WEIGHT = 0.8
"""How much all altered copies of a row together count against the row itself."""

GENRE_BALANCE = 0.5
"""0 leaves genres as frequent as they come, 1 makes all count the same."""

SHRINKAGE = 0.25
"""Share of the identity in the within-genre covariance: rows are too few for so many columns."""


@dataclass(frozen=True, eq=False)
class Held:
    """What members said of recordings whose artists they never heard.

    Parameters
    ----------
    tracks : ndarray, shape (n,), int
        Row numbers in the track table of the recordings judged.
    fold : ndarray, shape (n,), int
        In which fold each was held out.
    songs : mapping of str to ndarray, shape (n, 10)
        Mean log-probability over windows, by member or ensemble.
    strangeness : ndarray, shape (n,)
        How far each lies from what was learned from.
    music : ndarray, shape (n,), bool
        Which of them the gate let pass, as it should all.
    other_passed : float
        Share of rows of unheard made-up sounds that the gate let pass, as it should none.
    """

    tracks: NDArray[np.intp]
    fold: NDArray[np.intp]
    songs: dict[str, NDArray[np.float64]]
    strangeness: NDArray[np.float64]
    music: NDArray[np.bool_]
    other_passed: float


def fit(
    tracks: pd.DataFrame,
    table: FeatureTable,
    learned: NDArray[np.intp],
    algorithms: Sequence[Algorithm],
    *,
    other: NDArray[np.float32],
    seed: int,
) -> GenreModel:
    """Fit a model, not yet calibrated, on the tracks ``learned`` and their copies.

    Parameters
    ----------
    tracks : DataFrame
        As ``dataset.load_tracks`` gives it.
    table : FeatureTable
        Rows of all tracks.
    learned : ndarray of int
        Row numbers in ``tracks`` to learn from.
    algorithms : sequence of Algorithm
        Members of the ensemble.
    other : ndarray, shape (m, features)
        Rows of sounds that are no music.
    seed : int
        For whatever the algorithms draw at random.

    Returns
    -------
    GenreModel
        With all temperatures 1.
    """
    chosen = np.flatnonzero(np.isin(table.track, learned))
    rows = table.rows[chosen]
    genre = genre_numbers(tracks)[table.track[chosen]]
    weight = _weights(genre, table.copy[chosen])
    mean = np.average(rows, axis=0, weights=weight)
    scale = np.sqrt(np.average((rows - mean) ** 2, axis=0, weights=weight)) + 1e-6
    standardised = np.clip((rows - mean) / scale, -CLIP, CLIP)
    whitening = _whitening(standardised, genre, weight).astype(np.float16).astype(np.float32)
    lesson = Lesson((standardised @ whitening).astype(np.float32), genre, weight, seed)
    turned_away = (np.clip((other - mean) / scale, -CLIP, CLIP) @ whitening).astype(np.float32)
    gate_weights, gate_bias = fit_gate(lesson.rows, weight, turned_away)
    return GenreModel(
        version="",
        mean=mean.astype(np.float32),
        scale=scale.astype(np.float32),
        whitening=whitening,
        members=tuple(algorithm(lesson) for algorithm in algorithms),
        temperature=1.0,
        window_temperature=1.0,
        sure_from=1.0,
        strangest=np.inf,
        gate_weights=gate_weights,
        gate_bias=gate_bias,
    )


def cross_validate(
    tracks: pd.DataFrame,
    table: FeatureTable,
    folds: Sequence[Fold],
    algorithms: Mapping[str, Algorithm],
    ensembles: Mapping[str, Sequence[str]],
    *,
    other: NDArray[np.float32],
    seed: int,
) -> Held:
    """Judge every recording by models that never heard its artist.

    Parameters
    ----------
    folds : sequence of Fold
        As ``split.artist_folds`` gives them.
    algorithms, ensembles : mappings
        What to judge with; an ensemble is a list of algorithms' names.
    other : ndarray, shape (m, features)
        Rows of sounds that are no music; half is learned from, half is held out.

    Returns
    -------
    Held
        Recordings in the order of the folds.
    """
    learned, unheard = np.array_split(other, 2)
    parts, passed = [], []
    for fold in folds:
        model = fit(tracks, table, fold.train, list(algorithms.values()), other=learned, seed=seed)
        parts += _judge_fold(table, fold, model, _judges(model, list(algorithms), ensembles))
        passed.append(np.mean(model.whiten(unheard) @ model.gate_weights + model.gate_bias > 0))
    return Held(
        tracks=np.concatenate([fold.test for fold in folds]),
        fold=np.repeat(np.arange(len(folds)), [len(fold.test) for fold in folds]),
        songs={name: np.stack([part.songs[name] for part in parts]) for name in [*algorithms, *ensembles]},
        strangeness=np.array([part.strangeness for part in parts]),
        music=np.array([part.music for part in parts]),
        other_passed=float(np.mean(passed)),
    )


def genre_numbers(tracks: pd.DataFrame) -> NDArray[np.intp]:
    """Return the index in GENRES of every track's genre."""
    return np.asarray(pd.Categorical(tracks["genre"], categories=list(GENRES)).codes, dtype=np.intp)


@dataclass(frozen=True, eq=False)
class _Judged:
    """What was said of one held-out recording."""

    songs: dict[str, NDArray[np.float64]]
    strangeness: float
    music: bool


def _judges(model: GenreModel, names: list[str], ensembles: Mapping[str, Sequence[str]]) -> dict[str, GenreModel]:
    """Return the model once with each member alone and once with each ensemble."""
    members = dict(zip(names, model.members, strict=True))
    alone = {name: (member,) for name, member in members.items()}
    together = {name: tuple(members[part] for part in parts) for name, parts in ensembles.items()}
    return {name: replace(model, members=parts) for name, parts in (alone | together).items()}


def _judge_fold(table: FeatureTable, fold: Fold, model: GenreModel, judges: Mapping[str, GenreModel]) -> list[_Judged]:
    judged = []
    for track in fold.test:
        whitened = model.whiten(table.rows[(table.track == track) & (table.copy == 0)])
        songs = {name: judge.log_probabilities(whitened).mean(axis=0) for name, judge in judges.items()}
        judged.append(_Judged(songs, model.strangeness(whitened), model.is_music(whitened)))
    return judged


def _weights(genre: NDArray[np.intp], copy: NDArray[np.intp]) -> NDArray[np.float64]:
    copies = max(1, int(copy.max(initial=0)))
    weight = np.where(copy == 0, 1.0, COPY_WEIGHT / copies)
    share = np.bincount(genre, weights=weight, minlength=len(GENRES))
    weight = weight * share[genre] ** -GENRE_BALANCE
    return np.asarray(weight / weight.mean())


def _whitening(rows: NDArray[np.floating], genre: NDArray[np.intp], weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the matrix after which the pooled covariance within genres is the identity (shrunk towards it before)."""
    means = np.stack([np.average(rows[genre == k], axis=0, weights=weight[genre == k]) for k in range(len(GENRES))])
    centred = ((rows - means[genre]) * np.sqrt(weight)[:, None]).astype(np.float64)
    covariance = centred.T @ centred / weight.sum()
    size = len(covariance)
    covariance = (1 - SHRINKAGE) * covariance + SHRINKAGE * np.trace(covariance) / size * np.eye(size)
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray(vectors / np.sqrt(values))

"""Whether users' corrections help: figures on the same held-out artists, learned without them and with them.

What belongs here: the paired comparison. Not here: the corrections themselves (``corrections``) or fitting (``train``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from classifier.constants import GENRES
from classifier.training.corrections import Corrections, add_corrections, with_corrections
from classifier.training.extract import FeatureTable
from classifier.training.split import Fold

BOOTSTRAP_ROUNDS = 2000

Judge = Callable[[pd.DataFrame, FeatureTable, Sequence[Fold]], NDArray[np.floating]]
"""Cross-validates: takes a track table, its rows and folds, fits on each fold's ``train`` and returns the score of each
label for the tracks of all ``test`` sides, in the order of the folds, shape (n, labels)."""


@dataclass(frozen=True)
class Help:
    """What corrections did to the figures of the same held-out recordings.

    ``without``, ``with_them`` hold accuracy and macro recall; ``difference`` their difference with its 95 % interval by
    bootstrap over artists. ``left_out`` counts how often a song was kept out of a fold that tested its artist.
    """

    songs: int
    judged: int
    left_out: int
    without: dict[str, float]
    with_them: dict[str, float]
    difference: dict[str, tuple[float, float, float]]

    @property
    def answer(self) -> str:
        """Whether accuracy rose (``yes``), fell (``no``) or neither beyond chance (``unclear``)."""
        _mean, low, high = self.difference["accuracy"]
        return "yes" if low > 0 else "no" if high < 0 else "unclear"

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values for a card."""
        return {
            "songs": self.songs,
            "judged on": self.judged,
            "left out of a fold that tested their artist": self.left_out,
            "without": {name: round(value, 4) for name, value in self.without.items()},
            "with": {name: round(value, 4) for name, value in self.with_them.items()},
            "difference and its 95 % interval": {
                name: [round(value, 4) for value in values] for name, values in self.difference.items()
            },
            "helped": self.answer,
        }

    def __str__(self) -> str:
        mean, low, high = self.difference["accuracy"]
        words = {"yes": "helped", "no": "did harm", "unclear": "made no difference beyond chance"}[self.answer]
        return (
            f"{self.songs} corrected songs {words}: accuracy on {self.judged} recordings of artists that were held out "
            f"went from {self.without['accuracy']:.1%} to {self.with_them['accuracy']:.1%} "
            f"(difference {100 * mean:+.1f} points, 95 % interval {100 * low:+.1f} to {100 * high:+.1f})."
        )


def did_they_help(
    tracks: pd.DataFrame,
    table: FeatureTable,
    folds: Sequence[Fold],
    corrections: Corrections,
    judge: Judge,
    *,
    labels: Sequence[str] = GENRES,
    seed: int,
) -> Help:
    """Judge the same recordings by models that learned without the corrections, and with them.

    Parameters
    ----------
    tracks : DataFrame
        Of a Task.
    table : FeatureTable
        Rows of the tracks.
    folds : sequence of Fold
        Artist-grouped, as ``split.artist_folds`` gives them.
    corrections : Corrections
        What users said.
    judge : callable
        Cross-validates; called once with the tracks alone, once with the corrections among them.
    labels : sequence of str
        In the order of the scores.
    seed : int
        Of the bootstrap.

    Returns
    -------
    Help
        Paired: both sides were judged on the same recordings.
    """
    more_tracks, more_rows = add_corrections(tracks, table, corrections)
    wider = with_corrections(folds, more_tracks)
    judged = np.concatenate([fold.test for fold in folds])
    truth = np.asarray(pd.Categorical(tracks["label"].to_numpy()[judged], categories=list(labels)).codes)
    before = judge(tracks, table, folds).argmax(axis=1)
    after = judge(more_tracks, more_rows, wider).argmax(axis=1)
    used = sum(len(wide.train) - len(fold.train) for wide, fold in zip(wider, folds, strict=True))
    artist = tracks["artist_group"].to_numpy()[judged]
    old, new = (_by_artist(truth, guess, artist, len(labels)) for guess in (before, after))
    without, with_them = (_figures(counts.sum(axis=0)[None]) for counts in (old, new))
    return Help(
        songs=len(corrections),
        judged=len(judged),
        left_out=len(folds) * len(corrections) - used,
        without={name: float(value[0]) for name, value in without.items()},
        with_them={name: float(value[0]) for name, value in with_them.items()},
        difference=_differences(old, new, np.random.default_rng(seed)),
    )


def _by_artist(
    truth: NDArray[np.integer], guess: NDArray[np.integer], artist: NDArray[np.object_], labels: int
) -> NDArray[np.float64]:
    """Return one confusion matrix an artist, shape (artists, labels, labels)."""
    _names, number = np.unique(artist.astype(str), return_inverse=True)
    matrices = np.zeros((number.max() + 1, labels, labels))
    np.add.at(matrices, (number, truth, guess), 1)
    return matrices


def _figures(confusion: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Return accuracy and macro recall of confusion matrices of shape (n, labels, labels)."""
    right, songs = np.diagonal(confusion, axis1=1, axis2=2), confusion.sum(axis=2)
    recall = np.divide(right, songs, out=np.full(right.shape, np.nan), where=songs > 0)
    return {"accuracy": right.sum(axis=1) / songs.sum(axis=1), "macro_recall": np.nanmean(recall, axis=1)}


def _differences(
    before: NDArray[np.float64], after: NDArray[np.float64], rng: np.random.Generator
) -> dict[str, tuple[float, float, float]]:
    """Return each figure's difference with its 95 % interval; both sides are drawn with the same artists."""
    artists = len(before)
    drawn = rng.multinomial(artists, np.full(artists, 1 / artists), size=BOOTSTRAP_ROUNDS)
    old, new = _figures(before.sum(axis=0)[None]), _figures(after.sum(axis=0)[None])
    many_old, many_new = (_figures(np.tensordot(drawn, counts, axes=1)) for counts in (before, after))
    found = {}
    for name in old:
        low, high = np.quantile(many_new[name] - many_old[name], [0.025, 0.975])
        found[name] = (float(new[name][0] - old[name][0]), float(low), float(high))
    return found

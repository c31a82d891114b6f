"""What the features are worth: by leaving groups of them out, and by shuffling them between songs.

What belongs here: the two experiments, both with linear discriminant analysis on folds handed in, and their tables.
Not here: what a feature is (``classifier.features``) or pages (``comparison_report``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import recall_score

from classifier.model import LinearMember, log_softmax
from classifier.training.algorithms import RECIPES
from classifier.training.extract import FeatureTable
from classifier.training.lesson import Labels
from classifier.training.material import Fitted, Material, Scores, mean_by_song
from classifier.training.split import Fold

JUDGE = RECIPES["LDA"]
"""Whose figures tell what a feature is worth: quick to fit, and a single matrix."""

REPEATS = 3
"""Shuffles of each column or group; their mean is reported."""

TOP_FEATURES = 5
"""Features named for each label."""


@dataclass(frozen=True, eq=False)
class Importance:
    """What the features are worth.

    Parameters
    ----------
    ablation : DataFrame
        A row a group, and one of all features: ``columns``, ``accuracy alone``, ``macro recall alone``,
        ``accuracy without``, ``macro recall without``.
    groups : DataFrame, shape (groups, labels)
        Recall of each label, less its recall after the group's columns were shuffled between songs.
    features : DataFrame
        ``label``, ``feature``, ``loss``: the features whose shuffling costs a label's songs most, and the mean loss of
        log-probability of that label (nats).
    """

    ablation: pd.DataFrame
    groups: pd.DataFrame
    features: pd.DataFrame


def measure_importance(material: Material, names: Sequence[str], folds: Sequence[Fold]) -> Importance:
    """Run both experiments.

    Parameters
    ----------
    material : Material
        Its unaltered rows are looked at.
    names : sequence of str
        Name of each column, ``group.number``, as ``features.feature_names`` gives them.
    folds : sequence of Fold
        Artists of a test side must not stand on its training side, or memory is measured instead of knowledge.
    """
    groups = group_columns(names)
    by_group, by_feature = permutation(material, names, folds)
    return Importance(ablation(material, groups, folds), by_group, by_feature)


def group_columns(names: Sequence[str]) -> dict[str, NDArray[np.intp]]:
    """Return the columns of each group, the part of a name before its last dot, in order of appearance."""
    owner = [name.rpartition(".")[0] or name for name in names]
    return {group: np.flatnonzero(np.array(owner) == group) for group in dict.fromkeys(owner)}


def ablation(material: Material, groups: Mapping[str, NDArray[np.intp]], folds: Sequence[Fold]) -> pd.DataFrame:
    """Judge each group of columns alone, and all columns without it."""
    everything = np.sort(np.concatenate(list(groups.values())))
    accuracy, recall = _judge_columns(material, everything, folds)
    table = [("all features", len(everything), accuracy, recall, np.nan, np.nan)]
    for name, columns in groups.items():
        others = np.setdiff1d(everything, columns)
        rest = _judge_columns(material, others, folds) if len(others) else (np.nan, np.nan)
        table.append((name, len(columns), *_judge_columns(material, columns, folds), *rest))
    heads = ["accuracy alone", "macro recall alone", "accuracy without", "macro recall without"]
    return pd.DataFrame(table, columns=["group", "columns", *heads]).set_index("group")


def permutation(material: Material, names: Sequence[str], folds: Sequence[Fold]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Shuffle columns between the songs of each test side and tell what that costs (Breiman 2001).

    Returns
    -------
    groups : DataFrame, shape (groups, labels)
        Loss of recall, whole groups of columns shuffled together.
    features : DataFrame
        ``label``, ``feature``, ``loss`` of the TOP_FEATURES of each label.
    """
    groups = group_columns(names)
    rng = np.random.default_rng(material.seed)
    lost_recall = np.zeros((len(groups), len(material.labels)))
    lost_surety = np.zeros((len(names), len(material.labels)))
    for fold in folds:
        asked = _Asked.of(material, fold)
        for _repeat in range(REPEATS):
            order = rng.permutation(len(asked.rows))
            lost_recall += [asked.lost_recall(columns, order) for columns in groups.values()]
            lost_surety += asked.lost_surety(order)
    tracks = np.bincount(np.concatenate([material.truth[fold.test] for fold in folds]), minlength=len(material.labels))
    share = 1 / (REPEATS * np.maximum(tracks, 1))
    by_group = pd.DataFrame(lost_recall * share, index=list(groups), columns=list(material.labels))
    return by_group, _top(pd.DataFrame(lost_surety * share, index=list(names), columns=list(material.labels)))


@dataclass(frozen=True, eq=False)
class _Asked:
    """The test side of a fold, standardised, and the judge as one matrix on it."""

    rows: NDArray[np.float32]
    weights: NDArray[np.float32]
    logits: NDArray[np.float64]
    track: Labels
    songs: Labels
    truth: Labels

    @classmethod
    def of(cls, material: Material, fold: Fold) -> _Asked:
        fitted = material.fit(JUDGE, JUDGE.grid[0], fold.train)
        chosen = np.flatnonzero(np.isin(material.table.track, fold.test) & (material.table.copy == 0))
        weights, bias = _matrix(fitted, material)
        assert fitted.normaliser is not None
        rows = fitted.normaliser.standardise(material.table.rows[chosen])
        logits = (rows @ weights + bias).astype(np.float64)
        return cls(rows, weights, logits, material.table.track[chosen], fold.test, material.truth[fold.test])

    def lost_recall(self, columns: NDArray[np.intp], order: NDArray[np.intp]) -> Scores:
        """Return how many songs fewer of each label are right once ``columns`` are dealt out in another order."""
        change = (self.rows[order][:, columns] - self.rows[:, columns]) @ self.weights[columns]
        lost = self._right(self.logits).astype(float) - self._right(self.logits + change)
        return np.bincount(self.truth, weights=lost, minlength=self.logits.shape[1]).astype(np.float64)

    def lost_surety(self, order: NDArray[np.intp]) -> Scores:
        """Return the loss of log-probability of the truth, summed over songs, shape (features, labels)."""
        sure = self._truth_of(self.logits)
        lost = np.zeros(self.weights.shape)
        for column, weight in enumerate(self.weights):
            change = (self.rows[order, column] - self.rows[:, column])[:, None] * weight
            less = sure - self._truth_of(self.logits + change)
            lost[column] = np.bincount(self.truth, weights=less, minlength=len(weight))
        return lost

    def _right(self, logits: Scores) -> NDArray[np.bool_]:
        songs = mean_by_song(log_softmax(logits), self.track, self.songs)
        return np.asarray(songs.argmax(axis=1) == self.truth)

    def _truth_of(self, logits: Scores) -> Scores:
        songs = mean_by_song(log_softmax(logits), self.track, self.songs)
        return np.asarray(songs[np.arange(len(songs)), self.truth])


def _matrix(fitted: Fitted, material: Material) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the judge's weights on standardised rows, whitening folded in, and its bias."""
    assert fitted.normaliser is not None
    if not isinstance(fitted.member, LinearMember):
        missing = ", ".join(material.labels)
        raise TypeError(f"a training side lacks one of the labels {missing}: nothing can be said of their features")
    return fitted.normaliser.whitening @ fitted.member.weights, fitted.member.bias


def _judge_columns(material: Material, columns: NDArray[np.intp], folds: Sequence[Fold]) -> tuple[float, float]:
    """Return accuracy and macro recall of the judge on these columns alone."""
    unaltered = material.table.copy == 0
    rows = np.ascontiguousarray(material.table.rows[unaltered][:, columns])
    table = FeatureTable(rows, material.table.track[unaltered], material.table.copy[unaltered])
    part = replace(material, table=table, _normalisers={})
    guesses = [part.song_scores(part.fit(JUDGE, JUDGE.grid[0], fold.train), fold.test).argmax(axis=1) for fold in folds]
    guess, truth = np.concatenate(guesses), material.truth[np.concatenate([fold.test for fold in folds])]
    return float(np.mean(guess == truth)), float(recall_score(truth, guess, average="macro", zero_division=0.0))


def _top(lost: pd.DataFrame) -> pd.DataFrame:
    """Return the TOP_FEATURES columns of each label, worst loss first."""
    rows = [
        {"label": label, "feature": feature, "loss": float(loss)}
        for label in lost.columns
        for feature, loss in lost[label].nlargest(TOP_FEATURES).items()
    ]
    return pd.DataFrame(rows, columns=["label", "feature", "loss"])

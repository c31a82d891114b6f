"""All that an algorithm may learn from or be asked about, cut and normalised for one training set at a time.

What belongs here: from track numbers to a lesson, and from a fitted member to song scores. Not here: which tracks are
learned from (``split``, ``search``) or how (``algorithms``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from classifier.model import KernelMember, LinearMember, log_softmax
from classifier.training.extract import FeatureTable
from classifier.training.lesson import Labels, Lesson, Member, Recipe, View, Weights
from classifier.training.normalise import SHRINKAGE, Normaliser, row_weights

Scores = NDArray[np.float64]

KEPT_NORMALISERS = 8
"""Training sets whose normaliser is kept: an outer one, its inner ones, and those of the fold before."""

NEVER_HEARD = -20.0
"""Logit of a label of which a training set holds nothing."""


class PatchesMissingError(Exception):
    """An algorithm that looks at spectrograms was asked for, and there are none."""


@dataclass(frozen=True, eq=False)
class Fitted:
    """An algorithm after its lesson, with the scaling that its rows need."""

    member: Member
    view: View
    normaliser: Normaliser | None

    @property
    def size(self) -> int:
        """Bytes that have to be kept to judge with it: the member's, and those of the scaling."""
        own = _member_size(self.member)
        if self.normaliser is None:
            return own
        scaling = self.normaliser.mean.nbytes + self.normaliser.scale.nbytes
        return own + scaling + (self.normaliser.whitening.nbytes // 2 if self.view == "whitened" else 0)


@dataclass(frozen=True, eq=False)
class Material:
    """Everything that is learned from and judged.

    Parameters
    ----------
    tracks : DataFrame
        Columns ``label``, ``use``, ``artist_group``; index 0 to n - 1.
    labels : tuple of str
        The names a verdict may give.
    table : FeatureTable
        Windows of all tracks, perhaps of altered copies too, with or without their patches.
    seed : int
        For whatever the algorithms draw at random.
    """

    tracks: pd.DataFrame
    labels: tuple[str, ...]
    table: FeatureTable
    seed: int
    _normalisers: dict[bytes, Normaliser] = field(default_factory=dict)

    @property
    def truth(self) -> Labels:
        """Index of every track's label."""
        return np.asarray(pd.Categorical(self.tracks["label"], categories=list(self.labels)).codes, dtype=np.intp)

    def digest(self, recipe: Recipe) -> str:
        """Return a fingerprint of everything that ``recipe`` may see here."""
        found = hashlib.sha256(repr((self.labels, self.seed, recipe.view)).encode())
        for column in ("label", "use", "artist_group"):
            found.update("\n".join(self.tracks[column]).encode() + b"|")
        if recipe.view == "patches":
            parts = [self.table.track, self.table.copy, *self._patches()]
        else:
            seen = np.flatnonzero(self.table.copy == 0) if recipe.copies_of is None else slice(None)
            parts = [self.table.rows[seen], self.table.track[seen], self.table.copy[seen]]
        for part in parts:
            found.update(np.ascontiguousarray(part).tobytes() + b"|")
        return found.hexdigest()

    def fit(self, recipe: Recipe, setting: Mapping[str, Any], learned: Labels) -> Fitted:
        """Teach one algorithm.

        Parameters
        ----------
        recipe : Recipe
            Says what it wants; it learns from altered copies only if it is a ``copies_of`` another.
        setting : mapping
            One of the recipe's grid.
        learned : ndarray of int
            Numbers of the tracks to learn from.

        Raises
        ------
        PatchesMissingError
            If it wants spectrograms and there are none.
        """
        arguments = dict(setting)
        shrinkage = arguments.pop("shrinkage", SHRINKAGE)
        if recipe.view == "patches":
            lesson, normaliser = self._patch_lesson(learned), None
        else:
            chosen = self._rows_of(learned, copies=recipe.copies_of is not None)
            label = self.truth[self.table.track[chosen]]
            weight = row_weights(label, self.table.copy[chosen])
            normaliser = replace(self._normaliser(chosen, label, weight), shrinkage=shrinkage)
            rows = _seen(self.table.rows[chosen], recipe.view, normaliser)
            lesson = Lesson(rows, label, weight, self.seed, self.labels)
        return Fitted(_learn_present(recipe, arguments, lesson), recipe.view, normaliser)

    def song_scores(self, fitted: Fitted, songs: Labels) -> Scores:
        """Return the mean log-probability over the windows of each song, shape (songs, labels).

        A song without a window (shorter than a frame) gets all labels alike.
        """
        chosen = self._rows_of(songs, copies=False)
        if fitted.view == "patches":
            patches = self._patches()
            logits = fitted.member.logits([patches[i] for i in chosen])
        else:
            logits = fitted.member.logits(_seen(self.table.rows[chosen], fitted.view, fitted.normaliser))
        return mean_by_song(log_softmax(logits), self.table.track[chosen], songs)

    def _rows_of(self, tracks: Labels, *, copies: bool) -> Labels:
        wanted = np.isin(self.table.track, tracks)
        return np.flatnonzero(wanted if copies else wanted & (self.table.copy == 0))

    def _normaliser(self, chosen: Labels, label: Labels, weight: Weights) -> Normaliser:
        key = chosen.tobytes()
        if key not in self._normalisers:
            while len(self._normalisers) >= KEPT_NORMALISERS:
                del self._normalisers[next(iter(self._normalisers))]
            self._normalisers[key] = Normaliser.fit(self.table.rows[chosen], label, weight)
        return self._normalisers[key]

    def _patch_lesson(self, learned: Labels) -> Lesson:
        self._patches()
        chosen = self._rows_of(learned, copies=False)
        label = self.truth[self.table.track[chosen]]
        weight = row_weights(label, np.zeros(len(chosen), dtype=np.intp))
        rows = np.empty((len(chosen), 0), dtype=np.float32)
        return Lesson(rows, label, weight, self.seed, self.labels, self.table.versions(chosen))

    def _patches(self) -> tuple[NDArray[np.float16], ...]:
        if not self.table.patches:
            raise PatchesMissingError("This algorithm looks at spectrograms, and none were measured.")
        return self.table.patches


@dataclass(frozen=True, eq=False)
class _Widened:
    """A member that learned of some labels only, made to answer for all."""

    member: Member
    present: Labels
    count: int

    def logits(self, x: Any) -> Scores:
        known = log_softmax(self.member.logits(x))
        wide = np.full((len(known), self.count), NEVER_HEARD)
        wide[:, self.present] = known
        return wide


def _learn_present(recipe: Recipe, arguments: Mapping[str, Any], lesson: Lesson) -> Member:
    """Teach the labels that the lesson has; an inner fold may hold nothing of a rare one."""
    present, label = np.unique(lesson.label, return_inverse=True)
    if len(present) == len(lesson.labels):
        return recipe.learn(lesson, **arguments)
    names = tuple(lesson.labels[number] for number in present)
    member = recipe.learn(replace(lesson, label=label.astype(np.intp), labels=names), **arguments)
    return _Widened(member, present, len(lesson.labels))


def _seen(rows: NDArray[np.float32], view: View, normaliser: Normaliser | None) -> NDArray[np.float32]:
    assert normaliser is not None
    return normaliser.whiten(rows) if view == "whitened" else normaliser.standardise(rows)


def mean_by_song(windows: Scores, track: Labels, songs: Labels) -> Scores:
    """Return the mean over the windows of each of ``songs``; ``track`` names the song of a window.

    A song without windows gets the log-probability of not knowing.
    """
    order = np.argsort(songs, kind="stable")
    place = order[np.searchsorted(songs, track, sorter=order)]
    sums = np.zeros((len(songs), windows.shape[1]))
    np.add.at(sums, place, windows)
    count = np.bincount(place, minlength=len(songs))[:, None]
    return np.asarray(np.where(count > 0, sums / np.maximum(count, 1), -np.log(windows.shape[1])))


def _member_size(member: Member) -> int:
    if isinstance(member, _Widened):
        return _member_size(member.member)
    if isinstance(member, LinearMember):
        return int(member.weights.nbytes + member.bias.nbytes)
    if isinstance(member, KernelMember):
        return int(member.landmarks.nbytes // 2 + member.weights.nbytes + member.bias.nbytes)
    return int(getattr(member, "size", 0))

"""All that the shipped model learns from: which recording speaks for which genre, mood and tag, and who may judge it.

What belongs here: one table of targets from the tracks of a dataset. Not here: features (``extract``) or fitting
(``train``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from classifier.constants import MOODS
from classifier.training.clean import Cleaning
from classifier.training.dataset import Task
from classifier.training.split import Fold, artist_folds

Targets = NDArray[np.float32]

HINTS = {
    "blues": "blues",
    "classical": "classical",
    "country": "country",
    "jazz": "jazz",
    "metal": "metal",
    "rap": "hiphop",
    "reggae": "reggae",
}
"""What a source calls a genre of ours where it names several. Pop/Rock is missing: it says next to nothing."""

COMMON_TAG = 12
"""Recordings that a source's name for a genre needs to be a tag the network learns beside the rest."""


@dataclass(frozen=True, eq=False)
class Curriculum:
    """Targets of n recordings.

    Parameters
    ----------
    tracks : DataFrame
        Columns path, set, label, use, artist_group, recording and duplicate_group, index 0 to n - 1. ``label`` and
        ``use`` are for dealing folds: whatever may be judged on, in genre or in mood, is ``cv``.
    genres : tuple of str
        Labels of the genre question.
    genre, mood, tag : ndarray, shape (n, labels), float32
        Share of each label; a row of zeros where nothing is known, or nothing may be learned.
    judged_genre, judged_mood : ndarray, shape (n,), int
        Number of the true label of what may be judged on, -1 elsewhere.
    """

    tracks: pd.DataFrame
    genres: tuple[str, ...]
    genre: Targets
    mood: Targets
    tag: Targets
    judged_genre: NDArray[np.intp]
    judged_mood: NDArray[np.intp]

    @property
    def paths(self) -> list[str]:
        """Files, in order."""
        return list(self.tracks["path"])

    @property
    def targets(self) -> tuple[Targets, Targets, Targets]:
        """What there is to learn: genre, mood and tag."""
        return self.genre, self.mood, self.tag

    @property
    def taught(self) -> NDArray[np.bool_]:
        """Which recordings teach anything."""
        return np.asarray(np.any([target.any(axis=1) for target in self.targets], axis=0))

    def folds(self, folds: int, *, seed: int) -> list[Fold]:
        """Deal all that may be judged on into artist-grouped folds."""
        return artist_folds(self.tracks, folds=folds, seed=seed)

    def extended(self, tracks: pd.DataFrame) -> Curriculum:
        """Return one with the further ``tracks`` at its end, each learned from under its label and never judged on."""
        more = len(tracks) - len(self.tracks)
        label = pd.Categorical(tracks["label"].iloc[len(self.tracks) :], categories=list(self.genres)).codes

        def longer(target: Targets) -> Targets:
            return np.concatenate([target, np.zeros((more, target.shape[1]), dtype=np.float32)])

        nobody = np.full(more, -1, dtype=np.intp)
        return Curriculum(
            tracks,
            self.genres,
            np.concatenate([self.genre, np.eye(len(self.genres), dtype=np.float32)[label]]),
            longer(self.mood),
            longer(self.tag),
            np.concatenate([self.judged_genre, nobody]),
            np.concatenate([self.judged_mood, nobody]),
        )


def make_curriculum(cleaning: Cleaning, task: Task) -> Curriculum:
    """Gather what there is to learn.

    Recordings that cleaning dropped are judged on if they were meant to be, and never learned from. Recordings of
    which the source names several genres, some of them among ``task``'s, are learned from as a share of each.

    Parameters
    ----------
    cleaning : Cleaning
        Of the whole dataset.
    task : Task
        The genre question: ``genre_task`` or ``extended_task`` of the same dataset.
    """
    tracks = cleaning.grouped.reset_index(drop=True)
    place = {path: number for number, path in enumerate(tracks["path"])}
    own = task.tracks["path"].map(place).to_numpy()
    label = pd.Categorical(task.tracks["label"], categories=list(task.labels)).codes
    genre = np.zeros((len(tracks), len(task.labels)), dtype=np.float32)
    genre[own, label] = 1
    judged_genre = np.full(len(tracks), -1, dtype=np.intp)
    tested = (task.tracks["use"] == "cv").to_numpy()
    judged_genre[own[tested]] = label[tested]
    unknown = genre.sum(axis=1) == 0
    genre[unknown] = _hints(tracks["source_genre"][unknown], task.labels)
    mood = _shares([[name] if name else [] for name in tracks["mood"]], MOODS)
    judged_mood = np.where(mood.any(axis=1), mood.argmax(axis=1), -1)
    tag = _tags(tracks)
    for target in (genre, mood, tag):
        target[tracks["dropped"].to_numpy()] = 0
    judged = (judged_genre >= 0) | (judged_mood >= 0)
    strata = [
        task.labels[number] if number >= 0 else name or "none"
        for number, name in zip(judged_genre, tracks["mood"], strict=True)
    ]
    tracks = tracks.assign(label=strata, use=np.where(judged, "cv", "train"))
    return Curriculum(tracks, task.labels, genre, mood, tag, judged_genre, judged_mood)


def _hints(sources: pd.Series, labels: Sequence[str]) -> Targets:
    named = [[HINTS.get(name, name) for name in _names(source)] for source in sources]
    return _shares(named, labels)


def _tags(tracks: pd.DataFrame) -> Targets:
    """Return the names that a source with many names per recording gives, as far as they are common."""
    several = tracks.groupby("set")["source_genre"].transform(lambda names: names.str.contains(";").any())
    named = [_names(source) if many else [] for source, many in zip(tracks["source_genre"], several, strict=True)]
    counts = pd.Series([name for names in named for name in names], dtype=str).value_counts()
    return _shares(named, sorted(counts.index[counts >= COMMON_TAG]))


def _names(source: str) -> list[str]:
    return [name.strip().lower() for name in source.split(";") if name.strip()]


def _shares(named: Sequence[Sequence[str]], labels: Sequence[str]) -> Targets:
    """Share each recording out among those of its names that are labels."""
    place = {label: number for number, label in enumerate(labels)}
    shares = np.zeros((len(named), len(labels)), dtype=np.float32)
    for row, names in zip(shares, named, strict=True):
        known = [place[name] for name in names if name in place]
        row[known] = 1 / max(1, len(known))
    return shares

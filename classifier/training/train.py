"""Fitting the model that is shipped: windows and targets in, a GenreModel out; and the same within every fold.

What belongs here: the order of fitting, and what is asked of a model about recordings it never heard. Not here: the
single algorithms (``algorithms``, ``network``), figures (``evaluate``) or files (``commands``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifier.constants import MOODS
from classifier.likeness import Likeness
from classifier.model import GenreModel, Head, LinearMember
from classifier.network import Network
from classifier.training.algorithms import linear_discriminant
from classifier.training.curriculum import Curriculum
from classifier.training.extract import FeatureTable
from classifier.training.lesson import Labels, Lesson
from classifier.training.likeness import fit_likeness
from classifier.training.network import Question, kept_network
from classifier.training.nonmusic import OtherSounds, fit_gate
from classifier.training.normalise import Normaliser, row_weights
from classifier.training.split import Fold, SplitError

GENRE_SHRINKAGE = 0.3
"""Share of the identity in the covariance within genres: rows are too few for so many columns."""

MOOD_SHRINKAGE = 0.8
"""The same within moods, of which there are fewer rows still."""

MOOD_IMPORTANCE = 0.5
"""What the mood counts against the genre while the network learns."""

TAG_IMPORTANCE = 0.5
"""What the source's own names for genres count: they teach the network to hear, and are not asked for."""

SOFTENING = 1.5
"""How much softer a window's scores are than its song's: it knows less, and the timeline should not shout."""


class NothingLeftError(SplitError):
    """A genre has no recording to learn from once those of the artists tested are set aside."""

    def __init__(self, genres: Sequence[str]) -> None:
        super().__init__(
            f"With the tested artists and the copies set aside nothing is left to learn {', '.join(genres)} from. Each "
            "genre needs more artists, or there must be fewer folds."
        )


@dataclass(frozen=True, eq=False)
class Held:
    """What models said of recordings whose artists they never heard.

    Parameters
    ----------
    tracks : ndarray, shape (n,), int
        Row numbers in the curriculum of the recordings judged.
    fold : ndarray, shape (n,), int
        In which fold each was held out.
    genre, mood : ndarray, shape (members, n, labels)
        Mean log-probability over windows of each member of a head, the network's last; of the mood no member at all
        where it could not be learned in every fold.
    strangeness : ndarray, shape (n,)
        How far each lies from what was learned from.
    musicality : ndarray, shape (n,)
        How far on music's side of the gate each lies.
    other_passed : float
        Share of windows of unheard clips of other sounds that the gate let pass, as it should none.
    sound, ear : ndarray, shape (n, directions), float32
        The views that are half of each one's vector; ``ear`` has no directions where there is no network.
    plain : ndarray, shape (n, features), float32
        Its mean row, standardised and no more, to be held against the vector.
    """

    tracks: Labels
    fold: Labels
    genre: NDArray[np.float64]
    mood: NDArray[np.float64]
    strangeness: NDArray[np.float64]
    musicality: NDArray[np.float64]
    other_passed: float
    sound: NDArray[np.float32]
    ear: NDArray[np.float32]
    plain: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Trainer:
    """Everything a fit needs but the choice of recordings.

    Parameters
    ----------
    curriculum : Curriculum
        What the recordings speak for.
    table : FeatureTable
        Their windows, altered copies included.
    other : OtherSounds
        Sounds that are no music.
    seed : int
        For whatever is drawn at random.
    epochs : int
        Passes of the network over the windows; 0 for a model without a network.
    kept : Path
        Folder that keeps trained networks by content, so that a stopped run goes on.
    """

    curriculum: Curriculum
    table: FeatureTable
    other: OtherSounds
    seed: int
    epochs: int
    kept: Path

    def fit(self, learned: Labels, other: OtherSounds | None = None) -> GenreModel:
        """Fit a model, not yet calibrated, on the recordings ``learned`` and their copies.

        Parameters
        ----------
        learned : ndarray of int
            Row numbers in the curriculum; those without any target teach nothing.
        other : OtherSounds, optional
            In place of all the trainer's.

        Raises
        ------
        NothingLeftError
            If none of ``learned`` speaks for one of the genres.
        TorchMissingError
            If a network is wanted and PyTorch is not installed.
        """
        chosen = np.flatnonzero(np.isin(self.table.track, learned))
        genre, row, weight = self._spoken_for(self.curriculum.genre, chosen)
        missing = sorted(set(self.curriculum.genres) - {self.curriculum.genres[number] for number in set(genre)})
        if missing:
            raise NothingLeftError(missing)
        normaliser = Normaliser.fit(self.table.rows[row], genre, weight, GENRE_SHRINKAGE, self._altered(chosen))
        lesson = Lesson(normaliser.whiten(self.table.rows[row]), genre, weight, self.seed, self.curriculum.genres)
        member = linear_discriminant(lesson)
        mood = self._mood_member(chosen, normaliser)
        network = self._network(chosen)
        sounds = other or self.other
        gate_weights, gate_bias = fit_gate(lesson.rows, weight, normaliser.whiten(sounds.rows), sounds.kind)
        return GenreModel(
            version="",
            mean=normaliser.mean,
            scale=normaliser.scale,
            whitening=normaliser.whitening,
            network=network,
            genre=_head(self.curriculum.genres, member, None if network is None else 0),
            mood=None if mood is None else _head(MOODS, mood, None if network is None else len(self.curriculum.genres)),
            sure_from=1.0,
            pair_from=1.0,
            familiar=np.inf,
            strangest=np.inf,
            gate_weights=gate_weights,
            gate_bias=gate_bias,
            likeness=self._likeness(chosen, normaliser, network),
        )

    def cross_validate(self, folds: Sequence[Fold], say: Callable[[str], None] = lambda _text: None) -> Held:
        """Judge every recording by models that never heard its artist.

        Of the other sounds half is learned from and half is held out.

        Parameters
        ----------
        folds : sequence of Fold
            As ``Curriculum.folds`` deals them.
        say : callable
            Told about progress, a line a fold.
        """
        learned, unheard = self.other.halves()
        parts, passed = [], []
        for number, fold in enumerate(folds):
            model = self.fit(fold.train, learned)
            parts += [self._judge(model, track) for track in fold.test]
            passed.append(np.mean(model.whiten(unheard.rows) @ model.gate_weights + model.gate_bias > 0))
            say(f"fold {number + 1} of {len(folds)}")
        moods = min(len(part.mood) for part in parts)  # None, if a fold had too few to learn from.
        return Held(
            tracks=np.concatenate([fold.test for fold in folds]),
            fold=np.repeat(np.arange(len(folds)), [len(fold.test) for fold in folds]),
            genre=np.stack([part.genre for part in parts], axis=1),
            mood=np.stack([part.mood[:moods] for part in parts], axis=1),
            strangeness=np.array([part.strangeness for part in parts]),
            musicality=np.array([part.musicality for part in parts]),
            other_passed=float(np.mean(passed)),
            sound=np.stack([part.sound for part in parts]),
            ear=np.stack([part.ear for part in parts]),
            plain=np.stack([part.plain for part in parts]),
        )

    def _spoken_for(self, target: NDArray[np.float32], chosen: Labels) -> tuple[Labels, Labels, NDArray[np.float64]]:
        """Return label, row number and weight of every pair of a row and a label that it speaks for."""
        shares = target[self.table.track[chosen]]
        place, label = np.nonzero(shares)
        row = chosen[place]
        return label, row, row_weights(label, self.table.copy[row], shares[place, label].astype(np.float64))

    def _altered(self, chosen: Labels) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the rows of altered copies of what has a genre, and those of their recordings."""
        copies = chosen[self.curriculum.genre[self.table.track[chosen]].any(axis=1)]
        originals = self.table.originals(copies)
        known = originals >= 0
        return self.table.rows[copies[known]], self.table.rows[originals[known]]

    def _mood_member(self, chosen: Labels, normaliser: Normaliser) -> LinearMember | None:
        """Fit the mood on a whitening of its own, and say it in terms of the genre's, which is the one that is kept."""
        if not self.curriculum.mood[self.table.track[chosen]].any(axis=0).all():
            return None
        label, row, weight = self._spoken_for(self.curriculum.mood, chosen)
        own = normaliser.turned(self.table.rows[row], label, weight, MOOD_SHRINKAGE)
        member = linear_discriminant(Lesson(own.whiten(self.table.rows[row]), label, weight, self.seed, MOODS))
        turned = np.linalg.solve(normaliser.whitening.astype(np.float64), own.whitening @ member.weights)
        return LinearMember(turned.astype(np.float32), member.bias)

    def _network(self, chosen: Labels) -> Network | None:
        if not self.epochs:
            return None
        track = self.table.track[chosen]
        taught = self.curriculum.genre[track].any(axis=1) | self.curriculum.mood[track].any(axis=1)
        # Corrections have rows and no patches; they stand last.
        windows = chosen[taught & (self.table.copy[chosen] == 0) & (chosen < len(self.table.patches))]
        track, copy = self.table.track[windows], np.zeros(len(windows), dtype=np.intp)
        questions = []
        for target, importance in (
            (self.curriculum.genre, 1.0),
            (self.curriculum.mood, MOOD_IMPORTANCE),
            (self.curriculum.tag, TAG_IMPORTANCE),
        ):
            shares = target[track]
            asked = shares.any(axis=1)
            weighted = np.zeros_like(shares)
            if asked.any():
                weight = row_weights(shares[asked].argmax(axis=1), copy[asked])
                weighted[asked] = shares[asked] * weight[:, None]
            questions.append(Question(weighted, importance))
        network = kept_network(
            self.table.versions(windows), questions, seed=self.seed, epochs=self.epochs, folder=self.kept
        )
        wanted = len(self.curriculum.genres) + len(MOODS)
        return replace(network, weights=network.weights[:, :wanted].copy(), bias=network.bias[:wanted].copy())

    def _likeness(self, chosen: Labels, normaliser: Normaliser, network: Network | None) -> Likeness:
        """Fit the vector on whatever teaches anything, unaltered; corrections have no patches, and stand last."""
        own = chosen[self.curriculum.taught[self.table.track[chosen]] & (self.table.copy[chosen] == 0)]
        heard = own[own < len(self.table.patches)]
        summaries = None if network is None else network.summaries([self.table.patches[number] for number in heard])
        whitened = normaliser.whiten(self.table.rows[own])
        return fit_likeness(whitened, self.table.track[own], summaries, self.table.track[heard])

    def _judge(self, model: GenreModel, track: int) -> _Judged:
        own = np.flatnonzero((self.table.track == track) & (self.table.copy == 0))
        whitened = model.whiten(self.table.rows[own])
        summaries = model.summaries([self.table.patches[number] for number in own])
        outputs = model.outputs_of(summaries)
        parts = [head.log_probabilities(whitened, outputs).mean(axis=1) for head in model.heads]
        mood = parts[1] if len(parts) > 1 else np.empty((0, len(MOODS)))
        likeness = model.likeness
        assert likeness is not None
        return _Judged(
            genre=parts[0],
            mood=mood,
            strangeness=model.strangeness(whitened),
            musicality=model.musicality(whitened),
            sound=likeness.sound(whitened),
            ear=np.empty(0, np.float32) if likeness.ear is None or summaries is None else likeness.ear(summaries),
            plain=model.standardise(self.table.rows[own]).mean(axis=0),
        )


@dataclass(frozen=True, eq=False)
class _Judged:
    """What was said of one held-out recording."""

    genre: NDArray[np.float64]
    mood: NDArray[np.float64]
    strangeness: float
    musicality: float
    sound: NDArray[np.float32]
    ear: NDArray[np.float32]
    plain: NDArray[np.float32]


def _head(labels: tuple[str, ...], member: LinearMember, first_output: int | None) -> Head:
    count = 1 if first_output is None else 2
    return Head(labels, (member,), first_output, scales=(1 / count,) * count, softening=SOFTENING)

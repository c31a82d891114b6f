"""``train``: from a folder of labelled music to the shipped model, its card and its page.

What belongs here: the order of the steps, the printing and the files they write. Not here: arguments
(``classifier.__main__``), fitting (``train``) or what a card says (``card``).
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from classifier.artifact import save_model
from classifier.card import USUAL, read_card
from classifier.errors import ModelAltered, ModelMissing
from classifier.model import GenreModel
from classifier.training.algorithms import RECIPES
from classifier.training.card import make_card
from classifier.training.clean import Cleaning, clean
from classifier.training.corrections import Corrections, add_corrections, read_corrections, with_corrections
from classifier.training.curriculum import make_curriculum
from classifier.training.dataset import TASKS, Task, load_tracks
from classifier.training.evaluate import confidence_for, fit_scales
from classifier.training.extract import FeatureTable, extract
from classifier.training.gatekeeper import not_worse
from classifier.training.material import Material
from classifier.training.nonmusic import other_sounds
from classifier.training.report import model_card
from classifier.training.split import Fold, artist_folds
from classifier.training.standing import RELIED_ON, Standing, pair_confidence_for
from classifier.training.train import GENRE_SHRINKAGE, Trainer
from classifier.training.traits import aspects, fit_traits, mean_rows
from classifier.training.usefulness import Help, did_they_help
from classifier.training.usual import usual_by_genre

FAMILIAR_QUANTILE = 0.98
"""Share of held-out music that must not be called unfamiliar."""

STRANGE_QUANTILE = 0.998
"""Share of held-out music that must not be called strange."""

STRANGE_MARGIN = 1.15
"""Room between the strangest music that was held out and what is called no music."""


@dataclass(eq=False)
class Clock:
    """Wall and processor seconds of each step."""

    wall: dict[str, float] = field(default_factory=dict)
    processor: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time what happens inside, and say that it begins."""
        _say(name)
        wall, processor = time.perf_counter(), _processor_seconds()
        yield
        self.wall[name] = round(time.perf_counter() - wall, 1)
        self.processor[name] = round(_processor_seconds() - processor, 1)


def train_command(options: argparse.Namespace) -> None:
    """Cross-validate the shipped model, fit it on everything, write the model, its card and its page.

    Parameters
    ----------
    options : Namespace
        ``dataset``, ``model``, ``card``, ``cache`` (Path), ``other``, ``corrections`` (Path or None), ``task`` (genre
        or extended), ``folds``, ``seed``, ``copies``, ``jobs``, ``epochs`` (int) and ``force`` (bool).

    Raises
    ------
    DatasetError, SplitError, AudioError, CorrectionsError, TorchMissingError
        As the steps raise them.
    WorseModelError, NotComparableError
        If the new model may not replace the present one; nothing is written then.
    """
    clock = Clock()
    with clock.step("cleaning"):
        tracks = load_tracks(options.dataset)
        cleaning = clean(tracks, cache=options.cache / "fingerprints", jobs=options.jobs)
        task = TASKS[options.task](tracks)
        curriculum = make_curriculum(cleaning, task)
    with clock.step("features"):
        table = _extract(curriculum.paths, options)
        other = other_sounds(options.seed, recordings=options.other, cache=options.cache / "sounds", jobs=options.jobs)
    folds = curriculum.folds(options.folds, seed=options.seed)
    helped = None
    if options.corrections:
        with clock.step("corrections"):
            corrections = read_corrections(options.corrections, labels=task.labels)
            helped = _did_they_help(task, cleaning, corrections, options)
            _say(str(helped))
            if helped.answer != "no":
                before = curriculum
                tracks, table = add_corrections(before.tracks, table, corrections)
                curriculum = before.extended(tracks)
                folds = with_corrections(folds, tracks)
    trainer = Trainer(curriculum, table, other, options.seed, options.epochs, options.cache / "networks")
    with clock.step("cross-validation"):
        windows = np.bincount(table.track[table.copy == 0], minlength=len(curriculum.tracks))
        rows = mean_rows(table, len(curriculum.tracks))
        scales = fit_traits(curriculum, rows)
        held = trainer.cross_validate(folds, _say)
        standing = Standing(curriculum, held, windows, options.seed, aspects(rows, scales))
    with clock.step("final fit"):
        model = replace(finish(trainer.fit(np.arange(len(curriculum.tracks))), standing), traits=scales)
    card = make_card(options, task, cleaning, standing, model, clock.wall, clock.processor, helped)
    card[USUAL] = usual_by_genre(curriculum, rows, scales)
    _refuse_worse(options.model, card, force=options.force)
    card = save_model(options.model, model.to_arrays(), card)
    options.card.parent.mkdir(parents=True, exist_ok=True)
    options.card.write_text(model_card(card))
    print(model_card(card))  # noqa: T201 - the command's answer
    _say(f"wrote {options.model} ({options.model.stat().st_size / 2**20:.1f} MB), its card and {options.card}")


def finish(model: GenreModel, standing: Standing) -> GenreModel:
    """Set everything that held-out artists decide: scales, limits, the place of the gate; a mood nobody judged goes."""
    held = standing.held
    mood = None
    if model.mood is not None and standing.mood is not None:
        mood = replace(model.mood, scales=tuple(fit_scales(standing.mood.truth, standing.mood.parts).tolist()))
    return replace(
        model,
        genre=replace(model.genre, scales=tuple(fit_scales(standing.genre.truth, standing.genre.parts).tolist())),
        mood=mood,
        sure_from=confidence_for(RELIED_ON, standing.genre.truth, standing.genre.probabilities),
        pair_from=pair_confidence_for(RELIED_ON, standing.genre.truth, standing.genre.probabilities),
        familiar=float(np.quantile(held.strangeness, FAMILIAR_QUANTILE)),
        strangest=float(np.quantile(held.strangeness, STRANGE_QUANTILE)) * STRANGE_MARGIN,
        gate_bias=model.gate_bias - standing.gate_margin,
    )


def _extract(paths: list[str], options: argparse.Namespace) -> FeatureTable:
    return extract(paths, copies=options.copies, seed=options.seed, jobs=options.jobs, cache=options.cache)


def _did_they_help(task: Task, cleaning: Cleaning, corrections: Corrections, options: argparse.Namespace) -> Help:
    """Ask the member that learns from rows: corrections have nothing the network could look at."""
    group = cleaning.kept.set_index("path")["duplicate_group"]
    tracks = task.tracks[task.tracks["path"].isin(group.index)].reset_index(drop=True)
    tracks = tracks.assign(duplicate_group=group.loc[tracks["path"]].to_numpy())
    folds = artist_folds(tracks, folds=options.folds, seed=options.seed)

    def judge(tracks: pd.DataFrame, table: FeatureTable, folds: Sequence[Fold]) -> NDArray[np.float64]:
        material = Material(tracks, task.labels, table, options.seed)
        recipe = RECIPES["LDA, altered copies"]
        fitted = [material.fit(recipe, {"shrinkage": GENRE_SHRINKAGE}, fold.train) for fold in folds]
        return np.concatenate(
            [material.song_scores(model, fold.test) for model, fold in zip(fitted, folds, strict=True)]
        )

    table = _extract(list(tracks["path"]), options)
    return did_they_help(tracks, table, folds, corrections, judge, labels=task.labels, seed=options.seed)


def _refuse_worse(path: Path, card: Mapping[str, Any], *, force: bool) -> None:
    """Compare with the card of the model that would be replaced, if there is one of these genres."""
    try:
        present = read_card(path)
    except (ModelMissing, ModelAltered):
        return
    if force:
        return
    for change in not_worse(present, card):
        _say(str(change))


def _processor_seconds() -> float:
    """Return what this process and its children have used so far."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - progress of a command

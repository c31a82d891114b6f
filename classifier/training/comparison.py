"""All algorithms under all protocols: who was judged how well, how fast, and how large it is.

What belongs here: the list of trials, running them in processes, putting ensembles together, judging. Every result is
kept as soon as it is there, so that a run that was stopped goes on where it was. Not here: arguments and files
(``compare_command``) or pages (``comparison_report``).
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from classifier.model import log_softmax
from classifier.training.algorithms import ENSEMBLES, RECIPES
from classifier.training.evaluate import Figures, calibrate_across, calibration_parts, judge
from classifier.training.material import Material, Scores
from classifier.training.network import set_threads, torch_is_there
from classifier.training.split import Fold
from classifier.training.trial import Result, Trial, run_and_keep

NO_TORCH = "PyTorch is not installed (pip install genregenie[network])"
NO_PATCHES = "no spectrograms were measured"
NO_COPIES = "no altered copies were measured"


class UnknownAlgorithmError(Exception):
    """An algorithm was asked for by a name that there is not."""


@dataclass(frozen=True, eq=False)
class Split:
    """The folds of one protocol.

    Parameters
    ----------
    folds : sequence of Fold
        Every judged track is tested at most once.
    leaking : bool
        Whether an artist may stand on both sides: its figures are then shown as what they are.
    description : str
        One sentence for the reader.
    """

    folds: Sequence[Fold]
    leaking: bool
    description: str


@dataclass(frozen=True, eq=False)
class Row:
    """One algorithm, or ensemble, under one protocol.

    Parameters
    ----------
    algorithm, protocol : str
        Names.
    leaking : bool
        Whether the protocol leaks.
    figures : Figures
        On all tested songs together, each calibrated by the other folds.
    truth : ndarray, shape (n,), int
    probabilities : ndarray, shape (n, labels)
        Calibrated; songs in the order of the folds.
    search_seconds, fit_seconds : float
        Wall time of a fold, the mean over folds.
    predict_seconds : float
        Wall time of a song, features not included.
    size : int
        Bytes to keep, the mean over folds.
    settings : tuple of mapping
        What the search chose in each fold; of an ensemble, nothing.
    """

    algorithm: str
    protocol: str
    leaking: bool
    figures: Figures
    truth: NDArray[np.intp]
    probabilities: Scores
    search_seconds: float
    fit_seconds: float
    predict_seconds: float
    size: int
    settings: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, eq=False)
class Comparison:
    """All rows, and what was left out and why."""

    labels: tuple[str, ...]
    splits: Mapping[str, Split]
    rows: tuple[Row, ...]
    left_out: Mapping[str, str]

    def row(self, protocol: str, algorithm: str) -> Row:
        """Return one row; raise KeyError if there is none such."""
        for row in self.rows:
            if (row.protocol, row.algorithm) == (protocol, algorithm):
                return row
        raise KeyError((protocol, algorithm))

    def ranked(self, protocol: str) -> list[Row]:
        """Return the rows of a protocol, best macro F1 first."""
        return sorted((row for row in self.rows if row.protocol == protocol), key=lambda row: -row.figures.macro_f1)


def compare(
    material: Material,
    splits: Mapping[str, Split],
    *,
    only: Sequence[str] = (),
    cache: Path,
    jobs: int = 1,
    say: Callable[[str], None] = lambda _text: None,
) -> Comparison:
    """Judge every algorithm and ensemble under every protocol.

    Parameters
    ----------
    material : Material
        Tracks, their rows, perhaps their spectrograms. Algorithms that need what is not there are left out.
    splits : mapping of str to Split
        Protocols by name, the honest one first.
    only : sequence of str
        Names of RECIPES or ENSEMBLES; all where empty. An ensemble brings its members along.
    cache : Path
        Folder that keeps results by content.
    jobs : int
        Processes; with 1 everything runs in this one.
    say : callable
        Told about progress, a line a trial.

    Returns
    -------
    Comparison
        With a row for each protocol and name.

    Raises
    ------
    UnknownAlgorithmError
        If ``only`` names what there is not.
    """
    names, left_out = wanted(only, material)
    trials = [
        Trial(protocol, number, name, fold)
        for protocol, split in splits.items()
        for number, fold in enumerate(split.folds)
        for name in names
        if name in RECIPES
    ]
    # The slow ones come last, so that a mistake in any other shows early.
    trials.sort(key=lambda trial: RECIPES[trial.algorithm].view == "patches")
    results: dict[tuple[str, str, int], Result] = {}
    for trial, result in _run_all(trials, material, cache, jobs):
        results[trial.protocol, trial.algorithm, trial.number] = result
        say(_progress(len(results), len(trials), trial, result, material))
    rows = [_row(name, protocol, split, results, material) for protocol, split in splits.items() for name in names]
    return Comparison(material.labels, splits, tuple(rows), left_out)


def wanted(only: Sequence[str], material: Material) -> tuple[list[str], dict[str, str]]:
    """Return the recipes and ensembles to run, in their order, and why others among them are left out."""
    refuse_unknown(only)
    chosen = set(only) or {*RECIPES, *ENSEMBLES}
    chosen |= {member for name in chosen & set(ENSEMBLES) for member in ENSEMBLES[name]}
    left_out = {name: reason for name in RECIPES if name in chosen and (reason := _obstacle(name, material))}
    for name in ENSEMBLES:
        missing = [member for member in ENSEMBLES[name] if member in left_out]
        if name in chosen and missing:
            left_out[name] = f"{missing[0]} is left out"
    return [name for name in [*RECIPES, *ENSEMBLES] if name in chosen and name not in left_out], left_out


def refuse_unknown(only: Sequence[str]) -> None:
    """Raise UnknownAlgorithmError if a name is none of RECIPES or ENSEMBLES."""
    unknown = set(only) - set(RECIPES) - set(ENSEMBLES)
    if unknown:
        known = ", ".join([*RECIPES, *ENSEMBLES])
        raise UnknownAlgorithmError(f"There is no algorithm {min(unknown)!r}. There are: {known}.")


def _obstacle(name: str, material: Material) -> str:
    recipe = RECIPES[name]
    if recipe.view == "patches":
        return NO_TORCH if not torch_is_there() else "" if material.table.patches else NO_PATCHES
    return NO_COPIES if recipe.copies_of and not material.table.copy.any() else ""


def _run_all(trials: Sequence[Trial], material: Material, cache: Path, jobs: int) -> Iterator[tuple[Trial, Result]]:
    if jobs == 1:
        for trial in trials:
            yield trial, run_and_keep(trial, material, cache)
        return
    # Fresh processes, not forks: OpenMP's threads do not survive a fork.
    context = multiprocessing.get_context("spawn")
    threads = max(1, (os.cpu_count() or 1) // jobs)
    pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin, initargs=(material, cache, threads))
    with pool:
        waiting: dict[Future[Result], Trial] = {pool.submit(_work, trial): trial for trial in trials}
        try:
            for done in as_completed(waiting):
                yield waiting[done], done.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


_given: dict[str, Any] = {}
"""What a worker process was given when it began, so that it is not sent along with every trial."""


def _begin(material: Material, cache: Path, threads: int) -> None:
    threadpool_limits(threads)
    if material.table.patches and torch_is_there():
        set_threads(threads)
    _given.update(material=material, cache=cache)


def _work(trial: Trial) -> Result:
    return run_and_keep(trial, _given["material"], _given["cache"])


def _row(
    name: str, protocol: str, split: Split, results: Mapping[tuple[str, str, int], Result], material: Material
) -> Row:
    tested = np.concatenate([fold.test for fold in split.folds])
    fold = np.repeat(np.arange(len(split.folds)), [len(fold.test) for fold in split.folds])
    truth = material.truth[tested]
    groups = _artists(material, tested)
    parts = calibration_parts(fold, groups)
    members = ENSEMBLES.get(name, (name,))
    found = [[results[protocol, member, number] for number in range(len(split.folds))] for member in members]
    calibrated = [
        calibrate_across(truth, np.concatenate([result.songs for result in results_of]), parts) for results_of in found
    ]
    if len(members) == 1:
        probabilities = calibrated[0]
    else:
        together = np.mean([np.log(shares) for shares in calibrated], axis=0)
        probabilities = calibrate_across(truth, log_softmax(together), parts)
    return Row(
        algorithm=name,
        protocol=protocol,
        leaking=split.leaking,
        figures=judge(truth, probabilities, groups, labels=material.labels, seed=material.seed),
        truth=truth,
        probabilities=probabilities,
        search_seconds=_sum_of_means(found, "search_seconds"),
        fit_seconds=_sum_of_means(found, "fit_seconds"),
        predict_seconds=_sum_of_means(found, "predict_seconds"),
        size=round(_sum_of_means(found, "size")),
        settings=tuple(result.setting for result in found[0]) if len(members) == 1 else (),
    )


def _artists(material: Material, tested: NDArray[np.intp]) -> NDArray[np.object_]:
    """Return each tested song's artist; whose artist is unknown counts as one of his own."""
    known = material.tracks["artist_group"].to_numpy()[tested]
    return np.array([name or f"unknown {number}" for name, number in zip(known, tested, strict=True)], dtype=object)


def _sum_of_means(found: Sequence[Sequence[Result]], name: str) -> float:
    """Return the mean over folds of a member's figure, summed over the members of an ensemble."""
    return float(sum(np.mean([getattr(result, name) for result in results]) for results in found))


def _progress(done: int, total: int, trial: Trial, result: Result, material: Material) -> str:
    right = np.mean(result.songs.argmax(axis=1) == material.truth[trial.fold.test])
    seconds = result.search_seconds + result.fit_seconds
    return (
        f"{done}/{total} {trial.protocol} fold {trial.number + 1}, {trial.algorithm}: "
        f"{right:.1%} right, {seconds:.1f} s, {dict(result.setting) or 'no settings'}"
    )

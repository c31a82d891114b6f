"""One algorithm on one fold: chosen, taught, asked, and kept on disk as soon as it has answered.

What belongs here: a trial, its result, and its file. Not here: which trials there are (``comparison``).
"""

from __future__ import annotations

import hashlib
import inspect
import json
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.training import lesson, material, normalise, search
from classifier.training.algorithms import RECIPES
from classifier.training.lesson import Recipe
from classifier.training.material import Material, Scores
from classifier.training.search import Choice, choose
from classifier.training.split import Fold


@dataclass(frozen=True, eq=False)
class Trial:
    """What is to be tried: the recipe ``algorithm`` on fold ``number`` of ``protocol``."""

    protocol: str
    number: int
    algorithm: str
    fold: Fold


@dataclass(frozen=True, eq=False)
class Result:
    """What came of a trial.

    Parameters
    ----------
    songs : ndarray, shape (len(fold.test), labels)
        Mean log-probability over windows of each tested song, not calibrated.
    setting : mapping
        What the search chose.
    surprises : tuple of float
        What it saw of each setting (nats); empty where there was nothing to choose.
    search_seconds, fit_seconds : float
        Wall time of the search and of the final fit, normalising included.
    predict_seconds : float
        Wall time of judging one song's rows (features not included).
    size : int
        Bytes that have to be kept to judge.
    """

    songs: Scores
    setting: Mapping[str, Any]
    surprises: tuple[float, ...]
    search_seconds: float
    fit_seconds: float
    predict_seconds: float
    size: int


def run(trial: Trial, material: Material) -> Result:
    """Choose the setting inside the training side, fit on all of it, judge the test side."""
    recipe = RECIPES[trial.algorithm]
    begun = time.perf_counter()
    choice = _choice(recipe, material, trial.fold.train)
    chosen = time.perf_counter()
    fitted = material.fit(recipe, choice.setting, trial.fold.train)
    taught = time.perf_counter()
    songs = material.song_scores(fitted, trial.fold.test)
    asked = time.perf_counter()
    return Result(
        songs=songs,
        setting=choice.setting,
        surprises=choice.surprises,
        search_seconds=chosen - begun,
        fit_seconds=taught - chosen,
        predict_seconds=(asked - taught) / len(trial.fold.test),
        size=fitted.size,
    )


def run_and_keep(trial: Trial, material: Material, folder: Path) -> Result:
    """Return what was kept of an equal trial, or run it and keep its result below ``folder``."""
    kept = folder / f"{fingerprint(trial, material)}.npz"
    if kept.exists():
        return _read(kept)
    result = run(trial, material)
    folder.mkdir(parents=True, exist_ok=True)
    _write(result, kept)
    return result


def fingerprint(trial: Trial, material: Material) -> str:
    """Return a name that changes with the data, the fold, the recipe, the seed, or the code that learns."""
    recipe = RECIPES[trial.algorithm]
    base = RECIPES[recipe.copies_of] if recipe.copies_of else recipe
    digest = hashlib.sha256(material.digest(recipe).encode())
    for array in (trial.fold.train, trial.fold.test):
        digest.update(np.ascontiguousarray(array, dtype=np.int64).tobytes() + b"|")
    grid = [dict(setting) for setting in base.grid]
    digest.update(json.dumps([recipe.copies_of, recipe.view, grid], sort_keys=True).encode())
    digest.update(_source(recipe).encode())
    return digest.hexdigest()[:32]


def _choice(recipe: Recipe, material: Material, learned: NDArray[np.intp]) -> Choice:
    return choose(material, RECIPES[recipe.copies_of] if recipe.copies_of else recipe, learned, seed=material.seed)


def _source(recipe: Recipe) -> str:
    own = sys.modules[recipe.learn.__module__]
    return "".join(inspect.getsource(module) for module in (own, lesson, material, normalise, search))


def _write(result: Result, path: Path) -> None:
    facts = {
        "setting": dict(result.setting),
        "surprises": list(result.surprises),
        "search_seconds": result.search_seconds,
        "fit_seconds": result.fit_seconds,
        "predict_seconds": result.predict_seconds,
        "size": result.size,
    }
    partial_file = path.with_suffix(f".{os.getpid()}.tmp.npz")
    np.savez(partial_file, songs=result.songs, facts=np.array(json.dumps(facts)))
    partial_file.replace(path)


def _read(path: Path) -> Result:
    with np.load(path, allow_pickle=False) as arrays:
        facts = json.loads(str(arrays["facts"]))
        return Result(songs=arrays["songs"], **{**facts, "surprises": tuple(facts["surprises"])})

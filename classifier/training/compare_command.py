"""``compare``: from a folder of labelled music to the pages of the comparison.

What belongs here: the order of the steps, the printing and the files they write. Not here: arguments
(``classifier.__main__``) or the comparing (``comparison``).
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import numpy as np

from classifier.features import feature_names
from classifier.training.clean import clean
from classifier.training.comparison import Comparison, Split, compare, refuse_unknown
from classifier.training.comparison_report import ranking_markdown, write_report
from classifier.training.comparison_words import Facts
from classifier.training.dataset import TASKS, Task, load_tracks
from classifier.training.extract import FeatureTable, extract
from classifier.training.importance import Importance, measure_importance
from classifier.training.material import Material
from classifier.training.split import PROTOCOLS, NoPublishedSplitError

DEFAULT_PROTOCOLS = ("artist", "random")
"""What is compared where no protocol is named: the honest one, and the leaking one beside it."""


def compare_command(options: argparse.Namespace) -> Comparison:
    """Compare all algorithms under all protocols asked for, print the ranking, write the pages.

    Parameters
    ----------
    options : Namespace
        ``dataset`` (Path), ``task`` (a name of TASKS), ``protocol`` (names of PROTOCOLS; none means
        DEFAULT_PROTOCOLS and, where the dataset has published lists, fault-filtered), ``folds``, ``seed``, ``copies``,
        ``jobs`` (int), ``cache`` (Path, features and results), ``out`` (Path, folder of the pages), ``only`` (names
        of algorithms; none means all) and ``importance`` (bool).

    Raises
    ------
    DatasetError, SplitError, AudioError, UnknownAlgorithmError
        As the steps raise them.
    """
    refuse_unknown(options.only or ())
    clock = time.perf_counter()
    cleaning = clean(load_tracks(options.dataset), cache=options.cache / "fingerprints", jobs=options.jobs)
    # Copies of one recording stay together; what cleaning would drop is judged too, as other people judge it.
    task = TASKS[options.task](cleaning.grouped)
    _say(f"{len(task.tracks)} recordings, {int((task.tracks['use'] == 'cv').sum())} of them to be judged on")
    splits = make_splits(task, options.protocol, folds=options.folds, seed=options.seed)
    material = _measure(task, options)
    measured = time.perf_counter()
    _say(f"{len(material.table.rows)} rows of {material.table.rows.shape[1]} columns in {measured - clock:.0f} s")
    comparison = compare(
        material, splits, only=options.only or (), cache=options.cache / "comparison", jobs=options.jobs, say=_say
    )
    _say(f"compared in {timedelta(seconds=round(time.perf_counter() - measured))}")
    importance = _importance(material, splits) if options.importance else None
    facts = _facts(task, material, options, splits)
    for path in write_report(comparison, facts, importance, options.out):
        _say(f"wrote {path}")
    for protocol in splits:
        print(ranking_markdown(comparison, protocol), end="\n\n")  # noqa: T201 - the command's answer
    for name, reason in comparison.left_out.items():
        _say(f"left out: {name}, because {reason}")
    return comparison


def make_splits(task: Task, protocols: Sequence[str] | None, *, folds: int, seed: int) -> dict[str, Split]:
    """Return the folds of each protocol named; where none is, of the usual ones that the dataset has."""
    splits = {}
    for name in protocols or (*DEFAULT_PROTOCOLS, "fault-filtered"):
        protocol = PROTOCOLS[name]
        try:
            made = protocol.make(task.tracks, folds=folds, seed=seed)
        except NoPublishedSplitError:
            if protocols:
                raise
            continue
        if not protocols and name == "fault-filtered" and _labels_tested(task, made) < set(task.labels):
            continue  # A part of a dataset may hold only some of the published lists.
        splits[name] = Split(made, protocol.leaking, protocol.description)
    return splits


def _labels_tested(task: Task, folds: Sequence[Any]) -> set[str]:
    return {str(label) for fold in folds for label in task.tracks["label"].to_numpy()[fold.test]}


def _measure(task: Task, options: argparse.Namespace) -> Material:
    paths = list(task.tracks["path"])
    table = extract(paths, copies=options.copies, seed=options.seed, jobs=options.jobs, cache=options.cache)
    return Material(task.tracks, task.labels, table, options.seed)


def _importance(material: Material, splits: Mapping[str, Split]) -> Importance | None:
    """Measure on the first protocol that does not leak."""
    honest = [split for split in splits.values() if not split.leaking]
    if not honest:
        _say("importance is not measured: no honest protocol was asked for")
        return None
    clock = time.perf_counter()
    found = measure_importance(material, feature_names(), honest[0].folds)
    _say(f"importance in {time.perf_counter() - clock:.0f} s")
    return found


def _facts(task: Task, material: Material, options: argparse.Namespace, splits: Mapping[str, Split]) -> Facts:
    judged = task.tracks[task.tracks["use"] == "cv"]
    table: FeatureTable = material.table
    protocols = "".join(f" --protocol {name}" for name in splits)
    importance = " --importance" if options.importance else ""
    return Facts(
        task=task.name,
        judged=len(judged),
        artists=int(judged["artist_group"].nunique()),
        only_learned_from=len(task.tracks) - len(judged),
        windows=int((table.copy == 0).sum()),
        columns=table.rows.shape[1],
        copies=int(table.copy.max(initial=0)),
        folds=options.folds,
        command=f"python -m classifier compare --dataset FOLDER --task {task.name}{protocols} --folds {options.folds} "
        f"--seed {options.seed} --copies {options.copies}{importance}",
        machine=f"{os.cpu_count()} cores {platform.machine()}, Python {platform.python_version()}, "
        f"numpy {np.__version__}",
    )


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - progress of a command

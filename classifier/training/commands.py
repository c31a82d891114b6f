"""``compare`` and ``train``: the order of the steps, the printing and the files they write.

What belongs here: I/O around the pure steps of its neighbours. Not here: arguments (``classifier.__main__``).
"""

from __future__ import annotations

import argparse
import platform
import sys
import time
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from classifier.artifact import save_model
from classifier.constants import FEATURE_VERSION
from classifier.training.algorithms import ALGORITHMS
from classifier.training.dataset import load_tracks
from classifier.training.evaluate import Figures, calibrate_across, confidence_for, fit_temperature, judge
from classifier.training.extract import FeatureTable, extract
from classifier.training.nonmusic import made_up_rows
from classifier.training.report import comparison_table, model_card
from classifier.training.split import artist_folds
from classifier.training.train import Held, cross_validate, fit, genre_numbers

ENSEMBLES = {
    "LDA + logistic regression": ("LDA", "logistic regression"),
    "LDA + SVM": ("LDA", "SVM"),
    "LDA + logistic regression + SVM": ("LDA", "logistic regression", "SVM"),
}
"""Which algorithms are tried together; a verdict is the mean of their log-probabilities."""

SHIPPED_NAME = "LDA"
"""The row of the comparison that is shipped: the best honest macro F1, and the smallest."""

OTHER_FOLDS = 2
"""How many more times the folds are drawn for the shipped algorithm: one drawing may be a lucky one."""

RELIED_ON = 0.8
"""Share of right guesses from which upwards a guess counts as sure."""

STRANGE_QUANTILE = 0.995
"""Share of held-out music that must not be called strange."""

WINDOW_SOFTENING = 1.5
"""How much softer a window's scores are than its song's."""

STRANGE_MARGIN = 1.1
"""Room between the strangest music that was held out and what is called no music."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """What ``compare`` found, and what ``train`` goes on with."""

    tracks: pd.DataFrame
    table: FeatureTable
    other: NDArray[np.float32]
    held: Held
    truth: NDArray[np.intp]
    probabilities: dict[str, NDArray[np.float64]]
    figures: dict[str, Figures]
    seconds: dict[str, float]


def compare_command(options: argparse.Namespace) -> Comparison:
    """Compare all algorithms and ensembles by artist-grouped cross-validation and print the table."""
    clock = time.perf_counter()
    tracks = load_tracks(options.dataset)
    _say(f"{len(tracks)} recordings, {int((tracks['use'] == 'cv').sum())} of them to be judged on")
    # A second run finds the features of the first; their time would then say nothing.
    features = "reading kept features" if any(options.cache.glob("*.npy")) else "features"
    table = extract(
        list(tracks["path"]), copies=options.copies, seed=options.seed, jobs=options.jobs, cache=options.cache
    )
    measured = time.perf_counter()
    _say(f"{len(table.rows)} feature rows of {table.rows.shape[1]} columns in {measured - clock:.0f} s")
    folds = artist_folds(tracks, folds=options.folds, seed=options.seed)
    other = made_up_rows(options.seed)
    held = cross_validate(tracks, table, folds, ALGORITHMS, ENSEMBLES, other=other, seed=options.seed)
    truth = genre_numbers(tracks)[held.tracks]
    groups = tracks["artist_group"].to_numpy()[held.tracks]
    probabilities = {name: calibrate_across(truth, songs, held.fold) for name, songs in held.songs.items()}
    figures = {name: judge(truth, shares, groups, seed=options.seed) for name, shares in probabilities.items()}
    seconds = {features: measured - clock, "cross-validation": time.perf_counter() - measured}
    print(comparison_table(figures))  # noqa: T201 - the command's answer
    return Comparison(tracks, table, other, held, truth, probabilities, figures, seconds)


def train_command(options: argparse.Namespace) -> None:
    """Compare, fit the shipped model on everything, and write it with its card."""
    comparison = compare_command(options)
    clock = time.perf_counter()
    everything = np.arange(len(comparison.tracks))
    members = ENSEMBLES.get(SHIPPED_NAME, (SHIPPED_NAME,))
    algorithms = [ALGORITHMS[name] for name in members]
    model = fit(comparison.tracks, comparison.table, everything, algorithms, other=comparison.other, seed=options.seed)
    songs = comparison.held.songs[SHIPPED_NAME]
    temperature = fit_temperature(comparison.truth, songs)
    sure_from = confidence_for(RELIED_ON, comparison.truth, comparison.probabilities[SHIPPED_NAME])
    model = replace(
        model,
        temperature=temperature,
        # A window knows less than its song: its scores are softened so that the timeline does not shout.
        window_temperature=temperature * WINDOW_SOFTENING,
        sure_from=sure_from,
        strangest=float(np.quantile(comparison.held.strangeness, STRANGE_QUANTILE)) * STRANGE_MARGIN,
    )
    seconds = comparison.seconds | {"final fit": time.perf_counter() - clock}
    card = _card(options, comparison, members, sure_from, seconds) | {"other folds": _other_folds(options, comparison)}
    card = save_model(options.model, model.to_arrays(), card)
    options.card.parent.mkdir(parents=True, exist_ok=True)
    options.card.write_text(model_card(card, comparison.figures, SHIPPED_NAME))
    _say(f"wrote {options.model} ({options.model.stat().st_size / 2**20:.1f} MB), its card and {options.card}")


def _other_folds(options: argparse.Namespace, comparison: Comparison) -> list[dict[str, float]]:
    """Judge the shipped algorithm on folds of other seeds."""
    tracks = comparison.tracks
    members = ENSEMBLES.get(SHIPPED_NAME, (SHIPPED_NAME,))
    ensembles = {SHIPPED_NAME: members} if SHIPPED_NAME in ENSEMBLES else {}
    algorithms = {name: ALGORITHMS[name] for name in members}
    found = []
    for seed in range(options.seed + 1, options.seed + 1 + OTHER_FOLDS):
        folds = artist_folds(tracks, folds=options.folds, seed=seed)
        held = cross_validate(
            tracks, comparison.table, folds, algorithms, ensembles, other=comparison.other, seed=options.seed
        )
        truth, groups = genre_numbers(tracks)[held.tracks], tracks["artist_group"].to_numpy()[held.tracks]
        figures = judge(truth, calibrate_across(truth, held.songs[SHIPPED_NAME], held.fold), groups, seed=seed)
        found.append(
            {"seed": seed, "accuracy": round(figures.accuracy, 4), "macro_recall": round(figures.macro_recall, 4)}
        )
    return found


def _card(
    options: argparse.Namespace,
    comparison: Comparison,
    members: tuple[str, ...],
    sure_from: float,
    seconds: dict[str, float],
) -> dict[str, object]:
    tracks = comparison.tracks
    shares = comparison.probabilities[SHIPPED_NAME]
    confidence, right = shares.max(axis=1), shares.argmax(axis=1) == comparison.truth
    sure = confidence >= sure_from
    return {
        "version": f"genre-{FEATURE_VERSION}",
        "algorithms": list(members),
        "command": f"python -m classifier train --dataset FOLDER --seed {options.seed} --copies {options.copies} "
        f"--folds {options.folds}",
        "seed": options.seed,
        "protocol": f"artist-grouped {options.folds}-fold cross-validation, whole-song verdicts",
        "data": {
            "judged": int((tracks["use"] == "cv").sum()),
            "only learned from": int((tracks["use"] != "cv").sum()),
            "artists judged": int(tracks.loc[tracks["use"] == "cv", "artist_group"].nunique()),
            "altered copies of each": options.copies,
            "share shorter than 15 s": round(float(_single_window(comparison).mean()), 4),
            "artists by genre": tracks[tracks["use"] == "cv"].groupby("genre")["artist_group"].nunique().to_dict(),
            "recordings by set": tracks[tracks["use"] == "cv"].groupby("set").size().to_dict(),
        },
        "figures": comparison.figures[SHIPPED_NAME].to_dict(),
        "by set": {
            str(name): round(float(right[_rows_of(comparison, name)].mean()), 4)
            for name in tracks.loc[comparison.held.tracks, "set"].unique()
        },
        "sure": {
            "from confidence": round(sure_from, 4),
            "share of songs": round(float(sure.mean()), 4),
            "right among them": round(float(right[sure].mean()), 4),
        },
        "music": {
            "held-out music turned away": round(float(1 - comparison.held.music.mean()), 4),
            "unheard made-up sounds let pass": round(comparison.held.other_passed, 4),
        },
        "seconds": {name: round(value, 1) for name, value in seconds.items()},
        "machine": f"{platform.machine()}, Python {platform.python_version()}, numpy {np.__version__}",
    }


def _single_window(comparison: Comparison) -> NDArray[np.bool_]:
    """Tell which judged recordings are too short for a second window, which begins at 15 seconds."""
    windows = np.bincount(comparison.table.track[comparison.table.copy == 0], minlength=len(comparison.tracks))
    return np.asarray(windows[comparison.held.tracks] == 1)


def _rows_of(comparison: Comparison, name: object) -> NDArray[np.bool_]:
    return np.asarray(comparison.tracks["set"].to_numpy()[comparison.held.tracks] == name)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - progress of a command

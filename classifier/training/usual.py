"""What is usual in each genre: how the recordings it was learned from are spread in tempo, brightness and energy.

What belongs here: that table, and the command that writes it into the card of a model that was fitted before. Not here:
reading it (``classifier.card``) or words for it. The range of loudness is not in it: most recordings learned from are
excerpts, and half a minute says nothing of how far a whole song ranges.
"""

from __future__ import annotations

import argparse
import json
import sys

import numpy as np
from numpy.typing import NDArray

from classifier.artifact import load_model
from classifier.card import USUAL, read_card
from classifier.constants import LOW_CUT
from classifier.errors import ModelMismatch
from classifier.training.clean import clean
from classifier.training.curriculum import Curriculum, make_curriculum
from classifier.training.dataset import TASKS, load_tracks
from classifier.training.extract import extract
from classifier.training.traits import aspects, mean_rows, measures_of
from classifier.traits import TraitScales

DECILES = np.arange(10, 100, 10)

FEWEST = 20
"""Recordings of a genre below which nobody knows what is usual."""

ROUNDING = {"tempo": 0, "centroid": 0, "energy": 3}
"""Decimals of each measure: beats a minute, Hz, and the share of the training music that has less."""


def usual_by_genre(
    curriculum: Curriculum, rows: NDArray[np.float32], scales: TraitScales
) -> dict[str, dict[str, list[float]]]:
    """Return the deciles of each of ROUNDING over the recordings that speak for one genre alone.

    Parameters
    ----------
    curriculum : Curriculum
        What the recordings speak for.
    rows : ndarray, shape (n, features), float32
        Their mean rows, as ``traits.mean_rows`` gives them.
    scales : TraitScales
        Of the model, for the energy.
    """
    known = np.isfinite(rows).all(axis=1)
    spread = {}
    for number, genre in enumerate(curriculum.genres):
        own = rows[known & (curriculum.genre[:, number] == 1)]
        if len(own) >= FEWEST:
            spread[genre] = _deciles(own, scales)
    return spread


def usual_command(options: argparse.Namespace) -> None:
    """Write what is usual into the card of a model, from kept features; the model itself is not touched.

    Parameters
    ----------
    options : Namespace
        ``dataset``, ``model``, ``cache`` (Path), ``task`` (genre or extended) and ``jobs`` (int).

    Raises
    ------
    DatasetError, AudioError, ModelError
        As the steps raise them; ModelMismatch if the model tells other genres apart, or knows no scales.
    """
    model = load_model(options.model)
    tracks = load_tracks(options.dataset)
    cleaning = clean(tracks, cache=options.cache / "fingerprints", jobs=options.jobs)
    curriculum = make_curriculum(cleaning, TASKS[options.task](tracks))
    if curriculum.genres != model.genre.labels or model.traits is None:
        raise ModelMismatch(f"{options.model.name} is no model of these genres, or knows no traits.")
    table = extract(curriculum.paths, copies=0, seed=0, jobs=options.jobs, cache=options.cache)
    rows = mean_rows(table, len(curriculum.tracks))
    card = read_card(options.model) | {USUAL: usual_by_genre(curriculum, rows, model.traits)}
    file = options.model.with_suffix(".json")
    file.write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n")
    print(f"wrote what is usual in {len(card[USUAL])} genres into {file}", file=sys.stderr)  # noqa: T201


def _deciles(rows: NDArray[np.float32], scales: TraitScales) -> dict[str, list[float]]:
    alike = aspects(rows, scales)
    values = {
        "tempo": 2 ** alike["tempo"],
        "centroid": LOW_CUT * 2 ** np.array([measures_of(row)[3] for row in rows], dtype=np.float64),
        "energy": alike["energy"],
    }
    return {name: np.percentile(values[name], DECILES).round(places).tolist() for name, places in ROUNDING.items()}

"""What a model's card says, as JSON-ready values, all of it from the run itself.

What belongs here: gathering. Not here: sentences (``report``).
"""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from classifier.constants import FEATURE_VERSION, MOODS
from classifier.features import feature_names
from classifier.model import GenreModel
from classifier.training.alike import NEAREST, closeness, hubs, shared
from classifier.training.clean import Cleaning
from classifier.training.dataset import Task
from classifier.training.standing import MEMBERS, Answers, Standing
from classifier.training.unheard import learned_entry
from classifier.training.usefulness import Help
from classifier.words import HIGH, LOW

WATTS = 15.0
"""Assumed power of one busy core of a server, memory included; the run measures seconds, not watts."""

SHORT_WINDOWS = 1
"""Windows of a recording that is too short for a second one, which begins at 15 seconds."""


def make_card(
    options: argparse.Namespace,
    task: Task,
    cleaning: Cleaning,
    standing: Standing,
    model: GenreModel,
    seconds: Mapping[str, float],
    processor_seconds: Mapping[str, float],
    helped: Help | None,
) -> dict[str, Any]:
    """Gather everything that is to be known of a model, but what ``artifact.save_model`` adds.

    Parameters
    ----------
    options : Namespace
        Of ``train``.
    task : Task
        The genre question.
    cleaning : Cleaning
        What was dropped.
    standing : Standing
        How the model stands on held-out artists.
    model : GenreModel
        Finished, for its limits.
    seconds, processor_seconds : mapping of str to float
        Of each step.
    helped : Help or None
        What corrections did.
    """
    genre, mood = standing.genre, standing.mood
    card: dict[str, Any] = {
        "version": f"{task.name}-{FEATURE_VERSION}",
        "algorithms": list(MEMBERS[: len(genre.parts)]),
        "command": _command(options),
        "seed": options.seed,
        "protocol": f"artist-grouped {options.folds}-fold cross-validation, whole-song verdicts",
        "data": _data(options, cleaning, standing),
        "figures": genre.figures.to_dict(),
        "members": {name: figures.to_dict() for name, figures in genre.alone.items()},
        "by set": _by_set(standing),
        "sure": _sure(genre, model, standing),
        "pairs": _pairs(genre, model),
        "music": {
            "held-out music turned away": round(float(np.mean(_turned_away(standing, model))), 4),
            "unheard clips let pass": round(standing.held.other_passed, 4),
            "recorded sounds learned from": bool(options.other),
        },
        "scales": {"genre": np.round(model.genre.scales, 3).tolist()},
        "seconds": dict(seconds),
        "processor seconds": dict(processor_seconds),
        "energy": {
            "watt hours": round(sum(processor_seconds.values()) * WATTS / 3600, 1),
            "assumed watts of a busy core": WATTS,
        },
        "machine": f"{os.cpu_count()} cores {platform.machine()}, Python {platform.python_version()}, "
        f"numpy {np.__version__}",
        "learned": learned_entry(standing.curriculum.tracks[standing.curriculum.tracks["path"].map(os.path.isfile)]),
    }
    if mood is not None and model.mood is not None:
        card["mood"] = {"judged": len(mood.truth), "artists": len(set(mood.artist)), "figures": mood.figures.to_dict()}
        card["mood"]["members"] = {name: figures.to_dict() for name, figures in mood.alone.items()}
        card["scales"]["mood"] = np.round(model.mood.scales, 3).tolist()
    card["neighbours"] = _neighbours(standing)
    if model.traits is not None:
        card["traits"] = {"recordings": int(standing.curriculum.taught.sum())} | _energy(standing)
    if helped is not None:
        card["corrections"] = helped.to_dict()
    return card


def _command(options: argparse.Namespace) -> str:
    extended = "" if options.task == "genre" else f" --task {options.task}"
    other = " --other FOLDER" if options.other else ""
    corrections = " --corrections FILE" if options.corrections else ""
    return (
        f"python -m classifier train --dataset FOLDER{extended}{other}{corrections} --seed {options.seed} "
        f"--copies {options.copies} --folds {options.folds} --epochs {options.epochs}"
    )


def _data(options: argparse.Namespace, cleaning: Cleaning, standing: Standing) -> dict[str, Any]:
    curriculum = standing.curriculum
    tracks, genre = curriculum.tracks, standing.genre
    judged = tracks.iloc[genre.tracks].assign(label=[genre.labels[number] for number in genre.truth])
    taught = curriculum.genre.any(axis=1)
    dropped = cleaning.table[cleaning.table["action"] == "dropped"]
    return {
        "judged": len(judged),
        "only learned from": int(taught.sum() - (curriculum.judged_genre[taught] >= 0).sum()),
        "learned from as a share of several": int((taught & (curriculum.genre.max(axis=1) < 1)).sum()),
        "taught the mood or tags alone": int((~taught & curriculum.mood.any(axis=1)).sum()),
        "dropped by cleaning": {str(reason): int(count) for reason, count in dropped["reason"].value_counts().items()},
        "artists judged": int(judged["artist_group"].nunique()),
        "altered copies of each": options.copies,
        "share shorter than 15 s": round(float(np.mean(standing.held_windows[genre.tracks] <= SHORT_WINDOWS)), 4),
        "artists by genre": judged.groupby("label")["artist_group"].nunique().to_dict(),
        "recordings by set": judged.groupby("set").size().to_dict(),
    }


def _by_set(standing: Standing) -> dict[str, float]:
    genre = standing.genre
    names = standing.curriculum.tracks["set"].to_numpy()[genre.tracks]
    return {str(name): round(float(genre.right[names == name].mean()), 4) for name in sorted(set(names))}


def _sure(genre: Answers, model: GenreModel, standing: Standing) -> dict[str, float]:
    strangeness = standing.held.strangeness[np.isin(standing.held.tracks, genre.tracks)]
    sure = (genre.probabilities.max(axis=1) >= model.sure_from) & (strangeness <= model.familiar)
    return {
        "from confidence": round(model.sure_from, 4),
        "share of songs": round(float(sure.mean()), 4),
        "right among them": round(float(genre.right[sure].mean()) if sure.any() else 0.0, 4),
    }


def _pairs(genre: Answers, model: GenreModel) -> dict[str, float]:
    shown = [model.shown(song) for song in genre.probabilities]
    two = np.array([len(numbers) > 1 for numbers in shown])
    hit = np.array([truth in numbers for truth, numbers in zip(genre.truth, shown, strict=True)])
    return {
        "from confidence of both": round(model.pair_from, 4),
        "share of songs": round(float(two.mean()), 4),
        "one of the two right": round(float(hit[two].mean()) if two.any() else 0.0, 4),
    }


def _neighbours(standing: Standing) -> dict[str, Any]:
    """Tell how alike neighbours are by the song's vector, and by what anybody could compare songs by."""
    plain = standing.held.plain
    mfcc = sum(name.startswith("mfcc.") for name in feature_names())
    peers = {"song vector": standing.vectors, "measured features": plain, "MFCC statistics": plain[:, :mfcc]}
    asked, company = standing.company(standing.curriculum.judged_genre)
    values = {name: found[standing.held.tracks][asked] for name, found in standing.aspects.items()}
    entry = {
        "values": standing.vectors.shape[1],
        "genre": _alike(standing, standing.curriculum.judged_genre, peers),
        "closeness": {name: closeness(company, vectors[asked], values) for name, vectors in peers.items()},
        "hubs": {name: hubs(company, vectors[asked]) for name, vectors in peers.items()},
    }
    return (
        entry if standing.mood is None else entry | {"mood": _alike(standing, standing.curriculum.judged_mood, peers)}
    )


def _alike(standing: Standing, judged: NDArray[np.intp], peers: Mapping[str, NDArray[np.float32]]) -> dict[str, Any]:
    asked, company = standing.company(judged)
    chance, best = company.chances()
    return {
        "songs": len(asked),
        "artists": len(set(company.group)),
        "chance": round(chance, 4),
        f"best possible at {NEAREST[-1]}": round(best, 4),
        "by": {name: shared(company, vectors[asked], seed=standing.seed) for name, vectors in peers.items()},
    }


def _energy(standing: Standing) -> dict[str, Any]:
    """Tell how well the energy, which learned from no mood, tells lively and tense music from sad and calm."""
    if standing.mood is None or "energy" not in standing.aspects:
        return {}
    energy = standing.aspects["energy"][standing.mood.tracks]
    lively = np.isin(standing.mood.truth, [MOODS.index("lively"), MOODS.index("tense")])
    much, little = energy >= HIGH, energy <= LOW
    return {
        "songs with a mood": len(energy),
        "area under the curve": round(float(roc_auc_score(lively, energy)), 4),
        "share of much energy": round(float(much.mean()), 4),
        "lively or tense among them": round(float(lively[much].mean()), 4) if much.any() else 0.0,
        "share of little energy": round(float(little.mean()), 4),
        "sad or calm among them": round(float((~lively[little]).mean()), 4) if little.any() else 0.0,
    }


def _turned_away(standing: Standing, model: GenreModel) -> Any:
    """Tell which held-out music the finished limits turn away; the margin is that of the gate before it was moved."""
    held = standing.held
    return (held.musicality <= standing.gate_margin) | (held.strangeness > model.strangest)

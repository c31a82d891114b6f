"""The made-up world of ``material`` with everything that the shipped model learns: moods, tags and other sounds.

What belongs here: a curriculum, its windows and what is no music, from numbers, the same at every call; and how a
model that learned from them stands.
"""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import numpy as np
import pandas as pd

from classifier.artifact import save_model
from classifier.constants import MOODS
from classifier.training.card import make_card
from classifier.training.clean import TABLE_COLUMNS, Cleaning
from classifier.training.commands import finish
from classifier.training.curriculum import Curriculum
from classifier.training.dataset import Task
from classifier.training.extract import FeatureTable
from classifier.training.nonmusic import OtherSounds
from classifier.training.standing import Standing
from classifier.training.train import Trainer
from tests.support.material import FEATURES, LABELS, toy_patches, toy_rows, toy_tracks

TAGS = ("bright", "dark")


def toy_curriculum(*, moods=True):
    """Return all toy tracks, judged on in genre and mood; the moods take turns, and every third song has a tag."""
    tracks = toy_tracks()
    count = len(tracks)
    tracks = tracks.assign(path=[f"song {number}" for number in range(count)], recording="", duplicate_group="")
    genre = np.array([LABELS.index(label) for label in tracks["label"]])
    mood = np.arange(count) % len(MOODS)
    tag = np.where((np.arange(count) % 3 == 0)[:, None], np.eye(len(TAGS))[genre % 2], 0)
    nobody = np.full(count, -1)
    return Curriculum(
        tracks=tracks,
        genres=LABELS,
        genre=np.eye(len(LABELS), dtype=np.float32)[genre],
        mood=np.eye(len(MOODS), dtype=np.float32)[mood] * np.float32(moods),
        tag=tag.astype(np.float32),
        judged_genre=genre,
        judged_mood=mood if moods else nobody,
    )


def toy_table():
    """Return two windows of each track and of its copy; the second and third feature say the mood."""
    track, copy = np.arange(len(toy_tracks())).repeat(4), np.tile([0, 0, 1, 1], len(toy_tracks()))
    rows = toy_rows()
    mood = track % len(MOODS)
    rows[:, 1] += 6 * (mood % 2) - 3
    rows[:, 2] += 6 * (mood // 2) - 3
    return FeatureTable(rows.astype(np.float32), track, copy, toy_patches(track))


def toy_other():
    """Return twelve sounds of two windows far from all music."""
    rng = np.random.default_rng(5)
    sound = np.arange(12).repeat(2)
    rows = rng.normal(size=(len(sound), FEATURES)).astype(np.float32)
    rows[:, -1] += 8
    return OtherSounds(rows, np.array(["noise", "speech", "animals"])[sound // 2 % 3], sound)


def toy_standing(*, moods=True):
    """Return how a model without a network stands in this world, and the model, finished."""
    curriculum, table = toy_curriculum(moods=moods), toy_table()
    trainer = Trainer(curriculum, table, toy_other(), seed=1, epochs=0, kept=Path("nowhere"))
    held = trainer.cross_validate(curriculum.folds(3, seed=0))
    windows = np.bincount(table.track[table.copy == 0])
    standing = Standing(curriculum, held, windows, seed=1)
    return standing, finish(trainer.fit(np.arange(len(curriculum.tracks))), standing)


def toy_options(**changes):
    """Return what ``train`` was asked."""
    asked = {"task": "genre", "other": None, "corrections": None, "seed": 1, "copies": 1, "folds": 3, "epochs": 0}
    return Namespace(**(asked | changes))


def toy_card(folder, *, moods=True, helped=None, **asked):
    """Write this world's model into ``folder`` and return its card."""
    standing, model = toy_standing(moods=moods)
    tracks = standing.curriculum.tracks
    dropped = [("a.mp3", "duplicate", "", "b.mp3", "dropped")] * 2 + [("c.mp3", "clipped", "", "", "kept")]
    cleaning = Cleaning(tracks, tracks, pd.DataFrame(dropped, columns=list(TABLE_COLUMNS)))
    task = Task("genre", LABELS, tracks)
    seconds, processor = {"features": 90.0, "final fit": 30.5}, {"features": 170.0, "final fit": 40.0}
    card = make_card(toy_options(**asked), task, cleaning, standing, model, seconds, processor, helped)
    return save_model(folder / "model.npz", model.to_arrays(), card)

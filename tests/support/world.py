"""The made-up world of ``material`` with everything that the shipped model learns: moods, tags and other sounds.

What belongs here: a curriculum, its windows and what is no music, from numbers, the same at every call.
"""

from __future__ import annotations

import numpy as np

from classifier.constants import MOODS
from classifier.training.curriculum import Curriculum
from classifier.training.extract import FeatureTable
from classifier.training.nonmusic import OtherSounds
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


def toy_table(*, patches=True):
    """Return two windows of each track and of its copy; the second and third feature say the mood."""
    track, copy = np.arange(len(toy_tracks())).repeat(4), np.tile([0, 0, 1, 1], len(toy_tracks()))
    rows = toy_rows()
    mood = track % len(MOODS)
    rows[:, 1] += 6 * (mood % 2) - 3
    rows[:, 2] += 6 * (mood // 2) - 3
    return FeatureTable(rows.astype(np.float32), track, copy, toy_patches(track) if patches else ())


def toy_other():
    """Return twelve sounds of two windows far from all music."""
    rng = np.random.default_rng(5)
    sound = np.arange(12).repeat(2)
    rows = rng.normal(size=(len(sound), FEATURES)).astype(np.float32)
    rows[:, -1] += 8
    return OtherSounds(rows, np.array(["noise", "speech", "animals"])[sound // 2 % 3], sound)

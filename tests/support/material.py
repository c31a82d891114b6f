"""A small made-up world to compare algorithms in: three labels, told apart by the first feature and the lowest bands.

What belongs here: tracks, feature rows and spectrograms from numbers, the same at every call.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from classifier.training.extract import FeatureTable
from classifier.training.material import Material

LABELS = ("low", "middle", "high")
ARTISTS = 6
SONGS = 3
FEATURES = 8


def toy_tracks():
    """Return three labels of six artists of three songs."""
    rows = [
        {"label": label, "use": "cv", "artist_group": f"{label} {artist}", "set": "made-up", "fault_filtered": ""}
        for label in LABELS
        for artist in range(ARTISTS)
        for _song in range(SONGS)
    ]
    return pd.DataFrame(rows)


def toy_rows():
    """Return two rows a track and two of an altered copy; an artist's songs share what says nothing of the label."""
    rng = np.random.default_rng(0)
    tracks = toy_tracks()
    label = pd.Categorical(tracks["label"], categories=list(LABELS)).codes
    manner = rng.normal(size=(len(tracks) // SONGS, FEATURES)).repeat(SONGS, axis=0)
    songs = manner + 0.3 * rng.normal(size=manner.shape)
    songs[:, 0] = 3.0 * (label - 1.0) + 0.5 * songs[:, 0]
    return (songs.repeat(4, axis=0) + 0.2 * rng.normal(size=(4 * len(songs), FEATURES))).astype(np.float32)


def toy_material(rows=None, *, copies=True, patches=False, seed=0):
    """Return the world, with ``rows`` in place of its own if given."""
    tracks = toy_tracks()
    track, copy = np.arange(len(tracks)).repeat(4), np.tile([0, 0, 1, 1], len(tracks))
    rows = toy_rows() if rows is None else rows
    seen = np.flatnonzero(copy <= int(copies))
    table = FeatureTable(rows[seen], track[seen], copy[seen], toy_patches(track[seen]) if patches else ())
    return Material(tracks, LABELS, table, seed)


def toy_patches(track):
    """Return one spectrogram a window of ``track``, noise with a louder third of its bands."""
    rng = np.random.default_rng(0)
    labels = toy_tracks()["label"].to_numpy()[track]
    patches = rng.normal(size=(len(track), 48, 64)).astype(np.float16)
    for patch, label in zip(patches, labels, strict=True):
        third = LABELS.index(label)
        patch[:, 20 * third : 20 * third + 20] += 1
    return tuple(patches)

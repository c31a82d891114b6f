"""No artist on both sides, ever."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from classifier.constants import GENRES
from classifier.training.split import Fold, LeakingSplitError, TooFewArtistsError, artist_folds, refuse_leak


def test_every_judged_track_is_tested_once(tracks):
    tested = np.concatenate([fold.test for fold in artist_folds(tracks, folds=3, seed=0)])
    assert sorted(tested) == list(np.flatnonzero(tracks["use"] == "cv"))


def test_tracks_for_training_are_never_tested_and_mostly_learned_from(tracks):
    for fold in artist_folds(tracks, folds=3, seed=0):
        assert (tracks["use"].to_numpy()[fold.test] == "cv").all()
        assert (tracks["use"].to_numpy()[fold.train] == "train").any()


def test_a_training_track_of_a_tested_artist_is_left_out(tracks):
    for fold in artist_folds(tracks, folds=3, seed=0):
        artists = tracks["artist_group"].to_numpy()
        assert not set(artists[fold.train]) & set(artists[fold.test])


@given(seed=st.integers(0, 1000), artists=st.lists(st.integers(0, 40), min_size=60, max_size=60))
@settings(max_examples=25, deadline=None)
@pytest.mark.filterwarnings("ignore:The least populated class")
def test_no_grouping_leaks(seed, artists):
    table = pd.DataFrame({"genre": [GENRES[i % 10] for i in range(60)], "use": "cv", "artist_group": map(str, artists)})
    assume(len(set(artists)) >= 3)
    for fold in artist_folds(table, folds=3, seed=seed):
        refuse_leak(table["artist_group"].to_numpy(), fold)


def test_fewer_artists_than_folds_are_refused(tracks):
    tracks["artist_group"] = "one and the same"
    with pytest.raises(TooFewArtistsError, match="1 artists cannot fill 3 folds"):
        artist_folds(tracks, folds=3, seed=0)


def test_a_leaking_split_is_refused_by_name():
    with pytest.raises(LeakingSplitError, match="bob marley"):
        refuse_leak(
            np.array(["bob marley", "x", "bob marley"], dtype=object), Fold(train=np.array([0, 1]), test=np.array([2]))
        )


@pytest.fixture
def tracks():
    rows = [
        {"genre": genre, "use": "cv", "artist_group": f"{genre} {artist}"}
        for genre in GENRES
        for artist in range(6)
        for _song in range(2)
    ]
    rows += [{"genre": "rock", "use": "train", "artist_group": name} for name in ("rock 0", "rock 1", "new band")]
    return pd.DataFrame(rows)

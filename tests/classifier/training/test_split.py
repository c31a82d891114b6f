"""No artist, no recording and no duplicate on both sides, unless it is said so."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from classifier.constants import GENRES
from classifier.training.split import (
    PROTOCOLS,
    ArtistsUnknownError,
    Fold,
    LeakingSplitError,
    NoPublishedSplitError,
    TooFewArtistsError,
    TooFewTracksError,
    artist_folds,
    fault_filtered_folds,
    leak_groups,
    random_folds,
    refuse_leak,
)


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
def test_no_grouping_leaks(seed, artists):
    table = pd.DataFrame({"label": [GENRES[i % 10] for i in range(60)], "use": "cv", "artist_group": map(str, artists)})
    table["duplicate_group"] = [str(i) if i < 5 else "" for i in range(30)] * 2
    table["recording"] = [f"{i // 2}" for i in range(60)]
    assume(len(set(leak_groups(table))) >= 3)
    for fold in artist_folds(table, folds=3, seed=seed):
        refuse_leak(table, fold)


def test_a_duplicate_binds_two_artists_together(tracks):
    tracks["duplicate_group"] = ""
    tracks.loc[[0, 15], "duplicate_group"] = "same song"
    for fold in artist_folds(tracks, folds=3, seed=0):
        assert (0 in fold.test) == (15 in fold.test)


def test_chains_of_artists_and_copies_are_one_group():
    table = pd.DataFrame(
        {
            "artist_group": ["ann", "bob", "bob", "cid", ""],
            "recording": ["1", "2", "3", "4", "4"],
            "duplicate_group": ["copy", "copy", "", "", ""],
        }
    )
    assert leak_groups(table).tolist() == ["ann", "ann", "ann", "cid", "cid"]


def test_fewer_artists_than_folds_are_refused(tracks):
    tracks["artist_group"] = "one and the same"
    with pytest.raises(TooFewArtistsError, match="1 artists cannot fill 3 folds"):
        artist_folds(tracks, folds=3, seed=0)


def test_fewer_tracks_than_folds_are_refused(tracks):
    with pytest.raises(TooFewTracksError, match="No label has enough tracks"):
        random_folds(tracks.drop_duplicates("label"), folds=3, seed=0)


def test_unknown_artists_are_refused_with_what_to_do(tracks):
    tracks["artist_group"] = ""
    with pytest.raises(ArtistsUnknownError, match=r"120 of 120 .* artists\.csv .* --protocol random, which leaks"):
        artist_folds(tracks, folds=3, seed=0)


def test_a_few_tracks_of_unknown_artist_take_no_part(tracks):
    tracks.loc[[0, 120], "artist_group"] = ""
    for fold in artist_folds(tracks, folds=3, seed=0):
        assert not {0, 120} & set(np.concatenate([fold.train, fold.test]))


@pytest.mark.parametrize(
    ("column", "named"), [("artist_group", "artists"), ("recording", "recordings"), ("duplicate_group", "duplicates")]
)
def test_a_leaking_split_is_refused_by_name(column, named):
    table = pd.DataFrame({"artist_group": ["a", "b", "c"], "recording": ["1", "2", "3"], "duplicate_group": ""})
    table.loc[[0, 2], column] = "bob marley"
    fold = Fold(train=np.array([0, 1]), test=np.array([2]))
    with pytest.raises(LeakingSplitError, match=f"{named}.*bob marley"):
        refuse_leak(table, fold)


def test_a_track_on_both_sides_is_refused(tracks):
    with pytest.raises(LeakingSplitError, match="same track"):
        refuse_leak(tracks, Fold(train=np.array([0, 1]), test=np.array([1])))


def test_the_published_split_is_taken_and_its_leaks_are_left_out(tracks):
    tracks["fault_filtered"] = ["train", "valid", "test", ""] * 30 + [""] * 3
    (fold,) = fault_filtered_folds(tracks)
    part, artists = tracks["fault_filtered"].to_numpy(), tracks["artist_group"].to_numpy()
    assert set(part[fold.test]) == {"test"}
    assert set(part[fold.train]) <= {"train", "valid"}
    assert not set(artists[fold.train]) & set(artists[fold.test])


def test_a_dataset_without_the_lists_says_where_to_put_them(tracks):
    with pytest.raises(NoPublishedSplitError, match=r"test_filtered\.txt"):
        fault_filtered_folds(tracks.assign(fault_filtered=""))


def test_random_folds_leak_and_say_so(tracks):
    folds = random_folds(tracks, folds=3, seed=0)
    assert all(fold.leaking for fold in folds)
    assert sorted(np.concatenate([fold.test for fold in folds])) == list(range(120))
    with pytest.raises(LeakingSplitError):
        refuse_leak(tracks, Fold(folds[0].train, folds[0].test))


def test_protocols_say_whether_they_leak(tracks):
    tracks["fault_filtered"] = ["train", "test"] * 60 + [""] * 3
    for protocol in PROTOCOLS.values():
        folds = protocol.make(tracks.assign(artist_group=tracks.index.map(str)), folds=3, seed=0)
        assert {fold.leaking for fold in folds} == {protocol.leaking}
    assert [name for name, protocol in PROTOCOLS.items() if protocol.leaking] == ["random"]
    assert "LEAKING" in PROTOCOLS["random"].description


@pytest.fixture
def tracks():
    rows = [
        {"label": genre, "use": "cv", "artist_group": f"{genre} {artist}"}
        for genre in GENRES
        for artist in range(6)
        for _song in range(2)
    ]
    rows += [{"label": "rock", "use": "train", "artist_group": name} for name in ("rock 0", "rock 1", "new band")]
    return pd.DataFrame(rows)

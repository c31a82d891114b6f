"""Who speaks for what: genres, shares of genres, moods and tags; and who may judge."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from classifier.constants import GENRES, MOODS
from classifier.training.clean import TABLE_COLUMNS, Cleaning
from classifier.training.corrections import Corrections, add_corrections, with_corrections
from classifier.training.curriculum import COMMON_TAG, make_curriculum
from classifier.training.dataset import TRACK_COLUMNS, genre_task
from classifier.training.extract import FeatureTable

ARTISTS = 4


def test_a_recording_with_a_genre_speaks_for_it_and_judges_if_it_may(curriculum):
    row = row_of(curriculum, "jazz 0")
    assert spoken_for(curriculum, row) == {"jazz": 1.0}
    assert curriculum.judged_genre[row] == GENRES.index("jazz")
    taught = row_of(curriculum, "taught only")
    assert spoken_for(curriculum, taught) == {"blues": 1.0}
    assert curriculum.judged_genre[taught] == -1


@pytest.mark.parametrize(
    ("path", "shares"),
    [
        ("rap and jazz", {"hiphop": 0.5, "jazz": 0.5}),
        ("blues alone", {"blues": 1.0}),
        ("pop/rock", {}),  # AllMusic's name for nearly everything
        ("latin", {}),
        ("unknown", {}),
    ],
)
def test_what_a_source_names_is_a_share_of_each_and_never_judges(curriculum, path, shares):
    row = row_of(curriculum, path)
    assert spoken_for(curriculum, row) == shares
    assert curriculum.judged_genre[row] == -1


def test_a_source_changes_nothing_where_the_genre_is_known(curriculum):
    assert spoken_for(curriculum, row_of(curriculum, "jazz named rap")) == {"jazz": 1.0}


def test_what_cleaning_dropped_is_judged_but_never_learned_from(curriculum):
    row = row_of(curriculum, "dropped")
    assert curriculum.judged_genre[row] == GENRES.index("metal")
    assert curriculum.judged_mood[row] == MOODS.index("sad")
    assert not curriculum.genre[row].any()
    assert not curriculum.mood[row].any()
    assert not curriculum.tag[row].any()


def test_a_mood_is_learned_and_judged_whatever_the_genre(curriculum):
    row = row_of(curriculum, "latin")
    assert curriculum.mood[row].tolist() == [0, 0, 0, 1]
    assert curriculum.judged_mood[row] == MOODS.index("calm")
    assert curriculum.judged_mood[row_of(curriculum, "jazz 0")] == -1


def test_common_names_of_a_source_with_several_are_tags_and_rare_ones_are_not(curriculum):
    # "pop/rock" stands on COMMON_TAG recordings of the set that names several, "latin" on one.
    assert curriculum.tag.shape[1] == 1
    assert curriculum.tag[row_of(curriculum, "pop/rock")].tolist() == [1]
    assert curriculum.tag[row_of(curriculum, "rap and jazz")].tolist() == [0]
    assert curriculum.tag[row_of(curriculum, "pop/rock of a set that names one")].tolist() == [0]


def test_folds_test_each_judged_recording_once_and_never_teach_what_they_test(curriculum):
    folds = curriculum.folds(3, seed=0)
    judged = np.flatnonzero((curriculum.judged_genre >= 0) | (curriculum.judged_mood >= 0))
    assert sorted(np.concatenate([fold.test for fold in folds])) == judged.tolist()
    artist = curriculum.tracks["artist_group"].to_numpy()
    for fold in folds:
        assert not set(artist[fold.train]) & set(artist[fold.test])


def test_corrections_are_learned_from_at_the_end_and_never_judge(curriculum):
    count = len(curriculum.tracks)
    table = FeatureTable(np.eye(count, dtype=np.float32), np.arange(count), np.zeros(count, dtype=int))
    rows = np.full((3, count), 9, dtype=np.float32)
    said = Corrections(rows, np.array([0, 0, 1]), ("reggae", "pop"), ("jazz 1", ""))
    tracks, _table = add_corrections(curriculum.tracks, table, said)
    longer = curriculum.extended(tracks)
    assert [spoken_for(longer, count + number) for number in range(2)] == [{"reggae": 1.0}, {"pop": 1.0}]
    assert not longer.mood[count:].any()
    assert not longer.tag[count:].any()
    assert (longer.judged_genre[count:] == -1).all()
    assert (longer.judged_mood[count:] == -1).all()
    np.testing.assert_array_equal(longer.genre[:count], curriculum.genre)
    for fold in with_corrections(curriculum.folds(3, seed=0), tracks):
        tested = "jazz 1" in set(tracks["artist_group"].to_numpy()[fold.test])
        assert (count in fold.train) is not tested
        assert count + 1 in fold.train


def spoken_for(curriculum, row):
    return {curriculum.genres[number]: share for number, share in enumerate(curriculum.genre[row].tolist()) if share}


def row_of(curriculum, path):
    return curriculum.paths.index(path)


def track(path, **known):
    return dict.fromkeys(TRACK_COLUMNS, "") | {"path": path, "set": "a", "use": "train", "artist_group": path} | known


@pytest.fixture(scope="module")
def curriculum():
    rows = [
        track(f"{genre} {artist}", genre=genre, use="cv", artist_group=f"{genre} {artist}")
        for genre in GENRES
        for artist in range(ARTISTS)
    ]
    rows += [
        track("taught only", genre="blues"),
        track("jazz named rap", genre="jazz", source_genre="rap", set="several"),
        track("dropped", genre="metal", mood="sad", use="cv", source_genre="pop/rock", set="several"),
        track("rap and jazz", source_genre="rap; jazz", set="several"),
        track("blues alone", source_genre="blues", set="several"),
        track("latin", source_genre="latin", mood="calm", use="mood", set="several"),
        track("unknown"),
        track("pop/rock", source_genre="pop/rock", set="several"),
        track("pop/rock of a set that names one", source_genre="pop/rock", set="one"),
    ]
    rows += [track(f"pop/rock {n}", source_genre="pop/rock", set="several") for n in range(COMMON_TAG - 2)]
    tracks = pd.DataFrame(rows)
    tracks["recording"] = tracks["path"]
    grouped = tracks.assign(duplicate_group="", dropped=tracks["path"] == "dropped")
    cleaning = Cleaning(tracks, grouped, pd.DataFrame(columns=list(TABLE_COLUMNS)))
    return make_curriculum(cleaning, genre_task(tracks))

"""Which labels are learned, from which tracks."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from classifier.constants import GENRES, MOODS
from classifier.training.dataset import (
    TASK_COLUMNS,
    extended_task,
    folder_task,
    genre_task,
    label_numbers,
    load_tracks,
    mood_task,
)
from classifier.training.layouts.common import table_of
from classifier.training.layouts.errors import MissingGenres, NoLabels
from classifier.training.split import PROTOCOLS

MUSIC = Path(__file__).parents[3].parent / "shared/data"


def test_the_genre_task_has_the_ten_in_their_order(tracks):
    task = genre_task(tracks)
    assert task.labels == GENRES
    assert tuple(task.tracks.columns) == TASK_COLUMNS
    assert set(task.tracks["use"]) == {"cv", "train"}
    assert "" not in set(task.tracks["label"])


def test_a_genre_that_is_only_learned_from_is_missing(tracks):
    tracks.loc[tracks["genre"] == "disco", "use"] = "train"
    with pytest.raises(MissingGenres, match="disco"):
        genre_task(tracks)


def test_a_dataset_without_our_genres_says_so():
    with pytest.raises(NoLabels, match="ten genres"):
        genre_task(table_of([row("a", source_genre="dub")]))


def test_every_track_with_a_mood_is_judged_on(tracks):
    task = mood_task(tracks)
    assert task.labels == MOODS
    assert set(task.tracks["use"]) == {"cv"}
    assert len(task.tracks) == 4


def test_a_mood_without_tracks_is_missing(tracks):
    with pytest.raises(MissingGenres, match="sad"):
        mood_task(tracks[tracks["mood"] != "sad"])


def test_classes_beside_the_ten_need_tracks_and_artists(tracks):
    folk = [row(f"folk{n}", source_genre="folk; pop/rock", artist_group=f"f{n}", use="mood") for n in range(4)]
    latin = [row(f"latin{n}", source_genre="latin", artist_group="one", use="mood") for n in range(4)]
    task = extended_task(pd.concat([tracks, table_of(folk + latin)], ignore_index=True), min_tracks=4, min_artists=3)
    assert task.labels == (*GENRES, "folk")
    assert task.tracks.loc[task.tracks["label"] == "folk", "use"].tolist() == ["cv"] * 4
    assert task.tracks.index.tolist() == list(range(len(task.tracks)))


@pytest.mark.parametrize(
    ("source_genre", "counted"),
    [
        ("folk", True),
        ("country; folk", True),
        ("folk; vocal; pop/rock", True),
        ("folk; latin", False),
        ("vocal", False),
    ],
)
def test_a_track_counts_for_the_one_class_its_source_names(tracks, source_genre, counted):
    others = table_of([row("x", source_genre=source_genre, artist_group="x", use="mood")])
    both = pd.concat([tracks, others], ignore_index=True)
    if counted:
        assert extended_task(both, min_tracks=1, min_artists=1).labels[-1] == "folk"
    else:
        with pytest.raises(NoLabels, match="beside the ten"):
            extended_task(both, min_tracks=1, min_artists=1)


def test_the_folder_task_takes_whatever_labels_there_are():
    tracks = table_of([row("a", source_genre="dub"), row("b", genre="rock", source_genre="hard rock"), row("c")])
    task = folder_task(tracks)
    assert task.labels == ("dub", "rock")
    assert len(task.tracks) == 2


def test_one_label_is_nothing_to_tell_apart():
    with pytest.raises(NoLabels, match="dub is the only one"):
        folder_task(table_of([row("a", source_genre="dub"), row("b", source_genre="dub")]))


def test_labels_are_numbered_in_the_order_given():
    table = pd.DataFrame({"label": ["sad", "lively", "sad"]})
    assert label_numbers(table, MOODS).tolist() == [2, 0, 2]


def test_loading_a_folder_gives_its_tracks(tmp_path):
    (tmp_path / "rock").mkdir()
    (tmp_path / "rock" / "a.wav").touch()
    assert load_tracks(tmp_path)["genre"].tolist() == ["rock"]


@pytest.mark.music
@pytest.mark.skipif(not MUSIC.is_dir(), reason="the recordings are not ours to publish and are not here")
def test_the_real_table_gives_every_task_and_splits_that_keep_artists_apart():
    tracks = load_tracks(MUSIC)
    genre, mood, extended = genre_task(tracks), mood_task(tracks), extended_task(tracks)
    assert (genre.tracks["use"] == "cv").sum() == 758
    assert len(mood.tracks) == 729
    assert extended.labels[10:] == ("electronic", "folk", "latin", "r&b")
    for task in (genre, mood, extended):
        tested = [len(fold.test) for fold in PROTOCOLS["artist"].make(task.tracks, folds=5, seed=1)]
        assert sum(tested) == (task.tracks["use"] == "cv").sum()


def row(path, *, use="cv", **columns):
    return {"path": path, "set": "made-up", "use": use, **columns}


@pytest.fixture
def tracks():
    rows = [row(f"{genre}{n}", genre=genre, artist_group=f"{genre}-{n}") for genre in GENRES for n in range(2)]
    rows += [row("extra", genre="rock", use="train")]
    rows += [row(f"mood{n}", mood=mood, artist_group=f"m{n}", use="mood") for n, mood in enumerate(MOODS)]
    return table_of(rows)

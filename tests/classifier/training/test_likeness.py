"""What makes the vector is fitted on songs, and on what varies in them."""

from __future__ import annotations

import numpy as np
import pytest

from classifier.training.likeness import EAR_DIRECTIONS, SOUND_DIRECTIONS, fit_likeness
from classifier.training.traits import aspects, fit_traits, mean_rows
from tests.support.world import toy_curriculum, toy_table

SONGS, WIDTH = 200, 60


def test_sound_and_ear_look_along_the_directions_in_which_songs_differ_most(rows, summaries, track):
    likeness = fit_likeness(rows, track, summaries, track)
    assert likeness.sound.directions.shape == (WIDTH, SOUND_DIRECTIONS)
    assert likeness.ear.directions.shape == (WIDTH, EAR_DIRECTIONS)
    assert np.abs(likeness.sound.directions[0]).argmax() == 0  # the first column varies most
    assert np.abs(likeness.sound.directions[0, 0]) > 0.95


def test_in_the_ear_no_value_is_louder_than_others_for_its_scale(rows, summaries, track):
    one = fit_likeness(rows, track, summaries, track).ear(summaries[track == 0])
    scaled = summaries * np.float32(1000) + np.float32(7)
    other = fit_likeness(rows, track, scaled, track).ear(scaled[track == 0])
    np.testing.assert_allclose(np.abs(one), np.abs(other), atol=5e-3)  # a direction may be turned about


def test_a_value_that_never_changes_does_no_harm(rows, summaries, track):
    summaries[:, 3] = 5
    likeness = fit_likeness(rows, track, summaries, track)
    assert np.isfinite(likeness.ear.directions).all()
    assert np.linalg.norm(likeness.ear(summaries[:2])) == pytest.approx(1, abs=1e-5)


def test_without_a_network_there_is_no_ear(rows, track):
    likeness = fit_likeness(rows, track, None, track)
    assert (likeness.ear, likeness.ear_share) == (None, 0)


def test_a_song_of_many_windows_counts_no_more_than_one_of_few(rows, track):
    longer = np.concatenate([rows, np.repeat(rows[track == 0], 50, axis=0)])
    same = fit_likeness(longer, np.concatenate([track, np.zeros(100, int)]), None, track)
    np.testing.assert_allclose(same.sound.centre, fit_likeness(rows, track, None, track).sound.centre, atol=1e-5)


def test_directions_are_kept_as_they_are_stored(rows, summaries, track):
    likeness = fit_likeness(rows, track, summaries, track)
    for view in (likeness.sound, likeness.ear):
        np.testing.assert_array_equal(view.directions, view.directions.astype(np.float16).astype(np.float32))


def test_mean_rows_are_of_the_recording_itself_and_unknown_without_windows():
    table = toy_table()
    means = mean_rows(table, len(toy_curriculum().tracks) + 1)
    np.testing.assert_allclose(means[5], table.rows[(table.track == 5) & (table.copy == 0)].mean(axis=0), rtol=1e-5)
    assert np.isnan(means[-1]).all()


def test_scales_are_of_what_teaches_something_and_aspects_stand_on_them():
    curriculum = toy_curriculum()
    rows = np.random.default_rng(0).normal(size=(len(curriculum.tracks), 1447)).astype(np.float32)
    for target in curriculum.targets:
        target[-1] = 0
    rows[-1] = 1e6
    found = aspects(rows, fit_traits(curriculum, rows))
    assert set(found) == {"energy", "brightness", "tempo"}
    assert found["brightness"][:-1].max() == pytest.approx(1)
    assert np.median(found["energy"][:-1]) == pytest.approx(0.5, abs=0.05)
    assert ((found["tempo"] > np.log2(50)) & (found["tempo"] < np.log2(220))).all()


@pytest.fixture
def track():
    return np.arange(SONGS).repeat(2)


@pytest.fixture
def rows():
    rng = np.random.default_rng(0)
    spread = np.linspace(1, 0.1, WIDTH)
    spread[0] = 8
    return (rng.normal(size=(2 * SONGS, WIDTH)) * spread + 1).astype(np.float32)


@pytest.fixture
def summaries():
    mixed = np.random.default_rng(1).normal(size=(WIDTH, WIDTH))
    return (np.random.default_rng(2).normal(size=(2 * SONGS, WIDTH)) * np.linspace(3, 0.1, WIDTH) @ mixed).astype(
        np.float32
    )

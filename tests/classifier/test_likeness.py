"""The song's vector is what its parts say, side by side."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from classifier.likeness import Likeness, View, joined
from classifier.model import GenreModel
from tests.support.models import random_model

FEATURES = 7


def test_a_view_is_a_direction_from_the_middle_of_all_music(rng):
    view = View(np.ones(3, np.float32), np.eye(3, 2, dtype=np.float32))
    rows = np.array([[4.0, 4.0, 9.0], [4.0, 6.0, 0.0]], np.float32)  # on average three and four from the middle
    np.testing.assert_allclose(view(rows), [0.6, 0.8], rtol=1e-6)
    np.testing.assert_allclose(view(1 + 10 * (rows - 1)), view(rows), rtol=1e-6)
    np.testing.assert_array_equal(view(np.ones((2, 3), np.float32)), [0, 0])


def test_the_square_distance_is_shared_out_among_the_views(rng):
    shares = (0.4, 0.3, 0.2, 0.1)
    first, second = (song(rng) for _song in range(2))
    found = np.sum((joined(*first, shares) - joined(*second, shares)) ** 2)
    parts = [np.sum((np.sqrt(a) - np.sqrt(b)) ** 2) for a, b in zip(first[:2], second[:2], strict=True)]
    parts += [np.sum((a - b) ** 2) for a, b in zip(first[2:], second[2:], strict=True)]
    assert found == pytest.approx(np.dot(shares, parts), abs=1e-5)


@pytest.mark.parametrize("missing", [(), (1,), (3,), (1, 3)])
def test_a_vector_has_length_one_whatever_is_missing(rng, missing):
    views = [None if number in missing else view for number, view in enumerate(song(rng))]
    assert np.linalg.norm(joined(*views, (0.4, 0.2, 0.2, 0.2))) == pytest.approx(1, abs=1e-6)


def test_a_model_gives_the_vector_of_a_song_with_its_verdict(model, rows, patches):
    verdict = model.judge(rows, patches)
    likeness, summaries = model.likeness, model.network.summaries(patches)
    expected = joined(
        verdict.song, verdict.moods, likeness.sound(model.whiten(rows)), likeness.ear(summaries), likeness.shares
    )
    np.testing.assert_array_equal(verdict.vector, expected)
    assert verdict.vector.dtype == np.float32


def test_every_window_counts_alike_in_whatever_order(model, rows, patches):
    turned = model.judge(rows[::-1], patches[::-1]).vector
    np.testing.assert_allclose(turned, model.judge(rows, patches).vector, atol=1e-5)


def test_a_model_without_moods_or_network_has_a_shorter_vector(rows):
    plain = random_model(FEATURES, moods=False, network=False)
    vector = plain.judge(rows, ()).vector
    assert len(vector) == len(plain.genre.labels) + plain.likeness.sound.directions.shape[1]
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-6)


def test_arrays_carry_it(model, rows, patches):
    copy = GenreModel.from_arrays(model.to_arrays(), version="x")
    np.testing.assert_allclose(copy.judge(rows, patches).vector, model.judge(rows, patches).vector, atol=2e-3)
    assert copy.likeness.shares == model.likeness.shares


def test_arrays_of_a_model_made_before_there_was_one_give_no_vector(model, rows, patches):
    older = {name: array for name, array in model.to_arrays().items() if name != "likeness_shares"}
    copy = GenreModel.from_arrays(older, version="x")
    assert copy.likeness is None
    assert copy.judge(rows, patches).vector is None
    np.testing.assert_allclose(copy.judge(rows, patches).song, model.judge(rows, patches).song, atol=2e-3)


@pytest.mark.parametrize(
    ("name", "array", "message"),
    [
        ("sound_centre", np.zeros(3), "do not fit"),
        ("sound_directions", np.zeros((3, 2)), "do not fit"),
        ("ear_centre", np.zeros(3), "do not fit"),
        ("likeness_shares", np.array([0.5, -0.1, 0.3, 0.3]), "less than nothing"),
        ("likeness_shares", np.array([0.5, 0.5]), "unpack"),
    ],
)
def test_arrays_that_do_not_fit_are_an_error(model, name, array, message):
    with pytest.raises(ValueError, match=message):
        GenreModel.from_arrays(model.to_arrays() | {name: array}, version="x")


def test_views_of_other_rows_than_the_models_are_an_error(model):
    likeness = model.likeness
    for wrong in (replace(likeness, sound=likeness.ear), replace(likeness, ear=likeness.sound)):
        with pytest.raises(ValueError, match="does not fit the model"):
            replace(model, likeness=wrong)


def test_a_missing_array_of_it_is_an_error(model):
    arrays = model.to_arrays()
    del arrays["sound_directions"]
    with pytest.raises(KeyError):
        GenreModel.from_arrays(arrays, version="x")


def song(rng):
    """Return the four views of a song."""
    said = [rng.dirichlet(np.ones(count)) for count in (10, 4)]
    seen = [rng.normal(size=5), rng.normal(size=3)]
    return [*said, *(view / np.linalg.norm(view) for view in seen)]


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def model():
    model = random_model(FEATURES)
    assert isinstance(model.likeness, Likeness)
    return model


@pytest.fixture
def rows(rng):
    return rng.normal(size=(3, FEATURES)).astype(np.float32)


@pytest.fixture
def patches(rng):
    return [rng.normal(size=(40, 64)) for _window in range(3)]

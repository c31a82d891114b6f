"""The arithmetic of the model against plain formulas."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from classifier.constants import GENRES
from classifier.model import GenreModel, KernelMember, LinearMember, log_softmax, rbf, softmax
from tests.support.models import random_model

FEATURES = 7


def test_probabilities_sum_to_one_for_song_and_windows(model, rows):
    verdict = model.judge(rows)
    assert verdict.song.shape == (len(GENRES),)
    assert verdict.windows.shape == (len(rows), len(GENRES))
    np.testing.assert_allclose([verdict.song.sum(), *verdict.windows.sum(axis=1)], 1)


def test_a_song_is_the_calibrated_mean_of_its_windows(model, rows):
    windows = model.log_probabilities(model.whiten(rows))
    np.testing.assert_allclose(model.judge(rows).song, softmax(windows.mean(axis=0) / model.temperature))


def test_a_kernel_member_is_the_sum_over_its_landmarks(rng):
    member = KernelMember(rng.normal(size=(3, 4)), rng.normal(size=(3, 10)), rng.normal(size=10), gamma=0.2)
    x = rng.normal(size=4)
    by_hand = member.bias + sum(
        np.exp(-0.2 * np.sum((x - landmark) ** 2)) * weights
        for landmark, weights in zip(member.landmarks, member.weights, strict=True)
    )
    np.testing.assert_allclose(member.logits(x[None])[0], by_hand, rtol=1e-5)


def test_the_kernel_is_one_at_no_distance(rng):
    points = rng.normal(size=(3, 4)).astype(np.float32)
    kernel = rbf(points, points, 0.5)
    np.testing.assert_allclose(np.diag(kernel), 1, atol=1e-4)
    np.testing.assert_allclose(kernel, kernel.T, atol=1e-5)


def test_log_softmax_bears_large_logits():
    np.testing.assert_allclose(log_softmax(np.array([[1000.0, 0.0]])), [[0.0, -1000.0]])


def test_one_freak_value_is_cut(model, rows):
    freak = rows.copy()
    freak[:, 0] = 1e9
    tamer = rows.copy()
    tamer[:, 0] = 1e6
    np.testing.assert_array_equal(model.judge(freak).song, model.judge(tamer).song)


def test_what_lies_far_from_everything_known_is_no_music(model, rows):
    assert model.judge(rows).music
    assert not model.judge(rows + 100).music


def test_what_lies_beyond_the_gate_is_no_music(model, rows):
    assert not replace(model, gate_bias=-1.0).judge(rows).music


def test_arrays_carry_the_whole_model(model, rows):
    copy = GenreModel.from_arrays(model.to_arrays(), version=model.version)
    np.testing.assert_allclose(copy.judge(rows).song, model.judge(rows).song, atol=2e-3)
    assert (copy.sure_from, copy.strangest, copy.version) == (model.sure_from, model.strangest, model.version)


@pytest.mark.parametrize("name", ["mean", "whitening", "numbers", "gate", "bias_0", "gamma_1"])
def test_a_missing_array_is_an_error(model, name):
    arrays = model.to_arrays()
    del arrays[name]
    with pytest.raises(KeyError):
        GenreModel.from_arrays(arrays, version="x")


def test_arrays_that_do_not_fit_are_an_error(model):
    with pytest.raises(ValueError, match="do not fit"):
        GenreModel.from_arrays(model.to_arrays() | {"mean": np.zeros(3)}, version="x")
    with pytest.raises(ValueError, match="does not fit"):
        GenreModel.from_arrays(model.to_arrays() | {"weights_0": np.zeros((FEATURES, 3))}, version="x")


def test_a_linear_member_is_a_product(rng):
    member = LinearMember(rng.normal(size=(4, 10)), rng.normal(size=10))
    x = rng.normal(size=(2, 4))
    np.testing.assert_allclose(member.logits(x), x @ member.weights + member.bias)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def model():
    return random_model(FEATURES)


@pytest.fixture
def rows(rng):
    return rng.normal(size=(5, FEATURES)).astype(np.float32)

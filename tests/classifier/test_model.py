"""The arithmetic of the model against plain formulas."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from classifier.constants import GENRES, MEL_BANDS, MOODS
from classifier.model import GenreModel, KernelMember, LinearMember, log_softmax, rbf, softmax
from tests.support.models import random_model

FEATURES = 7


def test_probabilities_sum_to_one_for_song_windows_and_moods(model, rows, patches):
    verdict = model.judge(rows, patches)
    assert verdict.song.shape == (len(GENRES),)
    assert verdict.windows.shape == (len(rows), len(GENRES))
    assert verdict.moods.shape == (len(MOODS),)
    np.testing.assert_allclose([verdict.song.sum(), verdict.moods.sum(), *verdict.windows.sum(axis=1)], 1)


def test_a_song_is_the_scaled_sum_of_its_members_means_over_windows(model, rows, patches):
    whitened, outputs = model.whiten(rows), model.network.logits(patches)
    linear, kernel = (log_softmax(member.logits(whitened)) for member in model.genre.members)
    network = log_softmax(outputs[:, : len(GENRES)])
    expected = softmax(0.5 * linear.mean(axis=0) + 0.7 * kernel.mean(axis=0) + 0.4 * network.mean(axis=0))
    np.testing.assert_allclose(model.judge(rows, patches).song, expected)


def test_the_mood_hears_the_networks_outputs_after_those_of_the_genre(model, rows, patches):
    outputs = model.network.logits(patches)
    parts = [log_softmax(member.logits(model.whiten(rows))) for member in model.mood.members]
    parts.append(log_softmax(outputs[:, len(GENRES) :]))
    expected = softmax(np.tensordot(model.mood.scales, np.stack(parts).mean(axis=1), axes=1))
    np.testing.assert_allclose(model.judge(rows, patches).moods, expected)


def test_windows_speak_softer_than_their_song(model, rows, patches):
    alone = model.judge(rows[:1], patches[:1])
    assert alone.windows[0].max() < alone.song.max()
    assert alone.windows[0].argmax() == alone.song.argmax()
    np.testing.assert_allclose(np.log(alone.windows[0]), log_softmax(np.log(alone.song) / model.genre.softening))


def test_a_model_without_moods_or_network_judges_by_its_rows_alone(rows):
    plain = random_model(FEATURES, moods=False, network=False)
    verdict = plain.judge(rows, ())
    assert verdict.moods is None
    np.testing.assert_allclose(verdict.song.sum(), 1)


@pytest.mark.parametrize(
    ("song", "shown"),
    [
        ([0.5, 0.45, 0.05], (0, 1)),  # about the same claim, little left for others
        ([0.45, 0.5, 0.05], (1, 0)),  # best first
        ([0.7, 0.25, 0.05], (0,)),  # the second has less than half of the first
        ([0.4, 0.35, 0.25], (0,)),  # too much left for others
        ([1.0, 0.0, 0.0], (0,)),
    ],
)
def test_two_genres_are_named_only_when_both_have_a_claim(song, shown):
    assert random_model(FEATURES, genres=("a", "b", "c")).shown(np.array(song)) == shown


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


def test_one_freak_value_is_cut(model, rows, patches):
    freak = rows.copy()
    freak[:, 0] = 1e9
    tamer = rows.copy()
    tamer[:, 0] = 1e6
    np.testing.assert_array_equal(model.judge(freak, patches).song, model.judge(tamer, patches).song)


def test_what_lies_far_from_everything_known_is_no_music(model, rows, patches):
    assert model.judge(rows, patches).music
    assert not model.judge(rows + 100, patches).music


def test_what_lies_beyond_the_gate_is_no_music(model, rows, patches):
    assert not replace(model, gate_bias=-1.0).judge(rows, patches).music


def test_a_guess_is_sure_only_when_confident_music_and_familiar(model, rows, patches):
    easy = replace(model, sure_from=0.0)
    assert easy.judge(rows, patches).sure
    assert not replace(easy, sure_from=1.01).judge(rows, patches).sure
    assert not replace(easy, gate_bias=-1.0).judge(rows, patches).sure
    strangeness = model.strangeness(model.whiten(rows))
    unfamiliar = replace(easy, familiar=strangeness - 0.01).judge(rows, patches)
    assert unfamiliar.music
    assert not unfamiliar.sure


def test_arrays_carry_the_whole_model(model, rows, patches):
    copy = GenreModel.from_arrays(model.to_arrays(), version=model.version)
    found, expected = copy.judge(rows, patches), model.judge(rows, patches)
    np.testing.assert_allclose(found.song, expected.song, atol=2e-3)
    np.testing.assert_allclose(found.moods, expected.moods, atol=2e-3)
    for name in ("sure_from", "pair_from", "familiar", "strangest", "gate_bias", "version"):
        assert getattr(copy, name) == getattr(model, name)
    for ours, theirs in zip(copy.heads, model.heads, strict=True):
        assert (ours.labels, ours.first_output) == (theirs.labels, theirs.first_output)
        assert (ours.scales, ours.softening) == (theirs.scales, theirs.softening)


def test_arrays_carry_a_model_of_other_labels_without_moods_or_network(rows):
    model = random_model(FEATURES, genres=("polka", "waltz"), moods=False, network=False)
    copy = GenreModel.from_arrays(model.to_arrays(), version="x")
    assert (copy.genre.labels, copy.mood, copy.network) == (("polka", "waltz"), None, None)
    np.testing.assert_allclose(copy.judge(rows, ()).song, model.judge(rows, ()).song, atol=2e-3)


@pytest.mark.parametrize(
    "name",
    [
        *("mean", "whitening", "limits", "gate", "network_mean"),
        *("genre_labels", "genre_bias_0", "mood_gamma_1", "mood_scales"),
    ],
)
def test_a_missing_array_is_an_error(model, name):
    arrays = model.to_arrays()
    del arrays[name]
    with pytest.raises(KeyError):
        GenreModel.from_arrays(arrays, version="x")


@pytest.mark.parametrize(
    ("name", "array", "message"),
    [
        ("mean", np.zeros(3), "do not fit"),
        ("gate", np.zeros(3), "do not fit"),
        ("genre_weights_0", np.zeros((FEATURES, 3)), "does not fit"),
        ("mood_landmarks_1", np.zeros((20, 3)), "does not fit"),
        ("genre_scales", np.array([0.5, 0.5, 1.5]), "needs a scale"),
        ("mood_first_output", np.array(11), "too few outputs"),
    ],
)
def test_arrays_that_do_not_fit_are_an_error(model, name, array, message):
    with pytest.raises(ValueError, match=message):
        GenreModel.from_arrays(model.to_arrays() | {name: array}, version="x")


def test_a_model_whose_network_is_missing_is_an_error(model):
    arrays = model.to_arrays()
    del arrays["network_bias"]
    with pytest.raises(ValueError, match="too few outputs"):
        GenreModel.from_arrays(arrays, version="x")


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


@pytest.fixture
def patches(rng):
    return [rng.normal(size=(frames, MEL_BANDS)) for frames in (50, 40, 60, 5, 33)]

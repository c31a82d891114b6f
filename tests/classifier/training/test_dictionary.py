"""Dictionaries of sounds: learned without labels from what is never judged."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from classifier.constants import MEL_BANDS
from classifier.features.dictionary import LONG_FRAMES, SHORT_FRAMES, SMALLEST, Dictionary
from classifier.training import dictionary
from classifier.training.dictionary import learn, learn_dictionaries, unjudged
from tests.support.audio import music_like, write_wav

KINDS = 4
VALUES = 24


def test_each_kind_of_patch_gets_an_entry_of_its_own(patches, kind, learned):
    strongest = np.array([learned.encode(patch[None]).argmax() for patch in patches])
    for number in range(KINDS):
        assert len(set(strongest[kind == number])) == 1
    assert len(set(strongest)) == KINDS


def test_entries_are_of_unit_length_and_no_more_than_asked_for(learned):
    assert learned.entries.shape == (3, KINDS)
    np.testing.assert_allclose(np.linalg.norm(learned.entries, axis=0), 1, atol=1e-5)


def test_whitened_patches_vary_alike_in_all_directions_that_are_kept(patches, learned):
    levelled = patches - patches.mean(axis=1, keepdims=True)
    whitened = (levelled - learned.mean) @ learned.projection
    np.testing.assert_allclose(np.cov(whitened.T), np.eye(3), atol=0.1)


def test_how_loud_a_patch_is_does_not_matter(patches, learned):
    np.testing.assert_allclose(learned.encode(patches + np.float32(9)), learned.encode(patches), atol=1e-3)


def test_the_order_of_patches_does_not_matter(patches, learned):
    np.testing.assert_allclose(learned.encode(patches[::-1]), learned.encode(patches), atol=1e-4)


def test_what_is_never_heard_is_finite(patches, kind, learned):
    heard = learned.encode(patches[kind == 0])
    assert np.isfinite(heard).all()
    assert heard.min() == pytest.approx(np.log(SMALLEST))


def test_the_same_seed_learns_the_same(patches, learned):
    again = learn(patches, 3, KINDS, seed=1)
    np.testing.assert_array_equal(again.entries, learned.entries)


def test_more_entries_than_patches_do_no_harm(patches):
    many = learn(patches[:10], 3, 16, seed=1)
    np.testing.assert_allclose(np.linalg.norm(many.entries, axis=0), 1, atol=1e-5)


def test_nothing_by_an_artist_who_is_judged_is_learned_from():
    tracks = pd.DataFrame(
        {
            "path": ["a", "b", "c", "d"],
            "use": ["cv", "train", "train", "mood"],
            "artist_group": ["judged", "judged", "other", "third"],
        }
    )
    assert unjudged(tracks) == ["c", "d"]


def test_both_dictionaries_are_learned_from_files_and_read_by_the_features(tmp_path, monkeypatch):
    monkeypatch.setattr(dictionary, "ENTRIES", 8)
    monkeypatch.setattr(dictionary, "DIRECTIONS", {"short": 5, "long": 6})
    files = [str(write_wav(tmp_path / f"{seed}.wav", music_like(4.0, seed=seed), 22_050)) for seed in range(2)]
    arrays = learn_dictionaries(files, seed=1, jobs=1)
    assert {array.dtype for array in arrays.values()} == {np.dtype(np.float16)}
    short, long = (Dictionary.from_arrays(arrays, name) for name in ("short", "long"))
    assert short.projection.shape == (MEL_BANDS * SHORT_FRAMES, 5)
    assert long.projection.shape == (MEL_BANDS * LONG_FRAMES, 6)
    assert short.entries.shape == (5, 8)
    rows = np.random.default_rng(0).normal(size=(3, MEL_BANDS * LONG_FRAMES)).astype(np.float32)
    assert np.isfinite(long.encode(rows)).all()


@pytest.fixture(scope="module")
def kind():
    return np.arange(400) % KINDS


@pytest.fixture(scope="module")
def patches(kind):
    rng = np.random.default_rng(0)
    shapes = rng.normal(size=(KINDS, VALUES))
    loudness = rng.normal(size=(len(kind), 1))
    return (shapes[kind] + 0.1 * rng.normal(size=(len(kind), VALUES)) + loudness).astype(np.float32)


@pytest.fixture(scope="module")
def learned(patches):
    return learn(patches, 3, KINDS, seed=1)

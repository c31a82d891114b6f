"""The shipped model on whole songs by people, where those are at hand beside the checkout."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from classifier import classify, load_model

SONGS = Path(__file__).parents[2].parent / "shared/data/songs"

pytestmark = [
    pytest.mark.music,
    pytest.mark.skipif(not SONGS.is_dir(), reason="the recordings are not ours to publish and are not here"),
]


@pytest.mark.parametrize("name", ["fma-000002.mp3", "fma-000005.mp3"])
def test_what_was_learned_from_is_known_again_in_another_encoding(model, name):
    prediction = classify(SONGS / name, model)
    assert prediction.genre == "hiphop"
    assert prediction.sure


@pytest.mark.parametrize("name", ["vibe-ace.mp3", "sugar-plum-fairy.m4a"])
def test_every_song_is_heard_as_music(model, name):
    assert classify(SONGS / name, model).music


def test_a_song_cut_off_is_judged_by_what_is_there_and_told(model):
    whole = (SONGS / "fma-000002.mp3").read_bytes()
    prediction = classify(io.BytesIO(whole[: len(whole) // 2]), model)
    assert prediction.truncated
    assert prediction.duration == pytest.approx(15, abs=1)
    assert prediction.genre == "hiphop"


@pytest.fixture(scope="module")
def model():
    return load_model()

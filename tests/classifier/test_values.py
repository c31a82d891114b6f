"""Values refuse to be made wrong."""

from __future__ import annotations

import numpy as np
import pytest

from classifier import Prediction, Segment
from classifier.values import Waveform


def test_a_waveform_is_mono_float32_and_finite():
    for wrong in (np.zeros((2, 2), np.float32), np.zeros(5), np.array([np.nan], np.float32)):
        with pytest.raises(ValueError, match="a waveform"):
            Waveform(wrong)


def test_a_waveform_knows_its_duration():
    assert Waveform(np.zeros(22_050, np.float32)).duration == 1.0


def test_a_segment_runs_forward():
    with pytest.raises(ValueError, match="forward"):
        Segment(start=2.0, end=1.0, genre="jazz", scores={"jazz": 1.0})


def test_a_prediction_scores_its_genre_and_sums_to_one():
    rest = {"confidence": 1.0, "sure": True, "music": True, "segments": (), "tempo": None, "duration": 1.0, "model": ""}
    with pytest.raises(ValueError, match="none of the scored"):
        Prediction(genre="polka", scores={"jazz": 1.0}, **rest)
    with pytest.raises(ValueError, match="sum to 1"):
        Prediction(genre="jazz", scores={"jazz": 0.4}, **rest)


def test_the_names_shown_begin_with_the_best_guess_and_are_it_alone_by_default(rest):
    assert Prediction(genre="jazz", **rest).genres == ("jazz",)
    assert Prediction(genre="jazz", genres=("jazz", "blues"), **rest).genres == ("jazz", "blues")
    for wrong in (("blues", "jazz"), ("jazz", "polka")):
        with pytest.raises(ValueError, match="begin with the best guess"):
            Prediction(genre="jazz", genres=wrong, **rest)


def test_a_mood_is_one_of_those_scored(rest):
    moods = {"sad": 0.7, "calm": 0.3}
    assert Prediction(genre="jazz", mood="sad", moods=moods, **rest).to_dict()["moods"] == moods
    for wrong in ({"mood": "gloomy", "moods": moods}, {"mood": "sad", "moods": {"sad": 0.4}}, {"moods": moods}):
        with pytest.raises(ValueError, match="the mood is one of the scored"):
            Prediction(genre="jazz", **wrong, **rest)


def test_the_traits_are_told_and_the_vector_is_kept_apart(rest):
    found = Prediction(genre="jazz", traits={"energy": 0.5}, vector=(0.6, 0.8), **rest)
    assert found.to_dict()["traits"] == {"energy": 0.5}
    assert "vector" not in found.to_dict()
    assert (Prediction(genre="jazz", **rest).traits, Prediction(genre="jazz", **rest).vector) == ({}, ())


@pytest.fixture
def rest():
    return {
        "scores": {"jazz": 0.6, "blues": 0.4},
        "confidence": 0.6,
        "sure": True,
        "music": True,
        "segments": (),
        "tempo": None,
        "duration": 1.0,
        "model": "",
    }

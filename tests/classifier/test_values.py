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

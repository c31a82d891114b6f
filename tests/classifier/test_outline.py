"""The outline of a song: what it is drawn by, and how far its loudness ranges, told of songs made to be like that."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest

from classifier import classify, load_model
from classifier.constants import SAMPLE_RATE
from classifier.features.outline import FINEST, PEAKS, Outline
from tests.support.audio import encoded, music_like, noise, sine


@pytest.mark.parametrize("seconds", [2.0, 7.1, 30.0, 61.37, 600.0])
def test_a_song_of_any_length_has_so_many_peaks_and_the_outline_holds_few_more(seconds):
    outline = Outline()
    for block in blocks(noise(seconds), 40_000):
        outline.add(block)
        assert len(outline._peaks) <= 2 * PEAKS
    assert len(outline.peaks()) == min(PEAKS, -(-round(seconds * SAMPLE_RATE) // FINEST))
    assert max(outline.peaks()) == 100


def test_the_peaks_rise_where_the_song_does():
    quiet, loud = noise(20.0, amplitude=0.02), noise(20.0, amplitude=0.2)
    peaks = np.array(outline_of(np.concatenate([quiet, loud])).peaks())
    assert peaks[:290].max() < 15
    assert peaks[310:].min() > 40


def test_one_outburst_is_seen_however_long_the_song_and_where_it_is():
    song = np.zeros(300 * SAMPLE_RATE, np.float32)
    song[225 * SAMPLE_RATE] = -0.7
    peaks = outline_of(song).peaks()
    assert [number for number, peak in enumerate(peaks) if peak] == [pytest.approx(0.75 * PEAKS, abs=1)]


@pytest.mark.parametrize("length", [1000, 65_537, 220_500])
def test_it_does_not_matter_how_the_song_is_cut(length):
    song = music_like(45.3)
    whole, cut = outline_of(song), Outline()
    for block in blocks(song, length):
        cut.add(block)
    assert cut.loudness_range() == whole.loudness_range()
    assert cut.peaks() == whole.peaks()


def test_how_loud_a_song_is_changes_neither():
    song = music_like(20.0)
    loud, soft = outline_of(song), outline_of(song * np.float32(0.01))
    assert soft.loudness_range() == pytest.approx(loud.loudness_range(), abs=0.1)
    np.testing.assert_allclose(soft.peaks(), loud.peaks(), atol=1)


def test_the_range_is_the_distance_between_the_loud_and_the_soft_half():
    song = np.concatenate([sine(440, 30.0, amplitude=0.5), sine(440, 30.0, amplitude=0.05 * 10 ** (10 / 20))])
    assert outline_of(song).loudness_range() == pytest.approx(10, abs=0.2)


def test_a_tone_that_never_changes_has_no_range():
    assert outline_of(sine(440, 20.0)).loudness_range() == 0


def test_a_pause_is_no_soft_part_of_the_music():
    song, pause = sine(440, 20.0), np.zeros(20 * SAMPLE_RATE, np.float32)
    assert outline_of(np.concatenate([song, pause, song])).loudness_range() < 3


@pytest.mark.parametrize("song", [sine(440, 9.0), np.zeros(30 * SAMPLE_RATE, np.float32)])
def test_too_little_music_has_no_range(song):
    assert outline_of(song).loudness_range() is None


def test_silence_and_nothing_have_no_peaks():
    assert outline_of(np.zeros(SAMPLE_RATE, np.float32)).peaks() == Outline().peaks() == ()


def test_a_prediction_tells_both_and_its_lines_stay_short():
    prediction = classify(io.BytesIO(encoded(music_like(12.0), SAMPLE_RATE, "wav")), load_model())
    assert len(prediction.peaks) == PEAKS
    assert prediction.traits["loudness_range"] >= 0
    assert "peaks" not in prediction.to_dict()
    assert json.loads(json.dumps(list(prediction.peaks))) == list(prediction.peaks)


def outline_of(samples):
    outline = Outline()
    outline.add(samples)
    return outline


def blocks(samples, length):
    return np.split(samples, range(length, len(samples), length))

"""From a file to its verdict."""

from __future__ import annotations

import io
import itertools
import json
from dataclasses import replace

import numpy as np
import pytest

from classifier import GENRES, MOODS, Silent, UnreadableAudio, classify, load_model
from classifier.features import feature_count
from tests.support.audio import encode, music_like, noise, sine, write_wav
from tests.support.models import random_model


def test_a_song_gets_a_whole_verdict(model, song):
    prediction = classify(song, model)
    assert prediction.genre in GENRES
    assert set(prediction.scores) == set(GENRES)
    assert prediction.confidence == max(prediction.scores.values())
    assert sum(prediction.scores.values()) == pytest.approx(1, abs=1e-3)
    assert prediction.duration == pytest.approx(25.0, abs=0.1)
    assert prediction.model == model.version
    assert prediction.genres[0] == prediction.genre
    assert set(prediction.moods) == set(MOODS)
    assert prediction.moods[prediction.mood] == max(prediction.moods.values())


def test_a_model_of_other_labels_without_moods_speaks_in_its_own(song):
    other = random_model(feature_count(), genres=("polka", "waltz"), moods=False, network=False)
    prediction = classify(song, other)
    assert set(prediction.scores) == {"polka", "waltz"}
    assert (prediction.mood, prediction.moods) == (None, {})


def test_two_genres_of_like_claim_are_both_named_best_first(song):
    undecided = replace(random_model(feature_count(), network=False), pair_from=0.0)
    flat = replace(undecided, genre=replace(undecided.genre, scales=(1e-4, 1e-4)))
    prediction = classify(song, flat)
    assert len(prediction.genres) == 2
    assert prediction.genres[0] == prediction.genre
    assert prediction.scores[prediction.genres[1]] <= prediction.confidence


def test_a_song_gets_a_vector_and_traits(model, song):
    prediction = classify(song, model)
    assert np.linalg.norm(prediction.vector) == pytest.approx(1, abs=1e-3)
    assert list(prediction.vector) == [round(value, 5) for value in prediction.vector]
    told = {"energy", "brightness", "centroid", "key", "mode", "mode_clarity", "loudness_range"}
    assert set(prediction.traits) == told
    assert all(0 <= prediction.traits[name] <= 1 for name in ("energy", "brightness", "mode_clarity"))
    assert prediction.traits["key"].endswith(prediction.traits["mode"])


def test_a_model_that_knows_no_likeness_gives_no_vector(model, song):
    assert classify(song, replace(model, likeness=None)).vector == ()


def test_the_same_tune_from_another_codec_is_nearer_than_another_tune(model, tmp_path):
    tune, other = music_like(20.0, seed=4, rate=44_100), music_like(20.0, seed=5, rate=44_100)
    wav, another = (classify(write_wav(tmp_path / "a.wav", sound, 44_100), model).vector for sound in (tune, other))
    mp3 = classify(encode(tmp_path / "a.mp3", tune, 44_100, "mp3"), model).vector
    assert np.linalg.norm(np.subtract(wav, mp3)) < 0.5 * np.linalg.norm(np.subtract(wav, another))


def test_the_segments_cover_the_song_in_order(model, song):
    segments = classify(song, model).segments
    assert segments[0].start == 0
    assert segments[-1].end == pytest.approx(25.0, abs=0.1)
    assert all(a.end == b.start for a, b in itertools.pairwise(segments))
    assert all(max(s.scores, key=s.scores.get) == s.genre for s in segments)


def test_an_open_file_and_a_path_give_the_same_verdict(model, song):
    assert classify(io.BytesIO(song.read_bytes()), model) == classify(song, model)


def test_the_stages_are_told_in_order(model, song):
    stages = []
    classify(song, model, progress=lambda stage, share: stages.append((stage, share)))
    assert [stage for stage, _ in stages if stage != "features"] == ["decode", "model"]
    assert ("features", 1.0) in stages


def test_the_same_song_is_judged_alike_as_wav_and_as_mp3(model, tmp_path):
    tune = music_like(20.0, seed=4, rate=44_100)
    wav = classify(write_wav(tmp_path / "a.wav", tune, 44_100), model)
    mp3 = classify(encode(tmp_path / "a.mp3", tune, 44_100, "mp3"), model)
    assert abs(np.array(list(wav.scores.values())) - np.array(list(mp3.scores.values()))).max() < 0.15


@pytest.mark.parametrize("kind", ["noise", "tone"])
def test_noise_and_tones_are_not_called_music(model, tmp_path, kind):
    samples = noise(12.0) if kind == "noise" else sine(440.0, 12.0)
    prediction = classify(write_wav(tmp_path / "x.wav", samples, 22_050), model)
    assert not prediction.music
    assert not prediction.sure


def test_silence_and_rubbish_are_refused(model, tmp_path):
    with pytest.raises(Silent):
        classify(write_wav(tmp_path / "s.wav", np.zeros(22_050 * 5), 22_050), model)
    with pytest.raises(UnreadableAudio):
        classify(io.BytesIO(b"no song at all" * 100), model)


def test_a_prediction_is_ready_for_json(model, song):
    found = classify(song, model).to_dict()
    assert list(found) == [
        "genre",
        "confidence",
        "sure",
        "music",
        "scores",
        "segments",
        "tempo",
        "duration",
        "model",
        "genres",
        "mood",
        "moods",
        "truncated",
        "traits",
    ]
    assert json.loads(json.dumps(found)) == found


@pytest.fixture(scope="module")
def model():
    return load_model()


@pytest.fixture(scope="module")
def song(tmp_path_factory):
    return write_wav(tmp_path_factory.mktemp("song") / "song.wav", music_like(25.0, seed=2), 22_050)

"""Made-up sounds, their rows, and the gate that turns them away."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from classifier.constants import SAMPLE_RATE
from classifier.training.nonmusic import OtherSounds, animals, fit_gate, gate_margin, heard, noises, room, voices
from classifier.training.sounds import SoundsError
from tests.support.audio import encode, noise
from tests.support.models import random_model


@pytest.mark.parametrize("maker", dict.fromkeys(noises.MAKERS), ids=lambda maker: maker.__name__)
def test_every_kind_of_noise_is_finite_and_not_silent(maker):
    times = np.arange(SAMPLE_RATE * 3) / SAMPLE_RATE
    for seed in range(5):
        made = maker(times, np.random.default_rng(seed))
        assert made.shape == times.shape
        assert np.isfinite(made).all()
        assert np.ptp(made) > 0


@pytest.mark.parametrize("call", dict.fromkeys(animals.CALLS), ids=lambda call: call.__name__)
def test_every_call_of_an_animal_is_finite_short_and_not_silent(call):
    for seed in range(8):
        made = call(np.random.default_rng(seed))
        assert np.isfinite(made).all()
        assert 0.01 < len(made) / SAMPLE_RATE < 12
        assert np.ptp(made) > 0


@pytest.mark.parametrize("maker", [voices.speech, voices.crowd, animals.animals], ids=lambda maker: maker.__name__)
def test_a_made_up_creature_sounds_for_as_long_as_it_is_told(maker):
    for seed in range(2):
        made = maker(2.5, np.random.default_rng(seed))
        assert made.shape == (int(2.5 * SAMPLE_RATE),)
        assert np.isfinite(made).all()
        assert np.ptp(made) > 0


def test_a_made_up_speaker_pauses_and_has_formants():
    made = voices.speech(12.0, np.random.default_rng(3))
    frames = made[: len(made) // 441 * 441].reshape(-1, 441)
    loudness = np.sqrt(np.mean(frames**2, axis=1))
    assert 0.05 < np.mean(loudness < 0.01 * loudness.max()) < 0.7
    spectrum = np.abs(np.fft.rfft(made)) ** 2
    frequency = np.fft.rfftfreq(len(made), 1 / SAMPLE_RATE)
    voice = spectrum[(frequency > 80) & (frequency < 4000)].sum()
    assert voice > 0.8 * spectrum.sum()


@pytest.mark.parametrize("kind", heard.SOUNDS)
def test_a_sound_stays_within_full_scale_and_its_length(kind):
    for seed in range(3):
        made = heard.made_up_sound(kind, np.random.default_rng(seed))
        assert made.dtype == np.float32
        assert 0.009 < np.abs(made).max() <= 1.0
        assert heard.SECONDS[0] - 0.1 <= len(made) / SAMPLE_RATE <= heard.SECONDS[1] + 0.1


def test_a_room_makes_a_click_ring_on():
    click = np.zeros(SAMPLE_RATE)
    click[0] = 1.0
    rung = room.reverberated(click, 0.5, 1.0, np.random.default_rng(0))
    early, late = np.abs(rung[2000:4000]).mean(), np.abs(rung[9000:11000]).mean()
    assert early > 5 * late > 0


def test_the_same_seed_makes_the_same_rows_and_another_seed_others():
    first, second = (heard.made_up_rows(3, share=0.003) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(first[:1], heard.made_up_rows(4, share=0.003)[:1])


def test_rows_are_kept_and_found_again(tmp_path, monkeypatch):
    first = heard.other_sounds(3, share=0.003, cache=tmp_path)
    monkeypatch.setattr(heard, "measure", lambda _waveform: pytest.fail("measured again"))
    second = heard.other_sounds(3, share=0.003, cache=tmp_path)
    np.testing.assert_array_equal(first.rows, second.rows)
    assert set(second.kind) == {"noise", "speech", "animals"}


def test_recordings_that_may_be_learned_from_are_and_those_for_testing_are_not(tmp_path):
    encode(tmp_path / "a.flac", noise(4, seed=1), SAMPLE_RATE, "flac")
    encode(tmp_path / "b.flac", noise(4, seed=2), SAMPLE_RATE, "flac")
    (tmp_path / "sounds.csv").write_text("file,kind,source,use\na.flac,effects,x,learn\nb.flac,effects,y,test\n")
    found = heard.other_sounds(3, share=0.003, recordings=tmp_path)
    # The clip and its copy in another room, one window each.
    assert (found.kind == "effects").sum() == 2
    assert len(set(found.sound[found.kind == "effects"])) == 1


def test_a_folder_without_its_table_is_told_apart(tmp_path):
    with pytest.raises(SoundsError, match=r"sounds\.csv"):
        heard.other_sounds(3, share=0.003, recordings=tmp_path)


def test_halves_share_no_sound():
    sound = np.array([0, 0, 1, 2, 2, 3])
    learned, unheard = OtherSounds(np.zeros((6, 2), np.float32), np.full(6, "noise"), sound).halves()
    assert set(learned.sound) == {0, 2}
    assert set(unheard.sound) == {1, 3}
    assert len(learned.rows) == len(learned.kind) == 4


def test_the_gate_parts_what_can_be_parted_however_uneven_the_sides():
    rng = np.random.default_rng(0)
    music = rng.normal(1.0, 1.0, size=(500, 6)).astype(np.float32)
    other = rng.normal(-1.0, 1.0, size=(20, 6)).astype(np.float32)
    weights, bias = fit_gate(music, np.ones(500), other)
    assert np.mean(music @ weights + bias > 0) > 0.95
    assert np.mean(other @ weights + bias > 0) < 0.1


def test_a_rare_kind_of_sound_is_turned_away_as_well_as_a_common_one():
    rng = np.random.default_rng(0)
    music = rng.normal([2.0, 2.0], 0.7, size=(800, 2)).astype(np.float32)
    common = rng.normal([-2.0, 2.0], 0.7, size=(800, 2)).astype(np.float32)
    rare = rng.normal([2.0, -1.0], 0.7, size=(8, 2)).astype(np.float32)
    other, kind = np.concatenate([common, rare]), np.repeat(["noise", "animals"], [800, 8])
    passed = [
        np.mean(rare @ weights + bias > 0)
        for weights, bias in (
            fit_gate(music, np.ones(800), other),
            fit_gate(music, np.ones(800), other, kind),
        )
    ]
    assert passed[1] < passed[0]


def test_the_gate_moves_towards_music_only_as_far_as_held_out_songs_allow():
    held_out = np.linspace(1.0, 3.0, 1001)
    margin = gate_margin(held_out)
    assert 0 < np.mean(held_out < margin) <= 0.005
    assert gate_margin(held_out - 5.0) == 0.0


def test_talk_in_the_lesser_part_of_a_song_does_not_turn_it_away():
    model = replace(random_model(2), gate_weights=np.array([1.0, 0.0], np.float32), gate_bias=0.0, strangest=np.inf)
    music, talk = np.array([[1.0, 0.0]], np.float32), np.array([[-9.0, 0.0]], np.float32)
    assert model.is_music(np.concatenate([talk, music, music]))
    assert not model.is_music(np.concatenate([talk, talk, music]))

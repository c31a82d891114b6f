"""One recording is recognised in every disguise it comes in, and no other is taken for it."""

from __future__ import annotations

import io

import numpy as np
import pytest
import soundfile as sf
import soxr

from classifier.training.fingerprint import Fingerprint, find_matches, fingerprint, same_recordings
from tests.support.audio import noise

RATE = 22_050


def test_a_recording_at_64_kbit_s_is_the_same_recording(song):
    (match,) = matches(song, as_mp3(song))
    assert match.error_rate < 0.15
    assert match.overlap == pytest.approx(20, abs=0.5)


@pytest.mark.parametrize("start", [0.0, 3.333, 9.81])
def test_a_cut_is_found_with_its_place(song, start):
    (match,) = matches(song, cut(song, start, 10.0))
    assert match.offset == pytest.approx(start, abs=0.1)
    assert match.overlap == pytest.approx(10, abs=0.5)


def test_a_quiet_cut_that_went_through_a_codec_is_found(song):
    assert len(matches(song, as_mp3(0.05 * cut(song, 5.678, 10.0)))) == 1


def test_two_cuts_that_share_a_stretch_are_found_by_it(song):
    (match,) = matches(cut(song, 0.0, 12.0), cut(song, 7.0, 13.0))
    assert match.overlap == pytest.approx(5, abs=0.5)
    assert match.offset == pytest.approx(7, abs=0.1)


def test_a_low_passed_and_clipped_copy_is_found(song):
    dull = np.convolve(song, np.ones(8) / 8, "same").astype(np.float32)
    assert len(matches(song, np.clip(3 * dull, -1, 1))) == 1


def test_different_songs_are_not_paired():
    songs = [melody(seed, 12.0) for seed in range(8)]
    assert matches(*songs) == []


def test_two_pieces_of_noise_are_not_paired():
    assert matches(noise(10, seed=1), noise(10, seed=2)) == []


def test_another_speed_is_beyond_the_method(song):
    faster = soxr.resample(song, RATE * 1.05, RATE).astype(np.float32)
    assert matches(song, faster) == []


def test_audio_shorter_than_a_frame_has_an_empty_fingerprint():
    own = fingerprint(noise(0.2))
    assert len(own.words) == 0
    assert find_matches([own, own]) == []


def test_there_is_nothing_to_find_among_nothing():
    assert find_matches([]) == []


def test_pauses_match_nothing(song):
    silence = np.zeros(RATE * 10, np.float32)
    assert matches(silence, silence, song) == []


def test_groups_reach_over_links(song):
    prints = [fingerprint(part) for part in (cut(song, 0, 8), cut(song, 5, 10), cut(song, 12, 8), melody(77, 8.0))]
    found = find_matches(prints)
    assert {(match.first, match.second) for match in found} == {(0, 1), (1, 2)}
    group = same_recordings(found, 4)
    assert group[0] == group[1] == group[2] != group[3]


def test_a_sub_fingerprint_has_32_bits_and_its_weakest_three_are_named(song):
    own: Fingerprint = fingerprint(song)
    assert own.words.dtype == np.uint32
    assert own.weak.shape == (len(own.words), 3)
    assert own.weak.max() < 32


def matches(*songs):
    return find_matches([fingerprint(song.astype(np.float32)) for song in songs])


def cut(song, start, seconds):
    return song[round(start * RATE) :][: round(seconds * RATE)]


def as_mp3(samples):
    buffer = io.BytesIO()
    sf.write(buffer, samples, RATE, format="MP3", bitrate_mode="CONSTANT", compression_level=0.6)
    assert buffer.tell() * 8 / (len(samples) / RATE) < 70_000
    buffer.seek(0)
    return sf.read(buffer, dtype="float32")[0]


def melody(seed, seconds):
    """Return notes of random pitch and length that never repeat, as real music hardly does to the bit."""
    rng = np.random.default_rng(seed)
    samples = np.zeros(round(seconds * RATE), np.float32)
    for _note in range(round(seconds * 6)):
        start, length = rng.integers(0, len(samples)), round(rng.uniform(0.2, 0.9) * RATE)
        times = np.arange(min(length, len(samples) - start)) / RATE
        pitch = 110 * 2 ** (rng.integers(0, 40) / 12)
        tone = sum(np.sin(2 * np.pi * k * pitch * times) / k for k in range(1, 6))
        samples[start : start + len(times)] += (tone * np.exp(-4 * times)).astype(np.float32)
    return (samples / np.abs(samples).max() * 0.8).astype(np.float32)


@pytest.fixture(scope="module")
def song():
    return melody(1, 20.0)

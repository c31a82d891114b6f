"""What decoding gives for intact, unusual, damaged and hostile files."""

from __future__ import annotations

import io
import struct
import warnings
from pathlib import Path

import av
import numpy as np
import pytest
import soxr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from classifier.constants import SAMPLE_RATE
from classifier.decode import decode
from classifier.errors import (
    AudioError,
    Silent,
    TooLarge,
    TooLong,
    TooShort,
    UnreadableAudio,
    UnsupportedAudio,
)
from tests.support.audio import PYAV, SOUNDFILE, encode, music_like, noise, sine, write_wav

ODD = Path(__file__).parents[2].parent / "shared/data/odd"
FORMATS = (*SOUNDFILE, *PYAV)
TUNE_SECONDS = 4.0
RATE = 44_100
TUNE = music_like(TUNE_SECONDS, rate=RATE)
STEREO = np.stack([TUNE, 0.5 * TUNE], axis=1)


class TestFormats:
    @pytest.mark.parametrize("codec", FORMATS)
    def test_every_format_keeps_length_and_sound(self, songs, codec):
        waveform = decode(songs[codec])
        assert waveform.duration == pytest.approx(TUNE_SECONDS, abs=0.1)
        assert not waveform.truncated
        assert likeness(waveform.samples, reference()) > 0.9

    def test_a_wav_is_the_resampled_mean_of_its_channels(self, songs):
        np.testing.assert_allclose(decode(songs["wav"]).samples, reference(), atol=1e-4)

    @pytest.mark.parametrize(("codec", "lie"), [("mp3", "wav"), ("m4a", "mp3"), ("ogg", "flac"), ("wav", "txt")])
    def test_the_extension_is_not_believed(self, songs, tmp_path, codec, lie):
        path = tmp_path / f"song.{lie}"
        path.write_bytes(songs[codec].read_bytes())
        assert np.array_equal(decode(path).samples, decode(songs[codec]).samples)

    @pytest.mark.parametrize("codec", ["wav", "mp3", "m4a"])
    def test_a_file_object_gives_the_same_as_its_path_and_stays_open(self, songs, codec):
        with songs[codec].open("rb") as file:
            file.seek(99)
            assert np.array_equal(decode(file).samples, decode(str(songs[codec])).samples)
            assert not file.closed

    @pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 44_100, 48_000, 96_000])
    def test_every_sample_rate_gives_the_same_spectrum(self, tmp_path, rate):
        chord = sine(440, 3, rate, 0.3) + sine(1000, 3, rate, 0.2) + sine(3000, 3, rate, 0.1)
        samples = decode(write_wav(tmp_path / "a.wav", chord, rate)).samples
        assert [level(samples, f) for f in (440, 1000, 3000)] == pytest.approx([0.3, 0.2, 0.1], rel=0.01)

    @pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW"])
    def test_every_sample_type_has_the_same_level(self, tmp_path, subtype):
        samples = decode(write_wav(tmp_path / "a.wav", sine(440, 3), SAMPLE_RATE, subtype)).samples
        assert level(samples, 440) == pytest.approx(0.5, rel=0.01)
        assert samples.mean() == pytest.approx(0, abs=0.005)

    def test_the_sound_of_a_film_is_decoded(self, tmp_path):
        waveform = decode(film(tmp_path / "film.mp4", STEREO))
        assert likeness(waveform.samples, reference()) > 0.9

    def test_a_silent_film_holds_no_sound(self, tmp_path):
        with pytest.raises(UnreadableAudio, match="it holds no sound"):
            decode(film(tmp_path / "film.mp4", None))

    def test_a_format_may_change_on_the_way(self, tmp_path):
        parts = [encode(tmp_path / "a", STEREO, RATE, "aac"), encode(tmp_path / "b", TUNE, 48_000, "aac")]
        waveform = decode(io.BytesIO(b"".join(part.read_bytes() for part in parts)))
        assert waveform.duration == pytest.approx(TUNE_SECONDS * (1 + RATE / 48_000), abs=0.2)


class TestChannels:
    @pytest.mark.parametrize("channels", [1, 2, 4, 6, 8])
    def test_all_channels_weigh_the_same(self, tmp_path, channels):
        separate = np.stack([sine(300 * (k + 1), 3, amplitude=0.4) for k in range(channels)], axis=1)
        samples = decode(write_wav(tmp_path / "a.wav", separate, SAMPLE_RATE)).samples
        levels = [level(samples, 300 * (k + 1)) for k in range(channels)]
        assert levels == pytest.approx([0.4 / channels] * channels, rel=0.01)

    def test_the_low_frequency_effects_channel_is_left_out(self, tmp_path):
        surround = np.zeros((3 * SAMPLE_RATE, 6), np.float32)
        surround[:, 3] = sine(60, 3)
        with pytest.raises(Silent):
            decode(encode(tmp_path / "a.flac", surround, SAMPLE_RATE, "flac"))

    def test_channels_in_opposite_phase_cancel(self, tmp_path):
        opposite = np.stack([TUNE, -TUNE], axis=1)
        with pytest.raises(Silent):
            decode(write_wav(tmp_path / "a.wav", opposite, RATE, "FLOAT"))

    def test_nine_channels_are_refused(self, tmp_path):
        with pytest.raises(UnsupportedAudio, match="9 channels"):
            decode(write_wav(tmp_path / "a.wav", np.tile(noise(3)[:, None], 9), SAMPLE_RATE))

    @pytest.mark.parametrize("rate", [1_000, 500_000])
    def test_absurd_sample_rates_are_refused(self, tmp_path, rate):
        with pytest.raises(UnsupportedAudio, match=f"{rate} samples a second"):
            decode(write_wav(tmp_path / "a.wav", sine(100, 3, rate), rate))


class TestValues:
    def test_samples_that_are_no_numbers_become_silence(self, tmp_path):
        broken = sine(440, 3)
        broken[20_000:20_004] = [np.nan, np.inf, -np.inf, 3e38]
        samples = decode(write_wav(tmp_path / "a.wav", broken, SAMPLE_RATE, "FLOAT")).samples
        assert (samples[20_000:20_004] == 0).all()
        assert samples[19_999] == broken[19_999]

    def test_nothing_is_clipped(self, tmp_path):
        loud = sine(440, 3, amplitude=3.0)
        assert level(decode(write_wav(tmp_path / "a.wav", loud, SAMPLE_RATE, "FLOAT")).samples, 440) > 2.9

    def test_silence_is_named(self, tmp_path):
        with pytest.raises(Silent):
            decode(write_wav(tmp_path / "a.wav", np.zeros(3 * RATE), RATE))

    def test_a_constant_is_silence(self, tmp_path):
        with pytest.raises(Silent):
            decode(encode(tmp_path / "a.flac", np.full(3 * RATE, 0.5), RATE, "flac"))

    def test_a_whisper_is_not_silence(self, tmp_path):
        whisper = sine(440, 3, amplitude=2e-4)
        assert decode(write_wav(tmp_path / "a.wav", whisper, SAMPLE_RATE, "FLOAT")).duration == 3


class TestLimits:
    def test_one_second_is_too_short(self, tmp_path):
        with pytest.raises(TooShort):
            decode(write_wav(tmp_path / "a.wav", noise(1), SAMPLE_RATE))

    def test_a_header_without_sound_is_too_short(self, tmp_path):
        with pytest.raises(TooShort):
            decode(write_wav(tmp_path / "a.wav", np.zeros(0), SAMPLE_RATE))

    @pytest.mark.parametrize("rate", [11_025, 44_100, 48_000])
    def test_two_seconds_are_enough(self, tmp_path, rate):
        assert decode(write_wav(tmp_path / "a.wav", noise(2, rate), rate)).duration == pytest.approx(2, abs=1e-3)

    @pytest.mark.parametrize("codec", ["wav", "flac", "mp3", "ogg", "m4a"])
    def test_too_long_is_refused(self, songs, codec):
        with pytest.raises(TooLong):
            decode(songs[codec], max_seconds=TUNE_SECONDS - 0.5)

    def test_decoding_stops_where_the_limit_is_crossed(self, tmp_path):
        path = write_wav(tmp_path / "a.wav", noise(120), SAMPLE_RATE)
        with Counted(io.FileIO(path)) as counted, pytest.raises(TooLong):
            decode(counted, max_seconds=3)
        assert counted.bytes_read < path.stat().st_size / 5

    def test_too_large_is_refused_unread(self, songs):
        with Counted(io.FileIO(songs["wav"])) as counted, pytest.raises(TooLarge):
            decode(counted, max_bytes=1000)
        assert counted.bytes_read == 0

    def test_a_file_of_exactly_the_limit_is_read(self, songs):
        assert decode(songs["mp3"], max_bytes=songs["mp3"].stat().st_size)


class TestDamage:
    @pytest.mark.parametrize("codec", ["wav", "aiff", "flac", "mp3", "m4a", "wma", "webm", "wv"])
    def test_a_broken_tail_leaves_the_beginning(self, songs, codec):
        waveform = decode(cut(songs[codec], 0.6))
        assert waveform.truncated
        assert waveform.duration == pytest.approx(0.6 * TUNE_SECONDS, abs=0.5)
        assert likeness(waveform.samples, reference()[: len(waveform.samples)]) > 0.9

    def test_half_an_ogg_is_a_shorter_ogg(self, songs):
        assert not decode(cut(songs["ogg"], 0.7)).truncated

    @pytest.mark.parametrize("codec", ["wav", "flac", "mp3", "m4a"])
    def test_less_than_two_seconds_of_a_broken_file_are_not_enough(self, songs, codec):
        with pytest.raises(UnreadableAudio, match="damaged or incomplete"):
            decode(cut(songs[codec], 0.35))

    @pytest.mark.parametrize("codec", ["flac", "mp3", "m4a"])
    def test_a_hole_is_skipped(self, songs, codec):
        data = bytearray(songs[codec].read_bytes())
        middle = len(data) // 2
        data[middle : middle + 3000] = bytes(3000)
        assert decode(io.BytesIO(data)).duration > 0.8 * TUNE_SECONDS

    def test_padding_behind_a_song_is_no_damage(self, songs):
        assert not decode(io.BytesIO(songs["mp3"].read_bytes() + bytes(5000))).truncated

    def test_a_header_that_claims_hours_costs_nothing(self, songs):
        data = bytearray(songs["wav"].read_bytes())
        data[4:8], data[40:44] = struct.pack("<I", 0x7000_0024), struct.pack("<I", 0x7000_0000)
        waveform = decode(io.BytesIO(data))
        assert waveform.truncated
        assert waveform.duration == TUNE_SECONDS

    def test_a_wav_written_to_a_pipe_is_whole(self, songs):
        data = bytearray(songs["wav"].read_bytes())
        data[4:8] = data[40:44] = b"\xff" * 4
        assert not decode(io.BytesIO(data)).truncated

    def test_a_cut_mp3_behind_a_large_tag_is_noticed(self, songs):
        tag = b"ID3\x03\0\0" + bytes((300_000 >> shift) & 0x7F for shift in (21, 14, 7, 0)) + bytes(300_000)
        assert not decode(io.BytesIO(tag + songs["mp3"].read_bytes())).truncated
        assert decode(io.BytesIO(tag + cut(songs["mp3"], 0.6).read())).truncated

    def test_the_libraries_say_nothing(self, songs, capfd):
        for codec in FORMATS:
            damaged = bytearray(songs[codec].read_bytes())[:-500]
            damaged[2000:2100] = noise(1, 25).tobytes()
            outcome(bytes(damaged))
        assert capfd.readouterr() == ("", "")


class TestNoAudio:
    @pytest.mark.parametrize(
        ("data", "detail"),
        [
            (b"", "it is empty"),
            (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n", "it is a Git LFS pointer"),
            (b"Verse 1\nCaf\xc3\xa9 del Mar\n", "it is text"),
            (b"#EXTM3U\nhttp://localhost/song.mp3\n", "it is text"),
            (b"\x89PNG\r\n\x1a\n" + bytes(99), "it is a picture"),
            (b"\xff\xd8\xff\xe0\0\x10JFIF" + bytes(99), "it is a picture"),
            (b"RIFF\x24\0\0\0WEBPVP8 " + bytes(99), "it is a picture"),
            (b"%PDF-1.7\n\0", "it is a PDF document"),
            (b"PK\x03\x04" + bytes(99), "it is a zip archive"),
            (b"MThd\0\0\0\x06" + bytes(99), "it is a MIDI file"),
            (b"\0\0\0\x20ftypM4P " + bytes(99), "it is protected against copying"),
        ],
    )
    def test_it_is_named(self, data, detail):
        with pytest.raises(UnreadableAudio, match=f"This file is not audio we can read: {detail}"):
            decode(io.BytesIO(data))

    def test_a_missing_file_and_a_folder_are_named(self, tmp_path):
        for path in (tmp_path / "none.mp3", tmp_path, "nul\0.mp3"):
            with pytest.raises(UnreadableAudio, match="there is no such file"):
                decode(path)

    def test_a_list_of_other_files_is_not_followed(self, songs):
        listing = f"ffconcat version 1.0\nfile '{songs['wav']}'\n#\0\n"
        with pytest.raises(UnreadableAudio):
            decode(io.BytesIO(listing.encode()))

    def test_a_failing_disk_is_not_blamed_on_the_song(self, songs):
        with Failing(io.FileIO(songs["wav"])) as file, pytest.raises(OSError, match="disk is gone"):
            decode(file)


class TestHostileBytes:
    @given(st.binary(max_size=5000))
    @settings(deadline=None, max_examples=100)
    def test_any_bytes_give_audio_or_an_audio_error(self, data):
        assert outcome(data)

    @given(st.sampled_from(FORMATS), st.data())
    @settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_any_change_to_a_song_gives_audio_or_an_audio_error(self, songs, codec, draw):
        song = bytearray(songs[codec].read_bytes()[: draw.draw(st.integers(50, 60_000))])
        places = st.integers(0, min(len(song), 3000) - 1) | st.integers(0, len(song) - 1)
        for place in draw.draw(st.lists(places, max_size=20)):
            song[place] = draw.draw(st.integers(0, 255))
        assert outcome(bytes(song))


@pytest.mark.music
@pytest.mark.skipif(not ODD.is_dir(), reason="the folder of odd files is not beside this checkout")
class TestOddFiles:
    def test_each_gives_audio_or_an_audio_error(self):
        outcomes = {path.name: outcome(path.read_bytes()) for path in sorted(ODD.iterdir())}
        assert len(outcomes) == 88
        assert {name for name, result in outcomes.items() if result == "Waveform"} >= {
            "audioread__test-2.mp3",
            "beets__whitenoise.opus",
            "essentia__impulses_1second_44100_bad_stream_info.flac",
            "pydub__creative_common.mp4",
            "pydub__format_test.m4a",
            "tinytag__vbr_xing_header.mp3",
            "wavefile__RF64-16bit-8kHz-stereo-reaper.wav",
            "wavefile__RIFX-16bit-mono.wav",
        }


@pytest.fixture(scope="module")
def songs(tmp_path_factory):
    """Return the tune in every format: codec -> path."""
    folder = tmp_path_factory.mktemp("songs")
    options = {"m4a": {"movflags": "+faststart"}}
    return {c: encode(folder / f"song.{c}", STEREO, RATE, c, **options.get(c, {})) for c in FORMATS}


def reference():
    return soxr.resample(STEREO @ np.array([0.5, 0.5], np.float32), RATE, SAMPLE_RATE)


def likeness(heard, expected):
    """Return the correlation at the best of all shifts up to a tenth of a second."""
    size = 2 * max(len(heard), len(expected))
    correlation = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(expected, size)))
    near = np.r_[correlation[: SAMPLE_RATE // 10], correlation[-SAMPLE_RATE // 10 :]]
    return near.max() / np.sqrt((heard**2).sum() * (expected**2).sum())


def level(samples, frequency):
    """Return the amplitude of a sine of this frequency in the second second."""
    times = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    return 2 * abs(samples[SAMPLE_RATE : 2 * SAMPLE_RATE] @ np.exp(-2j * np.pi * frequency * times)) / SAMPLE_RATE


def cut(path, part):
    data = path.read_bytes()
    return io.BytesIO(data[: round(part * len(data))])


def outcome(data):
    """Return "Waveform" or the name of the AudioError; let everything else through."""
    try:
        with warnings.catch_warnings(action="error"):
            return type(decode(io.BytesIO(data))).__name__
    except AudioError as error:
        return type(error).__name__


def film(path, samples):
    """Write one second of pictures, with or without sound beside them."""
    with av.open(str(path), "w") as output:
        pictures = output.add_stream("mpeg4", rate=25, width=32, height=32, pix_fmt="yuv420p")
        sound = output.add_stream("aac", rate=RATE, layout="stereo") if samples is not None else None
        for _ in range(25):
            output.mux(pictures.encode(av.VideoFrame(32, 32, "yuv420p")))
        output.mux(pictures.encode(None))
        if sound is not None:
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples.T), format="fltp", layout="stereo")
            frame.sample_rate = RATE
            output.mux(sound.encode(frame))
            output.mux(sound.encode(None))
    return path


class Counted(io.BufferedReader):
    """A file that counts what is read from it."""

    bytes_read = 0

    def read(self, size=-1):
        data = super().read(size)
        self.bytes_read += len(data)
        return data


class Failing(io.BufferedReader):
    """A file whose disk goes away after its first 64 KB."""

    def read(self, size=-1):
        if self.tell() > 65_536:
            raise OSError("the disk is gone")
        return super().read(size)

"""Tags are read from every common container, and damaged or hostile ones cost nothing."""

from __future__ import annotations

import mutagen
import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from mutagen.id3 import APIC, ID3, TALB, TCON, TIT2, TPE1
from mutagen.wave import WAVE

from portal.jobs.child import run_in_child
from portal.jobs.tags import read_tags

TAGS = {"title": "So What", "artist": "Miles Davis", "album": "Kind of Blue", "genre": "Jazz"}


@pytest.mark.parametrize("container", ["FLAC", "OGG", "MP3"])
def test_tags_are_read(make_file, container):
    path = make_file(container)
    tag(path, TAGS)
    assert read_tags(path) == TAGS


def test_the_frames_of_a_wav_are_read(make_file):
    path = make_file("WAV")
    file = WAVE(path)
    file.add_tags()
    for frame in (TIT2(text="So What"), TPE1(text="Miles Davis"), TALB(text="Kind of Blue"), TCON(text="(8)")):
        file.tags.add(frame)
    file.save()
    assert read_tags(path) == TAGS


def test_several_genres_become_one_line(make_file):
    path = make_file("FLAC")
    tag(path, {"genre": ["Jazz", "Modal"]})
    assert read_tags(path) == {"genre": "Jazz; Modal"}


def test_a_file_without_tags_has_none(make_file):
    assert read_tags(make_file("FLAC")) == {}


def test_empty_tags_are_left_out(make_file):
    path = make_file("FLAC")
    tag(path, {"title": " \t", "artist": "Nico"})
    assert read_tags(path) == {"artist": "Nico"}


def test_long_and_unshowable_text_is_tamed(make_file):
    path = make_file("FLAC")
    tag(path, {"title": "x" * 5000, "artist": "a\u202eb\nc"})
    assert read_tags(path) == {"title": "x" * 300, "artist": "ab c"}


@pytest.mark.parametrize(
    "content", [b"", b"\0" * 1000, b"ID3\x04\0\0\x7f\x7f\x7f\x7f", b"fLaC\0\xff\xff\xff", b"OggS" * 50]
)
def test_what_is_no_audio_has_no_tags(tmp_path, content):
    path = tmp_path / "file"
    path.write_bytes(content)
    assert read_tags(path) == {}


def test_a_missing_file_has_no_tags(tmp_path):
    assert read_tags(tmp_path / "nothing") == {}


def test_a_cover_of_fifty_megabytes_costs_neither_the_tags_nor_much_memory(make_file):
    path = make_file("MP3")
    tag(path, TAGS)
    file = ID3(path)
    file.add(APIC(mime="image/png", type=3, desc="", data=bytes(50 * 10**6)))
    file.save(path)
    assert run_in_child(lambda _emit: read_tags(path), timeout=60, memory=2**28) == TAGS


@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damage_anywhere_in_the_tags_is_harmless(make_file, tmp_path, data):
    path = make_file("MP3")
    tag(path, TAGS)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, 300))] = data.draw(st.integers(0, 255))
    damaged = tmp_path / "damaged.mp3"
    damaged.write_bytes(content)
    found = read_tags(damaged)
    assert all(isinstance(text, str) and len(text) <= 300 for text in found.values())


def tag(path, tags):
    file = mutagen.File(path, easy=True)
    file.update(tags)
    file.save()


@pytest.fixture
def make_file(tmp_path):
    def make(container):
        path = tmp_path / f"song.{container.lower()}"
        soundfile.write(path, np.zeros(22_050, dtype=np.float32), 22_050, format=container)
        return path

    return make

"""Clips made of the files of packages, and what is said when they cannot be had."""

from __future__ import annotations

import numpy as np
import pytest

from classifier.constants import SAMPLE_RATE
from classifier.training import sounds
from classifier.training.sound_sources import MUSICAL, SOURCES, Source
from tests.support.audio import encode, encoded, noise, sine

PACKAGE = Source("talker", "words", "speech", "learn", r"\.wav$", 3)


@pytest.fixture
def package(tmp_path):
    """Return a folder in which the package ``words`` lies unpacked, one of its files a jingle."""
    folder = tmp_path / "packages" / "words"
    folder.mkdir(parents=True)
    for number in range(4):
        encode(folder / f"word-{number}.wav", noise(0.8, rate=8_000, seed=number), 8_000, "wav")
    encode(folder / "spy-jingle.wav", sine(440, 3), 8_000, "wav")
    return tmp_path


def test_clips_and_their_table_are_written(package, monkeypatch):
    monkeypatch.setattr(sounds, "SOURCES", (PACKAGE,))
    monkeypatch.setattr(sounds, "_write_flite", lambda _out: [])
    told = []
    assert sounds.fetch_sounds(package, seed=1, tell=told.append) == 3
    table = sounds.read_table(package)
    assert list(table["use"]) == ["learn"] * 3
    assert all((package / name).stat().st_size for name in table["file"])
    assert told[0] == "talker"


def test_a_clip_is_joined_of_short_files_and_has_its_length():
    words = [noise(0.5, seed=number) for number in range(3)]
    for seed in range(5):
        clip = sounds.joined(words, np.random.default_rng(seed))
        assert sounds.SECONDS[0] <= len(clip) / SAMPLE_RATE <= sounds.SECONDS[1]


def test_musical_files_are_left_out(package):
    assert len(sounds._sounds(PACKAGE, package / "packages" / "words")) == 4
    assert MUSICAL.search("spy-jingle.wav")
    assert not MUSICAL.search("vm-goodbye.wav")


def test_ogg_files_inside_other_bytes_are_found():
    first, second = encoded(noise(1, seed=1), SAMPLE_RATE, "ogg"), encoded(sine(300, 1), SAMPLE_RATE, "ogg")
    packed = b"qres" + first + b"\x00\x07between" + second + b"after"
    assert list(sounds.ogg_streams(packed)) == [first, second]
    assert list(sounds.ogg_streams(b"nothing of the kind")) == []


def test_no_source_is_both_learned_from_and_tested_with():
    learned = {source.name for source in SOURCES if source.use == "learn"}
    tested = {source.name for source in SOURCES if source.use == "test"}
    assert learned
    assert tested
    assert not learned & tested
    assert len(learned) + len(tested) == len(SOURCES)
    assert {source.use for source in SOURCES} == {"learn", "test"}


def test_without_apt_the_error_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(sounds.shutil, "which", lambda _name: None)
    with pytest.raises(sounds.SoundsError, match="apt-get"):
        sounds.unpacked("words", tmp_path)


def test_a_package_that_cannot_be_had_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(sounds.shutil, "which", lambda name: name)
    monkeypatch.setattr(sounds, "_run", lambda *_command, **_environment: "E: Unable to locate package words\n")
    with pytest.raises(sounds.SoundsError, match="words: E: Unable to locate"):
        sounds.unpacked("words", tmp_path)


def test_a_package_without_the_expected_files_is_named(package):
    with pytest.raises(sounds.SoundsError, match="no files for talker"):
        sounds._sounds(Source("talker", "words", "speech", "learn", r"\.aiff$", 1), package / "packages" / "words")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "classifier sounds"),
        ("file,kind\na.flac,speech\n", "lacks the column source, use"),
        ("file,kind,source,use\ngone.flac,speech,x,learn\n", r"not there, the first: gone\.flac"),
    ],
)
def test_a_folder_that_is_not_whole_is_told(tmp_path, content, told):
    if content:
        (tmp_path / "sounds.csv").write_text(content)
    with pytest.raises(sounds.SoundsError, match=told):
        sounds.read_table(tmp_path)

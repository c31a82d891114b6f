"""Files are taken apart in a process of its own, which may die without harm."""

from __future__ import annotations

import os
import zlib
from pathlib import Path

import pytest
from mutagen import id3

from portal.tagging.errors import FileGoneError, UnreadableTagsError, UnwritableFormatError
from portal.tagging.files.id3 import Tag
from portal.tagging.scribe import Scribe, Written
from tests.portal.tagging.conftest import audio_of


def test_a_copy_is_written_and_read(scribe, make_file, tmp_path):
    source, target = make_file("mp3"), tmp_path / "copy"
    assert scribe.write(source, target, ["Jazz"], "append") == Written("MP3", [], ["Jazz"])
    assert scribe.read(target) == Written("MP3", ["Jazz"], ["Jazz"])
    assert audio_of(target) == audio_of(source)


def test_errors_are_told_in_plain_words_and_the_next_file_is_served(scribe, make_file, tmp_path):
    with pytest.raises(UnwritableFormatError, match="into WMA files"):
        scribe.read(make_file("wma", "a"))
    damaged = make_file("flac", "b")
    damaged.write_bytes(damaged.read_bytes()[:60])
    with pytest.raises(UnreadableTagsError, match="damaged"):
        scribe.read(damaged)
    with pytest.raises(FileGoneError):
        scribe.read(tmp_path / "nothing")
    assert scribe.read(make_file("ogg", "c")).kind == "Ogg Vorbis"


def test_a_copy_that_cannot_be_written_is_no_fault_of_the_file(scribe, make_file, tmp_path):
    (tmp_path / "copy").write_bytes(b"taken")
    with pytest.raises(UnreadableTagsError, match="could not be made just now"):
        scribe.write(make_file("wav"), tmp_path / "copy", ["Jazz"], "replace")


def test_a_cover_of_fifty_megabytes_is_carried_over(scribe, make_file, tmp_path):
    source, target = make_file("mp3"), tmp_path / "copy"
    tags = id3.ID3()
    cover = os.urandom(1000) * 50_000
    tags.add(id3.APIC(mime="image/png", type=3, desc="", data=cover))
    tags.save(source)
    assert scribe.write(source, target, ["Jazz"], "replace").after == ["Jazz"]
    assert id3.ID3(target)["APIC:"].data == cover
    assert audio_of(target) == audio_of(source)


def test_a_genre_that_unpacks_to_more_than_the_memory_is_refused(scribe, make_file):
    source, packer = make_file("mp3"), zlib.compressobj(9)
    block = packer.compress(bytes(2**24)) + packer.flush(zlib.Z_FULL_FLUSH)
    squeezed = block[:2] + 128 * block[2:]  # after such a flush the same bytes may follow again
    announced = bytes(2**31 - 1 >> shift & 0x7F for shift in (21, 14, 7, 0))
    length = bytes(len(squeezed) + 4 >> shift & 0x7F for shift in (21, 14, 7, 0))
    bomb = Tag(4, 0, ((b"TCON", b"TCON" + length + b"\0\x09" + announced + squeezed),)).to_bytes(0)
    source.write_bytes(bomb + source.read_bytes())
    with pytest.raises(UnreadableTagsError, match="more time or memory"):
        scribe.read(source)


def test_a_file_that_takes_too_long_is_given_up_and_the_next_is_served(make_file, tmp_path):
    endless = tmp_path / "endless"
    os.mkfifo(endless)  # opening it waits for somebody who writes
    with Scribe(seconds=1) as scribe:
        with pytest.raises(UnreadableTagsError, match="more time or memory"):
            scribe.read(endless)
        assert scribe.read(make_file("wav")).kind == "WAV"


def test_a_process_that_died_is_replaced(make_file):
    song = make_file("wav")
    with Scribe() as scribe:
        scribe.read(song)
        scribe._process.kill()
        with pytest.raises(UnreadableTagsError):
            scribe.read(song)
        assert scribe.read(song).kind == "WAV"


def test_the_process_ends_with_its_scribe_and_knows_no_secrets(make_file, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "hush")
    with Scribe() as scribe:
        scribe.read(make_file("wav"))
        process = scribe._process
        assert b"hush" not in Path(f"/proc/{process.pid}/environ").read_bytes()
    assert process.poll() is not None

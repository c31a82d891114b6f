"""Songs in every format, and songs of people whose bytes lie in the storage."""

from __future__ import annotations

import hashlib
from pathlib import Path

import av
import pytest

from portal.tagging.files.id3 import tag_length
from portal.tagging.scribe import Scribe
from tests.support.audio import encode, music_like

WRITABLE = {
    "mp3": "MP3",
    "flac": "FLAC",
    "ogg": "Ogg Vorbis",
    "opus": "Opus",
    "m4a": "M4A",
    "alac": "M4A",
    "wav": "WAV",
    "aiff": "AIFF",
}
"""Codecs of ``tests.support.audio`` that a genre can be written into -> the format's name."""


@pytest.fixture(scope="session")
def sounds(tmp_path_factory):
    """Return a function from a codec to the bytes of two seconds in it, without tags."""
    folder, made = tmp_path_factory.mktemp("sounds"), {}

    def sound(codec):
        if codec not in made:
            content = encode(folder / f"{codec}.bin", music_like(2), 22_050, codec).read_bytes()
            made[codec] = content[tag_length(content) :]  # PyAV gives an MP3 a tag of its own
        return made[codec]

    return sound


@pytest.fixture
def make_file(tmp_path, sounds):
    def make(codec, name="song"):
        path = tmp_path / name
        path.write_bytes(sounds(codec))
        return path

    return make


@pytest.fixture(scope="module")
def scribe():
    with Scribe() as scribe:
        yield scribe


@pytest.fixture
def store(services, session, make_song):
    """Return a factory: store(user, content, …) -> a song whose bytes lie in the storage."""

    def make(user, content, **columns):
        song = make_song(user, **columns)
        with services.tagging._copyist._storage.open_new(song.stored_name) as target:
            target.write(content)
        song.size_bytes = len(content)
        session.commit()
        return song

    return make


def audio_of(path: Path) -> str:
    """Return a hash of all packets of audio, undecoded."""
    digest = hashlib.sha256()
    with av.open(str(path)) as container:
        for packet in container.demux(audio=0):
            digest.update(bytes(packet))
    return digest.hexdigest()

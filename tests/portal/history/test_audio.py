"""One's own song to listen to: whole or in part, to oneself alone, and never as anything but sound."""

from __future__ import annotations

import pytest

from portal.adapters.storage import FsspecStorage
from portal.ports import StorageError

BYTES = bytes(range(256)) * 40


@pytest.fixture
def song(services, alice, make_song):
    return kept(services, make_song(alice, filename="a song.mp3"))


def test_the_whole_song_is_played_to_its_owner(as_alice, song):
    answer = as_alice.get(f"/songs/{song.id}/audio")
    assert (answer.status_code, answer.data, answer.mimetype) == (200, BYTES, "audio/mpeg")
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"] == 'inline; filename="a song.mp3"'


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [("bytes=0-", 0, len(BYTES)), ("bytes=100-199", 100, 200), ("bytes=-7", len(BYTES) - 7, len(BYTES))],
)
def test_a_browser_that_jumps_gets_the_part_it_asks_for(as_alice, song, asked, start, end):
    answer = as_alice.get(f"/songs/{song.id}/audio", headers={"Range": asked})
    assert (answer.status_code, answer.data) == (206, BYTES[start:end])
    assert answer.headers["Content-Range"] == f"bytes {start}-{end - 1}/{len(BYTES)}"
    assert answer.content_length == end - start


def test_a_part_beyond_the_end_is_refused(as_alice, song):
    assert as_alice.get(f"/songs/{song.id}/audio", headers={"Range": "bytes=999999-"}).status_code == 416


@pytest.mark.parametrize("asked", ["bytes=x-y", "lines=1-2", "bytes=0-1,5-6", "\u0661", ""])
def test_a_range_of_no_sense_breaks_nothing(as_alice, song, asked):
    assert as_alice.get(f"/songs/{song.id}/audio", headers={"Range": asked}).status_code in {200, 416}


def test_the_length_can_be_asked_for_alone(as_alice, song):
    answer = as_alice.head(f"/songs/{song.id}/audio")
    assert (answer.status_code, answer.content_length, answer.data) == (200, len(BYTES), b"")


def test_nobody_else_hears_it_though_it_is_public(as_bob, client, services, alice, song):
    services.community.people.choose_name(alice.id, "Nightingale")
    services.community.publishing.publish_song(alice.id, song.id)
    assert as_bob.get(f"/songs/{song.id}/audio").status_code == 404
    assert client.get(f"/songs/{song.id}/audio").status_code in {302, 401}


@pytest.mark.parametrize(
    ("filename", "kind"),
    [
        ("x.FLAC", "audio/flac"),
        ("x.m4a", "audio/mp4"),
        ("x.opus", "audio/ogg"),
        ("page.html", "application/octet-stream"),
        ("picture.svg", "application/octet-stream"),
        ("nothing", "application/octet-stream"),
    ],
)
def test_it_is_said_to_be_sound_or_nothing_in_particular(as_alice, services, alice, make_song, filename, kind):
    song = kept(services, make_song(alice, filename=filename))
    assert as_alice.get(f"/songs/{song.id}/audio").mimetype == kind


@pytest.mark.parametrize("filename", ['quo"te; x=y.mp3', "\u05e9\u05d9\u05e8 \U0001f3b5.mp3", "a" * 296 + ".mp3"])
def test_a_name_of_any_script_is_told_without_breaking_the_header(as_alice, services, alice, make_song, filename):
    song = kept(services, make_song(alice, filename=filename))
    answer = as_alice.get(f"/songs/{song.id}/audio")
    assert answer.data == BYTES
    assert answer.headers["Content-Disposition"].startswith("inline; filename")


def test_a_song_whose_file_is_gone_says_so_and_has_no_player(as_alice, services, song):
    assert "<audio" in as_alice.get(f"/songs/{song.id}").text
    services.history._storage.delete(song.stored_name)
    page = as_alice.get(f"/songs/{song.id}").text
    assert "<audio" not in page
    assert "player.js" not in page
    assert "not kept any more" in page
    assert as_alice.get(f"/songs/{song.id}/audio").status_code == 404


def test_a_storage_that_does_not_answer_costs_the_player_alone(as_alice, services, song, monkeypatch):
    def down(_storage, _name):
        raise StorageError("down")

    monkeypatch.setattr(FsspecStorage, "holds", down)
    page = as_alice.get(f"/songs/{song.id}")
    assert page.status_code == 200
    assert "<audio" not in page.text


@pytest.mark.parametrize("url", ["file://{}/songs", "memory://played"])
def test_every_storage_opens_what_it_holds_anywhere_in_it(tmp_path, url):
    storage = FsspecStorage(url.format(tmp_path))
    assert not storage.holds("song")
    with pytest.raises(StorageError):
        storage.open_kept("song")
    with storage.open_new("song") as file:
        file.write(BYTES)
    assert storage.holds("song")
    with storage.open_kept("song") as file:
        file.seek(300)
        assert file.read(5) == BYTES[300:305]


def kept(services, song):
    with services.history._storage.open_new(song.stored_name) as file:
        file.write(BYTES)
    return song

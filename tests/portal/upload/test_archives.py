"""An archive's songs become songs; whatever else it holds costs a row at most, and never more than was allowed."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.models import Song
from portal.upload import archive as reading
from portal.upload.archive import Allowance, Archive, DamagedArchiveError, is_archive, songs_inside
from portal.upload.service import Accepted

MAX_BYTES = 2**20


def test_each_song_inside_becomes_a_song(take_in, session):
    outcomes = take_in(packed({"Album/01 One.mp3": b"one", "Album/02 Two.flac": b"two"}))
    assert [outcome.filename for outcome in outcomes] == ["01 One.mp3", "02 Two.flac"]
    songs = [session.get(Song, outcome.result.song_id) for outcome in outcomes]
    assert [(song.filename, song.size_bytes) for song in songs] == [("01 One.mp3", 3), ("02 Two.flac", 3)]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_the_bytes_are_those_that_were_packed(take_in, session, services, settings, method):
    content = bytes(range(256)) * 3000
    [outcome] = take_in(packed({"song.wav": content}, method))
    stored = session.get(Song, outcome.result.song_id).stored_name
    assert (Path(settings.storage_url.removeprefix("file://")) / stored).read_bytes() == content


def test_folders_hidden_files_and_covers_are_passed_over(take_in):
    names = ["Album/", "Album/.DS_Store", "__MACOSX/Album/._a.mp3", "Thumbs.db", "cover.jpg", ".a.mp3", "a.mp3"]
    assert [outcome.filename for outcome in take_in(packed(dict.fromkeys(names, b"")))] == ["a.mp3"]


@pytest.mark.parametrize("name", ["../../etc/cron.d/x.mp3", "/etc/x.mp3", "C:\\music\\x.mp3", "..\\x.mp3"])
def test_a_path_inside_leads_nowhere(take_in, session, settings, name):
    [outcome] = take_in(packed({name: b"x"}))
    song = session.get(Song, outcome.result.song_id)
    assert song.filename == "x.mp3"
    assert [file.name for file in Path(settings.storage_url.removeprefix("file://")).iterdir()] == [song.stored_name]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("n" * 400 + ".mp3", "n" * 296 + ".mp3"),
        ("\U0001f525 \u05e9\u05dc\u05d5\u05dd.mp3", "\U0001f525 \u05e9\u05dc\u05d5\u05dd.mp3"),
        ("evil\u202e3pm.mp3", "evil3pm.mp3"),
        ("<b>x</b>/<i>.mp3", "<i>.mp3"),
    ],
)
def test_odd_names_are_shown_as_of_any_file(take_in, name, shown):
    assert [outcome.filename for outcome in take_in(packed({name: b"x"}))] == [shown]


def test_names_that_a_mac_wrote_are_read_as_it_meant_them(take_in):
    raw = packed({"Caf_E.mp3": b"x"}).getvalue().replace(b"Caf_E", "Café".encode())
    assert [outcome.filename for outcome in take_in(io.BytesIO(raw))] == ["Café.mp3"]


def test_an_archive_inside_is_named_and_not_opened(take_in):
    outcomes = take_in(packed({"inner.ZIP": packed({"a.mp3": b"a"}).getvalue(), "b.mp3": b"b"}))
    assert told(outcomes) == [("inner.ZIP", "nested_archive"), ("b.mp3", "song")]


def test_a_locked_song_is_named(take_in):
    raw = bytearray(packed({"a.mp3": b"a"}).getvalue())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(signature) + offset] |= 1
    assert told(take_in(io.BytesIO(bytes(raw)))) == [("a.mp3", "encrypted")]


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_packing_whose_memory_has_no_bound_is_refused(take_in, method):
    assert told(take_in(packed({"a.mp3": b"a" * 1000}, method))) == [("a.mp3", "damaged")]


def test_a_damaged_song_costs_its_row_only(take_in):
    raw = packed({"a.mp3": b"good", "b.mp3": b"spoilt bytes", "c.mp3": b"good too"}).getvalue()
    outcomes = take_in(io.BytesIO(raw.replace(b"spoilt", b"SPOILT")))
    assert told(outcomes) == [("a.mp3", "song"), ("b.mp3", "damaged"), ("c.mp3", "song")]


@pytest.mark.parametrize("cut", [0, 3, 50, -1, -30])
def test_an_archive_cut_off_is_named(take_in, cut):
    raw = packed({"a.mp3": b"a" * 100, "b.mp3": b"b" * 100}).getvalue()[:cut]
    assert told(take_in(io.BytesIO(raw))) == [("album.zip", "damaged_archive")]


def test_no_damage_at_any_byte_breaks_anything(take_in):
    raw = packed({"a.mp3": b"abc" * 20, "b.mp3": b"b"}, zipfile.ZIP_DEFLATED).getvalue()
    for place in range(len(raw)):
        assert take_in(io.BytesIO(raw[:place] + bytes([raw[place] ^ 0xFF]) + raw[place + 1 :]))


def test_an_archive_without_songs_says_so(take_in):
    assert told(take_in(packed({"cover.jpg": b"x"}))) == [("album.zip", "no_songs")]
    assert told(take_in(packed({}))) == [("album.zip", "no_songs")]


def test_a_song_too_large_is_refused_and_the_next_is_taken(take_in):
    outcomes = take_in(packed({"big.wav": bytes(MAX_BYTES + 1), "a.mp3": b"a"}))
    assert told(outcomes) == [("big.wav", "too_large"), ("a.mp3", "song")]


def test_a_header_that_promises_little_is_not_believed(take_in, monkeypatch):
    monkeypatch.setattr(reading, "CHUNK_BYTES", 2**14)
    raw = packed({"liar.wav": bytes(3 * MAX_BYTES), "a.mp3": b"a"}, zipfile.ZIP_DEFLATED).getvalue()
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = raw.index(signature) + offset
        raw = raw[:place] + struct.pack("<I", 10) + raw[place + 4 :]
    assert told(take_in(io.BytesIO(raw))) == [("liar.wav", "damaged"), ("a.mp3", "song")]


def test_a_bomb_stops_being_unpacked(take_in, monkeypatch, songs):
    monkeypatch.setattr(reading, "FREE_BYTES", MAX_BYTES)
    bomb = packed({f"{number}.wav": bytes(MAX_BYTES - number) for number in range(9)}, zipfile.ZIP_DEFLATED)
    codes = [code for _name, code in told(take_in(bomb))]
    assert codes == ["song"] + ["bomb"] * 8
    assert len(songs()) == 1


def test_all_archives_of_a_request_share_what_may_be_unpacked(take_in):
    allowance = Allowance(inflated=150)
    assert told(take_in(packed({"a.mp3": bytes(100)}), allowance)) == [("a.mp3", "song")]
    assert told(take_in(packed({"b.mp3": b"b" * 100}), allowance)) == [("b.mp3", "bomb")]


def test_more_songs_than_are_taken_at_once_are_counted(take_in):
    outcomes = take_in(packed({f"{number}.mp3": b"%d" % number for number in range(5)}), Allowance(songs=3))
    assert told(outcomes) == [("0.mp3", "song"), ("1.mp3", "song"), ("2.mp3", "song"), ("album.zip", "too_many")]
    assert "2 more songs" in str(outcomes[-1].result)


def test_when_the_time_is_over_the_rest_is_named(take_in):
    outcomes = take_in(packed({"a.mp3": b"a", "b.mp3": b"b"}), Allowance(seconds=0))
    assert told(outcomes) == [("a.mp3", "not_reached"), ("b.mp3", "not_reached")]


def test_the_same_archive_again_makes_nothing_twice(take_in, songs):
    first = take_in(packed({"a.mp3": b"a", "b.mp3": b"b"}))
    again = take_in(packed({"a.mp3": b"a", "b.mp3": b"b", "c.mp3": b"c"}))
    assert [outcome.result.duplicate for outcome in again] == [True, True, False]
    assert [outcome.result.song_id for outcome in again[:2]] == [outcome.result.song_id for outcome in first]
    assert len(songs()) == 3


def test_an_endless_list_of_contents_is_not_read(monkeypatch):
    monkeypatch.setattr(reading, "DIRECTORY_BYTES", 10_000)
    with pytest.raises(DamagedArchiveError):
        Archive(packed({f"{number:0200}.mp3": b"" for number in range(100)}), MAX_BYTES)


def test_a_full_disk_is_our_fault_and_named(take_in, monkeypatch):
    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr("tempfile.SpooledTemporaryFile.write", fail)
    assert told(take_in(packed({"a.mp3": b"a"}))) == [("a.mp3", "not_stored")]


def test_archives_are_known_by_their_names():
    assert is_archive("Album.ZIP")
    assert not is_archive("album.zip.mp3")


def test_songs_inside_are_counted_without_unpacking():
    assert songs_inside(packed({"a.mp3": b"a", "b.mp3": b"b", "cover.jpg": b"c"})) == 2
    assert songs_inside(io.BytesIO(b"no archive")) == 0


def packed(files, method=zipfile.ZIP_STORED):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target


def told(outcomes):
    return [(o.filename, "song" if isinstance(o.result, Accepted) else o.result.code) for o in outcomes]


@pytest.fixture
def take_in(services, alice):
    services.archives._max_bytes = MAX_BYTES

    def take(stream, allowance=None):
        return list(services.archives.take_in(alice.id, "album.zip", stream, allowance or Allowance()))

    return take


@pytest.fixture
def songs(session):
    return lambda: session.scalars(select(Song)).all()

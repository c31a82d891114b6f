"""Playlists as files, whatever titles hold."""

from __future__ import annotations

import csv
import io
import json
from xml.etree import ElementTree as ET

import pytest

from portal.playlists.export import FORMATS, Track, Tracklist, file_name, to_csv, to_json, to_m3u8, to_xspf

PLAIN = Track(
    title="So What",
    artist="Miles Davis",
    genre="jazz",
    mood="calm",
    seconds=545.4,
    file="so_what.mp3",
    link="http://127.0.0.1:8000/songs/abc",
    source="portal",
    added_at="2026-11-23T10:00:00+00:00",
)
HOSTILE = [
    "one\nline #EXTINF:1,two",
    "end ]]> of <![CDATA[ data",
    '=cmd|"/c calc"!A1',
    "שלום עולם",
    "\u202egnp.exe",
    "🎷 “quoted”, and; commas",
    "null \0 bell \x07 escape \x1b",
    "not a character \ufffe\uffff",
    "<script>alert(1)</script> & more",
    "# a comment",
    "+1 and -1 and @home",
    "",
]
XSPF = {"": "http://xspf.org/ns/0/"}


def test_m3u8_names_the_list_and_each_track_before_its_file():
    assert to_m3u8(listing(PLAIN)).decode().splitlines() == [
        "#EXTM3U",
        "#PLAYLIST:Evenings",
        "#EXTINF:545,Miles Davis - So What",
        "so_what.mp3",
    ]


def test_m3u8_has_the_link_of_what_was_not_uploaded_and_no_length_where_none_is_known():
    lines = to_m3u8(listing(track(file="", seconds=None, artist=""))).decode().splitlines()
    assert lines[2:] == ["#EXTINF:-1,So What", PLAIN.link]


@pytest.mark.parametrize("title", HOSTILE)
def test_m3u8_keeps_two_lines_a_track(title):
    hostile = track(title=title, artist=title, file=f"{title}.mp3")
    lines = to_m3u8(Tracklist(title, title, [hostile, PLAIN])).decode().split("\n")
    assert len(lines) == 2 + 4 + 1
    assert lines[2].startswith("#EXTINF:545,")
    assert not lines[3].startswith("#")


def test_m3u8_calls_a_file_a_file_that_is_named_like_an_address_or_a_comment():
    for name in ("http://evil.example", "#1 hit.mp3"):
        assert to_m3u8(listing(track(file=name))).decode().splitlines()[3] == f"./{name}"


@pytest.mark.parametrize("title", HOSTILE)
def test_xspf_is_xml_whatever_the_titles_are(title):
    hostile = track(title=title, artist=title, file=f"{title}.mp3")
    root = ET.fromstring(to_xspf(Tracklist(title, title, [hostile, PLAIN])))
    first, second = root.findall("trackList/track", XSPF)
    assert second.findtext("title", namespaces=XSPF) == "So What"
    assert (first.findtext("creator", namespaces=XSPF) or "") == "".join(
        c for c in title if c not in "\0\x07\x1b\ufffe\uffff"
    )


def test_xspf_says_the_length_in_milliseconds_and_the_place_as_an_address():
    root = ET.fromstring(to_xspf(listing(track(file="so what #1?.mp3"))))
    assert root.tag == "{http://xspf.org/ns/0/}playlist"
    assert root.get("version") == "1"
    assert root.findtext("trackList/track/duration", namespaces=XSPF) == "545400"
    assert root.findtext("trackList/track/location", namespaces=XSPF) == "so%20what%20%231%3F.mp3"


def test_xspf_of_an_empty_list_still_has_its_track_list():
    assert ET.fromstring(to_xspf(listing())).find("trackList", XSPF) is not None


def test_csv_has_a_row_a_track_and_excel_reads_it_as_utf_8():
    content = to_csv(listing(PLAIN, track(title="Für Elise")))
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert [row["title"] for row in rows] == ["So What", "Für Elise"]
    assert rows[0]["seconds"] == "545.4"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_no_cell_of_the_csv_starts_a_formula(start):
    hostile = track(title=f"{start}cmd()", artist=f"{start}1", file=f"{start}x.mp3")
    row = next(csv.reader(io.StringIO(to_csv(listing(hostile)).decode("utf-8-sig").partition("\r\n")[2], newline="")))
    assert not any(cell.startswith(start) for cell in row)
    assert f"'{start}cmd()" in row


@pytest.mark.parametrize("title", HOSTILE)
def test_csv_and_json_give_every_title_back(title):
    hostile = Tracklist(title, "", [track(title=title), PLAIN])
    rows = list(csv.DictReader(io.StringIO(to_csv(hostile).decode("utf-8-sig"), newline="")))
    assert rows[0]["title"].removeprefix("'") == title
    assert rows[1]["title"] == "So What"
    read = json.loads(to_json(hostile))
    assert (read["tracks"][0]["title"] or "") == read["name"] == title


def test_json_says_null_where_nothing_is_known():
    read = json.loads(to_json(listing(track(seconds=None, mood="", file=""))))
    assert read["tracks"][0] | {"seconds": None, "mood": None, "file": None} == read["tracks"][0]
    assert read["tracks"][0]["genre"] == "jazz"


@pytest.mark.parametrize("kind", FORMATS)
def test_ten_thousand_tracks_fit_into_a_file(kind):
    content = FORMATS[kind].write(listing(*[PLAIN] * 10_000))
    assert content.count(b"So What") == 10_000


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("Evening, calm", "Evening, calm.csv"),
        ("../../etc/passwd", "etc-passwd.csv"),
        ('a"b\\c:d*e?', "a-b-c-d-e.csv"),
        ("שיר", "שיר.csv"),
        ("...", "playlist.csv"),
        ("🎷", "playlist.csv"),
        ("a\r\nX-Header: 1", "a X-Header- 1.csv"),
        ("x" * 120, "x" * 80 + ".csv"),
    ],
)
def test_the_download_has_a_safe_name(name, file):
    assert file_name(name, "csv") == file


def listing(*tracks):
    return Tracklist("Evenings", "For the end of the day", tracks)


def track(**changes):
    return Track(**(vars(PLAIN) | changes))

"""A playlist as a file: M3U8 and XSPF for players, CSV for a spreadsheet, JSON for a script.

What belongs here: pure functions from tracks to bytes, safe against what titles may hold. Not here: which tracks
(``service``) or their download (``views``).
"""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from urllib.parse import quote
from xml.etree import ElementTree as ET

from portal.text import harmless_cell, one_line

XSPF_NAMESPACE = "http://xspf.org/ns/0/"

NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML 1.0 document may hold, not even escaped."""

NOT_IN_FILE_NAMES = re.compile(r"[^\w .,&()'-]+")
LONGEST_FILE_NAME = 80


@dataclass(frozen=True)
class Track:
    """A row of a file; ``file`` is the name of one's own upload, ``seconds`` None where the length is unknown."""

    title: str
    artist: str
    genre: str
    mood: str
    seconds: float | None
    file: str
    link: str
    source: str
    added_at: str


@dataclass(frozen=True)
class Tracklist:
    """What a file is made of."""

    name: str
    description: str
    tracks: Sequence[Track]


@dataclass(frozen=True)
class Format:
    """One kind of file: what browsers are told it is, and how it is written."""

    content_type: str
    write: Callable[[Tracklist], bytes]


def to_m3u8(playlist: Tracklist) -> bytes:
    """Return an extended M3U in UTF-8: a title's line, then the file as it was uploaded, or else the link."""
    lines = ["#EXTM3U", f"#PLAYLIST:{one_line(playlist.name)}"]
    for track in playlist.tracks:
        lines += [f"#EXTINF:{_whole_seconds(track)},{_artist_and_title(track)}", _location(track)]
    return ("\n".join(lines) + "\n").encode()


def to_xspf(playlist: Tracklist) -> bytes:
    """Return XSPF version 1; what XML cannot hold is dropped."""
    root = ET.Element("playlist", {"version": "1", "xmlns": XSPF_NAMESPACE})
    _child(root, "title", playlist.name)
    _child(root, "annotation", playlist.description)
    tracks = ET.SubElement(root, "trackList")
    for track in playlist.tracks:
        element = ET.SubElement(tracks, "track")
        _child(element, "location", quote(track.file) if track.file else track.link)
        _child(element, "title", track.title)
        _child(element, "creator", track.artist)
        _child(element, "annotation", ", ".join(filter(None, (track.genre, track.mood))))
        _child(element, "duration", "" if track.seconds is None else str(round(1000 * track.seconds)))
        _child(element, "info", track.link)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def to_csv(playlist: Tracklist) -> bytes:
    """Return the tracks as CSV that Excel opens rightly and that starts no formula; without any, the header alone."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [column.name for column in fields(Track)], lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({name: harmless_cell(cell) for name, cell in vars(track).items()} for track in playlist.tracks)
    return text.getvalue().encode("utf-8-sig")


def to_json(playlist: Tracklist) -> bytes:
    """Return one object with the list of tracks; what is unknown is null."""
    tracks = [{name: None if cell == "" else cell for name, cell in vars(track).items()} for track in playlist.tracks]
    whole = {"name": playlist.name, "description": playlist.description, "tracks": tracks}
    return json.dumps(whole, ensure_ascii=False, indent=1).encode()


FORMATS: Mapping[str, Format] = {
    "m3u8": Format("application/vnd.apple.mpegurl; charset=utf-8", to_m3u8),
    "xspf": Format("application/xspf+xml", to_xspf),
    "csv": Format("text/csv; charset=utf-8", to_csv),
    "json": Format("application/json", to_json),
}
"""File extension -> what it stands for."""


def file_name(name: str, extension: str) -> str:
    """Return a name for the downloaded file that no system stumbles over; letters of every alphabet are kept."""
    safe = NOT_IN_FILE_NAMES.sub("-", unicodedata.normalize("NFC", one_line(name)))
    return f"{safe[:LONGEST_FILE_NAME].strip(' .-') or 'playlist'}.{extension}"


def _whole_seconds(track: Track) -> int:
    # -1 is the format's word for an unknown length.
    return -1 if track.seconds is None else round(track.seconds)


def _artist_and_title(track: Track) -> str:
    return " - ".join(filter(None, map(one_line, (track.artist, track.title))))


def _location(track: Track) -> str:
    """Return where the track is: its file, or else its link, or else what to look for."""
    if track.link and not track.file:
        return one_line(track.link)
    name = one_line(track.file) or _artist_and_title(track)
    # A file that is named like a comment or an address is marked as a file.
    return f"./{name}" if name.startswith("#") or ":" in name else name


def _child(parent: ET.Element, tag: str, text: str) -> None:
    if cleaned := NOT_XML.sub("", text):
        ET.SubElement(parent, tag).text = cleaned

"""Many copies in one ZIP that is sent while it is made, so that neither memory nor disk holds more than one song.

What belongs here: the order of an archive and its list of what was written. Not here: one copy (``copies``).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from portal.errors import PortalError
from portal.tagging.copies import Copyist
from portal.tagging.scribe import Scribe, Written
from portal.tagging.values import Taggable, name_in_archive, tag_name
from portal.text import harmless_cell

LIST_NAME = "GenreGenie.csv"
CHUNK_BYTES = 2**18
PERMISSIONS = 0o644

WRITTEN, UNCHANGED, LEFT_OUT = "written", "copied as it was", "left out"
JOINT = "; "


@dataclass(frozen=True)
class Row:
    """One line of the list: ``file`` is the name in the archive, empty where the song is not in it."""

    file: str
    title: str
    uploaded_as: str
    outcome: str
    genre_before: str = ""
    genre_now: str = ""
    reason: str = ""


class _Sink(io.RawIOBase):
    """What the archive is written into; it keeps only what was not taken yet."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, content: bytes) -> int:  # type: ignore[override]
        self._waiting += content
        return len(content)

    def take(self) -> bytes:
        taken, self._waiting = bytes(self._waiting), bytearray()
        return taken


def archive(copyist: Copyist, songs: tuple[Taggable, ...], mode: str, *, doubtful: bool) -> Iterator[bytes]:
    """Yield a ZIP of the songs with their genres written, and last a list of what became of each.

    A song whose copy fails is left out and listed with the reason. Verdicts that are in doubt are written only if
    ``doubtful``; what may not be music never is. Closing the generator ends all work and removes the copy at hand.
    """
    sink, rows, taken = _Sink(), [], {LIST_NAME.casefold()}
    with ZipFile(sink, "w", ZIP_STORED, allowZip64=True) as zipped, Scribe() as scribe:
        for song in songs:
            reason = _reason_to_skip(song, doubtful=doubtful)
            if reason or song.hearing is None:
                rows.append(_left_out(song, reason))
                continue
            name = name_in_archive(song.filename, taken)
            try:
                with copyist.copy(scribe, song, [tag_name(genre) for genre in song.hearing.genres], mode) as made:
                    path, written = made
                    yield from _entry(zipped, sink, _info(name, song), path)
            except PortalError as error:
                rows.append(_left_out(song, str(error)))
                continue
            taken.add(name.casefold())
            rows.append(_row(name, song, written))
        zipped.writestr(ZipInfo(LIST_NAME), listing(rows))
    yield sink.take()


def listing(rows: list[Row]) -> bytes:
    """Return the list as CSV that Excel opens rightly and that starts no formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([field.name for field in fields(Row)])
    writer.writerows([harmless_cell(cell) for cell in astuple(row)] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _entry(zipped: ZipFile, sink: _Sink, info: ZipInfo, path: Path) -> Iterator[bytes]:
    info.file_size = path.stat().st_size  # from it the archive knows whether it needs long numbers
    with path.open("rb") as copy, zipped.open(info, "w") as entry:
        while chunk := copy.read(CHUNK_BYTES):
            entry.write(chunk)
            yield sink.take()


def _info(name: str, song: Taggable) -> ZipInfo:
    info = ZipInfo(name, song.uploaded_at.timetuple()[:6])
    info.external_attr = PERMISSIONS << 16
    return info


def _reason_to_skip(song: Taggable, *, doubtful: bool) -> str:
    hearing = song.hearing
    if hearing is None:
        return "There is no result yet."
    if not hearing.music:
        return "You said that this is no music." if hearing.said else "This may not be music."
    if not hearing.sure and not doubtful:
        likeliest = " or ".join(map(tag_name, hearing.ranked()[:2]))
        return f"We are not sure of the genre: {likeliest}."
    return ""


def _left_out(song: Taggable, reason: str) -> Row:
    return Row("", song.title, song.filename, LEFT_OUT, reason=reason)


def _row(name: str, song: Taggable, written: Written) -> Row:
    outcome = UNCHANGED if written.before == written.after else WRITTEN
    before, after = JOINT.join(written.before), JOINT.join(written.after)
    return Row(name, song.title, song.filename, outcome, before, after)

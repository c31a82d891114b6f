"""AudioSet-style data: tables of segments of videos, and the clips cut from them.

What belongs here: the segment tables, the label ids, finding a segment's clip.

Gemmeke et al., "Audio Set: An ontology and human-labeled dataset for audio events" (ICASSP 2017).
"""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from classifier.training.layouts.common import Reading, is_audio, our_genre, read_csv, spelled, table_of
from classifier.training.layouts.errors import EmptyDataset, MissingColumn, NoLabels, UnreadableTable

LABELS = "class_labels_indices.csv"
"""Optional table of index, mid, display_name; it names labels that MIDS does not."""

MIDS = {
    "/m/064t9": "pop",
    "/m/0glt670": "hiphop",
    "/m/06by7": "rock",
    "/m/06cqb": "reggae",
    "/m/01lyv": "country",
    "/m/03_d0": "jazz",
    "/m/0ggq0m": "classical",
    "/m/02lkt": "electronic",
    "/m/0gywn": "r&b",
    "/m/06j6l": "r&b",
}
"""Label ids of genres, for folders without LABELS. Ids of blues, disco and metal are read from LABELS alone."""

EXTRA_GENRES = frozenset(
    "electronic r&b folk latin funk ska techno ambient trance dubstep flamenco".split()  # noqa: SIM905
)
"""Labels that name a genre beside our ten; all others (instruments, moods, speech) say nothing about it."""

VIDEO = 11
"""Letters of a video's id."""

FIELDS = 4
"""Columns of a segment table: video, start, end, labels."""


@dataclass(frozen=True)
class Segment:
    """One row of a segment table: seconds ``start`` to ``end`` of a video, with its label ids."""

    video: str
    start: str
    labels: tuple[str, ...]


def recognises(folder: Path) -> bool:
    """Tell whether any table of the folder is one of segments."""
    return any(_is_segments(path) for path in folder.glob("*.csv"))


def read(folder: Path) -> Reading:
    """Read the segments that have a clip and exactly one genre.

    Returns
    -------
    Reading
        ``set`` is the segment table's name, ``recording`` the video; ``artist_group`` is '', for nobody knows.

    Raises
    ------
    EmptyDataset
        If none of the clips is on disk.
    NoLabels
        If none of them has exactly one genre.
    """
    names = _label_names(folder)
    clips = _clips(folder)
    rows, absent, told = [], [], Counter[str]()
    for table in sorted(filter(_is_segments, folder.glob("*.csv"))):
        for segment in _segments(table):
            genres = {names[label] for label in segment.labels if label in names}
            path = _clip_of(clips.get(segment.video[:VIDEO], {}), segment)
            if len(genres) != 1:
                told["several genres" if genres else "no genre"] += 1
            elif path is None:
                absent.append(f"{segment.video}_{segment.start}")
            else:
                rows.append(_row(path, table.stem, segment, genres.pop()))
    if not clips or (absent and not rows):
        raise EmptyDataset(folder)
    if not rows:
        raise NoLabels("clip with exactly one genre")
    notes = [f"{count} segments with {what} were left out." for what, count in sorted(told.items())]
    if absent:
        notes.append(f"{len(absent)} segments have no clip on disk, the first: {absent[0]}")
    return Reading("audioset", table_of(rows), tuple(notes), tuple(absent))


def _row(path: Path, table: str, segment: Segment, genre: str) -> dict[str, str]:
    return {
        "path": str(path),
        "set": table,
        "genre": our_genre(genre),
        "source_genre": genre,
        "use": "cv",
        "recording": segment.video,
    }


def _is_segments(path: Path) -> bool:
    with path.open(encoding="utf-8", errors="replace") as file:
        return any("YTID" in line for _number, line in zip(range(5), file, strict=False) if line.startswith("#"))


def _segments(path: Path) -> Iterator[Segment]:
    with path.open(encoding="utf-8", newline="") as file:
        lines = (line for line in file if line.strip() and not line.startswith("#"))
        for cells in csv.reader(lines, skipinitialspace=True):
            if len(cells) < FIELDS:
                raise UnreadableTable(path, f"a row has {len(cells)} columns where {FIELDS} are needed")
            if not re.fullmatch(r"\d+(\.\d+)?", cells[1]):
                raise UnreadableTable(path, f"{cells[1]!r} is no start in seconds")
            labels = tuple(label.strip() for label in ",".join(cells[3:]).split(","))
            yield Segment(cells[0], cells[1], labels)


def _label_names(folder: Path) -> dict[str, str]:
    """Return the genre that each label id means; ids that mean none are left out."""
    names = dict(MIDS)
    path = folder / LABELS
    if path.is_file():
        table = read_csv(path)
        missing = {"mid", "display_name"} - set(table.columns)
        if missing:
            raise MissingColumn(path, missing)
        named = ((mid, spelled(name)) for mid, name in zip(table["mid"], table["display_name"], strict=True))
        names |= {mid: name for mid, name in named if our_genre(name) or name in EXTRA_GENRES}
    return names


def _clips(folder: Path) -> dict[str, dict[str, Path]]:
    """Return all recordings by the first VIDEO letters of their names, then by name."""
    found: dict[str, dict[str, Path]] = defaultdict(dict)
    for path in sorted(folder.rglob("*")):
        if is_audio(path):
            found[path.stem[:VIDEO]][path.stem] = path
    return found


def _clip_of(clips: Mapping[str, Path], segment: Segment) -> Path | None:
    """Find ``VIDEO`` or ``VIDEO_start…``, the start in seconds or in milliseconds, whole or with decimals."""
    if segment.video in clips:
        return clips[segment.video]
    seconds = float(segment.start)
    for start in (segment.start, f"{seconds:g}", f"{seconds:.1f}", f"{seconds:.3f}", f"{seconds * 1000:.0f}"):
        prefix = f"{segment.video}_{start}"
        found = next((path for name, path in clips.items() if name == prefix or name.startswith(f"{prefix}_")), None)
        if found:
            return found
    return None

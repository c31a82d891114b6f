"""GTZAN as it is published: ``genres/<genre>/<genre>.NNNNN.<any audio type>`` (or ``genres_original``).

What belongs here: its names, its fault-filtered lists. Not here: its faults (``clean``).

Tzanetakis and Cook, "Musical genre classification of audio signals" (2002). The fault-filtered lists are those of
Kereliuk, Sturm and Larsen, "Deep Learning and Music Adversaries" (2015), after Sturm's catalogue of its faults (2013).
"""

from __future__ import annotations

import re
from pathlib import Path

from classifier.training.layouts import folders
from classifier.training.layouts.common import Reading, is_audio, our_genre, table_of
from classifier.training.layouts.errors import ContradictingNames

ROOTS = ("genres", "genres_original", "Data/genres_original", "")
"""Where the genre folders lie below the folder given; '' is the folder itself."""

NAME = re.compile(r"(?P<genre>[A-Za-z -]+)\.(?P<number>\d{5})")

LISTS = {"train_filtered.txt": "train", "valid_filtered.txt": "valid", "test_filtered.txt": "test"}
"""The published lists, one ``genre/genre.NNNNN.wav`` a line."""


def recognises(folder: Path) -> bool:
    """Tell whether most recordings are named as GTZAN names them."""
    root = _root(folder)
    names = [path.stem for path in root.glob("*/*") if is_audio(path)] if root else []
    return bool(names) and 2 * sum(bool(NAME.fullmatch(name)) for name in names) > len(names)


def read(folder: Path) -> Reading:
    """Read GTZAN, whatever its audio type and wherever its lists lie.

    Returns
    -------
    Reading
        All recordings, ``use`` cv; ``fault_filtered`` where the published lists lie beside the genre folders;
        ``artist_group`` where ``artists.csv`` (file, artist) does.

    Raises
    ------
    TwoSpellings, DuplicateNames, ContradictingNames, MissingColumn
        For what their names say.
    """
    root = _root(folder) or folder
    found, others = folders.label_folders(root)
    _refuse_strays(found)
    parts = _parts(folder) or _parts(root)
    artists = folders.read_artists(folder) or folders.read_artists(root)
    rows = [
        {
            "path": str(path),
            "set": "gtzan",
            "genre": our_genre(label),
            "source_genre": our_genre(label) or label,
            "use": "cv",
            "artist_group": folders.artist_of(path, root, artists),
            "fault_filtered": parts.get(_key(path), ""),
        }
        for label, paths in found.items()
        for path in paths
    ]
    return Reading("gtzan", table_of(rows), (*folders.notes_on(others, artists, rows), *_note_on_lists(parts, rows)))


def _root(folder: Path) -> Path | None:
    return next((folder / root for root in ROOTS if any(map(is_audio, (folder / root).glob("*/*")))), None)


def _key(path: Path) -> str:
    """Return the name without suffix in the lists' spelling: hip-hop.00012 is hiphop.00012."""
    name = NAME.fullmatch(path.stem)
    return f"{our_genre(name['genre'])}.{name['number']}" if name else path.stem


def _parts(folder: Path) -> dict[str, str]:
    lists = {part: folder / name for name, part in LISTS.items() if (folder / name).is_file()}
    return {
        _key(Path(line.strip())): part
        for part, path in lists.items()
        for line in path.read_text("utf-8").splitlines()
        if line.strip()
    }


def _note_on_lists(parts: dict[str, str], rows: list[dict[str, str]]) -> tuple[str, ...]:
    unlisted = sum(not row["fault_filtered"] for row in rows)
    return (f"{unlisted} recordings stand in none of the fault-filtered lists.",) if parts and unlisted else ()


def _refuse_strays(found: dict[str, list[Path]]) -> None:
    strays = [
        str(path)
        for label, paths in found.items()
        for path in paths
        if (name := NAME.fullmatch(path.stem)) and our_genre(name["genre"]) != our_genre(label)
    ]
    if strays:
        raise ContradictingNames(strays)

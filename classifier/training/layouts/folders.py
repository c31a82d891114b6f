"""The plainest layout: one folder a genre, with recordings of any type below it.

What belongs here: reading folder names as labels, and what GTZAN shares with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from classifier.training.layouts.common import Reading, is_audio, our_genre, read_csv, slug, spelled, table_of
from classifier.training.layouts.errors import (
    DuplicateNames,
    EmptyDataset,
    MissingColumn,
    TwoSpellings,
    UnknownLayout,
)

ARTISTS = "artists.csv"
"""Optional table beside the folders: file (path below the folder, or name without its suffix) and artist."""


def recognises(folder: Path) -> bool:
    """Tell whether there is any recording at all below the folder."""
    return any(is_audio(path) for path in folder.rglob("*"))


def read(folder: Path) -> Reading:
    """Read a folder-per-genre tree.

    Parameters
    ----------
    folder : Path
        Its folders are the labels; recordings may lie at any depth below them. ``artists.csv`` (file, artist) beside
        them names the artists.

    Returns
    -------
    Reading
        All recordings, ``use`` cv.

    Raises
    ------
    EmptyDataset, UnknownLayout, TwoSpellings, DuplicateNames, MissingColumn
        For what their names say.
    """
    found, others = label_folders(folder)
    if not found:
        loose = [path for path in folder.iterdir() if is_audio(path)]
        if loose:
            raise UnknownLayout(folder, f"its {len(loose)} recordings lie in no folder that would name their genre")
        raise EmptyDataset(folder, others)
    artists = read_artists(folder)
    rows = [
        {
            "path": str(path),
            "set": folder.name,
            "genre": our_genre(label),
            "source_genre": spelled(label),
            "use": "cv",
            "artist_group": artist_of(path, folder, artists),
        }
        for label, paths in found.items()
        for path in paths
    ]
    return Reading("folders", table_of(rows), notes_on(others, artists, rows))


def label_folders(folder: Path) -> tuple[dict[str, list[Path]], int]:
    """Return the recordings of every folder that has any, by its name, and how many other files there are."""
    found, others = {}, sum(path.is_file() and not is_audio(path) for path in folder.iterdir())
    for label in sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")):
        files = sorted(path for path in label.rglob("*") if path.is_file())
        audio = [path for path in files if is_audio(path)]
        others += len(files) - len(audio)
        if audio:
            found[label.name] = audio
            refuse_duplicates(audio)
    refuse_spellings(found)
    return found, others


def refuse_spellings(labels: Iterable[str]) -> None:
    """Raise TwoSpellings if two labels mean the same."""
    by_name = defaultdict(list)
    for label in labels:
        by_name[spelled(label)].append(label)
    for name, spellings in by_name.items():
        if len(spellings) > 1:
            raise TwoSpellings(name, spellings)


def refuse_duplicates(paths: Iterable[Path]) -> None:
    """Raise DuplicateNames if one folder holds a name in two formats, or in two cases."""
    by_name = defaultdict(list)
    for path in paths:
        by_name[path.parent, path.stem.lower()].append(path)
    twice = [str(files[0].with_suffix("")) for files in by_name.values() if len(files) > 1]
    if twice:
        raise DuplicateNames(twice)


def read_artists(folder: Path) -> dict[str, str]:
    """Return what ``artists.csv`` says, '' dropped; empty where there is no such table."""
    path = folder / ARTISTS
    if not path.is_file():
        return {}
    table = read_csv(path)
    missing = {"file", "artist"} - set(table.columns)
    if missing:
        raise MissingColumn(path, missing)
    return {file: artist for file, artist in zip(table["file"], table["artist"], strict=True) if artist}


def artist_of(path: Path, folder: Path, artists: dict[str, str]) -> str:
    """Return the artist group of a recording by its path below ``folder``, its name, or its name without suffix."""
    for name in (path.relative_to(folder).as_posix(), path.name, path.stem):
        if name in artists:
            return slug(artists[name]) or artists[name].strip().lower()
    return ""


def notes_on(others: int, artists: dict[str, str], rows: list[dict[str, str]]) -> tuple[str, ...]:
    """Return what a reader of a tree should know of what was not read."""
    notes = []
    if others:
        notes.append(f"{others} files that are not audio were left alone.")
    unknown = sum(not row["artist_group"] for row in rows)
    if unknown:
        beside = "in it" if artists else "beside them"
        notes.append(f"The artists of {unknown} recordings are unknown: {ARTISTS} {beside} could name them.")
    return tuple(notes)

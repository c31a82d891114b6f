"""FMA, the Free Music Archive dataset: ``fma_metadata/tracks.csv`` and ``fma_<size>/NNN/NNNNNN.mp3``.

What belongs here: its three-row header, its subsets, its published split.

Defferrard, Benzi, Vandergheynst and Bresson, "FMA: A Dataset For Music Analysis" (ISMIR 2017).
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from classifier.training.layouts.common import Reading, our_genre, spelled, table_of
from classifier.training.layouts.errors import EmptyDataset, MissingColumn, UnreadableTable

SIZES = ("small", "medium", "large", "full")
"""Subsets from the smallest to the largest; each holds those before it. ``full`` has the whole songs of ``large``."""

METADATA = ("fma_metadata", ".")
"""Where ``tracks.csv`` lies below the folder given."""

COLUMNS = {
    ("set", "split"): "split",
    ("set", "subset"): "subset",
    ("artist", "id"): "artist",
    ("track", "genre_top"): "top",
}
"""What is read of the table's two-level header."""

PARTS = {"training": "train", "validation": "valid", "test": "test"}
"""The published split, in which no artist stands on two sides, in our words."""

HEADER_ROWS = 3


def recognises(folder: Path) -> bool:
    """Tell whether the folder holds FMA's table."""
    return _table(folder) is not None


def read(folder: Path) -> Reading:
    """Read every size of FMA that lies in the folder; a clip that lies there in two sizes is taken from the smaller.

    Returns
    -------
    Reading
        Clips with a top genre, ``use`` cv, artists by FMA's artist id, ``fault_filtered`` the published split.
        Clips of the table that are not on disk are listed in ``absent``.

    Raises
    ------
    MissingColumn, UnreadableTable, EmptyDataset
        For what their names say.
    """
    table = _read_table(folder)
    sizes = [size for size in SIZES if (folder / f"fma_{size}").is_dir()]
    if not sizes:
        raise EmptyDataset(folder)
    rows, absent, unlabelled = [], [], 0
    for number, clip in table.iterrows():
        size = next((size for size in sizes if SIZES.index(size) >= SIZES.index(clip["subset"])), None)
        if size is None:
            continue
        if not clip["top"]:
            unlabelled += 1
            continue
        path = clip_path(folder / f"fma_{size}", int(str(number)))
        if path.is_file():
            rows.append(_row(path, size, clip))
        else:
            absent.append(str(path))
    if not rows:
        raise EmptyDataset(folder)
    return Reading("fma", table_of(rows), _notes(absent, unlabelled), tuple(absent))


def clip_path(root: Path, number: int) -> Path:
    """Return where FMA keeps a clip: 12345 is 012/012345.mp3."""
    name = f"{number:06d}"
    return root / name[:3] / f"{name}.mp3"


def _row(path: Path, size: str, clip: pd.Series) -> dict[str, str]:
    return {
        "path": str(path),
        "set": f"fma_{size}",
        "genre": our_genre(clip["top"]),
        "source_genre": spelled(clip["top"]),
        "use": "cv",
        "artist_group": f"fma-{clip['artist']}" if clip["artist"] else "",
        "fault_filtered": PARTS.get(clip["split"], ""),
    }


def _table(folder: Path) -> Path | None:
    """Return FMA's table: its first line holds the upper level of the header, as no other tracks.csv does."""
    for place in METADATA:
        path = folder / place / "tracks.csv"
        if path.is_file():
            with path.open(encoding="utf-8", errors="replace") as file:
                head = next(file, "").split(",")
            if {"set", "track", "artist"} <= {cell.strip() for cell in head} and head[0].strip() == "":
                return path
    return None


def _read_table(folder: Path) -> pd.DataFrame:
    path = _table(folder)
    assert path is not None
    try:
        table = pd.read_csv(path, header=[0, 1], index_col=0, dtype=str, keep_default_na=False, low_memory=False)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError, ValueError) as error:
        raise UnreadableTable(path, str(error).splitlines()[0].rstrip(".")) from error
    missing = set(COLUMNS) - set(table.columns)
    if missing:
        raise MissingColumn(path, [" / ".join(column) for column in missing])
    table = table[list(COLUMNS)].set_axis(list(COLUMNS.values()), axis=1)
    return table[table["subset"].isin(SIZES)]


def _notes(absent: list[str], unlabelled: int) -> tuple[str, ...]:
    notes = []
    if absent:
        notes.append(f"{len(absent)} clips of the table are not on disk, the first: {absent[0]}")
    if unlabelled:
        notes.append(f"{unlabelled} clips without a top genre were left out.")
    return tuple(notes)

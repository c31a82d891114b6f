"""The layout of our own: ``tracks.csv``, one row a recording, beside the files it names.

What belongs here: reading and checking that table.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from classifier.constants import GENRES, MOODS
from classifier.training.layouts.common import TRACK_COLUMNS, Reading, read_csv, slug, spelled
from classifier.training.layouts.errors import DuplicateNames, EmptyDataset, MissingColumn, MissingFiles, UnknownValue

TABLE_NAME = "tracks.csv"

NEEDED = ("file", "set", "genre", "use", "artist_group")

USES = ("cv", "train", "mood")

QUADRANTS = dict(zip(("Q1", "Q2", "Q3", "Q4"), MOODS, strict=True))
"""Quadrants of Russell's plane as the table writes them."""

PARTS = ("train", "valid", "test")


def recognises(folder: Path) -> bool:
    """Tell whether the folder has this layout."""
    return (folder / TABLE_NAME).is_file()


def read(folder: Path) -> Reading:
    """Read the usable rows of the table.

    Parameters
    ----------
    folder : Path
        Holds ``tracks.csv`` with at least file, set, genre, use and artist_group.

    Returns
    -------
    Reading
        Rows whose ``use`` is cv, train or mood, in the table's order.

    Raises
    ------
    EmptyDataset, MissingColumn, UnknownValue, DuplicateNames, MissingFiles
        For what their names say.
    """
    table = read_csv(folder / TABLE_NAME)
    missing = set(NEEDED) - set(table.columns)
    if missing:
        raise MissingColumn(folder / TABLE_NAME, missing)
    if table.empty:
        raise EmptyDataset(folder)
    for column in ("mood", "source_genre", "fault_filtered", "artist", "title"):
        if column not in table:
            table[column] = ""
    _check(table, folder / TABLE_NAME)
    usable = table["use"].isin(USES)
    notes = (f"{int((~usable).sum())} rows without a use were left out.",) if (~usable).any() else ()
    tracks = _tracks(table[usable], folder)
    absent = [path for path in tracks["path"] if not Path(path).is_file()]
    if absent:
        raise MissingFiles(absent, total=len(tracks))
    return Reading("table", tracks, notes)


def _tracks(table: pd.DataFrame, folder: Path) -> pd.DataFrame:
    tracks = table.assign(
        path=[str(folder / name) for name in table["file"]],
        mood=[QUADRANTS.get(mood, mood) for mood in table["mood"]],
        source_genre=["; ".join(map(spelled, label.split(";"))) for label in table["source_genre"]],
    )
    tracks["artist_group"] = tracks["artist_group"].where(tracks["artist_group"] != "", tracks["artist"].map(slug))
    known = (tracks["artist_group"] != "") & (tracks["title"] != "")
    tracks["recording"] = (tracks["artist_group"] + "/" + tracks["title"].map(slug)).where(known, tracks["path"])
    return tracks[list(TRACK_COLUMNS)].reset_index(drop=True)


def _check(table: pd.DataFrame, path: Path) -> None:
    known = {"use": USES, "genre": GENRES, "mood": (*QUADRANTS, *MOODS), "fault_filtered": PARTS}
    for column, values in known.items():
        unknown = set(table[column]) - {"", *values}
        if unknown:
            raise UnknownValue(path, column, unknown, values)
    twice = sorted(table.loc[table["file"].duplicated(), "file"].unique())
    if twice:
        raise DuplicateNames(twice)

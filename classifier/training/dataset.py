"""Labelled recordings on disk, as one pandas table of tracks.

What belongs here: finding the tracks and their labels. Not here: reading audio (``extract``) or splitting (``split``).
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from classifier.constants import GENRES

TRACK_COLUMNS = ("path", "set", "genre", "use", "artist_group")
"""Columns of a track table: file, where it came from, label, ``cv`` or ``train``, and who must not be split."""

TABLE_NAME = "tracks.csv"


class DatasetError(Exception):
    """The dataset cannot be used as it is; the message says why and what to do."""


def load_tracks(folder: Path) -> pd.DataFrame:
    """Read ``tracks.csv`` in ``folder``: one row a recording with a genre of ours.

    Parameters
    ----------
    folder : Path
        Holds ``tracks.csv`` with the columns file, set, genre, use and artist_group, and the files it names.

    Returns
    -------
    DataFrame
        TRACK_COLUMNS, in the table's order. ``use`` is ``cv`` for tracks that may stand in evaluation folds and
        ``train`` for tracks that may only ever be learned from.

    Raises
    ------
    DatasetError
        If the table is missing, lacks a column, names a file that is not there, or misses a genre.
    """
    table = _read_table(folder / TABLE_NAME)
    tracks = table[table["genre"].isin(GENRES) & table["use"].isin(["cv", "train"])].copy()
    tracks["path"] = [str(folder / name) for name in tracks["file"]]
    _check(tracks)
    return tracks[list(TRACK_COLUMNS)].reset_index(drop=True)


def _read_table(path: Path) -> pd.DataFrame:
    if not path.is_file():
        raise DatasetError(f"There is no {path.name} in {path.parent}: it lists the recordings and their labels.")
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    missing = {"file", "set", "genre", "use", "artist_group"} - set(table.columns)
    if missing:
        raise DatasetError(f"{path.name} lacks the column {', '.join(sorted(missing))}.")
    return table


def _check(tracks: pd.DataFrame) -> None:
    absent = [path for path in tracks["path"] if not Path(path).is_file()]
    if absent:
        raise DatasetError(f"{len(absent)} files of the table are not there, the first: {absent[0]}")
    evaluated = set(tracks.loc[tracks["use"] == "cv", "genre"])
    if evaluated != set(GENRES):
        raise DatasetError(f"No recordings to evaluate on for: {', '.join(sorted(set(GENRES) - evaluated))}.")
    if (tracks["artist_group"] == "").any():
        raise DatasetError("Every recording needs an artist_group: without it nobody can tell whether a split leaks.")

"""How labelled music lies on disk: one reader a layout, each giving the same table of tracks.

What belongs here: the readers and their order. Not here: choosing labels to learn (``dataset``) or reading audio.
"""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

from classifier.training.layouts import audioset, fma, folders, gtzan, table
from classifier.training.layouts.common import TRACK_COLUMNS, Reading
from classifier.training.layouts.errors import DatasetError, EmptyDataset, NoSuchFolder

__all__ = ["LAYOUTS", "TRACK_COLUMNS", "DatasetError", "Reading", "read_folder"]

LAYOUTS: dict[str, ModuleType] = {"fma": fma, "table": table, "gtzan": gtzan, "audioset": audioset, "folders": folders}
"""Readers in the order they are asked: FMA's table is called as ours is, and every GTZAN is a folder-per-genre tree."""


def read_folder(folder: Path) -> Reading:
    """Recognise a folder's layout and read it.

    Raises
    ------
    NoSuchFolder, EmptyDataset
        If there is nothing to recognise.
    DatasetError
        If the layout is known and its content is not in order.
    """
    if not folder.is_dir():
        raise NoSuchFolder(folder)
    for layout in LAYOUTS.values():
        if layout.recognises(folder):
            reading: Reading = layout.read(folder)
            return reading
    raise EmptyDataset(folder, sum(path.is_file() for path in folder.rglob("*")))

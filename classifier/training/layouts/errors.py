"""What can be wrong with a dataset folder, each with the sentence a person should read.

What belongs here: named errors of the layouts and of ``dataset``. Not here: errors of audio (``classifier.errors``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path


class DatasetError(Exception):
    """The dataset cannot be used as it is; the message says why and what to do."""


class NoSuchFolder(DatasetError):
    """There is nothing at the path given, or a file."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder} is not a folder.")


class EmptyDataset(DatasetError):
    """The folder holds nothing that could be learned from."""

    def __init__(self, folder: Path, others: int = 0) -> None:
        found = f"only {others} files that are not audio" if others else "nothing"
        super().__init__(f"{folder} holds {found}: no recordings, no tracks.csv, no folder of a known dataset.")


class UnknownLayout(DatasetError):
    """There is audio, but not laid out in a way that tells its labels."""

    def __init__(self, folder: Path, detail: str) -> None:
        super().__init__(
            f"{folder} is laid out in no way we know: {detail}. Known are a tracks.csv, GTZAN, FMA, AudioSet segments "
            "with their clips, and one folder a genre."
        )


class NoLabels(DatasetError):
    """No recording has a label of the kind asked for, or all have the same."""

    def __init__(self, what: str) -> None:
        super().__init__(f"No {what}: there is nothing to tell apart.")


class MissingGenres(DatasetError):
    """Some of the genres have no recording to be judged on."""

    def __init__(self, genres: Iterable[str]) -> None:
        super().__init__(f"No recordings to evaluate on for: {', '.join(sorted(genres))}.")


class MissingColumn(DatasetError):
    """A table lacks what it is read for."""

    def __init__(self, table: Path, columns: Iterable[str]) -> None:
        super().__init__(f"{table.name} lacks the column {', '.join(sorted(columns))}.")


class UnreadableTable(DatasetError):
    """A table is no table."""

    def __init__(self, table: Path, detail: str) -> None:
        super().__init__(f"{table} cannot be read as a table: {detail}.")


class UnknownValue(DatasetError):
    """A cell holds something that is none of the values it may have."""

    def __init__(self, table: Path, column: str, values: Iterable[str], known: Sequence[str]) -> None:
        found = ", ".join(repr(value) for value in sorted(values))
        super().__init__(f"{table.name} has {found} in the column {column}; known are {', '.join(known)} and nothing.")


class MissingFiles(DatasetError):
    """The table names recordings that are not there."""

    def __init__(self, paths: Sequence[str], *, total: int) -> None:
        super().__init__(
            f"{len(paths)} files of the table are not there (of {total} that it names), the first: {paths[0]}"
        )


class DuplicateNames(DatasetError):
    """One recording is listed, or lies there, twice."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(
            f"{len(names)} recordings are there twice under one name, such as {names[0]}: keep one file of each."
        )


class TwoSpellings(DatasetError):
    """Two folders name the same genre in two ways."""

    def __init__(self, genre: str, spellings: Iterable[str]) -> None:
        found = " and ".join(repr(name) for name in sorted(spellings))
        super().__init__(f"{found} are two spellings of {genre}: put their recordings into one folder.")


class ContradictingNames(DatasetError):
    """A file's name says another genre than the folder it lies in."""

    def __init__(self, paths: Sequence[str]) -> None:
        super().__init__(f"{len(paths)} files are named for another genre than their folder, such as {paths[0]}.")

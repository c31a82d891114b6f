"""What users said a song really is, as feature rows and labels: no audio is needed to learn from it.

What belongs here: the file of corrections, and joining them to the tracks. Not here: collecting them, fitting
(``train``), or whether they help (``usefulness``).
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from classifier.constants import FEATURE_VERSION, GENRES
from classifier.errors import ClassifierError
from classifier.features import feature_count
from classifier.training.extract import FeatureTable
from classifier.training.split import Fold

SET = "corrections"
"""What the ``set`` of a corrected song is in a track table."""

MAX_BYTES = 2 * 2**30
"""What a file of corrections may unpack to: some 800 000 windows."""

SAME_RECORDING = 0.35
"""Mean squared difference of two windows, in standard deviations, below which they are taken for the same recording.

Measured on some 500 excerpts: of different recordings the nearest two lie 0.36 apart or more, half of all heavily
altered copies lie nearer than 0.3. Taking two for the same costs no more than a correction in one fold.
"""

DAMAGED = (ValueError, LookupError, OSError, EOFError, AttributeError, RuntimeError, zipfile.BadZipFile, zlib.error)
"""What reading a damaged archive may raise; an encrypted or oddly compressed one is a RuntimeError."""

BLOCK = 256
"""Windows that are compared with all others at a time."""


class CorrectionsError(ClassifierError):
    """The corrections cannot be learned from; the message says why."""

    code = "corrections_error"


class CorrectionsMissing(CorrectionsError):
    """There is no such file."""

    code = "corrections_missing"


class CorrectionsUnreadable(CorrectionsError):
    """The file is no archive of plain arrays, or lacks one."""

    code = "corrections_unreadable"


class CorrectionsMismatch(CorrectionsError):
    """The rows were measured by another version of the features, or have another number of columns."""

    code = "corrections_mismatch"


class CorrectionsInconsistent(CorrectionsError):
    """The arrays of the file do not fit each other, or a row holds something that is no number."""

    code = "corrections_inconsistent"


class UnknownLabel(CorrectionsError):
    """A song was given a label that is not among those learned."""

    code = "corrections_label"


@dataclass(frozen=True, eq=False)
class Corrections:
    """Songs with the label that users gave them.

    Parameters
    ----------
    rows : ndarray, shape (n, features), float32
        One row a window, as ``features.measure`` gives them.
    song : ndarray, shape (n,), int
        Which song each row belongs to, from 0; every song has a row.
    label : tuple of str, one a song
        What it is.
    group : tuple of str, one a song
        Its artist, or the user where no artist is known; '' where neither is.
    """

    rows: NDArray[np.float32]
    song: NDArray[np.intp]
    label: tuple[str, ...]
    group: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.rows.ndim != 2 or self.song.shape != self.rows.shape[:1]:  # noqa: PLR2004 - rows and columns
            raise CorrectionsInconsistent("Every row of the corrections needs the number of its song.")
        if len(self.group) != len(self.label):
            raise CorrectionsInconsistent(f"{len(self.group)} groups do not fit {len(self.label)} labels.")
        if set(self.song.tolist()) != set(range(len(self.label))):
            raise CorrectionsInconsistent(f"The songs of the rows are not those of the {len(self.label)} labels.")
        if not np.isfinite(self.rows).all():
            raise CorrectionsInconsistent("The corrections hold values that are no finite numbers.")

    def __len__(self) -> int:
        return len(self.label)


def save_corrections(path: Path, corrections: Corrections, *, feature_version: int = FEATURE_VERSION) -> None:
    """Write corrections as an ``.npz`` of plain arrays that ``read_corrections`` takes."""
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        allow_pickle=False,
        rows=corrections.rows.astype(np.float32),
        song=corrections.song.astype(np.int64),
        label=np.array(corrections.label, dtype=str),
        group=np.array(corrections.group, dtype=str),
        feature_version=np.array(feature_version),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(buffer.getvalue())


def read_corrections(path: Path, *, labels: Sequence[str] = GENRES) -> Corrections:
    """Read a file of corrections, believing nothing of it.

    Parameters
    ----------
    path : Path
        An ``.npz`` with ``rows`` (n, features; float16 or float32), ``song`` (n,), ``label`` (songs,),
        ``feature_version`` and, where known, ``group`` (songs,). Nothing in it is ever unpickled.
    labels : sequence of str
        The labels that are learned.

    Returns
    -------
    Corrections
        In the order of the file.

    Raises
    ------
    CorrectionsError
        Of the kind that names what is wrong.
    """
    arrays = _arrays(path)
    missing = {"rows", "song", "label", "feature_version"} - arrays.keys()
    if missing:
        raise CorrectionsUnreadable(f"{path.name} lacks {', '.join(sorted(missing))}.")
    _check_features(arrays, path.name)
    label = _texts(arrays["label"], path.name)
    unknown = sorted(set(label) - set(labels))
    if unknown:
        raise UnknownLabel(f"{path.name} has labels that are not learned: {', '.join(unknown)}.")
    if arrays["song"].dtype.kind not in "iu":
        raise CorrectionsInconsistent(f"The songs in {path.name} are not counted by whole numbers.")
    return Corrections(
        rows=arrays["rows"].astype(np.float32),
        song=arrays["song"].astype(np.intp),
        label=label,
        group=_texts(arrays["group"], path.name) if "group" in arrays else ("",) * len(label),
    )


def add_corrections(
    tracks: pd.DataFrame, table: FeatureTable, corrections: Corrections
) -> tuple[pd.DataFrame, FeatureTable]:
    """Append the corrected songs to a task's tracks, only ever to be learned from, and their rows to its table.

    A song that sounds the same as one of the tracks is that recording: it joins the track's artist, so that it is not
    learned from while the track is being judged. One without a group is an artist of its own.
    """
    artist = tracks["artist_group"].to_numpy()
    known = same_recordings(table, corrections)
    alone = [f"{SET} {number}" for number in range(len(corrections))]
    group = [
        str(artist[known[number]]) if number in known else corrections.group[number] or alone[number]
        for number in range(len(corrections))
    ]
    more = pd.DataFrame({"path": alone, "set": SET, "label": corrections.label, "use": "train", "artist_group": group})
    both = pd.concat([tracks, more], ignore_index=True)
    own = [column for column in tracks.columns if column not in more.columns]
    both[own] = both[own].fillna("")
    rows = replace(
        table,
        rows=np.concatenate([table.rows, corrections.rows.astype(table.rows.dtype)]),
        track=np.concatenate([table.track, len(tracks) + corrections.song]),
        copy=np.concatenate([table.copy, np.zeros_like(corrections.song)]),
    )
    return both, rows


def with_corrections(folds: Sequence[Fold], tracks: pd.DataFrame) -> list[Fold]:
    """Let every fold learn from the corrections among ``tracks``, except those of an artist who is tested in it.

    Parameters
    ----------
    folds : sequence of Fold
        Of the tracks before ``add_corrections``.
    tracks : DataFrame
        As ``add_corrections`` gives it.
    """
    artist = tracks["artist_group"].to_numpy()
    added = np.flatnonzero(tracks["set"].to_numpy() == SET)
    widened = []
    for fold in folds:
        allowed = added[~np.isin(artist[added], artist[fold.test])]
        widened.append(replace(fold, train=np.concatenate([fold.train, allowed])))
    return widened


def same_recordings(table: FeatureTable, corrections: Corrections) -> dict[int, int]:
    """Return the track that a corrected song is the same recording as, by the song's number, where there is one."""
    originals = np.flatnonzero(table.copy == 0)
    rows = table.rows[originals].astype(np.float32)
    mean, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    known = (rows - mean) / scale
    squares = np.sum(known**2, axis=1)
    found: dict[int, int] = {}
    for start in range(0, len(corrections.rows), BLOCK):
        heard = (corrections.rows[start : start + BLOCK] - mean) / scale
        distance = (np.sum(heard**2, axis=1)[:, None] - 2 * heard @ known.T + squares) / known.shape[1]
        nearest = distance.argmin(axis=1)
        for number in np.flatnonzero(distance[np.arange(len(heard)), nearest] < SAME_RECORDING):
            found.setdefault(int(corrections.song[start + number]), int(table.track[originals[nearest[number]]]))
    return found


def _arrays(path: Path) -> dict[str, NDArray[Any]]:
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MAX_BYTES:
                raise CorrectionsUnreadable(f"{path.name} unpacks to more than {MAX_BYTES // 2**30} GiB.")
        with np.load(path, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except FileNotFoundError as error:
        raise CorrectionsMissing(f"There are no corrections at {path}.") from error
    except DAMAGED as error:
        raise CorrectionsUnreadable(f"{path.name} is no archive of plain arrays.") from error


def _check_features(arrays: dict[str, NDArray[Any]], name: str) -> None:
    version, rows = arrays["feature_version"], arrays["rows"]
    if version.shape != () or version.dtype.kind not in "iu" or int(version) != FEATURE_VERSION:
        raise CorrectionsMismatch(
            f"{name} holds features of version {version.tolist()}, this program measures version {FEATURE_VERSION}."
        )
    if rows.ndim != 2 or rows.dtype.kind != "f":  # noqa: PLR2004 - rows and columns
        raise CorrectionsInconsistent(f"The rows of {name} are no table of numbers.")
    if rows.shape[1] != feature_count():
        raise CorrectionsMismatch(f"{name} has {rows.shape[1]} columns a row, this program measures {feature_count()}.")
    if not len(rows):
        raise CorrectionsInconsistent(f"{name} holds no corrections.")


def _texts(array: NDArray[Any], name: str) -> tuple[str, ...]:
    if array.ndim != 1 or array.dtype.kind != "U":
        raise CorrectionsInconsistent(f"The labels or groups of {name} are no list of words.")
    return tuple(array.tolist())

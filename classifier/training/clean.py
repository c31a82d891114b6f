"""Which tracks of a dataset must not be learned from, and why: a table, and what remains.

What belongs here: corrupt, silent, short, clipped, duplicate and known-faulty tracks. Not here: how two recordings are
told to be the same (``fingerprint``), reading files (``inspection``).

On GTZAN's faults: Sturm, "The GTZAN dataset: Its contents, its faults, their effects on evaluation, and its future use"
(2013), counts 50 exact repetitions, 22 more excerpts of the same recordings, mislabelled and distorted ones. They are
found here by ear, so to speak, and not by a list of numbers, so that they are found in any set.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from classifier.training.dataset import read_folder
from classifier.training.fingerprint import Match, find_matches, same_recordings
from classifier.training.inspection import Inspection, inspect

TABLE_COLUMNS = ("path", "reason", "detail", "duplicate_of", "action")
"""Columns of the table: the file, a reason of REASONS, a sentence, the copy that stays, and ``dropped`` or ``kept``."""

REASONS = (
    "corrupt",
    "silent",
    "too short",
    "contradicting labels",
    "duplicate",
    "overlap",
    "clipped",
    "known faulty",
)
"""Every reason, in the order of the table."""

CLIPPED = 0.01
"""Share of stuck samples from which on a recording counts as clipped."""

COPY_SHARE = 0.5
"""Share of the shorter recording that two must have in common to be copies; less is an overlap, and both are kept."""

KNOWN_FAULTS = {"jazz.00054": "known: this one of GTZAN's WAV edition can be decoded nowhere"}
"""What is known of single files, by name; added to what is found."""

USE_ORDER = {"cv": 0, "mood": 1, "train": 2}
"""Of two copies the one that may be judged on stays."""


@dataclass(frozen=True, eq=False)
class Cleaning:
    """What cleaning found.

    Parameters
    ----------
    kept : DataFrame
        The tracks given less the dropped ones, index 0 to n - 1, with ``duplicate_group``: the same for tracks that
        share a stretch of one recording, '' for all others.
    grouped : DataFrame
        All tracks given, with ``duplicate_group`` and, bool, ``dropped``.
    table : DataFrame
        TABLE_COLUMNS, one row a finding.
    """

    kept: pd.DataFrame
    grouped: pd.DataFrame
    table: pd.DataFrame


@dataclass(frozen=True)
class _Finding:
    row: int
    reason: str
    detail: str
    dropped: bool
    duplicate_of: str = ""

    @property
    def action(self) -> str:
        return "dropped" if self.dropped else "kept"


def clean(tracks: pd.DataFrame, *, cache: Path, jobs: int = 1, strict: bool = False) -> Cleaning:
    """Find what must not be learned from.

    Corrupt, silent and short files are dropped. Of the copies of one recording one is kept: one that may be judged on
    before one that may not, the longest of those. Copies under different genres are all dropped, for nobody can tell
    which label is right. Recordings that share a shorter stretch are kept and grouped. Clipped ones, and those that a
    published split left out as faulty, are told, and dropped if ``strict``.

    Parameters
    ----------
    tracks : DataFrame
        As ``dataset.load_tracks`` or a task has it.
    cache : Path
        Folder that keeps fingerprints, by content.
    jobs : int
        Processes.
    strict : bool
        Whether to drop what is merely doubtful.
    """
    tracks = tracks.reset_index(drop=True)
    files = inspect(list(tracks["path"]), cache=cache, jobs=jobs)
    matches = find_matches([file.fingerprint for file in files])
    findings = [
        *_unusable(files, tracks),
        *_copies(matches, files, tracks),
        *_clipped(files, strict=strict),
        *_left_out(tracks, strict=strict),
    ]
    dropped = {finding.row for finding in findings if finding.dropped}
    grouped = tracks.assign(duplicate_group=_groups(matches, tracks))
    return Cleaning(
        kept=grouped[~grouped.index.isin(dropped)].reset_index(drop=True),
        grouped=grouped.assign(dropped=grouped.index.isin(dropped)),
        table=_table(findings, tracks),
    )


def clean_command(options: argparse.Namespace) -> None:
    """Clean a dataset folder, write the table and say what was found."""
    reading = read_folder(options.dataset)
    for note in reading.notes:
        _say(note)
    cleaning = clean(reading.tracks, cache=options.cache, jobs=options.jobs, strict=options.strict)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    cleaning.table.to_csv(options.out, index=False)
    for what, count in (cleaning.table["reason"] + ": {} " + cleaning.table["action"]).value_counts().items():
        _say(str(what).format(count))
    _say(f"{len(cleaning.kept)} of {len(reading.tracks)} tracks remain; {options.out} lists why the others do not")


def _unusable(files: Sequence[Inspection], tracks: pd.DataFrame) -> list[_Finding]:
    findings = []
    for row, file in enumerate(files):
        if file.reason:
            known = KNOWN_FAULTS.get(Path(tracks["path"][row]).stem, "")
            detail = f"{file.detail} ({known})" if known else file.detail
            findings.append(_Finding(row, file.reason, detail, dropped=True))
    return findings


def _copies(matches: Sequence[Match], files: Sequence[Inspection], tracks: pd.DataFrame) -> list[_Finding]:
    """Return copies to drop, and overlaps that are only told."""
    copies, findings = [], []
    for match in matches:
        shorter = min(files[match.first].seconds, files[match.second].seconds)
        if match.overlap >= COPY_SHARE * shorter:
            copies.append(match)
        else:
            other = str(tracks["path"][match.first])
            told = f"{match.overlap:.1f} s in common, {match.error_rate:.0%} of the bits differ"
            detail = f"{told}; to be kept on one side of a split"
            findings.append(_Finding(match.second, "overlap", detail, dropped=False, duplicate_of=other))
    group = same_recordings(copies, len(files))
    sizes = np.bincount(group, minlength=1)
    for number in np.flatnonzero(sizes > 1):
        findings += _resolve(np.flatnonzero(group == number), copies, files, tracks)
    return findings


def _resolve(
    rows: NDArray[np.intp], copies: Sequence[Match], files: Sequence[Inspection], tracks: pd.DataFrame
) -> list[_Finding]:
    """Decide on the copies of one recording."""
    label = tracks["label" if "label" in tracks else "genre"]
    labels = sorted(set(label[rows]) - {""})
    best = min(rows, key=lambda row: (USE_ORDER.get(tracks["use"][row], 0), -files[row].seconds, row))
    contradicting = len(labels) > 1
    findings = []
    for row in rows:
        others = [match for match in copies if row in (match.first, match.second)]
        rate = min(match.error_rate for match in others)
        told = f"{max(match.overlap for match in others):.1f} s in common, {rate:.0%} of the bits differ"
        if contradicting:
            other = next(match.first + match.second - row for match in others)
            detail = f"the same recording is labelled {' and '.join(labels)} ({told})"
            finding = _Finding(int(row), "contradicting labels", detail, True, str(tracks["path"][other]))
            findings.append(finding)
        elif row != best:
            findings.append(_Finding(int(row), "duplicate", told, True, str(tracks["path"][best])))
    return findings


def _clipped(files: Sequence[Inspection], *, strict: bool) -> list[_Finding]:
    return [
        _Finding(row, "clipped", f"{file.clipped:.1%} of its samples are stuck at full scale", strict)
        for row, file in enumerate(files)
        if file.clipped >= CLIPPED
    ]


def _left_out(tracks: pd.DataFrame, *, strict: bool) -> list[_Finding]:
    """Return GTZAN's tracks that the fault-filtered lists left out, in a set where those lists are known."""
    if "fault_filtered" not in tracks:
        return []
    named = tracks["path"].map(lambda path: bool(re.fullmatch(r"[a-z -]+\.\d{5}", Path(path).stem, re.IGNORECASE)))
    listed = set(tracks.loc[named & (tracks["fault_filtered"] != ""), "set"])
    rows = tracks.index[named & (tracks["fault_filtered"] == "") & tracks["set"].isin(listed)]
    detail = "stands in none of the published fault-filtered lists"
    return [_Finding(int(row), "known faulty", detail, strict) for row in rows]


def _groups(matches: Sequence[Match], tracks: pd.DataFrame) -> list[str]:
    """Return a name for what shares a stretch, '' for what stands alone."""
    group = same_recordings(matches, len(tracks))
    sizes = np.bincount(group, minlength=1)
    first = {number: str(tracks["path"][int(np.argmax(group == number))]) for number in np.flatnonzero(sizes > 1)}
    return [first.get(number, "") for number in group]


def _table(findings: Sequence[_Finding], tracks: pd.DataFrame) -> pd.DataFrame:
    ordered = sorted(findings, key=lambda finding: (REASONS.index(finding.reason), finding.row))
    rows = [
        (tracks["path"][found.row], found.reason, found.detail, found.duplicate_of, found.action) for found in ordered
    ]
    return pd.DataFrame(rows, columns=list(TABLE_COLUMNS))


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - progress of a command

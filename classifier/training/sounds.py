"""Recorded sounds that are no music, from packages of Debian: ``python -m classifier sounds --out FOLDER``.

What belongs here: fetching them by apt without installing anything, reading their files, and joining short ones into
clips of a few seconds. Not here: made-up sounds (``nonmusic``) and the list of sources (``sound_sources``).
"""

from __future__ import annotations

import argparse
import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import soundfile
import soxr
from numpy.typing import NDArray

from classifier.constants import SAMPLE_RATE
from classifier.training.dataset import DatasetError
from classifier.training.sound_sources import FLITE, FLITE_VOICES, MUSICAL, SENTENCES, SOURCES, Source

Array = NDArray[np.float32]
Row = tuple[str, str, str, str]

TABLE_NAME = "sounds.csv"
COLUMNS = ("file", "kind", "source", "use")
"""Of the table: the clip, ``speech``, ``animals`` or ``effects``, where it comes from, and ``learn`` or ``test``."""

SECONDS = (5.0, 16.0)
"""Seconds of the shortest and the longest clip."""

PAUSE = (0.05, 0.8)
"""Seconds between two files in a clip."""

FILES_A_CLIP = 5
"""How many files a clip's source is asked for; a collection that has more is thinned evenly."""

SHORTEST = 0.15
"""Seconds. Files below tell nothing."""


class SoundsError(DatasetError):
    """The recorded sounds cannot be had or read; the message says why and what to do."""


def sounds_command(options: argparse.Namespace) -> None:
    """Fetch all sounds into ``options.out``."""
    count = fetch_sounds(options.out, seed=options.seed, tell=lambda step: print(step, file=sys.stderr, flush=True))  # noqa: T201
    print(f"{count} clips and {options.out / TABLE_NAME}")  # noqa: T201 - the command's answer


def fetch_sounds(out: Path, *, seed: int, tell: Callable[[str], None]) -> int:
    """Fetch all packages and write clips and their table.

    Parameters
    ----------
    out : Path
        Folder for ``packages/``, ``clips/`` and ``sounds.csv``; what is there already is not fetched again.
    seed : int
        Decides which files stand together in a clip.
    tell : callable
        Told every step.

    Returns
    -------
    int
        Clips written.

    Raises
    ------
    SoundsError
        If apt or dpkg is missing, or a package cannot be had.
    """
    rows: list[Row] = []
    for source in SOURCES:
        tell(source.name)
        sounds = _sounds(source, unpacked(source.package, out / "packages"))
        rows += _write_clips(source, sounds, out, np.random.default_rng([seed, len(rows)]))
    tell("flite")
    rows += _write_flite(out)
    pd.DataFrame(rows, columns=list(COLUMNS)).to_csv(out / TABLE_NAME, index=False)
    return len(rows)


def read_table(folder: Path) -> pd.DataFrame:
    """Read the table of the clips in a folder that ``fetch_sounds`` filled.

    Parameters
    ----------
    folder : Path
        Holds ``sounds.csv``.

    Returns
    -------
    DataFrame
        COLUMNS, all str; ``file`` is relative to the folder.

    Raises
    ------
    SoundsError
        If the table is missing, lacks a column, or names a clip that is not there.
    """
    path = folder / TABLE_NAME
    if not path.is_file():
        raise SoundsError(
            f"There is no {TABLE_NAME} in {folder}: run `python -m classifier sounds --out {folder}` first."
        )
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    missing = set(COLUMNS) - set(table.columns)
    if missing:
        raise SoundsError(f"{TABLE_NAME} lacks the column {', '.join(sorted(missing))}.")
    absent = [name for name in table["file"] if not (folder / name).is_file()]
    if absent:
        raise SoundsError(f"{len(absent)} clips of {TABLE_NAME} are not there, the first: {absent[0]}")
    return table


def unpacked(package: str, folder: Path) -> Path:
    """Return the folder that holds the package's files, fetched by apt if need be; nothing is installed.

    Raises
    ------
    SoundsError
        If it cannot be had.
    """
    target = folder / package
    if target.is_dir():
        return target
    apt, dpkg = shutil.which("apt-get"), shutil.which("dpkg")
    if not apt or not dpkg:
        raise SoundsError("Recorded sounds come from Debian packages: apt-get and dpkg are needed, and are not here.")
    folder.mkdir(parents=True, exist_ok=True)
    told = _run([apt, "download", package], folder)
    archive = next(folder.glob(f"{package}_*.deb"), None)
    if archive is None:
        raise SoundsError(
            f"apt-get could not download {package}: {told.splitlines()[-1] if told else 'no reason given'}"
        )
    partial = folder / f"{package}.partial"
    _run([dpkg, "-x", archive.name, partial.name], folder)
    if not partial.is_dir():
        raise SoundsError(f"dpkg could not unpack {archive.name}.")
    partial.rename(target)
    archive.unlink()
    return target


def _run(command: list[str], folder: Path, **environment: str) -> str:
    done = subprocess.run(  # noqa: S603 - our own words, no shell
        command, cwd=folder, env=os.environ | environment, capture_output=True, text=True, check=False
    )
    return done.stderr


def _sounds(source: Source, folder: Path) -> list[Array]:
    """Read the files of a source, cut free of silence at both ends, their loudness made equal."""
    matching = re.compile(source.files)
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and matching.search(str(path)))
    kept = [path for path in paths if not MUSICAL.search(path.name)]
    if not kept:
        raise SoundsError(f"The package {source.package} has no files for {source.name}: it may have changed.")
    spread = kept[:: max(1, len(kept) // (FILES_A_CLIP * source.clips))]
    sounds = [sound for path in spread for sound in _read(path)]
    return [sound for sound in sounds if len(sound) >= SHORTEST * SAMPLE_RATE]


def _read(path: Path) -> Iterator[Array]:
    """Yield the sounds of a file: one, or those packed into a resource file of Qt."""
    if path.suffix != ".rcc":
        yield _prepared(*soundfile.read(path, dtype="float32", always_2d=True))
        return
    for content in ogg_streams(path.read_bytes()):
        yield _prepared(*soundfile.read(io.BytesIO(content), dtype="float32", always_2d=True))


def ogg_streams(content: bytes) -> Iterator[bytes]:
    """Find the Ogg files inside other bytes: from a first page to the last that follows without a gap (RFC 3533)."""
    start = content.find(b"OggS\x00\x02")
    while start >= 0:
        end = start
        while content[end : end + 4] == b"OggS":
            segments = content[end + 26]
            end += 27 + segments + sum(content[end + 27 : end + 27 + segments])
        yield content[start:end]
        start = content.find(b"OggS\x00\x02", end)


def _prepared(samples: Array, rate: int) -> Array:
    mono = np.asarray(soxr.resample(samples.mean(axis=1), rate, SAMPLE_RATE), dtype=np.float32)
    loud = np.flatnonzero(np.abs(mono) > 0.01 * np.abs(mono).max(initial=0))
    if not len(loud):
        return mono[:0]
    mono = mono[loud[0] : loud[-1] + 1]
    return np.asarray(mono * (0.1 / np.sqrt(np.mean(mono**2))), dtype=np.float32)


def _write_clips(source: Source, sounds: list[Array], out: Path, rng: np.random.Generator) -> list[Row]:
    folder = out / "clips" / source.use / source.name
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for number in range(source.clips):
        # One animal a clip, but many words of one voice.
        chosen = sounds if source.kind == "speech" else [sounds[number % len(sounds)]]
        path = folder / f"{number:03d}.flac"
        clip = joined(chosen, rng)
        soundfile.write(path, clip * (0.9 / np.abs(clip).max()), SAMPLE_RATE)
        rows.append((str(path.relative_to(out)), source.kind, source.name, source.use))
    return rows


def joined(sounds: list[Array], rng: np.random.Generator) -> Array:
    """Join sounds, drawn at random, with pauses between, to a clip of SECONDS; a longer one is cut."""
    length = int(rng.uniform(*SECONDS) * SAMPLE_RATE)
    longest_pause = rng.uniform(*PAUSE)
    parts: list[Array] = []
    while sum(map(len, parts)) < length:
        parts.append(sounds[rng.integers(len(sounds))])
        parts.append(np.zeros(int(rng.uniform(PAUSE[0], longest_pause) * SAMPLE_RATE), dtype=np.float32))
    return np.concatenate(parts)[:length]


def _write_flite(out: Path) -> list[Row]:
    """Let the voices of flite read the sentences, from where the packages were unpacked."""
    program, library = (unpacked(package, out / "packages") for package in FLITE)
    folders = {str(path.parent.resolve()) for path in library.rglob("libflite*.so*")}
    rows = []
    for voice in FLITE_VOICES:
        folder = out / "clips" / "test" / f"flite-{voice}"
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(len(SENTENCES)):
            path = folder / f"{number:03d}.wav"
            text = f"{SENTENCES[number]} {SENTENCES[(number + 5) % len(SENTENCES)]}"
            command = [str(program.resolve() / "usr/bin/flite"), "-voice", voice, "-t", text, "-o", str(path.resolve())]
            told = _run(command, out, LD_LIBRARY_PATH=":".join(folders))
            if not path.is_file():
                raise SoundsError(f"flite did not speak: {told.strip() or 'no reason given'}")
            rows.append((str(path.relative_to(out)), "speech", f"flite-{voice}", "test"))
    return rows

"""Where the public datasets come from, under what terms, and whether a folder holds all of one.

What belongs here: facts about published sets, and checks of folders against them. Not here: reading them (``layouts``).
Nothing is fetched: the sets are large, some are asked for by a form, and each user must agree to their terms.

Facts: FMA's README (URLs, SHA-1 of its archives, counts), mirdata and torchaudio (GTZAN's URL and MD5), AudioSet's
download page (segments).
"""

from __future__ import annotations

import argparse
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from classifier.constants import GENRES
from classifier.training.layouts import Reading, read_folder
from classifier.training.layouts.common import is_audio
from classifier.training.layouts.fma import SIZES

FMA_URL = "https://os.unil.cloud.switch.ch/fma/"

AUDIOSET_SEGMENTS = {
    "eval_segments": 20_383,
    "balanced_train_segments": 22_176,
    "unbalanced_train_segments": 2_042_985,
}
"""Rows of AudioSet's tables."""

GTZAN_EXCERPTS = 100
"""Excerpts of each genre."""

BLOCK = 1 << 20
"""Bytes of an archive that are read at once."""


@dataclass(frozen=True)
class Source:
    """What is known of a published dataset.

    Parameters
    ----------
    name, what, licence : str
        For people, a sentence each.
    where : tuple of str
        Addresses.
    checksums : mapping of str to str
        ``sha1:…`` or ``md5:…`` by name of archive, as published.
    recordings : int or None
        How many it has, None where it depends.
    """

    name: str
    what: str
    where: tuple[str, ...]
    licence: str
    checksums: Mapping[str, str] = field(default_factory=dict)
    recordings: int | None = None


@dataclass(frozen=True)
class Check:
    """What a folder holds of a source: ``found`` in sentences, and ``problems``, empty where it is complete."""

    source: str
    found: tuple[str, ...]
    problems: tuple[str, ...]


def _fma(size: str, what: str, sha1: str, recordings: int) -> Source:
    archive = f"fma_{size}.zip"
    return Source(
        name=f"FMA {size}",
        what=what,
        where=(FMA_URL + archive, "https://github.com/mdeff/fma"),
        licence="Each recording under the Creative Commons licence its artist chose, metadata under CC BY 4.0; "
        "meant for research.",
        checksums={archive: f"sha1:{sha1}"},
        recordings=recordings,
    )


SOURCES: dict[str, Source] = {
    "gtzan": Source(
        name="GTZAN",
        what="1,000 excerpts of 30 s, 100 in each of ten genres (Tzanetakis and Cook 2002). It has repetitions, "
        "wrong labels and few artists in some genres (Sturm 2013): clean it and keep artists apart.",
        where=(
            "http://opihi.cs.uvic.ca/sound/genres.tar.gz (the original address)",
            "https://huggingface.co/datasets/marsyas/gtzan",
            "https://www.kaggle.com/datasets/andradaolteanu/gtzan-dataset-music-genre-classification (WAV edition)",
            "https://github.com/jongpillee/music_dataset_split (the fault-filtered lists)",
        ),
        licence="None is stated; the excerpts are commercial music, used for research under exceptions for it.",
        checksums={"genres.tar.gz": "md5:5b3d6dddb579ab49814ab86dba69e7c7"},
        recordings=1_000,
    ),
    "fma_small": _fma(
        "small", "8,000 clips of 30 s, 8 balanced genres.", "ade154f733639d52e35e32f5593efe5be76c6d70", 8_000
    ),
    "fma_medium": _fma(
        "medium", "25,000 clips of 30 s, 16 unbalanced genres.", "c67b69ea232021025fca9231fc1c7c1a063ab50b", 25_000
    ),
    "fma_large": _fma(
        "large", "106,574 clips of 30 s, 161 genres.", "497109f4dd721066b5ce5e5f250ec604dc78939e", 106_574
    ),
    "fma_full": _fma(
        "full", "106,574 whole songs, 161 genres (879 GiB).", "0f0ace23fbe9ba30ecb7e95f763e435ea802b8ab", 106_574
    ),
    "fma_metadata": _fma(
        "metadata",
        "The tables of FMA: needed beside any of its sizes; no audio.",
        "f0df49ffe5f2a6008d7dc83c6915b31835dfe733",
        106_574,
    ),
    "audioset": Source(
        name="AudioSet",
        what="2,085,544 segments of 10 s of videos with labels (Gemmeke et al. 2017), as tables; the audio is not part "
        "of it and is cut from the videos by whoever uses it.",
        where=("https://research.google.com/audioset/download.html",),
        licence="Tables under CC BY 4.0, the ontology under CC BY-SA 4.0; the videos belong to whoever made them.",
    ),
    "table": Source(
        name="A table of your own",
        what="Any collection with a tracks.csv: file, set, genre, use (cv, train or mood), artist_group, and if known "
        "mood, source_genre, artist, title, fault_filtered.",
        where=("docs/data.md describes the columns",),
        licence="Whatever your recordings are under.",
    ),
    "folders": Source(
        name="A folder a genre",
        what="Any tree whose folders are named for genres, with recordings of any type below them; artists.csv "
        "(file, artist) beside them names the artists.",
        where=("your own disk",),
        licence="Whatever your recordings are under.",
    ),
}
"""Every source by name."""


def check(folder: Path) -> Check:
    """Compare a folder with what was published: checksums of archives, numbers of recordings.

    Raises
    ------
    DatasetError
        If the folder cannot be read as a dataset and holds no archive of one.
    """
    archives = [path for path in sorted(folder.glob("*")) if _published(path.name)]
    found: list[str] = []
    problems: list[str] = []
    for archive in archives:
        (problems if _altered(archive) else found).append(_told(archive))
    if archives and not any(map(is_audio, folder.rglob("*"))):
        return Check(SOURCES[_published(archives[0].name)].name, tuple(found), tuple(problems))
    reading = read_folder(folder)
    more_found, more_problems = COUNTERS[reading.layout](folder, reading)
    return Check(reading.layout, (*found, *more_found, *reading.notes), (*problems, *more_problems))


def datasets_command(options: argparse.Namespace) -> int:
    """Print where the datasets come from, or what a folder holds; 1 where something is missing."""
    if options.check is None:
        print("\n\n".join(map(_described, SOURCES.values())))  # noqa: T201 - the command's answer
        return 0
    result = check(options.check)
    lines = [f"{options.check}: {result.source}", *(f"  {line}" for line in result.found)]
    lines += [f"  missing or wrong: {line}" for line in result.problems] or ["  complete"]
    print("\n".join(lines))  # noqa: T201 - the command's answer
    return 1 if result.problems else 0


Counted = tuple[list[str], list[str]]


def _count_gtzan(folder: Path, reading: Reading) -> Counted:
    del folder
    counts = reading.tracks["genre"].value_counts()
    found = [f"{len(reading.tracks)} of {SOURCES['gtzan'].recordings} excerpts"]
    problems = [
        f"{genre} has {counts.get(genre, 0)} of {GTZAN_EXCERPTS} excerpts"
        for genre in GENRES
        if counts.get(genre, 0) != GTZAN_EXCERPTS
    ]
    if (reading.tracks["fault_filtered"] == "").all():
        problems.append("the fault-filtered lists (train_filtered.txt, valid_filtered.txt, test_filtered.txt)")
    return found, problems


def _count_fma(folder: Path, reading: Reading) -> Counted:
    found: list[str] = []
    problems: list[str] = []
    for size in SIZES:
        root = folder / f"fma_{size}"
        if root.is_dir():
            expected = SOURCES[f"fma_{size}"].recordings
            count = sum(1 for _clip in root.glob("*/*.mp3"))
            (found if count == expected else problems).append(f"fma_{size} has {count} of {expected} clips")
    if reading.absent:
        problems.append(f"{len(reading.absent)} clips with a genre, the first: {reading.absent[0]}")
    return found, problems


def _count_audioset(folder: Path, reading: Reading) -> Counted:
    found: list[str] = []
    problems: list[str] = []
    for name, expected in AUDIOSET_SEGMENTS.items():
        path = folder / f"{name}.csv"
        if path.is_file():
            with path.open(encoding="utf-8") as file:
                count = sum(1 for line in file if line.strip() and not line.startswith("#"))
            (found if count == expected else problems).append(f"{name}.csv has {count} of {expected} segments")
    found.append(f"{len(reading.tracks)} clips with exactly one genre")
    if reading.absent:
        problems.append(f"{len(reading.absent)} clips of segments with one genre")
    return found, problems


def _count_any(folder: Path, reading: Reading) -> Counted:
    del folder
    labels = Counter(reading.tracks["genre"].where(reading.tracks["genre"] != "", reading.tracks["source_genre"]))
    told = ", ".join(f"{count} {label or 'without a label'}" for label, count in labels.most_common(20))
    return [f"{len(reading.tracks)} recordings, all there: {told}"], []


COUNTERS = {
    "gtzan": _count_gtzan,
    "fma": _count_fma,
    "audioset": _count_audioset,
    "table": _count_any,
    "folders": _count_any,
}
"""What is counted in each layout."""


def _published(archive: str) -> str:
    """Return which source an archive belongs to, '' for none."""
    return next((name for name, source in SOURCES.items() if archive in source.checksums), "")


def _altered(archive: Path) -> bool:
    kind, _, expected = SOURCES[_published(archive.name)].checksums[archive.name].partition(":")
    digest = hashlib.new(kind, usedforsecurity=False)
    for block in _blocks(archive):
        digest.update(block)
    return digest.hexdigest() != expected


def _told(archive: Path) -> str:
    kind = SOURCES[_published(archive.name)].checksums[archive.name].partition(":")[0]
    return f"{archive.name} ({archive.stat().st_size / 2**20:.0f} MB), compared with its published {kind.upper()}"


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block


def _described(source: Source) -> str:
    lines = [source.name, f"  {source.what}", *(f"  from {place}" for place in source.where)]
    lines += [f"  {name} {checksum}" for name, checksum in source.checksums.items()]
    return "\n".join([*lines, f"  Licence: {source.licence}"])

"""What all layouts share: the columns of a track table, the spelling of labels, walking folders.

What belongs here: small pure helpers, and the listing of folders. Not here: any one layout.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from classifier.constants import GENRES
from classifier.training.layouts.errors import UnreadableTable

TRACK_COLUMNS = (
    "path",
    "set",
    "genre",
    "use",
    "artist_group",
    "mood",
    "source_genre",
    "fault_filtered",
    "recording",
)
"""Columns of a track table, '' where unknown: the file; the set it comes from; one of GENRES; ``cv`` (may be judged
on), ``train`` (only ever learned from) or ``mood`` (has a mood but none of our genres); who must not be split; one of
MOODS; the label as the source has it, normalised; its part in a published split (train, valid, test); the recording it
is an excerpt of."""

AUDIO_SUFFIXES = frozenset(
    f".{name}"
    for name in "aac aif aifc aiff ape au flac m4a m4b mka mp3 mp4 oga ogg opus wav wave webm wma wv".split()  # noqa: SIM905
)
"""What counts as a recording in a folder; everything else is counted and left alone."""

SPELLINGS = {
    "hip-hop": "hiphop",
    "hip hop": "hiphop",
    "hip hop music": "hiphop",
    "rap": "hiphop",
    "clasico": "classical",
    "classical music": "classical",
    "heavy metal": "metal",
    "pop music": "pop",
    "rock music": "rock",
    "rhythm and blues": "r&b",
    "rnb": "r&b",
    "r and b": "r&b",
    "soul": "r&b",
    "soul music": "r&b",
    "soul-rnb": "r&b",
    "r&b/soul": "r&b",
    "electronica": "electronic",
    "electronic music": "electronic",
    "folk music": "folk",
    "new-age": "new age",
    "new-age music": "new age",
    "music of latin america": "latin",
    "latin music": "latin",
    "world": "international",
}
"""Other spellings, and names that mean the same for our purpose, in lower case."""


@dataclass(frozen=True, eq=False)
class Reading:
    """What was found in a folder.

    Parameters
    ----------
    layout : str
        Name of the layout.
    tracks : DataFrame
        TRACK_COLUMNS.
    notes : tuple of str
        Sentences about what was left out and why; nothing is left out silently.
    absent : tuple of str
        Paths that the tables name and the disk does not have.
    """

    layout: str
    tracks: pd.DataFrame
    notes: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()


def spelled(name: str) -> str:
    """Return a label in its one spelling: lower case, one space, without a licence behind a bar."""
    plain = re.sub(r"[\s_]+", " ", name.partition("|")[0]).strip().lower()
    plain = re.sub(r"\s*/\s*", "/", plain)
    return SPELLINGS.get(plain, plain)


def our_genre(label: str) -> str:
    """Return the genre of ours that a label means, '' where it means none."""
    name = spelled(label)
    return name if name in GENRES else ""


def slug(text: str) -> str:
    """Return letters and digits of ``text`` in lower case, joined by hyphens; accents are dropped."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def table_of(rows: Iterable[Mapping[str, str]]) -> pd.DataFrame:
    """Return rows as a track table: missing columns are empty, a recording is its own file unless told otherwise."""
    table = pd.DataFrame(list(rows), columns=list(TRACK_COLUMNS), dtype=str).fillna("")
    table["recording"] = table["recording"].where(table["recording"] != "", table["path"])
    return table


def is_audio(path: Path) -> bool:
    """Tell whether a file counts as a recording; the hidden companions that macOS leaves in archives do not."""
    return path.suffix.lower() in AUDIO_SUFFIXES and not path.name.startswith(".")


def read_csv(path: Path, **options: object) -> pd.DataFrame:
    """Read a table as text, '' where a cell is empty.

    Raises
    ------
    UnreadableTable
        If it is no table, or not UTF-8.
    """
    try:
        return pd.read_csv(path, dtype=str, keep_default_na=False, **options)  # type: ignore[call-overload, no-any-return]
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError, ValueError) as error:
        raise UnreadableTable(path, str(error).splitlines()[0].rstrip(".")) from error

"""Which recordings of a dataset a model may be judged on: those that it did not learn from.

What belongs here: a card's list of what was learned from, and the choice. Not here: judging (``evaluation``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from classifier.constants import MOODS
from classifier.training.dataset import UMBRELLAS

HASH_DIGITS = 16
"""Hex digits of a SHA-256 by which a card names what it learned from."""


@dataclass(frozen=True)
class Learned:
    """What a model's card says it learned from: the first digits of SHA-256 of files and of artists' names.

    ``listed`` tells whether the card says anything; an older one does not.
    """

    recordings: frozenset[str]
    artists: frozenset[str]
    listed: bool = True

    @classmethod
    def of(cls, card: Mapping[str, Any]) -> Learned:
        """Read it from a card."""
        entry = card.get("learned")
        if not isinstance(entry, dict):
            return cls(frozenset(), frozenset(), listed=False)
        return cls(frozenset(entry.get("recordings", ())), frozenset(entry.get("artists", ())))


@dataclass(frozen=True, eq=False)
class Choice:
    """Which tracks are judged.

    ``tracks`` has the columns path, label ('' where only the mood is known), mood and artist_group; ``counts`` says how
    many were left out, and why; ``unknown`` counts those of labels that the model does not know; ``leaking`` is None
    where nobody can tell.
    """

    tracks: pd.DataFrame
    counts: dict[str, int]
    unknown: dict[str, int]
    leaking: bool | None


def choose(tracks: pd.DataFrame, *, labels: Sequence[str], learned: Learned, include_learned: bool) -> Choice:
    """Choose the tracks that may be judged.

    Parameters
    ----------
    tracks : DataFrame
        As ``dataset.load_tracks`` gives it.
    labels : sequence of str
        What the model tells apart.
    learned : Learned
        What it learned from.
    include_learned : bool
        Whether that is judged too.

    Returns
    -------
    Choice
        With what was left out.
    """
    label = tracks.apply(lambda track: _label(track["genre"], track["source_genre"], labels), axis=1).astype(object)
    known, mooded = label.isin(list(labels)), tracks["mood"].isin(MOODS)
    unknown = label[~known & (label != "")].value_counts()
    usable = tracks.assign(label=label.where(known, ""))[known | mooded]
    seen = np.array([digest(Path(path).read_bytes()) in learned.recordings for path in usable["path"]], dtype=bool)
    theirs = np.array([_is_learned(name, learned.artists) for name in usable["artist_group"]], dtype=bool)
    kept = usable if include_learned else usable[~(seen | theirs)]
    leaking = bool((seen | theirs).any()) if include_learned else False
    counts = {
        "without a label": int(((label == "") & ~mooded).sum()),
        "that the model learned from": int(seen.sum()),
        "by artists that it learned from": int((theirs & ~seen).sum()),
    }
    return Choice(
        tracks=kept[["path", "label", "mood", "artist_group"]].reset_index(drop=True),
        counts=counts,
        unknown={str(name): int(count) for name, count in unknown.items()},
        leaking=leaking if learned.listed else None,
    )


def digest(content: bytes) -> str:
    """Return what a card calls this content, of a file or of an artist's name: the first digits of its SHA-256."""
    return hashlib.sha256(content).hexdigest()[:HASH_DIGITS]


def learned_entry(tracks: pd.DataFrame) -> dict[str, list[str]]:
    """Return a card's ``learned``: what names the files and the artists of ``tracks``, in order."""
    recordings = {digest(Path(path).read_bytes()) for path in tracks["path"]}
    artists = {digest(name.encode()) for name in tracks["artist_group"] if name}
    return {"recordings": sorted(recordings), "artists": sorted(artists)}


def _label(genre: str, source_genre: str, labels: Collection[str]) -> str:
    """Return what a track is, in the model's words where it has one for it; '' where nobody says."""
    if genre:
        return genre
    named = {name.strip() for name in source_genre.split(";")} - {""}
    telling = (named - UMBRELLAS) or named
    return telling.pop() if len(telling) == 1 else source_genre if source_genre in labels else ""


def _is_learned(artist: str, artists: Collection[str]) -> bool:
    return artist != "" and digest(artist.encode()) in artists

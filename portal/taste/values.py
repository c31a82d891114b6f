"""What the preference model is told and what it answers.

What belongs here: frozen values. Not here: what is learned from them (``preference``) or how they are kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

CONTEXTS = ("morning", "focus", "workout", "evening")

ASKED = 0.4
"""Strength from which a piece is said to have a mood."""

Kind = Literal["upload", "like", "unlike", "skip", "correct", "playlist"]

Why = Literal["liked", "sound", "others", "mood", "new", "open"]


@dataclass(frozen=True)
class Piece:
    """A song as far as taste is concerned.

    ``genres`` and ``moods`` map names to strengths of 0 to 1; names are free, so a model with more genres fits too.
    ``vector`` is how it sounds (float32 in bytes, or numbers), ``acclaim`` how much others like it, from 0 to 1; None
    where that is not known.
    """

    key: str
    genres: Mapping[str, float] = field(default_factory=dict)
    moods: Mapping[str, float] = field(default_factory=dict)
    vector: Sequence[float] | bytes | None = None
    acclaim: float | None = None


@dataclass(frozen=True)
class Event:
    """What a person did with a song: ``context`` is one of CONTEXTS, or None where it was not told."""

    kind: Kind
    piece: Piece
    at: datetime
    context: str | None = None


@dataclass(frozen=True)
class Evidence:
    """An event as it counts now: ``reward`` of -1 to 1, ``weight`` of 0 to 1 by its age."""

    piece: Piece
    context: str | None
    reward: float
    weight: float


@dataclass(frozen=True)
class Liking:
    """How much a genre or a mood is liked.

    ``affinity`` runs from -1 to 1 and is drawn to 0 where there is little ``evidence``: events, each weighed by its age
    and by how much it is about this.
    """

    name: str
    affinity: float
    evidence: float


@dataclass(frozen=True)
class Reason:
    """Why a piece is suggested, in parts that a template or ``wording`` turns into a sentence.

    ``why`` is "liked" (``genre``, ``mood`` and ``context``, as far as given, were liked together), "sound" (it sounds
    like the liked piece ``like``), "others" (others like it), "mood" (it has the ``mood`` asked for), "new" (little of
    this ``genre`` was met yet) or "open" (too little is known to say more).
    """

    why: Why
    genre: str | None = None
    mood: str | None = None
    context: str | None = None
    like: str | None = None


@dataclass(frozen=True)
class Choice:
    """A piece on the page; ``score`` is what it was ranked by, chance included, and compares within one page only."""

    piece: Piece
    score: float
    reason: Reason

"""What a person's own events say about their taste: a small model that can be explained and forgotten.

What belongs here: which events count and how much, and the two questions one can ask (what is liked, what to play
next). Not here: keeping events, or any source of suggestions. Nothing is kept between two questions: a taste is
computed from the events at hand, so that deleting those forgets it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from portal.taste.values import Choice, Event, Evidence, Kind, Liking, Piece

if TYPE_CHECKING:
    from portal.taste.choice import Question

HALF_LIFE = 90.0
"""Days after which an event counts half."""

MOST_EVENTS = 500
MOST_CANDIDATES = 2_000

REWARDS: dict[Kind, float] = {"like": 1.0, "playlist": 1.0, "upload": 0.5, "correct": 0.25, "skip": -0.7}
"""What each kind of event says. An unlike says nothing itself: it takes the like back."""

REACTIONS = frozenset({"like", "unlike", "skip"})
"""Of these the newest replaces the others of the same song."""


@dataclass(frozen=True)
class Taste:
    """One person's taste, as far as the events tell."""

    evidence: tuple[Evidence, ...] = ()

    @classmethod
    def from_events(cls, events: Iterable[Event], now: datetime) -> Taste:
        """Weigh the newest MOST_EVENTS events by their age; the same said twice about a song counts once."""
        newest = sorted(events, key=lambda event: event.at, reverse=True)[:MOST_EVENTS]
        said: dict[tuple[str, str], Event] = {}
        for event in newest:
            about = "reaction" if event.kind in REACTIONS else event.kind
            said.setdefault((about, event.piece.key), event)
        return cls(tuple(_evidence(event, now) for event in said.values() if event.kind in REWARDS))

    def likings(self) -> tuple[list[Liking], list[Liking]]:
        """Return genres and moods with how much they are liked, the best liked first."""
        from portal.taste.account import Account  # loads NumPy

        return Account.of(self.evidence).likings()

    def rank(
        self,
        candidates: Iterable[Piece],
        *,
        count: int,
        seed: str,
        context: str | None = None,
        mood: str | None = None,
    ) -> list[Choice]:
        """Choose ``count`` of the first MOST_CANDIDATES candidates, the best first.

        The same ``seed`` makes the same choice; another one tries other things that may be liked. Pieces of ``mood``,
        where it is given, come before all others.
        """
        from portal.taste.choice import Question, choose  # loads NumPy

        question: Question = Question(count=count, seed=seed, context=context, mood=mood)
        return choose(self.evidence, _first(candidates), question)


def _evidence(event: Event, now: datetime) -> Evidence:
    # A clock that was set back makes no event count more than a fresh one.
    days = max((now - event.at).total_seconds() / 86_400, 0.0)
    return Evidence(event.piece, event.context, REWARDS[event.kind], 0.5 ** (days / HALF_LIFE))


def _first(candidates: Iterable[Piece]) -> Sequence[Piece]:
    """Return each candidate once, MOST_CANDIDATES at most."""
    found: dict[str, Piece] = {}
    for piece in candidates:
        if len(found) == MOST_CANDIDATES:
            break
        found.setdefault(piece.key, piece)
    return list(found.values())

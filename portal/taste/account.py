"""Plain counts of what was liked: weighed rewards over weighed events. They are shown, and reasons are held to them.

What belongs here: sums over evidence. Not here: what to play next (``choice``).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from portal.taste.space import Rows, Space
from portal.taste.values import Evidence, Liking

DOUBT = 1.0
"""Events without any liking or disliking that are added to what was counted, so that a single like is no passion."""


class Account:
    """What the evidence comes to, by genre, mood, context or all of these together."""

    def __init__(self, evidence: Sequence[Evidence], space: Space, names: Rows) -> None:
        self.space = space
        self._contexts = np.array([one.context or "" for one in evidence], str)
        self._weights = np.array([one.weight for one in evidence], float)
        self._rewards = np.array([one.reward for one in evidence], float)
        self._names = names

    @classmethod
    def of(cls, evidence: Sequence[Evidence]) -> Account:
        """Return the account of this evidence alone."""
        pieces = [one.piece for one in evidence]
        space = Space.over(pieces)
        return cls(evidence, space, space.names(pieces))

    def liking(self, *columns: int, context: str | None = None) -> tuple[float, float]:
        """Return affinity and evidence of what has all of these names, in one context or in any."""
        about = self._weights * self._names[:, list(columns)].prod(axis=1)
        if context is not None:
            about = about * (self._contexts == context)
        evidence = float(about.sum())
        return float(about @ self._rewards) / (evidence + DOUBT), evidence

    def likings(self) -> tuple[list[Liking], list[Liking]]:
        """Return genres and moods with their liking, the best liked first."""
        names = (*self.space.genres, *self.space.moods)
        found = [Liking(name, *self.liking(column)) for column, name in enumerate(names)]
        cut = len(self.space.genres)
        return _best_first(found[:cut]), _best_first(found[cut:])


def _best_first(likings: list[Liking]) -> list[Liking]:
    return sorted((one for one in likings if one.evidence > 0), key=lambda one: (-one.affinity, one.name))

"""Asks the sources of suggestions in turn; a source that fails costs nobody anything.

What belongs here: the order and the patience. Not here: any one source (``adapters``), or keeping what was suggested.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from portal.ports import RecommendationSource, Suggestion

LIMIT = 6

logger = logging.getLogger(__name__)


class RecommendationService:
    """Suggests what to hear next, from one named source at a time."""

    def __init__(self, sources: Sequence[RecommendationSource]) -> None:
        self._sources = tuple(sources)

    def suggest(self, genre: str, *, seed: str, limit: int = LIMIT) -> tuple[str, list[Suggestion]]:
        """Return the name and the suggestions of the first source that has any; ``("", [])`` if none has."""
        for source in self._sources:
            suggestions = _ask(source, genre, limit=limit, seed=seed)
            if suggestions:
                return source.name, suggestions
        return "", []


def _ask(source: RecommendationSource, genre: str, *, limit: int, seed: str) -> list[Suggestion]:
    try:
        return source.for_genre(genre, limit=limit, seed=seed)[: max(limit, 0)]
    except Exception:
        # Suggestions are a courtesy: no fault of a source may cost a verdict.
        logger.exception("the source %s failed for %s", source.name, genre)
        return []

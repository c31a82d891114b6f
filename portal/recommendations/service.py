"""What to hear next after a song or for a genre, from every source that has something, each on a panel of its own.

What belongs here: which sources a page has, and that none of them can harm it. Not here: any one source (``adapters``,
``similar``), asking those outside (``outside``), or words (``wording``).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy.orm import Session, scoped_session

from portal.errors import NotFoundError
from portal.language import _
from portal.models import RecommendationRecord, Song, utc_now
from portal.ports import OutsideSource, RecommendationSource, Suggestion
from portal.recommendations.outside import OutsideSources
from portal.recommendations.panels import outside_panel, similar_panel, starter_panel
from portal.recommendations.remembered import NAMELESS, Remembered, by_source, suggestions
from portal.recommendations.similar import SimilarSongs
from portal.recommendations.values import LIBRARY, OUTSIDE, PUBLIC, Answer, Panel, Standing

LIMIT = 6

Result = TypeVar("Result")

logger = logging.getLogger(__name__)


class NoSuchSourceError(NotFoundError):
    """There is no outside source of that name, or it is not set up."""

    def __init__(self) -> None:
        super().__init__(_("There is no such source of suggestions here."))


class RecommendationService:
    """Suggests what to hear next; no fault of a source may cost anybody a verdict or a page."""

    def __init__(
        self,
        session: Session | scoped_session[Any],
        starters: Sequence[RecommendationSource],
        outside: Iterable[OutsideSource] = (),
        *,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._session = session
        self._starters = tuple(starters)
        self._outside = OutsideSources(session, outside, now=now)
        self._similar = SimilarSongs(session)
        self._remembered = Remembered(session)
        self._now = now

    def suggest(self, genre: str, *, seed: str, limit: int = LIMIT) -> tuple[str, list[Suggestion]]:
        """Return the name and the suggestions of the first list that has any; ``("", [])`` if none has."""
        for source in self._starters:
            found = _ask(source, genre, limit=limit, seed=seed)
            if found:
                return source.name, found
        return "", []

    def heard(self, user_id: int, song_id: str) -> None:
        """Keep with a song's new verdict what the outside sources suggest for it."""
        verdict = self._remembered.verdict(user_id, song_id) if self._outside.names else None
        if verdict is None:
            return
        prediction_id, genre = verdict
        kept = self._remembered.sources(prediction_id)
        missing = [name for name in self._outside.names if name not in kept]
        answers = self._outside.ask(self._questions(missing, genre, song_id))
        self._remembered.write(prediction_id, answers.values())

    def panels(self, song: Song) -> list[Panel]:
        """Return what to hear after a song: what sounds alike, then the outside sources, then our own list.

        Nothing after what is no music or has no verdict.
        """
        verdict = song.prediction
        if verdict is None or not verdict.music:
            return []
        genre, kept = verdict.genre, by_source(verdict.recommendations)
        return [
            *self._guarded(lambda: self._similar_panels(song.id)),
            *self._guarded(lambda: self._outside_panels(genre, song.id, kept)),
            *self._starter_panels(genre, song.id, kept),
        ]

    def panels_for_genre(self, genre: str | None, seed: str) -> list[Panel]:
        """Return what the outside sources have for a genre, nothing for none; the same seed asks the same."""
        return self._guarded(lambda: self._outside_panels(genre, seed, {})) if genre else []

    @property
    def sources(self) -> tuple[str, ...]:
        """Which outside sources are set up."""
        return self._outside.names

    def standings(self) -> list[Standing]:
        """Return how each outside source stands."""
        return self._outside.standings()

    def ask_again(self, name: str) -> None:
        """Let an outside source be asked again now; raise NoSuchSourceError."""
        if name not in self._outside.names:
            raise NoSuchSourceError
        self._outside.let_ask(name)

    def sweep(self) -> int:
        """Delete the outside sources' answers that were kept for long enough; return how many there were."""
        return self._outside.sweep()

    def _similar_panels(self, song_id: str) -> list[Panel]:
        own = self._similar.vector(song_id)
        if own is None:
            return []
        found = ((LIBRARY, self._similar.in_library(own)), (PUBLIC, self._similar.in_public(own)))
        return [panel for source, songs in found if (panel := similar_panel(source, songs))]

    def _outside_panels(self, genre: str, seed: str, kept: dict[str, list[RecommendationRecord]]) -> list[Panel]:
        known = dict.fromkeys((*OUTSIDE, *self._outside.names))
        names = [name for name in known if name in kept or name in self._outside.names]
        fresh = self._questions([name for name in names if name not in kept], genre, seed)
        again = {name: _query(kept[name]) for name in names if name in kept and name in NAMELESS}
        answers = self._outside.ask(fresh | again)
        panels = []
        for name in names:
            answer = answers.get(name, Answer(Standing(name)))
            found = suggestions(kept[name], answer) if name in kept else answer.suggestions
            panels.append(outside_panel(genre, found, answer.standing, self._now()))
        return [panel for panel in panels if panel]

    def _starter_panels(self, genre: str, seed: str, kept: dict[str, list[RecommendationRecord]]) -> list[Panel]:
        outside = {*OUTSIDE, *self._outside.names}
        lists = {name: suggestions(records) for name, records in kept.items() if name not in outside}
        if not lists:
            lists = dict([self.suggest(genre, seed=seed)])
        return [panel for name, found in lists.items() if (panel := starter_panel(name, genre, found))]

    def _questions(self, names: Iterable[str], genre: str, seed: str) -> dict[str, tuple[str, ...]]:
        return {name: self._outside.queries(name, genre, seed=seed) for name in names if name in self._outside.names}

    def _guarded(self, make: Callable[[], list[Panel]]) -> list[Panel]:
        try:
            return make()
        except Exception:
            logger.exception("no panels")
            self._session.rollback()
            return []


def _query(records: Sequence[RecommendationRecord]) -> tuple[str, ...]:
    """Return what found these rows, to be asked once more."""
    return tuple(dict.fromkeys(record.query for record in records if record.query))


def _ask(source: RecommendationSource, genre: str, *, limit: int, seed: str) -> list[Suggestion]:
    try:
        return source.for_genre(genre, limit=limit, seed=seed)[: max(limit, 0)]
    except Exception:
        # Suggestions are a courtesy: no fault of a source may cost a verdict.
        logger.exception("the source %s failed for %s", source.name, genre)
        return []

"""Asks the sources on the network: together, for a page's time at most, and only those that do not rest.

What belongs here: the patience of a page. Not here: how a source is asked (``adapters``), how long it rests
(``breaker``), what it is asked about a song (``panels``).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session, scoped_session

from portal.models import utc_now
from portal.ports import OutsideSource, SourceError, Suggestion
from portal.recommendations.breaker import Breaker
from portal.recommendations.kept import Asked, KeptAnswers
from portal.recommendations.values import Answer, Standing
from portal.text import one_line

PATIENCE = 2.5
"""Seconds that all sources of one page may take together."""

GRACE = 0.25
"""Seconds beyond, after which a source that does not keep to its time is left behind."""

LEAST = 0.1
"""Seconds below which nobody is asked any more."""

MOST = 10
LONGEST = {"artist": 200, "title": 300, "url": 500, "image": 500, "key": 64}

Kept = Mapping[Asked, tuple[Suggestion, ...]]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Heard:
    """What came of asking one source: each query that was put to it with what it found, or what went wrong."""

    found: Sequence[tuple[str, tuple[Suggestion, ...]]] = ()
    error: SourceError | None = None


class OutsideSources:
    """All outside sources of the portal, asked with care."""

    def __init__(
        self,
        session: Session | scoped_session[Any],
        sources: Iterable[OutsideSource],
        *,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._sources = {source.name: source for source in sources}
        self._breaker = Breaker(session, now)
        self._kept = KeptAnswers(session, now)
        self._clock = clock
        self._now = now

    @property
    def names(self) -> tuple[str, ...]:
        """Which sources there are."""
        return tuple(self._sources)

    def queries(self, name: str, genre: str, *, seed: str) -> tuple[str, ...]:
        """Return what to ask a source about a genre; nothing where it knows nothing of it, or fails."""
        try:
            return self._sources[name].queries(genre, seed=seed)
        except Exception:
            logger.exception("the source %s has no question about %s", name, genre)
            return ()

    def standings(self) -> list[Standing]:
        """Return how each source stands."""
        return list(self._breaker.standings(self.names).values())

    def let_ask(self, name: str) -> None:
        """Let a resting source be asked again now."""
        self._breaker.clear(name)

    def sweep(self) -> int:
        """Delete answers that were kept for long enough; return how many there were."""
        return self._kept.sweep()

    def ask(self, questions: Mapping[str, Sequence[str]]) -> dict[str, Answer]:
        """Return each source's answer to the first of its queries that finds something.

        What is kept is not asked again, and who rests is not asked at all.
        """
        questions = {name: tuple(queries) for name, queries in questions.items() if queries and name in self._sources}
        if not questions:
            return {}
        standings = self._breaker.standings(questions)
        kept = self._kept.find((name, query) for name, queries in questions.items() for query in queries)
        open_questions = {
            name: queries
            for name, queries in questions.items()
            if not standings[name].blocked_until and not _is_answered(name, queries, kept)
        }
        news = self._put(open_questions, kept)
        standings |= self._breaker.standings(news) if news else {}
        known = kept | {(name, query): found for name, heard in news.items() for query, found in heard.found}
        return {name: _answer(standings[name], queries, known) for name, queries in questions.items()}

    def _put(self, questions: Mapping[str, Sequence[str]], kept: Kept) -> dict[str, Heard]:
        """Put the questions to their sources, all at once, and note what comes of it."""
        if not questions:
            return {}
        asked_at = self._now()
        deadline = self._clock() + PATIENCE
        # Threads speak HTTP and touch nothing of ours; database and session stay with the thread of the request.
        pool = ThreadPoolExecutor(len(questions), thread_name_prefix="source")
        talks = {
            name: pool.submit(self._talk, self._sources[name], queries, kept, deadline)
            for name, queries in questions.items()
        }
        late = wait(talks.values(), timeout=PATIENCE + GRACE).not_done
        # Nobody waits for the late, but the others are gone for good: a worker forks, which threads must not see.
        pool.shutdown(wait=not late, cancel_futures=True)
        news = {name: _heard(talk) for name, talk in talks.items()}
        for name, heard in news.items():
            self._note(name, heard, asked_at)
        return news

    def _talk(self, source: OutsideSource, queries: Sequence[str], kept: Kept, deadline: float) -> Heard:
        """Ask one source its queries in turn until one finds something or the time is over."""
        found: list[tuple[str, tuple[Suggestion, ...]]] = []
        for query in queries:
            known = kept.get((source.name, query))
            seconds = deadline - self._clock()
            if known or seconds < LEAST:
                break
            if known is not None:
                continue
            try:
                suggestions = usable(source.ask(query, seconds=seconds))
            except SourceError as error:
                return Heard(found, error)
            except Exception:
                logger.exception("the source %s failed in a way of its own", source.name)
                return Heard(found, SourceError("bad_answer"))
            found.append((query, suggestions))
            if suggestions:
                break
        return Heard(found)

    def _note(self, name: str, heard: Heard, asked_at: datetime) -> None:
        for query, suggestions in heard.found:
            self._kept.keep(name, query, suggestions)
        if heard.error:
            logger.warning("the source %s: %s", name, heard.error.code)
            self._breaker.failed(name, heard.error)
        elif heard.found:
            self._breaker.succeeded(name, asked_at)


def usable(suggestions: Sequence[Suggestion]) -> tuple[Suggestion, ...]:
    """Return what may be shown and kept of what strangers sent: text on one line, addresses of the web only."""
    cleaned = (
        replace(one, artist=_text("artist", one), title=_text("title", one), image=_address("image", one))
        for one in suggestions
        if _address("url", one) and one.key == one_line(one.key, LONGEST["key"])
    )
    return tuple(one for one in cleaned if one.title)[:MOST]


def _text(name: str, suggestion: Suggestion) -> str:
    return one_line(getattr(suggestion, name), LONGEST[name])


def _address(name: str, suggestion: Suggestion) -> str:
    address = str(getattr(suggestion, name))
    plain = address.isascii() and address.isprintable() and len(address) <= LONGEST[name]
    return address if plain and address.startswith(("https://", "http://")) else ""


def _is_answered(name: str, queries: Sequence[str], kept: Kept) -> bool:
    """Tell whether what is kept answers already: something was found, by a query before any that is not kept."""
    for query in queries:
        if (name, query) not in kept:
            return False
        if kept[name, query]:
            return True
    return True


def _heard(talk: Future[Heard]) -> Heard:
    if not talk.done() or talk.cancelled():
        return Heard(error=SourceError("timeout"))
    # Even what is no Exception, such as an exit that a library calls for, ends here.
    return Heard(error=SourceError("bad_answer")) if talk.exception() else talk.result()


def _answer(standing: Standing, queries: Sequence[str], known: Kept) -> Answer:
    for query in queries:
        if known.get((standing.name, query)):
            return Answer(standing, query, known[standing.name, query])
    return Answer(standing)

"""What sources answered, kept for a day at most: names and pictures are not ours to keep longer.

What belongs here: the table of kept answers. Not here: what is kept with a verdict (``remembered``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from portal.models import KeptAnswer, utc_now
from portal.ports import Suggestion
from portal.recommendations.apart import apart

KEPT_FOR = timedelta(hours=24)

Asked = tuple[str, str]
"""A source's name and a query."""


class KeptAnswers:
    """Keeps answers by source and query, and gives none that is over."""

    def __init__(self, session: Session | scoped_session[Any], now: Callable[[], datetime] = utc_now) -> None:
        self._session = session
        self._now = now

    def find(self, asked: Iterable[Asked]) -> dict[Asked, tuple[Suggestion, ...]]:
        """Return the answers that are kept of these; one that found nothing is an answer too."""
        keys = {_key(*one): one for one in asked}
        if not keys:
            return {}
        fresh = select(KeptAnswer.key, KeptAnswer.answer).where(
            KeptAnswer.key.in_(keys), KeptAnswer.expires_at > self._now()
        )
        with apart(self._session) as connection:
            rows = connection.execute(fresh).all()
        return {keys[key]: tuple(Suggestion(**one) for one in answer) for key, answer in rows}

    def keep(self, source: str, query: str, suggestions: Sequence[Suggestion]) -> None:
        """Keep an answer in place of an older one."""
        key = _key(source, query)
        answer = [asdict(one) for one in suggestions]
        row = {"key": key, "source": source, "answer": answer, "expires_at": self._now() + KEPT_FOR}
        try:
            with apart(self._session) as connection:
                connection.execute(delete(KeptAnswer).where(KeptAnswer.key == key))
                connection.execute(insert(KeptAnswer).values(row))
        except IntegrityError:
            pass  # another worker has just kept the same

    def sweep(self) -> int:
        """Delete what is over; return how many there were."""
        with apart(self._session) as connection:
            result = connection.execute(delete(KeptAnswer).where(KeptAnswer.expires_at <= self._now()))
        assert isinstance(result, CursorResult)
        return result.rowcount


def _key(source: str, query: str) -> str:
    return hashlib.sha256(f"{source}\n{query}".encode()).hexdigest()

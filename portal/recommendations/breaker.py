"""Who may be asked: the circuit breaker of each outside source, in the database so that all workers share it.

What belongs here: how long a source is left alone after it failed. Not here: asking it (``outside``).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from portal.models import SourceStanding, utc_now
from portal.ports import SourceError
from portal.recommendations.apart import apart
from portal.recommendations.values import Standing
from portal.recommendations.wording import FOR_THE_OPERATOR

PAUSES = (30.0, 120.0, 600.0, 3600.0)
"""Seconds without asking after so many failures in a row, where the source names none itself."""

LONGEST_PAUSE = 7 * 86_400.0
"""Nobody is left alone for longer: a source that asks for years has a fault, or is none of ours any more."""

COLUMNS = (
    *(SourceStanding.name, SourceStanding.problem, SourceStanding.blocked_until, SourceStanding.failures),
    *(SourceStanding.failed_at, SourceStanding.succeeded_at),
)


class Breaker:
    """Remembers how sources stand. It never waits and asks nobody."""

    def __init__(self, session: Session | scoped_session[Any], now: Callable[[], datetime] = utc_now) -> None:
        self._session = session
        self._now = now

    def standings(self, names: Iterable[str]) -> dict[str, Standing]:
        """Return how each of these sources stands; a pause that is over is not told."""
        wanted = tuple(names)
        if not wanted:
            return {}
        now = self._now()
        with apart(self._session) as connection:
            rows = connection.execute(select(*COLUMNS).where(SourceStanding.name.in_(wanted))).all()
        known = {row.name: Standing(*row) for row in rows}
        return {name: _without_past_pause(known.get(name, Standing(name)), now) for name in wanted}

    def failed(self, name: str, error: SourceError) -> None:
        """Leave the source alone for a while.

        Of several failures at once, which were all asked before the first came back, one counts; the longest pause
        that the source itself asked for holds.
        """
        self._ensure(name)
        now = self._now()
        asked_for = _asked_for(error.retry_after)
        ours = SourceStanding.name == name
        with apart(self._session) as connection:
            failures = self._count(connection, name, now, error.code)
            if failures is not None:
                pause = asked_for or _own_pause(error.code, failures)
                change = update(SourceStanding).where(ours).values(blocked_until=now + timedelta(seconds=pause))
                connection.execute(change)
            elif asked_for:
                until = now + timedelta(seconds=asked_for)
                longer = update(SourceStanding).where(ours, SourceStanding.blocked_until < until)
                connection.execute(longer.values(blocked_until=until, problem=error.code))

    def succeeded(self, name: str, asked_at: datetime) -> None:
        """Forget what was wrong, unless it went wrong after this was asked."""
        self._ensure(name)
        earlier = or_(SourceStanding.failed_at.is_(None), SourceStanding.failed_at <= asked_at)
        well = {"blocked_until": None, "problem": None, "failures": 0}
        with apart(self._session) as connection:
            ours = SourceStanding.name == name
            connection.execute(update(SourceStanding).where(ours).values(succeeded_at=self._now()))
            connection.execute(update(SourceStanding).where(ours, earlier).values(well))

    def clear(self, name: str) -> None:
        """Let the source be asked again now, as if it had never failed."""
        well = {"blocked_until": None, "problem": None, "failures": 0}
        with apart(self._session) as connection:
            connection.execute(update(SourceStanding).where(SourceStanding.name == name).values(well))

    def _count(self, connection: Connection, name: str, now: datetime, code: str) -> int | None:
        """Count a failure unless the source rests already; return how many there are in a row, None if it rests."""
        awake = or_(SourceStanding.blocked_until.is_(None), SourceStanding.blocked_until <= now)
        counted = (
            update(SourceStanding)
            .where(SourceStanding.name == name, awake)
            # Blocked in the same statement: whoever comes next finds the source resting.
            .values(
                failures=SourceStanding.failures + 1,
                problem=code,
                failed_at=now,
                blocked_until=now + timedelta(seconds=PAUSES[0]),
            )
            .returning(SourceStanding.failures)
        )
        return connection.execute(counted).scalar_one_or_none()

    def _ensure(self, name: str) -> None:
        with apart(self._session) as connection:
            known = connection.scalar(select(SourceStanding.name).where(SourceStanding.name == name))
        if known is None:
            try:
                with apart(self._session) as connection:
                    connection.execute(insert(SourceStanding).values(name=name, failures=0))
            except IntegrityError:
                pass  # another worker was quicker


def _asked_for(retry_after: float | None) -> float | None:
    """Return the pause that the source asked for, None where it asked for none that makes sense."""
    if retry_after is None or not math.isfinite(retry_after) or retry_after <= 0:
        return None
    return min(retry_after, LONGEST_PAUSE)


def _own_pause(code: str, failures: int) -> float:
    return PAUSES[-1] if code in FOR_THE_OPERATOR else PAUSES[min(failures, len(PAUSES)) - 1]


def _without_past_pause(standing: Standing, now: datetime) -> Standing:
    if standing.blocked_until and standing.blocked_until <= now:
        return Standing(
            standing.name, standing.problem, None, standing.failures, standing.failed_at, standing.succeeded_at
        )
    return standing

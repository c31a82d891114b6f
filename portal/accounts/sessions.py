"""Where people are logged in: which sessions last, what is told of them, and how each of them ends.

What belongs here: the rules of sessions. Not here: cookies (``views``), or what else ends with a new password
(``service``, ``profile_service``).
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session, scoped_session

from portal.accounts import devices
from portal.errors import NotFoundError
from portal.language import gettext
from portal.models.base import utc_now
from portal.models.session import LoginSession
from portal.models.user import User, new_session_token

IDLE = timedelta(days=31)
"""Without a sign of it for so long a session is over; its cookies last no longer either."""

NOTED_EVERY = timedelta(minutes=5)
MOST_LISTED = 50
INHERITED = "~"
"""What the keys of sessions begin with that are older than the list of them."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Place:
    """A browser somebody is logged in with; ``here`` is whether it is the one that asks."""

    id: str
    browser: str
    system: str
    began_at: datetime
    seen_at: datetime
    here: bool


class Sessions:
    """Begins, finds, lists and ends sessions."""

    def __init__(self, session: Session | scoped_session[Any], clock: Callable[[], datetime] = utc_now) -> None:
        self._session = session
        self._clock = clock

    def begin(self, user: User, agent: str) -> None:
        """Begin a session with the browser that calls itself ``agent``; the user then goes by the session's key."""
        user.session_key = self._keep(user.id, agent).key

    def find(self, key: str) -> User | None:
        """Return whose session it is, or None when it has ended; note now and then that it was seen."""
        now = self._clock()
        whose = select(User, LoginSession.seen_at).join(LoginSession, LoginSession.user_id == User.id)
        found = self._session.execute(whose.where(LoginSession.key == key, _lasting(now))).one_or_none()
        if found is None:
            return None
        user: User = found.User
        user.session_key = key
        if now - found.seen_at >= NOTED_EVERY:
            self._note(key, now)
        return user

    def inherit(self, token: str, agent: str, trace: str) -> User | None:
        """Return whose session it is that began before sessions were listed, and list it; None if there is no such.

        Such a one is known by its account's token alone. Requests that come at once from one browser, which has the
        same ``trace`` and ``agent`` in all of them, make one session.
        """
        user: User | None = self._session.scalars(select(User).where(User.session_token == token)).one_or_none()
        if user is None:
            return None
        digest = hashlib.sha256(f"{token}\0{trace}\0{agent}".encode("utf-8", "replace")).hexdigest()
        key = INHERITED + digest[:40]
        try:
            self._keep(user.id, agent, key=key)
        except IntegrityError:
            self._session.rollback()
        user.session_key = key
        return user

    def places(self, user: User) -> list[Place]:
        """Return where the person is logged in, the last seen first."""
        own = select(LoginSession).where(LoginSession.user_id == user.id, _lasting(self._clock()))
        newest = own.order_by(LoginSession.seen_at.desc(), LoginSession.id).limit(MOST_LISTED)
        return [
            Place(one.id, one.browser, one.system, one.began_at, one.seen_at, here=one.key == user.session_key)
            for one in self._session.scalars(newest)
        ]

    def end(self, user_id: int, session_id: str) -> str:
        """End one of the person's sessions and return its key; raise NotFoundError if there is no such."""
        own = (LoginSession.user_id == user_id, LoginSession.id == session_id)
        key: str | None = self._session.scalar(delete(LoginSession).where(*own).returning(LoginSession.key))
        if key is not None and key.startswith(INHERITED):
            # An old "remember me" cookie of that browser would list it again; those of others that nobody has seen
            # since end with it.
            self._session.execute(update(User).where(User.id == user_id).values(session_token=new_session_token()))
        self._session.commit()
        if key is None:
            raise NotFoundError(gettext("That session has ended already."))
        return key

    def forget(self, key: str) -> None:
        """End the session of this key, if it has not ended."""
        self._session.execute(delete(LoginSession).where(LoginSession.key == key))
        self._session.commit()

    def sweep(self) -> int:
        """Delete what is left of sessions that are over; return how many there were."""
        over = self._session.execute(delete(LoginSession).where(~_lasting(self._clock())))
        self._session.commit()
        assert isinstance(over, CursorResult)
        return over.rowcount

    def _keep(self, user_id: int, agent: str, **key: str) -> LoginSession:
        now, words = self._clock(), {"browser": devices.browser(agent), "system": devices.system(agent)}
        kept = LoginSession(user_id=user_id, began_at=now, seen_at=now, **words, **key)
        self._session.add(kept)
        self._session.commit()
        return kept

    def _note(self, key: str, now: datetime) -> None:
        try:
            self._session.execute(update(LoginSession).where(LoginSession.key == key).values(seen_at=now))
            self._session.commit()
        except SQLAlchemyError:
            # Nobody is shown less for it.
            self._session.rollback()
            logger.exception("a session that was seen could not be noted")


def end_all(session: Session | scoped_session[Any], user_id: int) -> None:
    """End all sessions of the person with the transaction at hand."""
    session.execute(delete(LoginSession).where(LoginSession.user_id == user_id))


def _lasting(now: datetime) -> Any:
    return LoginSession.seen_at > now - IDLE

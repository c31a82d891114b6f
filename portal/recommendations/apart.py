"""Transactions beside the session's own.

What belongs here: the one function. What is known of sources is written while a page is being read: that must neither
expire the page's objects, as a commit of its session would, nor be lost with it.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session, scoped_session


def apart(session: Session | scoped_session[Any]) -> AbstractContextManager[Connection]:
    """Return a transaction on a connection of its own, committed at the end of its block."""
    engine = session.get_bind()
    assert isinstance(engine, Engine)
    return engine.begin()

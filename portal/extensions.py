"""The Flask extensions, made once and bound to the app by the factory.

What belongs here: bare extension objects. Not here: their callbacks (``accounts``, ``handlers``).
"""

from __future__ import annotations

import sqlite3
from typing import Any

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import event
from sqlalchemy.engine import Engine

from portal.models import Base


class PatientLoginManager(LoginManager):  # type: ignore[misc]
    """Read a "remember me" cookie with foreign characters as no cookie; Flask-Login would fail on each request."""

    def _load_user_from_remember_cookie(self, cookie: str) -> Any:
        return super()._load_user_from_remember_cookie(cookie) if cookie.isascii() else None


db = SQLAlchemy(metadata=Base.metadata)
migrate = Migrate()
login_manager = PatientLoginManager()
csrf = CSRFProtect()
limiter = Limiter(key_func=get_remote_address)


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: object) -> None:
    """Let readers and one writer work side by side, wait for locks, and keep foreign keys honest."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA busy_timeout=10000")
        connection.execute("PRAGMA foreign_keys=ON")
        # SQLite's own lower() knows ASCII alone; with this one a search ignores case in every alphabet.
        connection.create_function("lower", 1, _fold_case, deterministic=True)


def _fold_case(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value

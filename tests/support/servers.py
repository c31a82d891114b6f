"""The real servers that the portal's tests use where the environment names some: each process has its own part of them.

``TEST_DATABASE_URL`` names a database whose role may create more; ``TEST_QUEUE_URL`` names a Redis. Without them the
tests use SQLite.
"""

from __future__ import annotations

import os
import re
from functools import cache

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

REDIS_DATABASES = 16


def named_servers():
    """Return the settings that name the servers; empty values where there are none."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    return {
        "DATABASE_URL": _database(os.environ.get("TEST_DATABASE_URL", ""), worker),
        "QUEUE_URL": _queue(os.environ.get("TEST_QUEUE_URL", ""), worker),
    }


@cache
def _database(url, worker):
    if not url or not worker:
        return url
    named = make_url(url)
    own = named.set(database=f"{named.database}_{worker}")
    engine = create_engine(named, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{own.database}"'))
        connection.execute(text(f'CREATE DATABASE "{own.database}"'))
    engine.dispose()
    return own.render_as_string(hide_password=False)


def _queue(url, worker):
    if not url or not worker:
        return url
    number = int(worker.removeprefix("gw"))
    assert number < REDIS_DATABASES, "Redis has no more databases: run fewer processes"
    return re.sub(r"/\d*$", f"/{number}", url)

"""The database that tests share where a server holds it."""

from __future__ import annotations

from portal.extensions import db
from portal.models import Base


def empty_tables():
    """Delete every row of every table; call it within an app's context."""
    with db.engine.begin() as connection:
        for table in reversed(Base.metadata.sorted_tables):
            connection.execute(table.delete())

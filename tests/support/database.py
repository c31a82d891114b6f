"""The database that tests share where a server holds it."""

from __future__ import annotations

from sqlalchemy import inspect

from portal.extensions import db
from portal.models import Base


def empty_tables():
    """Delete every row of every table that is there; call it within an app's context."""
    there = set(inspect(db.engine).get_table_names())
    with db.engine.begin() as connection:
        for table in reversed(Base.metadata.sorted_tables):
            if table.name in there:
                connection.execute(table.delete())

"""What the tests of the history share."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from sqlalchemy import event


@pytest.fixture
def count_queries(session):
    """Return a context manager that gives the list of statements the database gets inside its block."""

    @contextmanager
    def counting():
        statements = []

        def note(_connection, _cursor, statement, *_):
            statements.append(statement)

        engine = session.get_bind()
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield statements
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return counting

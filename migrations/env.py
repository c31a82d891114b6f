"""How Alembic meets the app: the engine and the tables come from Flask-SQLAlchemy, run inside `flask db`."""

from contextlib import contextmanager

from alembic import context
from flask import current_app
from sqlalchemy.types import TypeDecorator

database = current_app.extensions["migrate"].db


def plain_type(kind, value, _autogen):
    """Write our own column types as the plain ones they rest on: a migration must not import today's models."""
    return f"sa.{value.impl!r}" if kind == "type" and isinstance(value, TypeDecorator) else False


options = {**current_app.extensions["migrate"].configure_args, "render_item": plain_type}


def offline() -> None:
    """Print the SQL instead of running it (`flask db upgrade --sql`)."""
    context.configure(url=str(database.engine.url), target_metadata=database.metadata, literal_binds=True, **options)
    with context.begin_transaction():
        context.run_migrations()


@contextmanager
def loose_references(connection):
    """Let SQLite make a table anew without deleting all that refers to the old one; no reference may dangle after it."""
    if connection.dialect.name != "sqlite":
        yield
        return
    connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
    connection.commit()
    try:
        yield
        dangling = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if dangling:
            raise RuntimeError(f"the migration left references to nothing: {dangling[:5]}")
    finally:
        connection.rollback()
        connection.exec_driver_sql("PRAGMA foreign_keys=ON")


def online() -> None:
    """Run against the app's database."""
    with database.engine.connect() as connection, loose_references(connection):
        context.configure(connection=connection, target_metadata=database.metadata, **options)
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    offline()
else:
    online()

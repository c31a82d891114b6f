"""How Alembic meets the app: the engine and the tables come from Flask-SQLAlchemy, run inside `flask db`."""

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


def online() -> None:
    """Run against the app's database."""
    with database.engine.connect() as connection:
        context.configure(connection=connection, target_metadata=database.metadata, **options)
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    offline()
else:
    online()

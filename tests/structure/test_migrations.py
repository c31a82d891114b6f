"""The migrations make the very tables the models describe."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect

from portal import create_app
from portal.config import ROOT, Settings
from portal.extensions import db
from portal.models import Base
from tests.support.servers import named_servers


def test_there_is_one_head():
    assert len(ScriptDirectory(str(ROOT / "migrations")).get_heads()) == 1


def test_migrations_and_models_agree(app):
    upgrade()
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})
        assert compare_metadata(context, Base.metadata) == []


def test_a_migration_can_be_taken_back(app):
    upgrade()
    downgrade(revision="base")
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}


@pytest.fixture
def app(tmp_path):
    database = named_servers()["DATABASE_URL"]
    app = create_app(Settings.from_env({"INSTANCE_PATH": str(tmp_path), "DATABASE_URL": database}))
    with app.app_context():
        db.drop_all()  # a server's database may hold what other tests need
        yield app
        db.session.remove()
        downgrade(revision="base")
        db.engine.dispose()

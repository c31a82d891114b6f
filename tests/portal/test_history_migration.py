"""A history from before the indexes of its filters is found by them afterwards."""

from __future__ import annotations

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from portal import create_app
from portal.config import Settings
from portal.extensions import db
from portal.history.service import Filters
from portal.web import EXTENSION
from tests.support.servers import named_servers

MOMENT = "2026-01-02 03:04:05.000006"
BEFORE = f"""
INSERT INTO users (id, email, name, password_hash, session_token, created_at)
VALUES (7, 'a@example.org', 'A', 'x', 'y', '{MOMENT}');
INSERT INTO songs (id, user_id, title, filename, content_hash, size_bytes, stored_name, tags, created_at)
VALUES ('s', 7, 't', 'f', 'h', 1, 'n', '{{}}', '{MOMENT}');
INSERT INTO jobs (id, song_id, state, stage, progress, attempts, queued_at)
VALUES ('j', 's', 'done', '', 1, 1, '{MOMENT}');
INSERT INTO predictions
    (id, song_id, genre, genres, confidence, sure, music, truncated, scores, segments, duration, model_version,
     created_at)
VALUES (1, 's', 'jazz', '["jazz", "blues"]', 1, true, true, false, '{{}}', '[]', 1, 'v', '{MOMENT}')
"""


def test_old_songs_are_listed_by_their_state_and_their_genres(app, services):
    (song,) = services.history.page(7, Filters(state="done"), 1).items
    assert (song.id, song.job.user_id, song.job.uploaded_at) == ("s", 7, song.created_at)
    found = {genre: services.history.page(7, Filters(genre=genre), 1).total for genre in ("jazz", "blues", "rock")}
    assert found == {"jazz": 1, "blues": 1, "rock": 0}


def test_taking_the_migration_back_loses_no_song_and_no_job(app):
    downgrade(revision="0002")
    with db.engine.connect() as connection:
        assert connection.scalars(text("SELECT song_id FROM jobs JOIN songs ON songs.id = jobs.song_id")).all() == ["s"]
        assert connection.scalar(text("SELECT count(*) FROM predictions")) == 1


def test_a_deleted_song_takes_its_rows_along(app, services):
    services.history.delete(7, "s")
    with db.engine.connect() as connection:
        for table in ("jobs", "heard_genres", "predictions"):
            assert connection.scalar(text(f"SELECT count(*) FROM {table}")) == 0


@pytest.fixture
def services(app):
    return app.extensions[EXTENSION]


@pytest.fixture
def app(tmp_path):
    database = named_servers()["DATABASE_URL"]
    app = create_app(Settings.from_env({"INSTANCE_PATH": str(tmp_path), "DATABASE_URL": database}))
    with app.app_context():
        db.drop_all()  # a server's database may hold what other tests need
        upgrade(revision="0002")
        with db.engine.begin() as connection:
            for statement in BEFORE.split(";"):
                connection.exec_driver_sql(statement)
        upgrade()
        yield app
        db.session.remove()
        downgrade(revision="base")
        db.engine.dispose()

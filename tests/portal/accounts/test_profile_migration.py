"""Songs from before people chose how long their audio is kept get thirty days of notice, however old they are."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from portal import create_app
from portal.config import Settings
from portal.extensions import db
from portal.models import Song, User, utc_now
from portal.web import EXTENSION
from tests.support.servers import named_servers

MOMENT = "2020-01-02 03:04:05.000006"
BEFORE = f"""
INSERT INTO users (id, email, name, password_hash, session_token, is_admin, created_at)
VALUES (7, 'a@example.org', 'A', 'x', 'y', false, '{MOMENT}');
INSERT INTO songs (id, user_id, title, filename, content_hash, size_bytes, stored_name, tags, created_at)
VALUES ('s', 7, 't', 'f', 'h', 1, 'n', '{{}}', '{MOMENT}');
INSERT INTO jobs (id, song_id, user_id, uploaded_at, state, stage, progress, attempts, queued_at)
VALUES ('j', 's', 7, '{MOMENT}', 'done', '', 1, 1, '{MOMENT}')
"""


def test_audio_that_was_uploaded_under_other_rules_stays_for_thirty_days_more(app):
    song = db.session.get(Song, "s")

    assert round((song.audio_expires_at - utc_now()) / timedelta(days=1)) == 30
    assert song.audio_deleted_at is None
    assert app.extensions[EXTENSION].retention.sweep() == 0


def test_an_old_account_has_the_defaults(app):
    user = db.session.get(User, 7)

    assert (user.time_zone, user.keeps_audio) == ("UTC", "month")


def test_taking_the_migration_back_loses_no_song_and_no_job(app):
    downgrade(revision="0011")
    with db.engine.connect() as connection:
        assert connection.scalars(text("SELECT song_id FROM jobs JOIN songs ON songs.id = jobs.song_id")).all() == ["s"]


@pytest.fixture
def app(tmp_path):
    database = named_servers()["DATABASE_URL"]
    app = create_app(Settings.from_env({"INSTANCE_PATH": str(tmp_path), "DATABASE_URL": database}))
    with app.app_context():
        db.drop_all()  # a server's database may hold what other tests need
        upgrade(revision="0011")
        with db.engine.begin() as connection:
            for statement in BEFORE.split(";"):
                connection.exec_driver_sql(statement)
        upgrade()
        yield app
        db.session.remove()
        downgrade(revision="base")
        db.engine.dispose()

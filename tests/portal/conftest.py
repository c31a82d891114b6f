"""What every test of the portal starts from: an app on its own database, and two people who own different songs."""

from __future__ import annotations

import hashlib
import itertools
from contextlib import contextmanager
from dataclasses import replace
from shutil import copyfile

import pytest
import redis
from flask_login import FlaskLoginClient
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import create_engine, event, inspect

from portal import create_app
from portal.config import Settings
from portal.extensions import db
from portal.models import Base, HeardGenre, Job, JobState, LoginSession, PredictionRecord, Song, User
from portal.web import EXTENSION
from tests.support.database import empty_tables
from tests.support.servers import named_servers

GENRES = ("blues", "classical", "country", "disco", "hiphop", "jazz", "metal", "pop", "reggae", "rock")
counter = itertools.count(1)


class SeparateRequestsClient(FlaskLoginClient):
    """Give every request its own app context, as a server does.

    The ``app`` fixture keeps one open. A request would borrow it, and with it ``g``, where Flask-Login remembers who
    the last request's user was: Bob's request would be answered as Alice's.
    """

    def open(self, *args, **kwargs):
        with self.application.app_context():
            return super().open(*args, **kwargs)


@pytest.fixture
def settings(tmp_path):
    # The same tests run on PostgreSQL and on Redis where these name one to use.
    servers = named_servers()
    if servers["QUEUE_URL"]:
        # What the last test left in Redis, queue and rate limits, is not this one's.
        with redis.Redis.from_url(servers["QUEUE_URL"]) as server:
            server.flushdb()
    return Settings.from_env({"INSTANCE_PATH": str(tmp_path / "instance"), **servers})


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory):
    """A file with all tables and nothing in them. Copying it is twenty times as quick as making them."""
    file = tmp_path_factory.mktemp("database") / "empty.db"
    engine = create_engine(f"sqlite:///{file}")
    Base.metadata.create_all(engine)
    engine.dispose()
    return file


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory):
    """Templates that one test compiled serve the others."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def app(settings, empty_database, compiled_templates):
    app = create_app(replace(settings, testing=True, rate_limits=False))
    app.config["WTF_CSRF_ENABLED"] = False
    app.jinja_env.bytecode_cache = compiled_templates
    app.test_client_class = SeparateRequestsClient
    on_server = not settings.database_url.startswith("sqlite")
    if not on_server:
        copyfile(empty_database, settings.instance_path / "genregenie.db")
    with app.app_context():
        # Tests of migrations and of outages take tables away; making all anew each time would be most of the work.
        if on_server and not set(Base.metadata.tables) <= set(inspect(db.engine).get_table_names()):
            db.create_all()
        yield app
        db.session.remove()
        if on_server:
            empty_tables()
        db.engine.dispose()


@pytest.fixture
def services(app):
    return app.extensions[EXTENSION]


@pytest.fixture
def session(app):
    return db.session


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def alice(session):
    return make_user(session, "alice@example.org", "Alice")


@pytest.fixture
def bob(session):
    return make_user(session, "bob@example.org", "Bob")


@pytest.fixture
def as_alice(app, alice):
    return app.test_client(user=alice)


@pytest.fixture
def as_bob(app, bob):
    return app.test_client(user=bob)


@pytest.fixture
def make_song(session):
    """Return a factory: make_song(user, title=…, state=…, genre=… or None, confidence=…) -> committed Song."""

    def make(user, *, title=None, state=JobState.DONE, genre="jazz", confidence=0.8, filename=None, **columns):
        number = next(counter)
        song = Song(
            user_id=user.id,
            title=title or f"Song {number}",
            filename=filename or f"song-{number}.mp3",
            content_hash=hashlib.sha256(str(number).encode()).hexdigest(),
            size_bytes=1000 + number,
            stored_name=f"stored-{number}",
            **columns,
        )
        song.job = Job(state=state)
        if state == JobState.DONE and genre:
            song.prediction = make_prediction(genre, confidence)
            song.heard = [HeardGenre(genre=genre)]
        session.add(song)
        session.commit()
        return song

    return make


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


def make_prediction(genre, confidence):
    rest = (1 - confidence) / (len(GENRES) - 1)
    scores = dict.fromkeys(GENRES, rest) | {genre: confidence}
    return PredictionRecord(
        genre=genre,
        confidence=confidence,
        sure=confidence > 0.5,
        music=True,
        truncated=False,
        scores=scores,
        segments=[
            {"start": 0.0, "end": 10.0, "genre": genre, "scores": scores},
            {"start": 10.0, "end": 20.0, "genre": genre, "scores": scores},
        ],
        tempo=120.0,
        duration=20.0,
        model_version="test-1",
    )


def make_user(session, email, name):
    user = User(email=email, name=name, password_hash="$argon2id$unused")
    session.add(user)
    session.flush()
    user.session_key = f"session of {name}"
    session.add(LoginSession(key=user.session_key, user_id=user.id))
    session.commit()
    return user

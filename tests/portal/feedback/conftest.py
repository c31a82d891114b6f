"""What tests of the feedback share: its parts, a clock to set, and an app that limits rates."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask_login import FlaskLoginClient

from portal import create_app
from portal.extensions import db, limiter
from portal.models import Feedback


class Clock:
    """Tells the time it is set to."""

    def __init__(self):
        self.now = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

    def __call__(self):
        return self.now

    def later(self, span):
        self.now += span


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def parts(services):
    return services.feedback


@pytest.fixture
def verdicts(parts):
    return parts.verdicts


@pytest.fixture
def said(session):
    """Return a function: said(song_id) -> the row of what was said of a song, as it is now, or None."""

    def read(song_id):
        session.expire_all()
        return session.get(Feedback, song_id)

    return read


@pytest.fixture
def limited_app(settings, app):
    """An app on the same database that limits rates."""
    limited = create_app(replace(settings, rate_limits=True, testing=True))
    limited.config["WTF_CSRF_ENABLED"] = False
    limited.test_client_class = FlaskLoginClient
    yield limited
    limiter.reset()
    with limited.app_context():
        db.engine.dispose()

"""What tests of accounts share: hashes that cost next to nothing, one member, and the links mailed."""

from __future__ import annotations

import email
import re
from dataclasses import replace
from email.policy import default

import pytest

from portal import create_app
from portal.accounts.passwords import PasswordHasher
from portal.extensions import db
from portal.web import EXTENSION
from tests.support.database import empty_tables


@pytest.fixture(scope="session")
def password():
    return "blue giraffe waits quietly"


@pytest.fixture(scope="session")
def hasher():
    return PasswordHasher(time_cost=1, memory_kib=8)


@pytest.fixture
def app(app, hasher):
    for service in (app.extensions[EXTENSION].accounts, app.extensions[EXTENSION].profile):
        service._hasher = hasher
    return app


@pytest.fixture
def limited_client(settings, hasher, password):
    """A client of an app that limits rates."""
    app = create_app(replace(settings, testing=True, rate_limits=True))
    app.config["WTF_CSRF_ENABLED"] = False
    for service in (app.extensions[EXTENSION].accounts, app.extensions[EXTENSION].profile):
        service._hasher = hasher
    with app.app_context():
        db.create_all()
        app.extensions[EXTENSION].accounts.sign_up("carol@example.org", "Carol", password)
    yield app.test_client()
    with app.app_context():
        empty_tables()
        db.engine.dispose()


@pytest.fixture
def accounts(services):
    return services.accounts


@pytest.fixture
def sessions(services):
    return services.sessions


@pytest.fixture
def carol(accounts, password):
    return accounts.sign_up("carol@example.org", "Carol", password)


@pytest.fixture
def mails(settings):
    """Return a function that reads all mails written so far."""

    def read():
        files = sorted((settings.instance_path / "outbox").glob("*.eml"))
        return [email.message_from_bytes(file.read_bytes(), policy=default) for file in files]

    return read


@pytest.fixture
def mailed_link(mails):
    """Return a function that takes the path of the newest link out of its mail."""

    def read():
        return re.search(r"http://127\.0\.0\.1:8000(/reset-password/\S+)", mails()[-1].get_content())[1]

    return read

"""People and their songs, put straight into the database of a running portal.

What belongs here: what a journey starts from and is not about. Not here: what a person does in the browser.
"""

from __future__ import annotations

from contextlib import contextmanager

from portal import create_app
from portal.config import Settings
from portal.extensions import db
from portal.web import services
from tests.support.showcase import done_song
from tests.support.visitor import PASSWORD


@contextmanager
def inside(portal):
    """Work in an app of the portal's own database."""
    app = create_app(Settings.from_env({"INSTANCE_PATH": str(portal.instance), "PUBLIC_URL": portal.url}))
    with app.app_context():
        yield
        db.session.remove()
        db.engine.dispose()


def add_person(portal, email, name, *, songs=0, admin=False):
    """Add an account with songs that have verdicts, and return the songs' ids, newest first."""
    with inside(portal):
        user = services().accounts.sign_up(email, name, PASSWORD)
        user.is_admin = admin
        rows = [done_song(user, number + 1) for number in range(songs)]
        db.session.commit()
        return [row.id for row in rows]

"""What tests of the community share: people with display names, and public songs and playlists of theirs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask_login import FlaskLoginClient

from portal import create_app
from portal.extensions import db, limiter
from portal.models import Playlist, PlaylistEntry


@pytest.fixture
def parts(services):
    return services.community


@pytest.fixture
def named(parts, alice, bob):
    """Alice and Bob, seen by others as Nightingale and Kingfisher."""
    profiles = [parts.people.choose_name(user.id, name) for user, name in ((alice, "Nightingale"), (bob, "Kingfisher"))]
    return [profile.id for profile in profiles]


@pytest.fixture
def make_public(parts, make_song, named):
    """Return a factory: make_public(user, **song) -> a song that is public."""

    def make(user, **about):
        song = make_song(user, **about)
        parts.publishing.publish_song(user.id, song.id)
        return song

    return make


@pytest.fixture
def make_playlist(session):
    """Return a factory: make_playlist(user, name=…, songs=…) -> committed Playlist of these songs and one more row."""

    def make(user, *, name="For the road", songs=()):
        playlist = Playlist(user_id=user.id, name=name, description="Windows down")
        rows = [
            PlaylistEntry(position=number, key=f"song:{song.id}", song_id=song.id) for number, song in enumerate(songs)
        ]
        link = {"artist": "Far Away", "title": "Elsewhere", "url": "https://example.org/x", "source": "catalogue"}
        playlist.entries = [*rows, PlaylistEntry(position=len(rows), key="link:1", **link)]
        session.add(playlist)
        session.commit()
        return playlist

    return make


def flashes(client):
    with client.session_transaction() as session:
        return [tuple(flash) for flash in session.pop("_flashes", [])]


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

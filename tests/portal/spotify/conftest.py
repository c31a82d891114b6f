"""A portal whose people may connect their accounts to a Spotify of our own."""

from __future__ import annotations

import itertools
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from portal.config import Settings
from portal.models import Playlist, PlaylistEntry
from tests.support.spotify_server import SpotifyServer

counter = itertools.count(1)


@pytest.fixture
def server():
    with SpotifyServer() as server:
        yield server


@pytest.fixture
def settings(settings, server, tmp_path):
    offered = server.settings | {"SPOTIFY_USER_OAUTH": "1", "INSTANCE_PATH": str(tmp_path / "other")}
    return replace(settings, spotify=Settings.from_env(offered).spotify)


@pytest.fixture
def accounts(services):
    return services.spotify


@pytest.fixture
def answer_of():
    """Return what a person brings back from Spotify's page: answer_of(its address) -> parameters."""

    def follow(url):
        location = requests.get(url, allow_redirects=False, timeout=10).headers["Location"]
        return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}

    return follow


@pytest.fixture
def connect(accounts, server, answer_of):
    """Return a function that connects a person's account: connect(user, account="acct_one")."""

    def connecting(user, account="acct_one"):
        server.account = account
        url, consent = accounts.begin(user.id)
        accounts.finish(consent, answer_of(url)["code"])

    return connecting


@pytest.fixture
def make_playlist(session):
    """Return a factory: make_playlist(user, (artist, title), …) -> committed Playlist."""

    def make(user, *songs, name="Evening, calm"):
        number = next(counter)
        playlist = Playlist(user_id=user.id, name=name, description="")
        playlist.entries = [
            PlaylistEntry(
                position=place, key=f"link:{number}-{place}", artist=artist, title=title, url="https://e.org/"
            )
            for place, (artist, title) in enumerate(songs)
        ]
        session.add(playlist)
        session.commit()
        return playlist

    return make

"""Playlists that stand in the database already, and songs that others show."""

from __future__ import annotations

import pytest

from portal.models import Playlist, PlaylistEntry, Profile, Publication
from portal.playlists.order import GAP


@pytest.fixture
def playlists(services):
    return services.playlists


@pytest.fixture
def make_playlist(session):
    """Return a factory: make_playlist(user, songs, name=…) -> committed Playlist that holds these songs."""

    def make(user, songs=(), name="Mine", **columns):
        playlist = Playlist(user_id=user.id, name=name, **columns)
        playlist.entries = [
            PlaylistEntry(position=place * GAP, key=f"song:{song.id}", song_id=song.id)
            for place, song in enumerate(songs, 1)
        ]
        session.add(playlist)
        session.commit()
        return playlist

    return make


@pytest.fixture
def publish(session):
    """Return a function that makes a song public, and its owner seen."""

    def publish(song, name="Bobby"):
        if session.get(Profile, song.user_id) is None:
            session.add(Profile(user_id=song.user_id, display_name=name, name_key=name.lower()))
        publication = Publication(song_id=song.id, user_id=song.user_id, genre="jazz")
        session.add(publication)
        session.commit()
        return publication

    return publish


@pytest.fixture
def titles(playlists):
    """Return a function: what a playlist shows its owner, by the titles, page after page."""

    def titles(playlist):
        owner, playlist_id = playlist.user_id, playlist.id
        first = playlists.contents(owner, playlist_id, 1)
        pages = (playlists.contents(owner, playlist_id, number) for number in range(1, first.pages + 1))
        return [placed.row.title for page in pages for placed in page.rows]

    return titles

"""What the tests of suggestions start from: a service on sources of their choice, songs with vectors, public ones."""

from __future__ import annotations

import struct

import pytest

from portal.adapters.catalogue import CatalogueSource
from portal.models import Profile, Publication, SongVector
from portal.recommendations.service import RecommendationService
from tests.support.patience import Time


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def recommending(session, time):
    """Return a factory: recommending(source, …) -> a service that asks these outside sources."""

    def make(*sources, starters=None, now=time):
        return RecommendationService(session, [CatalogueSource()] if starters is None else starters, sources, now=now)

    return make


@pytest.fixture
def add_vector(session):
    """Return a factory: add_vector(song, x, y, space=…) -> the song with a vector that points there."""

    def add(song, x, y, space="model-1"):
        length = (x * x + y * y) ** 0.5
        place = {"song_id": song.id, "user_id": song.user_id, "uploaded_at": song.created_at}
        session.add(SongVector(space=space, vector=struct.pack("<2f", x / length, y / length), **place))
        session.commit()
        return song

    return add


@pytest.fixture
def publish(session):
    """Return a factory: publish(song) -> the song, made public by its owner, who has a profile from then on."""

    def make(song):
        if session.get(Profile, song.user_id) is None:
            name = f"Listener {song.user_id}"
            session.add(Profile(user_id=song.user_id, display_name=name, name_key=name.casefold()))
        session.add(Publication(song_id=song.id, user_id=song.user_id, genre=song.prediction.genre))
        session.commit()
        return song

    return make

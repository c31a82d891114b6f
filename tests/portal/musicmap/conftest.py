"""Songs with vectors, and maps of them."""

from __future__ import annotations

import numpy as np
import pytest

from classifier import pack
from portal.models import SongVector


@pytest.fixture
def make_heard(session, make_song):
    """Return a factory: songs with vectors around a direction of each genre's own, committed."""

    def make(user, genres, *, space="one", seed=0, **columns):
        rng = np.random.default_rng(seed)
        songs = [make_song(user, genre=genre, **columns) for genre in genres]
        for song in songs:
            middle = np.random.default_rng(len(song.prediction.genre)).normal(size=70)
            place = {"song_id": song.id, "user_id": user.id, "uploaded_at": song.created_at}
            session.add(SongVector(space=space, vector=pack(middle + 0.3 * rng.normal(size=70)), **place))
        session.commit()
        return [song.id for song in songs]

    return make


@pytest.fixture
def maps(services):
    return services.maps

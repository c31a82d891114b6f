"""Songs that wait for their analysis, and analyses that end as a test wants."""

from __future__ import annotations

import itertools

import pytest

from portal.adapters.storage import FsspecStorage
from portal.jobs.sandbox import SandboxedClassifier
from portal.jobs.service import JobService
from portal.models import Job, JobState, Song
from portal.ports import Suggestion

GENRES = ("blues", "classical", "country", "disco", "hiphop", "jazz", "metal", "pop", "reggae", "rock")
counter = itertools.count(1)


class Recommender:
    """Suggests one song, or fails."""

    broken = False

    def suggest(self, genre, *, seed):
        if self.broken:
            raise ConnectionError("no network")
        return "catalogue", [Suggestion("Nina Simone", f"{genre} for {seed}", "https://example.org/nina")]


@pytest.fixture
def verdict():
    scores = dict.fromkeys(GENRES, 0.02) | {"jazz": 0.82}
    return {
        "genre": "jazz",
        "confidence": 0.82,
        "sure": True,
        "music": True,
        "scores": scores,
        "segments": [{"start": 0.0, "end": 10.0, "genre": "jazz", "scores": scores}],
        "tempo": 121.5,
        "duration": 12.0,
        "model": "test-1",
        "truncated": False,
    }


@pytest.fixture
def recommender():
    return Recommender()


@pytest.fixture
def storage(settings):
    return FsspecStorage(settings.storage_url)


@pytest.fixture
def make_jobs(session, services, storage, recommender):
    """Return a factory: make_jobs(classify, timeout=…, version=…) -> JobService with ``classify(path, progress)``."""

    def make(classify, timeout=10, version="test-1"):
        return JobService(
            session=session,
            queue=services.queue,
            storage=storage,
            classifier=SandboxedClassifier(None, timeout, classify=classify, version=version),
            recommendations=recommender,
        )

    return make


@pytest.fixture
def add_song(session, storage, alice):
    """Return a factory: add_song(content, state=…, …columns of the job) -> committed Song with its bytes stored."""

    def add(content=b"bytes", **job):
        number = next(counter)
        song = Song(
            user_id=alice.id,
            title=f"Song {number}",
            filename=f"song-{number}.mp3",
            content_hash=f"{number:064}",
            size_bytes=len(content),
            stored_name=f"song-{number}",
        )
        song.job = Job(**({"state": JobState.QUEUED} | job))
        session.add(song)
        session.commit()
        with storage.open_new(song.stored_name) as target:
            target.write(content)
        return song

    return add

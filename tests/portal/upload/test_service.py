"""A file becomes a song with a queued job, once a person, or leaves nothing behind."""

from __future__ import annotations

import hashlib
import io
import threading
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from portal.adapters.storage import FsspecStorage
from portal.models import JobState, Song
from portal.ports import StorageError
from portal.queue import JobQueue, make_huey
from portal.upload.service import ChangedError, FileTooLargeError, NotStoredError, UploadService

MAX_BYTES = 5 * 2**20


def test_a_file_becomes_a_song_with_a_queued_job(uploads, alice, session, queue):
    song = song_of(session, uploads.accept(alice.id, "01_So_What.mp3", io.BytesIO(b"sound")))
    assert (song.user_id, song.filename, song.title) == (alice.id, "01_So_What.mp3", "01 So What")
    assert (song.size_bytes, song.content_hash) == (5, hashlib.sha256(b"sound").hexdigest())
    assert (song.job.state, song.job.attempts) == (JobState.QUEUED, 0)
    assert queue.waiting() == {song.job.id}


def test_the_bytes_are_kept_as_they_came(uploads, alice, session, storage):
    content = bytes(range(256)) * 10_000
    song = song_of(session, uploads.accept(alice.id, "song.wav", io.BytesIO(content)))
    with storage.local_copy(song.stored_name) as path:
        assert path.read_bytes() == content


def test_the_name_in_the_storage_tells_nothing_but_the_kind(uploads, alice, session):
    song = song_of(session, uploads.accept(alice.id, "../My Secret.MP3", io.BytesIO(b"x")))
    stem, _, kind = song.stored_name.partition(".")
    assert (len(stem), kind) == (32, "mp3")
    assert set(stem) <= set("0123456789abcdef")


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("\U0001f525\U0001f3b8.mp3", "\U0001f525\U0001f3b8"),
        ("n" * 400 + ".mp3", "n" * 296),
        ("", "untitled"),
        ("___.mp3", "___.mp3"),
        ("..\\..\\evil\u202egnp.mp3", "evilgnp"),
        ("<script>alert(1)<", "<script>alert(1)<"),
    ],
)
def test_odd_names_still_make_a_title(uploads, alice, session, name, title):
    assert song_of(session, uploads.accept(alice.id, name, io.BytesIO(b"x"))).title == title


def test_an_empty_file_is_accepted_and_fails_later_in_the_open(uploads, alice, session):
    assert song_of(session, uploads.accept(alice.id, "empty.mp3", io.BytesIO())).job.state == JobState.QUEUED


@pytest.mark.parametrize("announced", [hashlib.sha256(b"before").hexdigest(), "nonsense", "\0"])
def test_what_is_not_what_was_announced_is_refused_and_leaves_nothing(uploads, settings, session, alice, announced):
    with pytest.raises(ChangedError):
        uploads.accept(alice.id, "song.mp3", io.BytesIO(b"after"), announced)
    assert session.query(Song).count() == 0
    assert [*(settings.instance_path / "uploads").glob("*")] == []
    assert uploads.accept(alice.id, "song.mp3", io.BytesIO(b"after"), hashlib.sha256(b"after").hexdigest())


def test_the_same_bytes_again_give_the_earlier_song(uploads, alice, stored):
    first = uploads.accept(alice.id, "one.mp3", io.BytesIO(b"same"))
    second = uploads.accept(alice.id, "two.mp3", io.BytesIO(b"same"))
    assert (second.song_id, second.duplicate) == (first.song_id, True)
    assert len(stored()) == 1


def test_another_persons_same_bytes_are_another_song(uploads, alice, bob):
    ours = uploads.accept(alice.id, "one.mp3", io.BytesIO(b"same"))
    theirs = uploads.accept(bob.id, "one.mp3", io.BytesIO(b"same"))
    assert theirs.song_id != ours.song_id
    assert not theirs.duplicate


def test_the_same_bytes_at_the_same_moment_become_one_song(app, uploads, alice, session, stored):
    user_id, outcomes, start = alice.id, [], threading.Barrier(4)

    def upload():
        with app.app_context():
            start.wait()
            outcomes.append(uploads.accept(user_id, "song.mp3", io.BytesIO(b"same" * 100_000)))

    threads = [threading.Thread(target=upload) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({outcome.song_id for outcome in outcomes}) == 1
    assert sorted(outcome.duplicate for outcome in outcomes) == [False, True, True, True]
    assert session.scalar(select(func.count()).select_from(Song)) == len(stored()) == 1


def test_a_file_of_exactly_the_limit_is_accepted(uploads, alice):
    assert uploads.accept(alice.id, "song.wav", io.BytesIO(bytes(MAX_BYTES)))


def test_one_byte_more_is_refused_and_leaves_nothing(uploads, alice, session, stored):
    with pytest.raises(FileTooLargeError, match=r"This file is larger than 5 MB\."):
        uploads.accept(alice.id, "song.wav", io.BytesIO(bytes(MAX_BYTES + 1)))
    assert stored() == []
    assert session.scalar(select(func.count()).select_from(Song)) == 0


def test_a_storage_that_fails_half_way_leaves_nothing(uploads, session, alice, stored, monkeypatch):
    def fail(_self, _source, _target):
        raise OSError("disk full")

    monkeypatch.setattr("fsspec.implementations.local.LocalFileSystem.mv", fail)
    with pytest.raises(NotStoredError):
        uploads.accept(alice.id, "song.mp3", io.BytesIO(b"x"))
    assert stored() == []
    assert session.scalar(select(func.count()).select_from(Song)) == 0


def test_a_transfer_that_breaks_off_leaves_nothing(uploads, alice, stored):
    class Broken(io.BytesIO):
        def read(self, size=-1):
            raise ConnectionResetError if self.tell() else KeyError

    with pytest.raises(KeyError):
        uploads.accept(alice.id, "song.mp3", Broken(b"x"))
    assert stored() == []


def test_a_person_who_is_gone_leaves_nothing(uploads, stored):
    with pytest.raises(IntegrityError):
        uploads.accept(999, "song.mp3", io.BytesIO(b"x"))
    assert stored() == []


def test_a_queue_that_is_down_loses_no_song(session, storage, alice, settings, monkeypatch):
    huey = make_huey(settings)
    monkeypatch.setattr(huey.storage, "enqueue", lambda *_: (_ for _ in ()).throw(ConnectionError))
    accepted = UploadService(session, storage, JobQueue(huey), MAX_BYTES).accept(alice.id, "s.mp3", io.BytesIO(b"x"))
    assert song_of(session, accepted).job.state == JobState.QUEUED


def test_bytes_that_cannot_be_removed_again_cost_no_answer(uploads, alice, storage, monkeypatch):
    def fail(_name):
        raise StorageError

    uploads.accept(alice.id, "one.mp3", io.BytesIO(b"same"))
    monkeypatch.setattr(storage, "delete", fail)
    assert uploads.accept(alice.id, "two.mp3", io.BytesIO(b"same")).duplicate


def song_of(session, accepted):
    assert not accepted.duplicate
    return session.get(Song, accepted.song_id)


@pytest.fixture
def storage(settings):
    return FsspecStorage(settings.storage_url)


@pytest.fixture
def queue(services):
    return services.queue


@pytest.fixture
def uploads(session, storage, queue):
    return UploadService(session, storage, queue, MAX_BYTES)


@pytest.fixture
def stored(settings):
    folder = Path(settings.storage_url.removeprefix("file://"))
    return lambda: sorted(folder.iterdir()) if folder.exists() else []

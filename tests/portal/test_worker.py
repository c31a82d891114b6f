"""Real worker processes on a real database: killed, crashed and stopped, they lose no job."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from flask import current_app

from portal import create_app
from portal.adapters.storage import FsspecStorage
from portal.extensions import db
from portal.jobs.sandbox import SandboxedClassifier
from portal.jobs.service import JobService
from portal.models import Job, JobState, Song
from portal.web import EXTENSION
from portal.wiring import build_services
from portal.worker import serve

ROOT = Path(__file__).resolve().parents[2]
VERDICT = {
    "genre": "jazz",
    "confidence": 1.0,
    "sure": True,
    "music": True,
    "scores": {"jazz": 1.0},
    "segments": [],
    "tempo": None,
    "duration": 12.0,
    "model": "test-1",
    "truncated": False,
}


def test_an_idle_worker_starts_a_job_well_within_a_second(add_song, worker):
    with worker():
        assert wait_for(add_song(b"first"), JobState.DONE)
        songs = [add_song(content) for content in (b"second", b"third", b"fourth")]
        assert all(wait_for(song, JobState.DONE) for song in songs)
    assert min(song.job.started_at - song.job.queued_at for song in songs).total_seconds() < 0.8


def test_a_job_whose_worker_is_killed_is_run_again(add_song, worker):
    song = add_song(b"hang once")
    with worker():
        assert wait_until(lambda: is_analysed(song))
        os.kill(int(song.job.worker.rpartition(":")[2]), signal.SIGKILL)
        assert wait_for(song, JobState.DONE)
    assert song.job.attempts == 2
    assert song.prediction.genre == "jazz"


def test_a_job_whose_whole_consumer_is_killed_is_run_by_the_next(add_song, worker):
    song = add_song(b"hang once")
    with worker() as first:
        assert wait_until(lambda: is_analysed(song))
        first.kill()
    with worker():
        assert wait_for(song, JobState.DONE)
    assert song.job.attempts == 2


def test_no_process_outlives_a_killed_consumer(add_song, worker):
    song = add_song(b"hang")
    with worker() as consumer:
        assert wait_until(lambda: is_analysed(song))
        family = descendants(consumer.pid)
        assert len(family) >= 4  # scheduler, two workers, one analysis
        consumer.kill()
        consumer.join()
    assert wait_until(lambda: not any(map(is_alive, family)))


def test_hostile_files_fail_alone(add_song, worker):
    crash, hang, good = add_song(b"crash"), add_song(b"hang"), add_song(b"quick")
    with worker():
        assert wait_for(good, JobState.DONE)
        assert wait_for(crash, JobState.FAILED)
        assert wait_for(hang, JobState.FAILED)
    assert crash.job.error_message == "The decoder crashed on this file."
    assert hang.job.error_message == "The analysis took longer than 2 seconds."


def test_a_worker_told_to_stop_finishes_a_short_job(add_song, worker):
    song = add_song(b"one second")
    with worker() as consumer:
        assert wait_until(lambda: is_analysed(song))
        os.killpg(consumer.pid, signal.SIGTERM)
        consumer.join(10)
        assert consumer.exitcode == 0
    assert (state_of(song), song.job.attempts) == (JobState.DONE, 1)


def test_a_worker_interrupted_gives_its_job_back(add_song, worker):
    song = add_song(b"hang")
    with worker() as consumer:
        assert wait_until(lambda: is_analysed(song))
        os.kill(consumer.pid, signal.SIGINT)
        consumer.join(10)
        assert consumer.exitcode == 0
    assert (state_of(song), song.job.attempts) == (JobState.QUEUED, 0)


def test_a_wrong_setting_is_named_in_one_line(tmp_path):
    environ = os.environ | {"INSTANCE_PATH": str(tmp_path), "WORKERS": "many"}
    command = [sys.executable, "-m", "portal.worker"]
    result = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert result.stderr.startswith("The worker cannot start: WORKERS must be a whole number")


def classify(path, progress):
    """Do as the file's content says, once a marker shows that it has begun."""
    content = path.read_text()
    marker = path.with_suffix(".seen")
    seen = marker.exists()
    marker.touch()
    progress("decode", 0.5)
    if content == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if content == "hang" or (content == "hang once" and not seen):
        time.sleep(60)
    if content == "one second":
        time.sleep(1)
    return VERDICT


def consume(settings):
    """Serve the queue with the classifier above."""
    os.setsid()
    services = build_services(settings)
    jobs = JobService(
        session=db.session,
        queue=services.queue,
        storage=FsspecStorage(settings.storage_url),
        classifier=SandboxedClassifier(None, settings.job_timeout, classify=classify),
        recommendations=services.recommendations,
    )
    serve(create_app(settings, replace(services, jobs=jobs)))


def wait_for(song, state, seconds=20):
    return wait_until(lambda: state_of(song) == state, seconds)


def wait_until(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False


def state_of(song):
    db.session.rollback()
    return song.job.state


def is_analysed(song):
    """Tell whether the classifier above has begun: it leaves a marker beside the song."""
    uploads = Path(current_app.instance_path) / "uploads"
    return state_of(song) == JobState.RUNNING and (uploads / song.stored_name).with_suffix(".seen").exists()


def descendants(pid):
    with suppress(FileNotFoundError):
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [int(child) for child in children] + [
            grandchild for child in children for grandchild in descendants(int(child))
        ]
    return []


def is_alive(pid):
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


@pytest.fixture
def add_song(app, session, alice):
    queue = app.extensions[EXTENSION].queue
    storage = FsspecStorage(app.extensions[EXTENSION].settings.storage_url)

    def add(content):
        name = content.decode().replace(" ", "-")
        columns = {"title": name, "filename": name, "content_hash": name, "size_bytes": 1, "stored_name": name}
        song = Song(user_id=alice.id, **columns, job=Job())
        session.add(song)
        session.commit()
        with storage.open_new(name) as target:
            target.write(content)
        queue.enqueue(song.job.id)
        return song

    return add


@pytest.fixture
def worker(settings):
    """Start a consumer with two workers, forked rather than started anew since importing everything takes a while."""

    @contextmanager
    def start():
        process = multiprocessing.get_context("fork").Process(
            target=consume, args=(replace(settings, job_timeout=2.0),)
        )
        process.start()
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.join()
            process.close()

    return start

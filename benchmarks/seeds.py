"""What a portal holds before it is measured: people, their histories, and songs that keep the workers busy.

Written straight into its database, as fast as that goes; call everything inside the app's context.
"""

from __future__ import annotations

import io
import secrets
import tempfile
import threading
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from pathlib import Path

from flask import current_app
from sqlalchemy import func, insert, select, update

from benchmarks import material
from portal.accounts.passwords import PasswordHasher
from portal.extensions import db
from portal.models import HeardGenre, Job, JobState, PredictionRecord, Song, User, utc_now
from portal.web import services

PASSWORD = "violet kettle drum"
WINDOWS = 24
"""Windows of such a song: what a verdict's timeline weighs."""

GENRES = ("blues", "classical", "country", "disco", "hiphop", "jazz", "metal", "pop", "reggae", "rock")
HEARD = ("jazz", "rock", "blues", "pop")
"""What the made-up songs are: each a quarter of them, so that a filter leaves a full page of a short history too."""

STATES = (JobState.DONE, JobState.DONE, JobState.DONE, JobState.FAILED, JobState.DONE)
BUSY_SECONDS = 0.1


@cache
def song_bytes():
    """Return a made-up song of four minutes as an MP3."""
    with tempfile.TemporaryDirectory() as folder:
        return material.song(Path(folder) / "song.mp3").read_bytes()


@cache
def password_hash():
    return PasswordHasher().hash(PASSWORD)


def add_user(name):
    """Return a new person, with an address that no earlier run on the same database gave away."""
    user = User(email=f"{name}-{secrets.token_hex(4)}@example.org", name=name, password_hash=password_hash())
    db.session.add(user)
    db.session.commit()
    return user


def add_history(user_id, count):
    """Give a person so many songs, of which four in five were judged."""
    songs = [_song(user_id, number) for number in range(count)]
    jobs = [_job(song, STATES[number % len(STATES)]) for number, song in enumerate(songs)]
    done = [
        (song, HEARD[number % len(HEARD)])
        for number, (song, job) in enumerate(zip(songs, jobs, strict=True))
        if job["state"] == JobState.DONE
    ]
    for model, rows in (
        (Song, songs),
        (Job, jobs),
        (PredictionRecord, [_prediction(song, genre) for song, genre in done]),
        (HeardGenre, [_place(song) | {"genre": genre} for song, genre in done]),
    ):
        db.session.execute(insert(model), rows)
    db.session.commit()


@contextmanager
def busy_workers(song_ids):
    """Have the songs analysed again and again, and at the end none of them."""
    over = threading.Event()

    def keep_busy(context):
        with context:
            while not over.wait(BUSY_SECONDS):
                _queue_again(song_ids)

    thread = threading.Thread(target=keep_busy, args=(current_app.app_context(),))
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        db.session.execute(
            update(Job).where(Job.song_id.in_(song_ids), Job.state == JobState.QUEUED).values(state=JobState.DONE)
        )
        db.session.commit()
        wait_until_idle()


def add_uploads(user_id, count):
    """Upload the made-up song so many times, each with other bytes behind its end, and return the songs' ids."""
    uploads = services().uploads
    files = (io.BytesIO(song_bytes() + bytes(number)) for number in range(count))
    return [uploads.accept(user_id, "song.mp3", file).song_id for file in files]


def wait_until_idle():
    """Wait until no job is left and return the moment the last one ended, in seconds since 1970."""
    unfinished = select(func.count()).select_from(Job).where(Job.state.in_((JobState.QUEUED, JobState.RUNNING)))
    over = threading.Event()
    while db.session.scalar(unfinished):
        db.session.rollback()
        over.wait(0.05)
    finished = db.session.scalar(select(func.max(Job.finished_at)))
    db.session.rollback()
    return finished.timestamp()


def _queue_again(song_ids):
    ended = (Job.song_id.in_(song_ids), Job.state == JobState.DONE)
    again = {"state": JobState.QUEUED, "attempts": 0, "queued_at": utc_now()}
    job_ids = db.session.scalars(update(Job).where(*ended).values(again).returning(Job.id)).all()
    db.session.commit()
    for job_id in job_ids:
        services().queue.enqueue(job_id)


def _song(user_id, number):
    return {
        "id": secrets.token_urlsafe(16),
        "user_id": user_id,
        "title": f"Song number {number}",
        "filename": f"{number:05} some artist - some song.mp3",
        "content_hash": f"{number:064}",
        "size_bytes": 3_840_000,
        "stored_name": secrets.token_hex(16) + ".mp3",
        "tags": {"artist": f"Artist {number % 97}"},
        "created_at": utc_now() - timedelta(minutes=number),
    }


def _place(song):
    return {"song_id": song["id"], "user_id": song["user_id"], "uploaded_at": song["created_at"]}


def _job(song, state):
    reason = {"error_code": "silent", "error_message": "The song is silent."} if state == JobState.FAILED else {}
    nothing = {"error_code": None, "error_message": None}
    return _place(song) | nothing | reason | {"state": state, "attempts": 1, "finished_at": song["created_at"]}


def _prediction(song, genre):
    scores = dict.fromkeys(GENRES, 0.03) | {genre: 0.73}
    times = [(10.0 * window, 10.0 * window + 10.0) for window in range(WINDOWS)]
    segments = [{"start": start, "end": end, "genre": genre, "scores": scores} for start, end in times]
    verdict = {"genre": genre, "genres": [genre], "confidence": 0.73, "sure": True, "music": True, "truncated": False}
    facts = {
        "scores": scores,
        "segments": segments,
        "tempo": 120.0,
        "duration": material.SONG_SECONDS,
        "model_version": "made up",
    }
    return {"song_id": song["id"], "model_version": "made up"} | verdict | facts

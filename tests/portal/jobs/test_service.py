"""A job runs once, ends in a verdict or a named reason, and what dies on the way is brought back."""

from __future__ import annotations

import io
import os
import signal
import time
from datetime import timedelta

import mutagen
import numpy as np
import pytest
import soundfile
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from portal.jobs.claim import Claim, ClaimLostError
from portal.jobs.service import NoSuchSongError, NotRetryableError, UpToDateError
from portal.models import HeardGenre, Job, JobState, PredictionRecord, RecommendationRecord, Song, utc_now

GENRE_FIELDS = ("genre", "confidence", "sure", "music", "scores", "segments", "tempo", "duration", "truncated")


def test_a_queued_job_ends_in_a_verdict(make_jobs, add_song, verdict):
    song = add_song()
    make_jobs(lambda _path, _progress: verdict).run(song.job.id)
    assert song.job.state == JobState.DONE
    assert {name: getattr(song.prediction, name) for name in GENRE_FIELDS} == {
        name: verdict[name] for name in GENRE_FIELDS
    }
    assert song.prediction.model_version == "test-1"


def test_the_classifier_reads_the_uploaded_bytes(make_jobs, add_song, verdict):
    song = add_song(b"these bytes")
    make_jobs(lambda path, _progress: verdict | {"model": path.read_text()}).run(song.job.id)
    assert song.prediction.model_version == "these bytes"


def test_suggestions_are_kept_with_the_verdict(make_jobs, add_song, verdict):
    song = add_song()
    make_jobs(lambda _path, _progress: verdict).run(song.job.id)
    (kept,) = song.prediction.recommendations
    assert (kept.source, kept.artist, kept.title) == ("catalogue", "Nina Simone", f"jazz for {song.id}")


def test_what_is_no_music_gets_no_suggestions(make_jobs, add_song, verdict):
    song = add_song()
    make_jobs(lambda _path, _progress: verdict | {"music": False}).run(song.job.id)
    assert song.prediction.recommendations == []


def test_a_broken_source_of_suggestions_costs_no_verdict(make_jobs, add_song, verdict, recommender):
    recommender.broken = True
    song = add_song()
    make_jobs(lambda _path, _progress: verdict).run(song.job.id)
    assert song.job.state == JobState.DONE
    assert song.prediction.recommendations == []


def test_a_new_verdict_replaces_the_old_one(make_jobs, add_song, verdict, session):
    song = add_song()
    make_jobs(lambda _path, _progress: verdict).run(song.job.id)
    song.job.state = JobState.QUEUED
    session.commit()
    make_jobs(lambda _path, _progress: verdict | {"genre": "blues"}).run(song.job.id)
    assert session.scalars(select(PredictionRecord.genre)).all() == ["blues"]
    assert session.scalar(select(func.count()).select_from(RecommendationRecord)) == 1


def test_the_song_is_found_by_each_genre_of_its_latest_verdict(make_jobs, add_song, verdict, session):
    song = add_song()
    make_jobs(lambda _path, _progress: verdict | {"genres": ["jazz", "blues"]}).run(song.job.id)
    assert heard(session, song) == {"jazz", "blues"}
    song.job.state = JobState.QUEUED
    session.commit()
    make_jobs(lambda _path, _progress: verdict | {"genre": "rock"}).run(song.job.id)
    assert heard(session, song) == {"rock"}


def test_the_files_own_tags_describe_the_song(make_jobs, add_song, verdict):
    song = add_song(tagged_flac(title="So What", artist="Miles Davis"))
    make_jobs(lambda _path, _progress: verdict).run(song.job.id)
    assert song.title == "So What"
    assert song.tags == {"title": "So What", "artist": "Miles Davis"}


def test_a_song_that_fails_is_described_too(make_jobs, add_song):
    song = add_song(tagged_flac(artist="Miles Davis"))
    title = song.title
    make_jobs(refuse).run(song.job.id)
    assert (song.title, song.tags) == (title, {"artist": "Miles Davis"})


def test_refused_audio_fails_at_once_with_its_reason(make_jobs, add_song):
    song = add_song()
    make_jobs(refuse).run(song.job.id)
    assert (song.job.state, song.job.attempts) == (JobState.FAILED, 1)
    assert (song.job.error_code, song.job.error_message) == ("silent", "The song is silent.")


@pytest.mark.parametrize(
    ("classify", "reason"),
    [
        (lambda *_: os.kill(os.getpid(), signal.SIGSEGV), ("crashed", "The decoder crashed on this file.")),
        (lambda *_: time.sleep(60), ("timeout", "The analysis took longer than 0.2 seconds.")),
        (lambda *_: 1 / 0, ("analysis_failed", "The analysis of this file failed.")),
        (lambda *_: {}, ("analysis_failed", "The analysis of this file failed.")),
    ],
    ids=["crash", "hang", "exception", "nonsense"],
)
def test_what_may_be_chance_is_tried_twice_and_then_named(make_jobs, add_song, services, classify, reason):
    song = add_song()
    jobs = make_jobs(classify, timeout=0.2)
    jobs.run(song.job.id)
    assert (song.job.state, song.job.attempts) == (JobState.QUEUED, 1)
    assert services.queue.waiting() == {song.job.id}
    jobs.run(song.job.id)
    assert (song.job.state, song.job.attempts) == (JobState.FAILED, 2)
    assert (song.job.error_code, song.job.error_message) == reason


def test_bytes_that_are_gone_are_named(make_jobs, add_song, storage, verdict):
    song = add_song()
    storage.delete(song.stored_name)
    jobs = make_jobs(lambda _path, _progress: verdict)
    jobs.run(song.job.id)
    jobs.run(song.job.id)
    assert (song.job.state, song.job.error_code) == (JobState.FAILED, "storage")


def test_progress_can_be_watched(make_jobs, add_song, verdict, alice, session, monkeypatch):
    monkeypatch.setattr("portal.jobs.claim.BEAT_SECONDS", 0)
    song = add_song()
    seen = []
    jobs = make_jobs(lambda _path, progress: progress("decode", 0.25) or progress("model", 0.5) or verdict)
    watch(session, lambda: seen.append(jobs.status(alice.id, song.id)))
    jobs.run(song.job.id)
    assert [(status.state, status.stage, status.progress) for status in seen if status.stage][:2] == [
        ("running", "decode", 0.25),
        ("running", "model", 0.5),
    ]


def test_a_heartbeat_is_recorded_while_the_classifier_says_nothing(make_jobs, add_song, verdict):
    song = add_song()
    make_jobs(lambda _path, _progress: time.sleep(1.1) or verdict).run(song.job.id)
    assert song.job.heartbeat_at - song.job.started_at > timedelta(seconds=0.9)


def test_progress_is_recorded_no_more_often_than_anybody_looks(add_song, session, monkeypatch):
    song = add_song()
    claim = Claim.take(session, song.job.id)
    for rest, recorded in ((3600, ""), (0, "model")):
        monkeypatch.setattr("portal.jobs.claim.BEAT_SECONDS", rest)
        claim.beat("model", 0.5)
        assert song.job.stage == recorded


def test_a_busy_database_costs_a_heartbeat_and_no_more(add_song, session, monkeypatch):
    def locked(*_conditions, **_values):
        raise OperationalError("UPDATE", {}, Exception("database is locked"))

    monkeypatch.setattr("portal.jobs.claim.BEAT_SECONDS", 0)
    song = add_song()
    claim = Claim.take(session, song.job.id)
    with monkeypatch.context() as patch:
        patch.setattr("portal.jobs.claim.change_jobs", locked)
        claim.beat("decode", 0.5)
    claim.beat("model", 0.5)
    assert song.job.stage == "model"


@pytest.mark.parametrize("state", [state for state in JobState if state != JobState.QUEUED])
def test_only_a_queued_job_is_started(make_jobs, add_song, state):
    song = add_song(state=state)
    make_jobs(lambda _path, _progress: pytest.fail("started")).run(song.job.id)
    assert (song.job.state, song.job.attempts) == (state, 0)


def test_an_unknown_job_is_left_alone(make_jobs):
    make_jobs(lambda _path, _progress: pytest.fail("started")).run("no such job")


def test_one_job_is_claimed_once(session, add_song):
    song = add_song()
    assert Claim.take(session, song.job.id)
    assert Claim.take(session, song.job.id) is None


def test_a_song_deleted_while_it_is_analysed_leaves_nothing(make_jobs, add_song, verdict, session):
    song = add_song()
    job_id = song.job.id
    jobs = make_jobs(lambda _path, progress: progress("decode", 0.5) or verdict)
    watch(session, lambda: session.delete(session.get(Song, song.id)), times=1)
    jobs.run(job_id)
    for model in (Song, Job, PredictionRecord, RecommendationRecord, HeardGenre):
        assert session.scalar(select(func.count()).select_from(model)) == 0


def test_a_song_deleted_just_before_the_verdict_leaves_nothing(add_song, verdict, session):
    song = add_song()
    claim = Claim.take(session, song.job.id)
    session.delete(song)
    session.commit()
    with pytest.raises(ClaimLostError):
        claim.finish(verdict, "", [])
    assert session.scalar(select(func.count()).select_from(PredictionRecord)) == 0


def test_a_worker_thought_dead_cannot_overwrite_its_successor(add_song, verdict, session):
    song = add_song()
    late = Claim.take(session, song.job.id)
    song.job.state = JobState.QUEUED
    session.commit()
    Claim.take(session, song.job.id)
    with pytest.raises(ClaimLostError):
        late.finish(verdict, "", [])
    assert (song.job.state, song.job.attempts) == (JobState.RUNNING, 2)


def test_a_worker_told_to_stop_gives_its_job_back_unharmed(make_jobs, add_song, verdict, services, session):
    def stop():
        raise KeyboardInterrupt

    song = add_song()
    jobs = make_jobs(lambda _path, progress: progress("decode", 0.5) or time.sleep(60))
    watch(session, stop, times=1)
    with pytest.raises(KeyboardInterrupt):
        jobs.run(song.job.id)
    assert (song.job.state, song.job.attempts) == (JobState.QUEUED, 0)
    assert services.queue.waiting() == set()
    jobs.recover()
    assert services.queue.waiting() == {song.job.id}


def test_each_job_leaves_one_line_in_the_log(make_jobs, add_song, verdict, caplog):
    caplog.set_level("INFO", "portal.jobs")
    song = add_song()
    make_jobs(lambda _path, _progress: verdict).run(song.job.id)
    (line,) = caplog.messages
    assert line.startswith(f"job {song.job.id} attempt 1: done, 0.")


def test_the_place_in_the_queue_counts_those_before(make_jobs, add_song, alice):
    add_song(state=JobState.RUNNING)
    first, second = add_song(), add_song()
    jobs = make_jobs(None)
    assert jobs.status(alice.id, first.id).queue_place == 1
    assert jobs.status(alice.id, second.id).queue_place == 2


def test_a_song_that_is_done_tells_its_verdict(make_jobs, make_song, alice):
    song = make_song(alice, genre="metal", confidence=0.7)
    status = make_jobs(None).status(alice.id, song.id)
    assert (status.state, status.genre, status.confidence, status.sure, status.music) == (
        "done",
        "metal",
        0.7,
        True,
        True,
    )
    assert status.queue_place is None


def test_a_song_that_failed_tells_why(make_jobs, add_song, alice):
    song = add_song(state=JobState.FAILED, error_code="silent", error_message="The song is silent.")
    status = make_jobs(None).status(alice.id, song.id)
    assert (status.error_code, status.error, status.genre) == ("silent", "The song is silent.", None)


@pytest.mark.parametrize("ask", ["status", "retry", "analyse_again"])
def test_other_peoples_songs_do_not_exist(make_jobs, add_song, bob, ask):
    song = add_song(state=JobState.FAILED)
    with pytest.raises(NoSuchSongError):
        getattr(make_jobs(None), ask)(bob.id, song.id)


@pytest.mark.parametrize("ask", ["status", "retry", "analyse_again"])
def test_unknown_songs_do_not_exist(make_jobs, alice, ask):
    with pytest.raises(NoSuchSongError):
        getattr(make_jobs(None), ask)(alice.id, "nothing")


@pytest.mark.parametrize("state", [JobState.FAILED, JobState.CANCELLED])
def test_what_failed_can_be_tried_again(make_jobs, add_song, alice, services, state):
    song = add_song(state=state, attempts=2, error_code="crashed", error_message="It crashed.")
    make_jobs(None).retry(alice.id, song.id)
    assert (song.job.state, song.job.attempts, song.job.error_code) == (JobState.QUEUED, 0, None)
    assert services.queue.waiting() == {song.job.id}


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.RUNNING, JobState.DONE])
def test_what_did_not_fail_cannot_be_tried_again(make_jobs, add_song, alice, state):
    song = add_song(state=state)
    with pytest.raises(NotRetryableError):
        make_jobs(None).retry(alice.id, song.id)
    assert song.job.state == state


def test_what_another_model_judged_can_be_analysed_again_and_keeps_its_verdict_until_then(
    make_jobs, add_song, alice, services, verdict
):
    song = add_song()
    make_jobs(lambda _path, _progress: verdict).run(song.job.id)
    newer = make_jobs(lambda _path, _progress: verdict | {"genre": "blues", "model": "test-2"}, version="test-2")
    newer.analyse_again(alice.id, song.id)
    status = newer.status(alice.id, song.id)
    assert (status.state, status.genre) == ("queued", "jazz")
    assert services.queue.waiting() == {song.job.id}
    newer.run(song.job.id)
    assert (song.prediction.genre, song.prediction.model_version) == ("blues", "test-2")
    with pytest.raises(UpToDateError):
        newer.analyse_again(alice.id, song.id)


def test_a_new_analysis_that_fails_keeps_the_earlier_verdict_and_can_be_tried_again(
    make_jobs, add_song, alice, verdict
):
    song = add_song()
    make_jobs(lambda _path, _progress: verdict).run(song.job.id)
    newer = make_jobs(refuse, version="test-2")
    newer.analyse_again(alice.id, song.id)
    newer.run(song.job.id)
    status = newer.status(alice.id, song.id)
    assert (status.state, status.error, status.genre) == ("failed", "The song is silent.", "jazz")
    newer.retry(alice.id, song.id)
    assert newer.status(alice.id, song.id).state == "queued"


@pytest.mark.parametrize("state", [state for state in JobState if state != JobState.DONE])
def test_only_what_is_done_is_analysed_again(make_jobs, make_song, session, alice, state):
    song = make_song(alice)
    song.job.state = state
    session.commit()
    with pytest.raises(UpToDateError):
        make_jobs(None, version="test-2").analyse_again(alice.id, song.id)
    assert song.job.state == state


def test_a_very_long_version_is_not_outdated_by_its_own_length(make_jobs, add_song, verdict):
    song, version = add_song(), "genre-" + "1" * 100
    jobs = make_jobs(lambda _path, _progress: verdict | {"model": version}, version=version)
    jobs.run(song.job.id)
    assert not jobs.is_outdated(song.prediction.model_version)


def test_mood_and_second_genre_are_kept_where_the_model_gives_them(make_jobs, add_song, verdict, alice):
    given = {"genres": ["jazz", "blues"], "mood": "calm", "moods": {"lively": 0.1, "calm": 0.9}}
    song, plain = add_song(), add_song()
    make_jobs(lambda _path, _progress: verdict | given).run(song.job.id)
    make_jobs(lambda _path, _progress: verdict | {"mood": None, "moods": {}}).run(plain.job.id)
    status = make_jobs(None).status(alice.id, song.id)
    assert (status.genres, status.mood, status.moods) == (given["genres"], "calm", given["moods"])
    status = make_jobs(None).status(alice.id, plain.id)
    assert (status.genres, status.mood, status.moods) == (["jazz"], None, None)


def test_recovery_hands_over_what_the_queue_lost(make_jobs, add_song, services):
    lost, waiting = add_song(), add_song()
    services.queue.enqueue(waiting.job.id)
    assert make_jobs(None).recover() == 1
    assert services.queue.waiting() == {lost.job.id, waiting.job.id}
    assert make_jobs(None).recover() == 0


def test_recovery_takes_back_what_a_dead_worker_left(make_jobs, add_song, services):
    song = add_song(state=JobState.RUNNING, attempts=1, worker="elsewhere:1", heartbeat_at=ago(minutes=2))
    assert make_jobs(None).recover() == 1
    assert (song.job.state, song.job.attempts) == (JobState.QUEUED, 1)
    assert services.queue.waiting() == {song.job.id}


def ago(**time_span):
    return utc_now() - timedelta(**time_span)


def refuse(_path, _progress):
    return {"refused": {"code": "silent", "message": "The song is silent."}}


def watch(session, look, times=None):
    """Call ``look`` after each heartbeat that a running job records, at most ``times``."""
    beat = Claim.beat
    left = iter(range(times)) if times else iter(int, 1)

    def beat_and_look(claim, stage, progress):
        beat(claim, stage, progress)
        if next(left, None) is not None:
            look()
            session.commit()

    patch = pytest.MonkeyPatch()
    patch.setattr(Claim, "beat", beat_and_look)
    session.info["patch"] = patch


@pytest.fixture(autouse=True)
def _stop_watching(session):
    yield
    patch = session.info.pop("patch", None)
    if patch:
        patch.undo()


def heard(session, song):
    place = (HeardGenre.user_id == song.user_id, HeardGenre.uploaded_at == song.created_at)
    return set(session.scalars(select(HeardGenre.genre).where(HeardGenre.song_id == song.id, *place)))


def tagged_flac(**tags):
    content = io.BytesIO()
    soundfile.write(content, np.zeros(22_050, dtype=np.float32), 22_050, format="FLAC")
    content.seek(0)
    file = mutagen.File(content, easy=True)
    file.update(tags)
    content.seek(0)
    file.save(content)
    return content.getvalue()

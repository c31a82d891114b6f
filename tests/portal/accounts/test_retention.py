from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from portal.accounts import retention as module
from portal.accounts.retention import AudioRetention, UnknownChoice
from portal.models import JobState, Song, utc_now
from portal.models.user import KeepAudio, audio_expiry
from portal.ports import StorageError
from portal.web import EXTENSION
from portal.worker import serve

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def test_audio_past_its_time_goes_and_its_result_stays(retention, stored_song, is_stored, fresh):
    song = stored_song(audio_expires_at=utc_now() - HOUR)

    assert retention.sweep() == 1

    assert not is_stored(song)
    song = fresh(song)
    assert song.audio_deleted_at is not None
    assert song.audio_expires_at is None
    assert song.prediction.genre == "jazz"


def test_audio_within_its_time_stays(retention, stored_song, is_stored, fresh):
    songs = [stored_song(audio_expires_at=utc_now() + HOUR), stored_song(audio_expires_at=None)]

    assert retention.sweep() == 0
    assert all(is_stored(song) and fresh(song).audio_deleted_at is None for song in songs)


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.RUNNING])
def test_what_is_yet_to_be_analysed_is_not_taken_away(retention, stored_song, is_stored, state):
    song = stored_song(state=state, audio_expires_at=utc_now() - DAY)

    assert retention.sweep() == 0
    assert is_stored(song)


@pytest.mark.parametrize("state", [JobState.DONE, JobState.FAILED, JobState.CANCELLED])
def test_an_analysis_that_ended_in_any_way_protects_nothing(retention, stored_song, is_stored, state):
    song = stored_song(state=state, audio_expires_at=utc_now())

    assert retention.sweep() == 1
    assert not is_stored(song)


def test_a_second_sweep_finds_nothing_and_asks_the_database_once(retention, stored_song, count_queries):
    stored_song(audio_expires_at=utc_now())
    retention.sweep()

    with count_queries() as statements:
        assert retention.sweep() == 0
    assert len(statements) == 1


def test_a_sweep_takes_many_songs_in_batches_and_never_more_than_its_share(retention, stored_song, monkeypatch):
    monkeypatch.setattr(module, "BATCH", 2)
    monkeypatch.setattr(module, "BATCHES_A_SWEEP", 2)
    for _ in range(5):
        stored_song(audio_expires_at=utc_now())

    assert [retention.sweep() for _ in range(3)] == [4, 1, 0]


def test_audio_that_the_storage_does_not_let_go_is_tried_again_later_and_holds_up_nothing(
    session, storage, stored_song, fresh, is_stored, caplog
):
    stuck, other = stored_song(audio_expires_at=utc_now() - DAY), stored_song(audio_expires_at=utc_now())

    class Stubborn:
        """A storage that one object will not leave."""

        def delete(self, name):
            if name == stuck.stored_name:
                raise StorageError
            storage.delete(name)

    assert AudioRetention(session, Stubborn()).sweep() == 1

    assert not is_stored(other)
    assert fresh(stuck).audio_deleted_at is None
    assert fresh(stuck).audio_expires_at > utc_now()
    assert "could not be deleted" in caplog.text


def test_audio_that_came_back_while_the_old_was_deleted_is_not_called_deleted(
    session, storage, stored_song, fresh, services
):
    song = stored_song(audio_expires_at=utc_now())

    class Slow:
        """A storage during whose deletion the same song gets other bytes."""

        def delete(self, name):
            storage.delete(name)
            again = session.get(Song, song.id)
            again.stored_name = "brought-back"
            again.audio_expires_at = None
            session.commit()

    AudioRetention(session, Slow()).sweep()
    assert fresh(song).audio_deleted_at is None


def test_the_worker_sweeps_at_every_round(app, services, stored_song, is_stored):
    song = stored_song(audio_expires_at=utc_now())

    class OneRound:
        """A queue that is empty, and serves for one round."""

        def waiting(self):
            return set()

        def consume(self, *, recover, **_):
            recover()

    app.extensions[EXTENSION] = replace(services, queue=OneRound())
    serve(app)
    assert not is_stored(song)


def test_a_choice_counts_from_the_upload_for_new_songs():
    uploaded = datetime(2026, 3, 1, tzinfo=UTC)

    assert audio_expiry(KeepAudio.FOREVER, uploaded) is None
    assert audio_expiry(KeepAudio.MONTH, uploaded) == datetime(2026, 3, 31, tzinfo=UTC)
    assert audio_expiry(KeepAudio.ANALYSED, uploaded) == uploaded


@pytest.mark.parametrize(("choice", "days"), [("forever", None), ("analysed", 0)])
def test_another_choice_counts_from_now_for_songs_that_are_there(retention, alice, stored_song, fresh, choice, days):
    song = stored_song(audio_expires_at=utc_now() + 5 * DAY)
    gone = stored_song(audio_deleted_at=utc_now())

    retention.choose(alice.id, choice)

    assert days_left(fresh(song)) == days
    assert fresh(gone).audio_expires_at is None


def test_coming_back_to_thirty_days_deletes_nothing_by_surprise(retention, alice, stored_song, fresh):
    song = stored_song(created_at=utc_now() - 300 * DAY, audio_expires_at=None)
    retention.choose(alice.id, "forever")
    retention.choose(alice.id, "month")

    assert days_left(fresh(song)) == 30


def test_the_same_choice_again_prolongs_nothing(retention, alice, stored_song, fresh):
    song = stored_song(audio_expires_at=utc_now() + 5 * DAY)
    retention.choose(alice.id, "month")

    assert days_left(fresh(song)) == 5


def test_an_unknown_choice_changes_nothing(retention, alice):
    with pytest.raises(UnknownChoice):
        retention.choose(alice.id, "year")
    assert alice.keeps_audio == "month"


def test_all_audio_of_one_person_goes_on_request(retention, alice, bob, stored_song, is_stored):
    own, theirs = [stored_song(), stored_song(audio_expires_at=utc_now() + DAY)], stored_song(bob)

    assert retention.delete_all(alice.id) == 2
    assert retention.kept(alice.id).songs == 0
    assert retention.sweep() == 2
    assert [is_stored(song) for song in (*own, theirs)] == [False, False, True]


def test_an_upload_is_kept_as_its_owner_chose(services, session, alice, fresh):
    accepted = services.uploads.accept(alice.id, "one.mp3", io.BytesIO(b"one"))
    assert days_left(session.get(Song, accepted.song_id)) == 30

    for choice, days in (("forever", None), ("analysed", 0)):
        services.retention.choose(alice.id, choice)
        accepted = services.uploads.accept(alice.id, f"{choice}.mp3", io.BytesIO(choice.encode()))
        assert days_left(session.get(Song, accepted.song_id)) == days


def test_the_same_file_again_gives_a_song_its_audio_back(services, session, storage, alice, retention, fresh):
    song = uploaded(services, session, alice, b"sound")
    retention.delete_all(alice.id)
    retention.sweep()

    again = services.uploads.accept(alice.id, "again.mp3", io.BytesIO(b"sound"))

    assert (again.song_id, again.duplicate) == (song.id, True)
    song = fresh(song)
    assert song.audio_deleted_at is None
    assert days_left(song) == 30
    with storage.local_copy(song.stored_name) as path:
        assert path.read_bytes() == b"sound"


def test_audio_that_came_back_has_a_day_to_be_analysed_again(services, session, alice, retention, fresh):
    retention.choose(alice.id, "analysed")
    song = uploaded(services, session, alice, b"sound")
    assert retention.sweep() == 1

    services.uploads.accept(alice.id, "again.mp3", io.BytesIO(b"sound"))

    assert retention.sweep() == 0
    assert days_left(fresh(song)) == 1


def test_the_same_file_again_while_the_audio_is_there_changes_nothing(services, session, alice, settings):
    song = uploaded(services, session, alice, b"sound")
    name = song.stored_name
    services.uploads.accept(alice.id, "again.mp3", io.BytesIO(b"sound"))

    assert session.scalar(select(func.count()).select_from(Song)) == 1
    assert session.get(Song, song.id, populate_existing=True).stored_name == name
    assert [path.name for path in (settings.instance_path / "uploads").iterdir()] == [name]


def uploaded(services, session, user, content):
    accepted = services.uploads.accept(user.id, "song.mp3", io.BytesIO(content))
    song = session.get(Song, accepted.song_id)
    song.job.state = JobState.DONE
    session.commit()
    return song


def days_left(song):
    return None if song.audio_expires_at is None else round((song.audio_expires_at - utc_now()) / DAY)


@pytest.fixture
def retention(services):
    return services.retention


@pytest.fixture
def storage(retention):
    return retention._storage


@pytest.fixture
def stored_song(storage, alice, make_song):
    """Return a factory: stored_song(user or Alice, …) -> a song whose bytes lie in the storage."""

    def make(user=None, **columns):
        song = make_song(user or alice, **columns)
        with storage.open_new(song.stored_name) as target:
            target.write(b"sound")
        return song

    return make


@pytest.fixture
def is_stored(storage):
    def look(song):
        try:
            with storage.local_copy(song.stored_name):
                return True
        except StorageError:
            return False

    return look


@pytest.fixture
def fresh(session):
    """Return a function that reads a song anew."""
    return lambda song: session.get(Song, song.id, populate_existing=True)

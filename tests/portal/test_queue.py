"""The queue carries ids between processes, in order, and runs no code that somebody else wrote into it."""

from __future__ import annotations

import pickle
import sqlite3
import threading
from dataclasses import replace

import pytest
from huey import RedisHuey
from huey.storage import SqliteStorage

from portal.queue import Bell, JobQueue, JsonSerializer, make_huey


def test_ids_come_out_in_the_order_they_went_in(settings):
    for job_id in "abc":
        JobQueue(make_huey(settings)).enqueue(job_id)
    huey = make_huey(settings)
    JobQueue(huey)
    assert [huey.dequeue().args for _ in range(3)] == [["a"], ["b"], ["c"]]


def test_what_waits_can_be_asked(settings):
    queue = JobQueue(make_huey(settings))
    assert queue.waiting() == set()
    queue.enqueue("a")
    queue.enqueue("b")
    assert queue.waiting() == {"a", "b"}


def test_the_queue_lies_in_a_file_of_its_own(settings):
    make_huey(replace(settings, queue_url=None))
    assert (settings.instance_path / "queue.db").exists()


def test_redis_serves_where_it_is_configured(settings):
    huey = make_huey(replace(settings, queue_url="redis://127.0.0.1:1/0"))
    assert isinstance(huey, RedisHuey)


def test_a_queue_that_is_down_loses_its_message_and_raises_nothing(settings, caplog):
    queue = JobQueue(make_huey(replace(settings, queue_url="redis://127.0.0.1:1/0")))
    assert queue.enqueue("a") is False
    assert "job a could not be handed over" in caplog.text


def test_a_locked_file_is_waited_for(settings):
    queue = JobQueue(make_huey(replace(settings, queue_url=None)))
    lock = sqlite3.connect(settings.instance_path / "queue.db", isolation_level=None, check_same_thread=False)
    lock.execute("BEGIN EXCLUSIVE")
    threading.Timer(0.3, lambda: lock.execute("COMMIT")).start()
    assert queue.enqueue("a") is True
    lock.close()


def test_a_message_is_never_unpickled(settings):
    with pytest.raises(ValueError):  # noqa: PT011 - any complaint of the JSON reader will do
        JsonSerializer().deserialize(pickle.dumps("anything"))


def test_a_worker_that_waits_is_woken_by_the_next_id(waiting_worker, own_file):
    taken = waiting_worker(seconds=600)
    JobQueue(make_huey(own_file)).enqueue("a")
    assert taken() == ["a"]


def test_each_of_two_ids_wakes_a_worker(waiting_worker, own_file):
    workers = waiting_worker(seconds=600), waiting_worker(seconds=600)
    queue = JobQueue(make_huey(own_file))
    queue.enqueue("a")
    queue.enqueue("b")
    assert sorted(taken()[0] for taken in workers) == ["a", "b"]


def test_an_id_whose_ring_was_lost_is_found_all_the_same(waiting_worker, own_file, monkeypatch):
    monkeypatch.setattr("portal.queue.FileQueue.enqueue", SqliteStorage.enqueue)
    taken = waiting_worker(seconds=0.3)
    JobQueue(make_huey(own_file)).enqueue("a")
    assert taken() == ["a"]


def test_a_ring_that_came_before_anybody_waited_is_heard(tmp_path):
    bell = Bell(tmp_path / "bell")
    bell.wait(0)
    Bell(tmp_path / "bell").ring()
    bell.wait(600)


def test_a_bell_that_nobody_hears_may_ring(tmp_path):
    Bell(tmp_path / "bell").ring()
    assert not (tmp_path / "bell").exists()


def test_a_bell_rung_too_often_takes_no_more(tmp_path):
    bell = Bell(tmp_path / "bell")
    bell.wait(0)
    for _ in range(70_000):
        bell.ring()


@pytest.mark.parametrize("place", ["a file", "no folder/bell"])
def test_where_there_can_be_no_bell_waiting_is_just_waiting(tmp_path, place):
    (tmp_path / "a file").write_bytes(b"of somebody else's")
    bell = Bell(tmp_path / place)
    bell.ring()
    bell.wait(0.01)
    assert (tmp_path / "a file").read_bytes() == b"of somebody else's"


@pytest.fixture
def own_file(settings):
    return replace(settings, queue_url=None)


@pytest.fixture
def waiting_worker(own_file, monkeypatch):
    """Return a factory: waiting_worker(seconds=...) -> a function that returns what a waiting worker was given.

    The worker waits for the bell no longer than that, so that with a long time only the bell can have woken it.
    """

    def start(seconds):
        monkeypatch.setattr("portal.queue.WAIT_SECONDS", seconds)
        huey = make_huey(own_file)
        JobQueue(huey)
        found, waits = [], threading.Event()
        patience = huey.storage._bell.wait
        huey.storage._bell.wait = lambda seconds: (waits.set(), patience(seconds))
        thread = threading.Thread(target=lambda: found.append(huey.dequeue()), daemon=True)
        thread.start()
        assert waits.wait(20)

        def taken():
            thread.join(20)
            return found[0].args

        return taken

    return start

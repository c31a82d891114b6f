"""The queue carries ids between processes, in order, and runs no code that somebody else wrote into it."""

from __future__ import annotations

import pickle
import sqlite3
import threading
from dataclasses import replace

import pytest
from huey import RedisHuey

from portal.queue import JobQueue, JsonSerializer, make_huey


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

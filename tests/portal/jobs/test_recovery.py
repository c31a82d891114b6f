"""The living are told from the dead: by heartbeat everywhere, by process on the same machine."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from datetime import timedelta

import pytest

from portal.jobs.recovery import take_back_abandoned
from portal.models import JobState, utc_now

HOST = socket.gethostname()


def test_a_fresh_heartbeat_elsewhere_is_life(session, running):
    assert_untouched(session, running(worker="elsewhere:1"))


def test_a_stale_heartbeat_is_death(session, running):
    song = running(worker="elsewhere:1", heartbeat_at=utc_now() - timedelta(minutes=2))
    take_back_abandoned(session)
    assert song.job.state == JobState.QUEUED


def test_a_living_process_here_is_life(session, running):
    assert_untouched(session, running(worker=f"{HOST}:{os.getppid()}"))


def test_a_dead_process_here_is_death_at_once(session, running):
    song = running(worker=f"{HOST}:{pid_of_the_dead()}")
    take_back_abandoned(session)
    assert song.job.state == JobState.QUEUED


def test_a_dead_process_that_nobody_buried_is_death(session, running):
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        song = running(worker=f"{HOST}:{process.pid}")
        take_back_abandoned(session)
    assert song.job.state == JobState.QUEUED


def test_ones_own_number_was_an_earlier_process(session, running):
    song = running(worker=f"{HOST}:{os.getpid()}")
    take_back_abandoned(session)
    assert song.job.state == JobState.QUEUED


def test_a_living_process_that_shows_no_life_is_death(session, running):
    song = running(worker=f"{HOST}:{os.getppid()}", heartbeat_at=utc_now() - timedelta(minutes=2))
    take_back_abandoned(session)
    assert song.job.state == JobState.QUEUED


def test_a_job_without_worker_or_heartbeat_is_taken_back(session, add_song):
    song = add_song(state=JobState.RUNNING)
    take_back_abandoned(session)
    assert song.job.state == JobState.QUEUED


def test_the_attempt_counts_and_the_last_one_ends_with_a_reason(session, running):
    song = running(worker=f"{HOST}:{pid_of_the_dead()}", attempts=2)
    assert take_back_abandoned(session) == 1
    assert (song.job.state, song.job.error_code) == (JobState.FAILED, "cut_off")
    assert song.job.error_message == "The analysis was cut off twice before it could end."


@pytest.mark.parametrize("state", [state for state in JobState if state != JobState.RUNNING])
def test_only_running_jobs_are_looked_at(session, running, state):
    song = running(worker="elsewhere:1", heartbeat_at=None, state=state)
    take_back_abandoned(session)
    assert song.job.state == state


def test_the_command_tells_how_many(app, add_song):
    add_song()
    result = app.test_cli_runner().invoke(args=["jobs", "recover"])
    assert result.output == "1 job recovered.\n"


def assert_untouched(session, song):
    take_back_abandoned(session)
    assert (song.job.state, song.job.attempts) == (JobState.RUNNING, 1)


def pid_of_the_dead():
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


@pytest.fixture
def running(add_song):
    def add(**job):
        return add_song(**({"state": JobState.RUNNING, "attempts": 1, "heartbeat_at": utc_now()} | job))

    return add

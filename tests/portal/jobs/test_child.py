"""Whatever a child process does, its parent lives on and learns how it ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from portal.jobs.child import (
    ChildCrashedError,
    ChildFailedError,
    ChildMemoryError,
    ChildTimeoutError,
    run_in_child,
)

run = partial(run_in_child, timeout=10, memory=2**29)


def test_the_answer_comes_back():
    assert run(lambda _emit: {"pid": os.getpid()})["pid"] != os.getpid()


def test_a_large_answer_comes_back_whole():
    assert run(lambda _emit: "x" * 1_000_000) == "x" * 1_000_000


def test_events_arrive_in_order_before_the_answer():
    events = []
    assert run(lambda emit: [emit(number) for number in range(500)] and "end", on_event=events.append) == "end"
    assert events == list(range(500))


def test_the_parent_gets_control_every_second():
    beats = []
    run(lambda _emit: time.sleep(1.2), on_event=beats.append)
    assert beats == [None]


def test_a_segmentation_fault_is_a_crash():
    with pytest.raises(ChildCrashedError, match="SIGSEGV"):
        run(lambda _emit: os.kill(os.getpid(), signal.SIGSEGV))


def test_an_end_without_an_answer_is_a_crash():
    with pytest.raises(ChildCrashedError):
        run(lambda _emit: os._exit(0))


def test_a_child_that_only_closes_its_pipe_is_a_crash():
    with pytest.raises(ChildCrashedError):
        run(lambda _emit: os.closerange(3, 1000) or time.sleep(60))


def test_a_hanging_child_is_killed():
    started = time.monotonic()
    with pytest.raises(ChildTimeoutError):
        run(lambda _emit: time.sleep(60), timeout=0.2)
    assert time.monotonic() - started < 5


def test_a_busy_child_that_refuses_to_end_is_killed():
    def stubborn(_emit):
        while True:
            pass

    with pytest.raises(ChildTimeoutError):
        run(stubborn, timeout=0.2)


@pytest.mark.parametrize("eat", [lambda _: len(bytearray(2**30)), lambda _: float(np.ones(2**28).sum())])
def test_too_much_memory_is_told_as_such(eat):
    with pytest.raises(ChildMemoryError):
        run(eat)


@pytest.mark.parametrize("error", [ValueError("tell me"), KeyboardInterrupt("tell me"), SystemExit("tell me")])
def test_an_exception_is_told_with_its_traceback(error):
    def fail(_emit):
        raise error

    with pytest.raises(ChildFailedError, match="tell me"):
        run(fail)


def test_endless_talk_is_cut_off():
    with pytest.raises(ChildCrashedError):
        run(lambda _emit: "x" * 6_000_000)


def test_what_the_listener_raises_ends_the_child():
    pids = []

    def listen(event):
        pids.append(event)
        raise LookupError

    with pytest.raises(LookupError):
        run(lambda emit: emit(os.getpid()) or time.sleep(60), on_event=listen)
    assert not is_alive(pids[0])


def test_signals_for_the_parent_do_not_end_the_child():
    assert run(lambda _emit: os.kill(os.getpid(), signal.SIGTERM) or "alive") == "alive"


def test_the_child_sees_none_of_the_parents_files(tmp_path):
    with (tmp_path / "secret").open("w") as file, pytest.raises(ChildFailedError, match="Bad file descriptor"):
        run(lambda _emit: os.write(file.fileno(), b"x"))


def test_the_child_prints_nothing(capfd):
    run(lambda _emit: os.write(1, b"out") + os.write(2, b"err"))
    assert capfd.readouterr() == ("", "")


def test_no_process_and_no_file_is_left_over():
    files, processes = open_files(), children()
    for work in (lambda _: 1, lambda _: os._exit(1), lambda _: 1 / 0):
        try:
            run(work)
        except (ChildCrashedError, ChildFailedError):
            continue
    assert open_files() == files
    assert children() == processes


def test_a_child_dies_with_a_parent_that_is_killed():
    script = (
        "import os, time\nfrom portal.jobs.child import run_in_child\n"
        "run_in_child(lambda emit: emit(os.getpid()) or time.sleep(60), timeout=60, memory=2**29,"
        " on_event=lambda pid: print(pid or '', flush=True))"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as parent:
        child = int(parent.stdout.readline())
        assert is_alive(child)
        parent.kill()
    assert wait_until(lambda: not is_alive(child))


def children():
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()


def open_files():
    return sorted(path.name for path in Path("/proc/self/fd").iterdir())


def is_alive(pid):
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def wait_until(condition, seconds=5):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False

"""Run a function in a forked child that may crash, hang or eat memory without harm to its parent.

What belongs here: processes, pipes and limits. Not here: songs or the classifier (``sandbox``). Python's own
``multiprocessing`` cannot serve: a worker of the queue is a daemonic process, which it forbids to have children.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import resource
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, Never

TICK_SECONDS = 1.0
READ_BYTES = 65_536
MAX_LINE_BYTES = 4 * 2**20
IGNORED_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None) if sys.platform == "linux" else None

Emit = Callable[[Any], None]


class ChildError(Exception):
    """The child gave no answer."""


class ChildCrashedError(ChildError):
    """The child died of a signal, or ended without a word."""


class ChildTimeoutError(ChildError):
    """The child took too long and was killed."""


class ChildMemoryError(ChildError):
    """The child asked for more memory than it may have."""


class ChildFailedError(ChildError):
    """The function raised; the message is its traceback."""


def run_in_child(
    work: Callable[[Emit], Any],
    *,
    timeout: float,
    memory: int,
    on_event: Callable[[Any], None] = lambda _event: None,
) -> Any:
    """Return what ``work(emit)`` returns in a forked child; raise a ChildError if there is no answer.

    Result and events are JSON-ready values. ``on_event`` gets each event the child emits, and None at least once a
    second; whatever it raises ends the child. ``memory`` is how many bytes the child may take beyond what it starts
    with.
    """
    parent = os.getpid()
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        _be_child(work, writer, parent, memory)
    os.close(writer)
    message: dict[str, Any] = {}
    try:
        for message in _messages(reader, timeout):
            if "event" not in message:
                break
            on_event(message["event"])
    finally:
        os.close(reader)
        status = _end(pid)
    return _answer(message, status)


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when ``parent`` dies, even by SIGKILL (on Linux; elsewhere nothing happens)."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)  # it died before the call


def _messages(reader: int, timeout: float) -> Iterator[dict[str, Any]]:
    """Yield the child's messages until it closes the pipe, and an empty event for each quiet second."""
    deadline = time.monotonic() + timeout
    poller = select.poll()
    poller.register(reader, select.POLLIN)
    unread = b""
    while (left := deadline - time.monotonic()) > 0:
        if not poller.poll(min(left, TICK_SECONDS) * 1000):
            yield {"event": None}
            continue
        chunk = os.read(reader, READ_BYTES)
        if not chunk:
            yield {}
            return
        *lines, unread = (unread + chunk).split(b"\n")
        if len(unread) > MAX_LINE_BYTES:
            raise ChildCrashedError("the child talks without end")
        yield from map(json.loads, lines)
    raise ChildTimeoutError(f"no answer within {timeout:g} seconds")


def _end(pid: int) -> int:
    # A child that has ended already keeps its own status; one that hangs, or only closed its pipe, is ended here.
    os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _answer(message: dict[str, Any], status: int) -> Any:
    if "answer" in message:
        return message["answer"]
    if "memory" in message:
        raise ChildMemoryError("the child ran out of memory")
    if "failure" in message:
        raise ChildFailedError(message["failure"])
    raise ChildCrashedError(f"the child died of {signal.Signals(-status).name}" if status < 0 else "the child ended")


def _be_child(work: Callable[[Emit], Any], writer: int, parent: int, memory: int) -> Never:
    # Nothing may run past this function: the stack above belongs to the parent, and so does all it would clean up.
    try:
        pipe = os.fdopen(writer, "wb")
        message: dict[str, Any]
        try:
            _confine(writer, parent, memory)
            message = {"answer": work(lambda event: _send(pipe, {"event": event}))}
        except MemoryError:
            message = {"memory": True}
        except BaseException:  # noqa: BLE001 - whatever it is, the parent has to hear of it
            message = {"failure": traceback.format_exc()}
        _send(pipe, message)
    finally:
        os._exit(0)


def _send(pipe: IO[bytes], message: dict[str, Any]) -> None:
    pipe.write(json.dumps(message).encode() + b"\n")
    pipe.flush()


def _confine(writer: int, parent: int, memory: int) -> None:
    for number in IGNORED_SIGNALS:  # these are meant for the parent, which decides what becomes of the child
        signal.signal(number, signal.SIG_IGN)
    die_with_parent(parent)
    gc.freeze()  # the parent's objects, its database connections above all, are not the child's to finalise
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    os.closerange(3, writer)
    os.closerange(writer + 1, os.sysconf("SC_OPEN_MAX"))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _limit_memory(memory)


def _limit_memory(extra: int) -> None:
    statm = Path("/proc/self/statm")
    if not statm.exists():
        return
    limit = int(statm.read_text().split()[0]) * resource.getpagesize() + extra
    _, ceiling = resource.getrlimit(resource.RLIMIT_AS)
    if ceiling == resource.RLIM_INFINITY or limit < ceiling:
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))

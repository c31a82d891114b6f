"""The queue that carries job ids from the web to the workers, and the only file that names its library.

What belongs here: handing an id over and serving what was handed over. Not here: what a job is (``jobs``); the queue
may lose or double an id without harm, since the ``jobs`` table is the truth and ``recover`` compares the two.

A worker that finds the queue empty waits for the next id and wakes at once when it comes: Redis does that by itself,
the queue in a file does it by a bell, which is a named pipe beside the file.
"""

from __future__ import annotations

import json
import logging
import os
import select
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from huey import Huey, RedisHuey, crontab
from huey.consumer import Consumer, Scheduler
from huey.registry import Message
from huey.storage import SqliteStorage

from portal.config import Settings

logger = logging.getLogger(__name__)

NAME = "genregenie"
WAIT_SECONDS = 0.5
"""How long a worker waits for the bell before it looks by itself, which finds what a lost ring was for."""

SHUTDOWN_SECONDS = 3
HEALTH_SECONDS = 1


class JsonSerializer:
    """Messages as JSON: whoever can write to the queue must not be able to run code, as with pickle."""

    def serialize(self, value: Any) -> bytes:
        """Return ``value`` as bytes."""
        return json.dumps(value).encode()

    def deserialize(self, data: bytes) -> Any:
        """Return what ``data`` holds; a list is a message of the queue."""
        value = json.loads(bytes(data))
        return Message(*value) if isinstance(value, list) else value


class Bell:
    """A named pipe: a byte in it wakes one of those who wait.

    A ring that nobody hears is no harm. Where there can be no such pipe, waiting is just waiting.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._listening: int | None = None

    def ring(self) -> None:
        """Wake somebody who waits; what was rung before anybody waited wakes the next who does."""
        bell = self._open(os.O_WRONLY)
        if bell is not None:
            with suppress(OSError):  # it is full of rings already, or the listener has just gone
                os.write(bell, b"!")
            os.close(bell)

    def wait(self, seconds: float) -> None:
        """Return at the next ring, or after so many seconds."""
        poller = select.poll()
        listener = self._listen()
        if listener is not None:
            poller.register(listener, select.POLLIN)
        if poller.poll(1000 * seconds) and listener is not None:
            with suppress(BlockingIOError):  # another who waited was quicker
                os.read(listener, 1)

    def _listen(self) -> int | None:
        if self._listening is None:
            with suppress(OSError):  # it is there already
                os.mkfifo(self._path, 0o600)
            # For writing too, or the pipe would count as closed whenever nobody is just ringing.
            self._listening = self._open(os.O_RDWR)
        return self._listening

    def _open(self, way: int) -> int | None:
        """Open the pipe; None where there is none, nobody listens, or the file is no pipe."""
        try:
            bell = os.open(self._path, way | os.O_NONBLOCK)
        except OSError:
            return None
        if stat.S_ISFIFO(os.fstat(bell).st_mode):
            return bell
        os.close(bell)
        return None


class FileQueue(SqliteStorage):  # type: ignore[misc]
    """Huey's queue in an SQLite file, with a bell beside it."""

    blocking = True  # tells the consumer that ``dequeue`` has waited

    def __init__(self, name: str, *, filename: str, **options: Any) -> None:
        self._bell = Bell(Path(filename).with_suffix(".bell"))
        super().__init__(name, filename=filename, **options)

    def enqueue(self, data: bytes, priority: float | None = None) -> None:
        """Put a message at the end and wake a worker."""
        super().enqueue(data, priority)
        self._bell.ring()

    def dequeue(self) -> Any:
        """Return the first message, None if there is none for a while."""
        message = super().dequeue()
        if message is None:
            self._bell.wait(WAIT_SECONDS)
            message = super().dequeue()
        return message

    def _create_connection(self) -> Any:
        connection = super()._create_connection()
        # A power cut may cost the last messages, which ``recover`` hands over again; the file stays sound.
        connection.execute("PRAGMA synchronous=NORMAL")
        return connection


class StartedScheduler(Scheduler):  # type: ignore[misc]
    """The process that rings for the periodic tasks; it begins with the same hooks as the workers."""

    def initialize(self) -> None:
        """Call the hooks."""
        for hook in self.huey._startup.values():  # noqa: SLF001 - huey calls them in workers only
            hook()


class StartedConsumer(Consumer):  # type: ignore[misc]
    """Huey's consumer with that scheduler."""

    scheduler_class = StartedScheduler


def make_huey(settings: Settings) -> Huey:
    """Return the queue that ``settings`` ask for: Redis, or a file of its own in the instance folder."""
    options: dict[str, Any] = {"results": False, "serializer": JsonSerializer()}
    if settings.queue_url:
        return RedisHuey(NAME, url=settings.queue_url, **options)
    return Huey(NAME, storage_class=FileQueue, filename=str(settings.instance_path / "queue.db"), **options)


class JobQueue:
    """Hands job ids over, in the order they came."""

    def __init__(self, huey: Huey) -> None:
        self._huey = huey
        self._handlers: dict[str, Callable[..., None]] = {}
        self._analyse = huey.task(name="analyse")(self._on_analyse)
        huey.periodic_task(crontab(), name="recover")(self._on_recover)

    def enqueue(self, job_id: str) -> bool:
        """Hand over ``job_id``; False when the queue is out of order, which ``recover`` makes good later."""
        try:
            self._analyse(job_id)
        except Exception:  # each kind of queue fails in its own way
            logger.exception("job %s could not be handed over; it waits for recovery", job_id)
            return False
        return True

    def waiting(self) -> set[str]:
        """Return the ids that were handed over and not yet taken."""
        return {task.args[0] for task in self._huey.pending() if task.args}

    def consume(
        self,
        *,
        analyse: Callable[[str], None],
        recover: Callable[[], None],
        on_start: Callable[[], None],
        workers: int,
    ) -> None:
        """Serve the queue in ``workers`` processes until told to stop; each process begins with ``on_start``.

        SIGTERM lets running jobs finish for a few seconds and then raises KeyboardInterrupt in them; SIGINT does so
        at once. ``recover`` is called every minute.
        """
        self._handlers = {"analyse": analyse, "recover": recover}
        self._huey.on_startup(name="start")(on_start)
        logging.getLogger("huey").setLevel(logging.WARNING)
        StartedConsumer(
            self._huey,
            workers=workers,
            worker_type="process",
            max_delay=WAIT_SECONDS,
            health_check_interval=HEALTH_SECONDS,
            scheduler_interval=10,
            graceful_signal="TERM",
            shutdown_timeout=SHUTDOWN_SECONDS,
        ).run()

    def _on_analyse(self, job_id: str) -> None:
        self._handlers["analyse"](job_id)

    def _on_recover(self) -> None:
        self._handlers["recover"]()

"""The queue that carries job ids from the web to the workers, and the only file that names its library.

What belongs here: handing an id over and serving what was handed over. Not here: what a job is (``jobs``); the queue
may lose or double an id without harm, since the ``jobs`` table is the truth and ``recover`` compares the two.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

from huey import Huey, RedisHuey, SqliteHuey, crontab
from huey.consumer import Consumer, Scheduler
from huey.registry import Message

from portal.config import Settings

logger = logging.getLogger(__name__)

NAME = "genregenie"
POLL_SECONDS = (0.05, 0.2)
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
    return SqliteHuey(NAME, filename=str(settings.instance_path / "queue.db"), **options)


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
        first_delay, longest_delay = POLL_SECONDS
        StartedConsumer(
            self._huey,
            workers=workers,
            worker_type="process",
            initial_delay=first_delay,
            max_delay=longest_delay,
            health_check_interval=HEALTH_SECONDS,
            scheduler_interval=10,
            graceful_signal="TERM",
            shutdown_timeout=SHUTDOWN_SECONDS,
        ).run()

    def _on_analyse(self, job_id: str) -> None:
        self._handlers["analyse"](job_id)

    def _on_recover(self) -> None:
        self._handlers["recover"]()

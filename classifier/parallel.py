"""One piece of work for each of many files, over processes of this machine or of others.

What belongs here: handing files out, answers in their order, and a file that kills its process costing itself only.
Not here: what is done with a file (``predict``, ``training``), or the workers of a cluster (``cluster``). joblib is
imported when it is needed: who analyses one file does not pay for it.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar

from classifier.errors import AudioError, ClassifierError

Item = TypeVar("Item")
Answer = TypeVar("Answer")

AHEAD = 8
"""Files under way or waiting for each process. So many answers are kept at most while the first of them is awaited,
and a song eight times as long as the others keeps no process idle."""

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS"), "1")
"""Environment of the processes: there is one for each core, and threads on top of them get in each other's way."""

LOG_SECONDS = 30.0
"""Seconds between two signs of progress where nobody looks on, as in a log file."""


class Crashed(AudioError):
    """The process that worked on the file died of it, again when it had nothing else to do."""

    code = "crashed"

    def __init__(self) -> None:
        super().__init__("The decoder crashed on this file.")


class FileTrouble(ClassifierError):
    """The disk, or the right to read it, failed a worker."""

    code = "file_trouble"


@dataclass(frozen=True)
class _Raised:
    """A named error on its way between processes; the errors themselves cannot be sent, some take a number to make."""

    kind: type[ClassifierError]
    message: str

    def error(self) -> ClassifierError:
        error = self.kind.__new__(self.kind)
        error.args = (self.message,)
        return error


class Workers(ABC):
    """Whom items can be handed to."""

    @abstractmethod
    def each(
        self,
        work: Callable[[Item], Answer],
        items: Iterable[Item],
        needed: Callable[[Item], bool] = lambda _item: True,
    ) -> Iterator[tuple[Item, Any]]:
        """Do the work for each item, and yield them in their order as their answers come.

        Parameters
        ----------
        work : callable
            Of a module that the workers can import.
        items : iterable
            Taken from as their turn comes, a bounded number in advance.
        needed : callable, optional
            Asked of each item when it is taken; those that need no work keep their place and are answered by None.

        Yields
        ------
        tuple
            The item, and what the work returned, or the named error it raised, or Crashed.
        """

    @abstractmethod
    def close(self) -> None:
        """Stop everything that is under way."""


class Here(Workers):
    """The process that asks: nothing to start, and nothing that outlives a crash."""

    def each(
        self,
        work: Callable[[Item], Answer],
        items: Iterable[Item],
        needed: Callable[[Item], bool] = lambda _item: True,
    ) -> Iterator[tuple[Item, Any]]:
        """Do one after another."""
        for item in items:
            yield item, _attempt(work, item) if needed(item) else None

    def close(self) -> None:
        """Do nothing: what was asked for was done."""


class Others(Workers):
    """Other processes, wherever they are.

    Parameters
    ----------
    ahead : int
        How many items are handed out before the answer to the first is awaited.
    deaths : tuple of exception types
        What is raised in place of an answer when a process died.
    """

    def __init__(self, ahead: int, deaths: tuple[type[Exception], ...]) -> None:
        self._ahead = ahead
        self._deaths = deaths
        self._under_way: set[Any] = set()

    def each(
        self,
        work: Callable[[Item], Answer],
        items: Iterable[Item],
        needed: Callable[[Item], bool] = lambda _item: True,
    ) -> Iterator[tuple[Item, Any]]:
        """Keep ``ahead`` items handed out."""
        waiting: deque[tuple[Item, Any]] = deque()
        for item in items:
            waiting.append((item, self._begun(work, item) if needed(item) else None))
            while waiting and (len(waiting) >= self._ahead or _is_done(waiting[0][1])):
                yield self._answered(work, *waiting.popleft())
        while waiting:
            yield self._answered(work, *waiting.popleft())

    @abstractmethod
    def _begin(self, work: Callable[[Item], Answer], item: Item) -> Any:
        """Hand an item out and return its future."""

    @abstractmethod
    def _again(self, work: Callable[[Item], Answer], item: Item) -> Any:
        """Try an item once more that was under way when a process died, now so that nothing else can kill it."""

    def _begun(self, work: Callable[[Item], Answer], item: Item) -> Any:
        future = self._begin(work, item)
        self._under_way.add(future)
        return future

    def _answered(self, work: Callable[[Item], Answer], item: Item, future: Any) -> tuple[Item, Any]:
        if future is None:
            return item, None
        self._under_way.discard(future)
        try:
            answer = self._result(future)
        except self._deaths:
            try:
                answer = self._again(work, item)
            except self._deaths:
                return item, Crashed()
        return item, answer.error() if isinstance(answer, _Raised) else answer

    def _result(self, future: Any) -> Any:
        return future.result()


class Processes(Others):
    """Processes of this machine, by joblib's loky. They end when this one does, however it ends."""

    def __init__(self, jobs: int) -> None:
        from joblib.externals.loky import BrokenProcessPool

        super().__init__(AHEAD * jobs, (BrokenProcessPool,))
        self._jobs = jobs
        self._pool: Any = None
        self._lonely: Any = None

    def _begin(self, work: Callable[[Item], Answer], item: Item) -> Any:
        self._pool = self._pool or _pool(self._jobs)
        try:
            return self._pool.submit(attempt_there, work, item)
        except self._deaths:
            self._pool = _pool(self._jobs)
            return self._pool.submit(attempt_there, work, item)

    def _again(self, work: Callable[[Item], Answer], item: Item) -> Any:
        # A pool does not tell whose fault it was, and takes all that was under way with it: each is tried alone.
        self._lonely = self._lonely or _pool(1)
        try:
            return self._result(self._lonely.submit(attempt_there, work, item))
        except self._deaths:
            self._lonely = None
            raise

    def close(self) -> None:
        """Let the processes end what they have in hand, and nothing more."""
        for future in self._under_way:
            future.cancel()
        for pool in filter(None, (self._pool, self._lonely)):
            pool.shutdown()


_lent: ContextVar[Workers | None] = ContextVar("lent", default=None)


@contextmanager
def lending(there: Workers) -> Iterator[None]:
    """Let all maps inside be worked on by others than processes of this machine; they are closed at the end."""
    before = _lent.set(there)
    try:
        yield
    finally:
        _lent.reset(before)
        there.close()


@contextmanager
def workers(jobs: int | None) -> Iterator[Workers]:
    """Give those of ``lending``, or else so many processes, or this one where it is None."""
    lent = _lent.get()
    if lent is not None:
        yield lent
        return
    own = Here() if jobs is None else Processes(jobs)
    try:
        yield own
    finally:
        own.close()


def answers(
    work: Callable[[Item], Answer], items: Sequence[Item], *, jobs: int | None, what: str
) -> Iterator[tuple[Item, Any]]:
    """Yield each item with its answer, or the named error in its place, showing progress.

    Parameters
    ----------
    work : callable
        As for ``Workers.each``.
    items : sequence
        Files, usually.
    jobs : int or None
        Processes; None means this one. On a cluster it means nothing.
    what : str
        Says in the bar what is being done.
    """
    with workers(jobs and min(jobs, max(1, len(items)))) as there, progress(len(items), what) as bar:
        for item, answer in there.each(work, items):
            yield item, answer
            bar.update()


def gather(
    work: Callable[[Item], Answer],
    items: Sequence[Item],
    *,
    jobs: int,
    what: str,
    crashed: Callable[[Crashed], Answer] | None = None,
) -> list[Answer]:
    """Return the answers to all items, in their order; as ``answers``, but one job needs no other process.

    Parameters
    ----------
    crashed : callable, optional
        Gives the answer for an item whose process died; an error otherwise.

    Raises
    ------
    ClassifierError
        The first there is.
    """
    gathered = []
    for item, answer in answers(work, items, jobs=None if jobs == 1 else jobs, what=what):
        if isinstance(answer, AudioError):
            answer.args = (f"{item}: {answer}",)  # Which of many, the error itself does not know.
        if isinstance(answer, Crashed) and crashed:
            gathered.append(crashed(answer))
        elif isinstance(answer, ClassifierError):
            raise answer
        else:
            gathered.append(answer)
    return gathered


def progress(total: int, what: str = "") -> Any:
    """Return tqdm's bar on stderr, seldom renewed where stderr is no terminal; for a single file there is none."""
    if total <= 1:
        return nullcontext(_NoBar())
    from tqdm import tqdm

    every = 0.1 if sys.stderr.isatty() else LOG_SECONDS
    return tqdm(total=total, desc=what or None, unit="file", mininterval=every, maxinterval=max(every, 10.0))


class _NoBar:
    """What ``progress`` returns where there is nothing to watch; ``write`` and ``update`` are tqdm's."""

    write = staticmethod(print)

    def update(self) -> None:
        pass


def _attempt(work: Callable[[Item], Answer], item: Item) -> Answer | ClassifierError:
    try:
        return work(item)
    except ClassifierError as error:
        return error
    except OSError as error:
        return FileTrouble(f"{error.filename or item}: {error.strerror or error}.")


def attempt_there(work: Callable[[Item], Answer], item: Item) -> Answer | _Raised:
    """Do the work in a worker."""
    answer = _attempt(work, item)
    return _Raised(type(answer), str(answer)) if isinstance(answer, ClassifierError) else answer


def _is_done(future: Any) -> bool:
    return future is None or bool(future.done())


def _pool(jobs: int) -> Any:
    from joblib.externals.loky import ProcessPoolExecutor

    return ProcessPoolExecutor(jobs, env=ONE_THREAD, initializer=_serve, initargs=(os.getpid(),))


def _serve(parent: int) -> None:
    """Leave Ctrl-C to the parent, and end soon after it; one that was killed cannot tell its processes to end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()

"""Has files taken apart in a process of its own, which a hostile one may hang or crash without harm to the portal.

What belongs here: starting that process, asking it, ending it. Not here: what it does (``files.worker``). A fork, as
the queue's workers use it, would not do: the web process has threads, whose locks a fork takes along as they are.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from portal.tagging.errors import UnreadableTagsError, error_of

SECONDS = 10
GRACE_SECONDS = 2
MAX_ANSWER_BYTES = 2**20

HERE = Path(__file__).parent
START = f"import sys; sys.path.insert(0, {str(HERE)!r}); from files.worker import main; main()"
"""Imports ``files`` by itself: all of the portal would take it two seconds to start, and know its secrets."""

INHERITED = ("PATH", "LD_LIBRARY_PATH", "TMPDIR")


@dataclass(frozen=True)
class Written:
    """What the file is, and its genres before and after."""

    kind: str
    before: list[str]
    after: list[str]


class Scribe:
    """One such process, started at the first question and again after one that it did not survive."""

    def __init__(self, seconds: int = SECONDS) -> None:
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def read(self, source: Path) -> Written:
        """Return what the file says of itself now; raise one of the feature's errors."""
        return self._ask(source, None, [], "keep")

    def write(self, source: Path, target: Path, genres: Sequence[str], mode: str) -> Written:
        """Write a copy of ``source`` with the genres to ``target``; raise one of the feature's errors."""
        return self._ask(source, target, genres, mode)

    def _ask(self, source: Path, target: Path | None, genres: Sequence[str], mode: str) -> Written:
        request = {"source": str(source), "target": target and str(target), "genres": list(genres), "mode": mode}
        try:
            answer = self._answer(json.dumps(request | {"seconds": self._seconds}).encode() + b"\n")
        except BaseException:
            self._end()  # whatever it was busy with, the next question gets a fresh one
            raise
        if "error" in answer:
            raise error_of(answer["error"], answer["detail"])
        return Written(**answer)

    def _answer(self, request: bytes) -> dict[str, Any]:
        process = self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(request)
            process.stdin.flush()
        except BrokenPipeError as error:
            raise UnreadableTagsError("crashed") from error
        deadline, answer = time.monotonic() + self._seconds + GRACE_SECONDS, b""
        while not answer.endswith(b"\n"):
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([process.stdout], [], [], left)[0]:
                raise UnreadableTagsError("too_heavy")
            part = os.read(process.stdout.fileno(), 2**16)
            if not part:
                in_time = process.wait(GRACE_SECONDS) != -signal.SIGALRM
                raise UnreadableTagsError("crashed" if in_time else "too_heavy")
            if len(answer) > MAX_ANSWER_BYTES:
                raise UnreadableTagsError("crashed")
            answer += part
        read: dict[str, Any] = json.loads(answer)
        return read

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter with our own words
                [sys.executable, "-I", "-c", START],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={name: os.environ[name] for name in INHERITED if name in os.environ},
            )
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue

"""Asking other people's web services, with an end to everything: to time, to size, to redirects.

What belongs here: one bounded request, and what any service's refusal means. Not here: any one service's shapes.
"""

from __future__ import annotations

import math
import queue
import threading
import time
from collections.abc import Callable, Iterable
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from portal.ports import SourceError

USER_AGENT = "GenreGenie/0.1 (web portal that names the genre of songs)"
MAX_BODY_BYTES = 2**20
CHUNK_BYTES = 2**14
MAX_RETRY_SECONDS = 7 * 24 * 3600.0
REFUSALS = {401: "keys_refused", 403: "keys_refused", 408: "timeout"}
WAIT_HEADERS = ("Retry-After", "X-RateLimit-Reset-In")

# Requests that outlived their time (a name server that never answers) hold one each until they end; a service that
# collects them all is not asked again, rather than given the whole process.
_free = threading.BoundedSemaphore(16)

Check = Callable[[requests.Response], None]


def check(response: requests.Response) -> None:
    """Raise SourceError unless this is a good answer in JSON."""
    status = response.status_code
    if status == 429:  # noqa: PLR2004 - too many requests
        raise SourceError("rate_limited", retry_after=retry_after(response))
    if status >= 500:  # noqa: PLR2004 - the service's own failures
        raise SourceError("unreachable", retry_after=retry_after(response))
    if status >= 400:  # noqa: PLR2004 - what it does not like about us
        raise SourceError(REFUSALS.get(status, "bad_request"))
    if status >= 300 or not _is_json(response):  # noqa: PLR2004 - no service of ours redirects
        raise SourceError("bad_answer")


def retry_after(response: requests.Response) -> float | None:
    """Return the seconds that the service asked to be left alone for, None where it named none."""
    for name in WAIT_HEADERS:
        try:
            seconds = float(response.headers.get(name, ""))
        except ValueError:
            continue
        if math.isfinite(seconds):
            return min(max(seconds, 0.0), MAX_RETRY_SECONDS)
    return None


class BoundedSession(requests.Session):
    """A session all of whose requests together end within ``seconds``, by an answer that passed the check or an error.

    Whatever goes wrong is a SourceError. Each request runs in a thread of its own: looking up a name and reading
    headers know no limit that could be set. It sends no cookies and no passwords from the machine's ``.netrc``, follows
    no redirect and never tries again, so that "too many requests" comes back at once. ``connections`` are lent by who
    asks often, and stay open for the next session.
    """

    def __init__(self, seconds: float, check: Check = check, connections: HTTPAdapter | None = None) -> None:
        super().__init__()
        self._lent = connections is not None
        if connections:
            self.mount("https://", connections)
            self.mount("http://", connections)
        self._ends_at = time.monotonic() + seconds
        self._check = check
        self.headers["User-Agent"] = USER_AGENT
        self.auth = _unchanged
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))

    def request(self, method: str, url: str, *_: Any, **options: Any) -> requests.Response:  # type: ignore[override]
        """Return the checked answer with its whole body; raise SourceError. ``timeout`` is ours to say."""
        outcome: queue.SimpleQueue[requests.Response | Exception] = queue.SimpleQueue()
        # Once the time is over nobody is asked, though a moment's wait would get through.
        if self._left() <= 0 or not _free.acquire(timeout=max(self._left(), 0.0)):
            raise SourceError("timeout")
        target = lambda: outcome.put(self._attempt(method, url, options))  # noqa: E731
        threading.Thread(target=target, name="outside", daemon=True).start()
        try:
            answer = outcome.get(timeout=max(self._left(), 0.0))
        except queue.Empty:
            raise SourceError("timeout") from None
        if isinstance(answer, Exception):
            raise self._named(answer) from answer
        self._check(answer)
        return answer

    def close(self) -> None:
        """Close the connections, unless they are lent."""
        if not self._lent:
            super().close()

    def _attempt(self, method: str, url: str, options: dict[str, Any]) -> requests.Response | Exception:
        bounds = {"timeout": max(self._left(), 0.001), "stream": True, "allow_redirects": False}
        try:
            with super().request(method, url, **options | bounds) as response:
                # requests keeps a body it has read here; from now on it is that of any answer.
                response._content = b"".join(self._chunks(response))  # noqa: SLF001
                return response
        except Exception as error:  # noqa: BLE001 - a thread hands over whatever ended it
            return error
        finally:
            _free.release()

    def _chunks(self, response: requests.Response) -> Iterable[bytes]:
        size = 0
        for chunk in response.iter_content(CHUNK_BYTES):
            size += len(chunk)
            if size > MAX_BODY_BYTES:
                raise SourceError("bad_answer")
            if self._left() <= 0:
                raise SourceError("timeout")
            yield chunk

    def _left(self) -> float:
        return self._ends_at - time.monotonic()

    def _named(self, error: Exception) -> Exception:
        if isinstance(error, SourceError):
            return error
        if isinstance(error, requests.Timeout) or self._left() <= 0:
            return SourceError("timeout")
        if isinstance(error, requests.exceptions.ContentDecodingError | ValueError):
            return SourceError("bad_answer")
        return SourceError("unreachable") if isinstance(error, OSError) else error


def _unchanged(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _is_json(response: requests.Response) -> bool:
    try:
        response.json()
    except (ValueError, RecursionError):
        return False
    return True

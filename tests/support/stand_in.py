"""A web service of our own in place of somebody else's: real HTTP, requests on record, and faults to be switched on."""

from __future__ import annotations

import json
import socket
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit

PATIENCE_SECONDS = 20
"""For how long a hanging or dripping answer hangs or drips; then it comes after all, and a test that waited fails."""


@dataclass(frozen=True)
class Asked:
    """One request as it came in; ``peer`` tells connections apart."""

    method: str
    path: str
    query: dict
    headers: dict
    body: bytes
    peer: tuple

    @property
    def form(self):
        return dict(parse_qsl(self.body.decode()))

    @property
    def json(self):
        return json.loads(self.body or b"null")


@dataclass
class Answer:
    """What goes back; ``content`` is sent as JSON unless it is bytes."""

    status: int = 200
    content: object = field(default_factory=dict)
    headers: dict = field(default_factory=dict)
    content_type: str = "application/json"

    @property
    def body(self):
        return self.content if isinstance(self.content, bytes) else json.dumps(self.content).encode()


class StandIn:
    """Base of the stand-ins: subclasses give ``answer(asked)``, ``place(asked)`` and may know more faults."""

    def __init__(self, port=0):
        self.requests = []
        self.faults = {}
        self._released = threading.Event()
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.stand_in = self

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self._released.set()
        self._server.shutdown()
        self._server.server_close()

    def serve_forever(self):
        self._server.serve_forever()

    def fail(self, how, where="*", *, times=None, after=0, **details):
        """Let requests to ``where`` fail after so many more, the next ``times`` of them or all until ``heal``."""
        self.faults[where] = [how, details, times, after]

    def heal(self):
        self.faults.clear()

    def asked(self, where):
        """Return the requests that came to one place."""
        return [request for request in self.requests if self.place(request) == where]

    def fault(self, asked):
        """Return the fault that this request meets, used up by one."""
        where = next((place for place in (self.place(asked), "*") if place in self.faults), None)
        if where is None:
            return None
        how, details, times, after = self.faults[where]
        if after:
            self.faults[where][3] -= 1
            return None
        if times is not None:
            self.faults[where][2] = times - 1
            if times <= 1:
                del self.faults[where]
        return how, details

    def failing(self, how, details):
        """Return the answer of a fault, or raise what makes the handler misbehave."""
        if how == "status":
            return Answer(details["status"], details.get("body", {}), details.get("headers", {}))
        if how == "html":
            return Answer(details.get("status", 200), b"<!doctype html><h1>Service</h1>", content_type="text/html")
        if how == "body":
            return Answer(200, details["body"], details.get("headers", {}))
        if how == "huge":
            return Answer(200, b'{"padding": "' + b"x" * 5_000_000 + b'"}')
        if how == "redirect":
            return Answer(302, {}, {"Location": details["to"]})
        raise Misbehaviour(how)

    def answer(self, asked):
        raise NotImplementedError

    def place(self, asked):
        raise NotImplementedError


class Misbehaviour(Exception):
    """The handler is to hang, drip or reset."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_):
        """Say nothing: clients that give up are what is being tried."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body in one packet: the second would wait for the first one's receipt

    def handle_any(self):
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        query, headers = dict(parse_qsl(parts.query)), dict(self.headers)
        asked = Asked(self.command, unquote(parts.path), query, headers, body, self.client_address)
        stand_in = self.server.stand_in
        stand_in.requests.append(asked)
        fault = stand_in.fault(asked)
        try:
            self._send(stand_in.failing(*fault) if fault else stand_in.answer(asked))
        except Misbehaviour as wrong:
            getattr(self, f"_{wrong}")(stand_in)

    do_GET = do_POST = do_PUT = do_DELETE = handle_any  # noqa: N815 - the names http.server looks for

    def _send(self, answer):
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)

    def _hang(self, stand_in):
        stand_in._released.wait(PATIENCE_SECONDS)
        self._send(Answer(200, {"tracks": {"items": []}}))

    def _drip(self, stand_in):
        self._begin(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
        self._drop_by_drop(stand_in, b" ", b"{}")

    def _drip_headers(self, stand_in):
        self._begin(b"HTTP/1.1 200 OK\r\nX-Padding: ")
        self._drop_by_drop(stand_in, b"x", b"\r\nContent-Length: 2\r\n\r\n{}")

    def _begin(self, start):
        self.close_connection = True
        self.wfile.write(start)
        self.wfile.flush()

    def _drop_by_drop(self, stand_in, drop, end):
        for _ in range(int(PATIENCE_SECONDS / 0.05)):
            if stand_in._released.wait(0.05):
                break
            with suppress(OSError):
                self.wfile.write(drop)
                self.wfile.flush()
        with suppress(OSError):
            self.wfile.write(end)

    def _reset(self, _stand_in):
        self.close_connection = True
        # With time to linger of zero a close sends a reset in place of a farewell.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def log_message(self, *_):
        """Say nothing."""

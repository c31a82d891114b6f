"""A line between a browser and the portal that can be cut.

What belongs here: a TCP relay on this machine. Not here: slowness, which the browser itself can play.
"""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress

PART = 2**14


class Line:
    """Relays every connection to a port, until it is cut; mended, it takes new ones."""

    def __init__(self, port):
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open = set()
        self._cut = False
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def cut(self):
        self._cut = True
        for end in [*self._open]:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def mend(self):
        self._cut = False

    def close(self):
        self._listener.close()
        self.cut()

    def _serve(self):
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                if self._cut:
                    near.close()
                    continue
                far = socket.create_connection(("127.0.0.1", self._target))
                for one, other in ((near, far), (far, near)):
                    self._open.add(one)
                    threading.Thread(target=self._relay, args=(one, other), daemon=True).start()

    def _relay(self, source, target):
        with suppress(OSError):
            while part := source.recv(PART):
                target.sendall(part)
        for end in (source, target):
            self._open.discard(end)
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@contextmanager
def line_to(port):
    line = Line(port)
    try:
        yield line
    finally:
        line.close()

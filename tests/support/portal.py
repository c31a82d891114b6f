"""The portal as `make run` starts it, web and worker, on an instance folder and a port of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
START_SECONDS = 60
STOP_SECONDS = 20


@dataclass(frozen=True)
class Portal:
    """Where it answers, and where it keeps things."""

    url: str
    instance: Path


@contextmanager
def running_portal(instance, **settings):
    port = free_port()
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    settings |= {"INSTANCE_PATH": str(instance), "PORT": str(port), "PATH": path, "PYTHONUNBUFFERED": "1"}
    options = {"cwd": ROOT, "env": os.environ | settings}
    subprocess.run(["flask", "--app", "wsgi", "db", "upgrade"], check=True, capture_output=True, **options)
    with (instance / "log").open("wb") as log:
        honcho = subprocess.Popen(["honcho", "start"], stdout=log, stderr=log, start_new_session=True, **options)
    portal = Portal(f"http://127.0.0.1:{port}", instance)
    try:
        wait_until_up(portal, honcho)
        yield portal
    finally:
        stop(honcho)


def stop(process):
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_until_up(portal, process):
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{portal.url}/healthz", timeout=1):
                return
        except OSError:
            assert process.poll() is None, (portal.instance / "log").read_text()
            time.sleep(0.1)
    raise AssertionError("the portal did not start:\n" + (portal.instance / "log").read_text())

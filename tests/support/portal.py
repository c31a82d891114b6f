"""The portal as `make run` starts it, web and worker, on an instance folder and a port of its own."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
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
    shutil.copytree(_migrated(), instance, dirs_exist_ok=True)
    with (instance / "log").open("wb") as log:
        honcho = subprocess.Popen(["honcho", "start"], stdout=log, stderr=log, start_new_session=True, **options)
    portal = Portal(f"http://127.0.0.1:{port}", instance)
    try:
        wait_until_up(portal, honcho)
        yield portal
    finally:
        stop(honcho)


@cache
def _migrated():
    """Return an instance folder with an empty database; migrating is half of what a portal takes to start."""
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"INSTANCE_PATH": folder, "PATH": path}
    upgrade = ["flask", "--app", "wsgi", "db", "upgrade"]
    subprocess.run(upgrade, check=True, capture_output=True, cwd=ROOT, env=environment)
    return folder


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

"""A portal as `make run` starts it, web and worker, on an instance folder of its own; and a real browser."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium")
CHROMIUM_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
START_SECONDS = 60


@dataclass(frozen=True)
class Portal:
    """Where it answers, and where it keeps things."""

    url: str
    instance: Path


@pytest.fixture(scope="session")
def portal(tmp_path_factory):
    instance = tmp_path_factory.mktemp("instance")
    port = free_port()
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {
        "INSTANCE_PATH": str(instance),
        "PORT": str(port),
        "PATH": path,
        "PYTHONUNBUFFERED": "1",
    }
    subprocess.run(
        ["flask", "--app", "wsgi", "db", "upgrade"], cwd=ROOT, env=environment, check=True, capture_output=True
    )
    with (instance / "log").open("wb") as log:
        honcho = subprocess.Popen(
            ["honcho", "start"], cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
        )
    portal = Portal(f"http://127.0.0.1:{port}", instance)
    try:
        wait_until_up(portal, honcho)
        yield portal
    finally:
        os.killpg(honcho.pid, signal.SIGTERM)
        try:
            honcho.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(honcho.pid, signal.SIGKILL)
            honcho.wait()


@pytest.fixture(scope="session")
def browser():
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser, portal):
    """A page in a profile of its own; any script error or blocked resource fails the test."""
    context = browser.new_context(base_url=portal.url)
    page = context.new_page()
    troubles = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on(
        "console", lambda message: troubles.append(message.text) if "Content Security Policy" in message.text else None
    )
    yield page
    context.close()
    assert troubles == []


@pytest.fixture
def plain_page(browser, portal):
    """A page without JavaScript."""
    context = browser.new_context(base_url=portal.url, java_script_enabled=False)
    yield context.new_page()
    context.close()


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

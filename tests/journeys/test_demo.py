"""The demo page in a real browser: drop a song, read the verdict."""

from __future__ import annotations

import importlib.util
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import expect

from classifier import GENRES, load_model
from tests.support.audio import encode, music_like

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 1000


def test_a_dropped_song_gets_its_verdict_and_everything_around_it(visit, songs):
    page = visit()
    page.set_input_files("input[type=file]", songs / "tune.mp3")
    verdict = page.locator("#verdict")
    expect(verdict).to_contain_text(re.compile("% sure|Not sure|does not sound like music"), timeout=30 * SECONDS)
    expect(verdict).to_contain_text(load_model().version)
    expect(verdict).to_contain_text("0:30")
    expect(verdict).to_contain_text(re.compile("BPM|no steady pulse"))
    bars = page.locator("#genres")
    for genre in GENRES:
        expect(bars).to_contain_text(re.compile(genre.replace("hiphop", "hip-hop"), re.IGNORECASE))
    expect(page.locator("#timeline .block").first).to_be_visible()
    expect(page.locator("#timeline")).to_contain_text("Genre over time")


def test_a_file_that_is_no_music_is_refused_in_plain_words_and_another_can_follow(visit, songs):
    page = visit()
    page.set_input_files("input[type=file]", songs / "words.mp3")
    expect(page.get_by_role("alert")).to_contain_text("This file is not audio we can read", timeout=30 * SECONDS)
    expect(page.locator("#timeline .block")).to_have_count(0)
    page.get_by_label("Clear").click()
    expect(page.locator("#verdict")).to_contain_text("The verdict appears here")
    page.set_input_files("input[type=file]", songs / "tune.mp3")
    expect(page.locator(".genie-name")).to_be_visible(timeout=30 * SECONDS)


def test_the_page_asks_no_other_site_and_fits_a_phone(visit, songs):
    asked = []
    page = visit(asked, width=320)
    page.set_input_files("input[type=file]", songs / "tune.mp3")
    expect(page.locator(".genie-name")).to_be_visible(timeout=30 * SECONDS)
    assert [url for url in asked if not url.startswith(("http://127.0.0.1:", "data:", "blob:"))] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.fixture
def visit(browser, demo):
    contexts = []

    def open_page(asked=None, width=1180):
        context = browser.new_context(viewport={"width": width, "height": 900})
        contexts.append(context)
        page = context.new_page()
        if asked is not None:
            page.on("request", lambda request: asked.append(request.url))
        page.goto(demo)
        expect(page.locator("#verdict")).to_contain_text("The verdict appears here", timeout=30 * SECONDS)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The command itself, in a process of its own; ended as a person ends it, and all its uploads with it."""
    if importlib.util.find_spec("gradio") is None:
        pytest.skip("gradio is not installed")
    folder = tmp_path_factory.mktemp("demo")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    with (folder / "log").open("wb") as log:
        command = [sys.executable, "-m", "classifier", "demo", "--port", str(port)]
        environ = os.environ | {"TMPDIR": str(folder)}
        process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=log, stderr=log)
    try:
        wait_until_up(f"http://127.0.0.1:{port}/", process, folder / "log")
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait(timeout=20)
    assert list(folder.glob("genregenie-demo-*")) == []


def wait_until_up(url, process, log):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            assert process.poll() is None, log.read_text()
            time.sleep(0.2)
    raise AssertionError("the page did not come up:\n" + log.read_text())


@pytest.fixture(scope="module")
def songs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("songs")
    encode(folder / "tune.mp3", music_like(30.0, seed=1, rate=44_100), 44_100, "mp3")
    (folder / "words.mp3").write_bytes(b"These are words and no music.\n" * 100)
    return folder

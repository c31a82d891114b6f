"""Debian's Chromium through Playwright.

What belongs here: which one, and how it is started. Not here: what is done in it (``visitor``).
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager

from playwright.sync_api import sync_playwright

# Without a window's own furniture a new context takes a fifth of the time.
CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")


@contextmanager
def running_browser():
    """Yield a browser; there must be one (``CHROMIUM``)."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()

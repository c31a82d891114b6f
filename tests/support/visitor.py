"""What visitors of the portal do in a browser, whatever they came for.

What belongs here: steps of several journeys. Not here: what a journey is about.
"""

from __future__ import annotations

import re
from email import message_from_bytes, policy

from playwright.sync_api import expect

PASSWORD = "violet kettle drum"
VERDICT = re.compile("sure|may not be music", re.IGNORECASE)
SECONDS = 1000


def sign_up(page, email, name):
    page.goto("/signup")
    page.locator("input[name=email]").fill(email)
    page.locator("input[name=name]").fill(name)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=confirm]").fill(PASSWORD)
    page.locator("main form button[type=submit]").click()
    expect(page.get_by_role("heading", name="What genre is it?")).to_be_visible()


def log_in(page, email, password):
    page.goto("/login")
    page.locator("input[name=email]").fill(email)
    page.locator("input[name=password]").fill(password)
    page.locator("main form button[type=submit]").click()
    expect(page.get_by_role("button", name="Log out")).to_be_visible()


def row(page, filename):
    return page.locator("[data-rows] li", has_text=filename)


def upload(page, file):
    """Upload a song, wait for its verdict and return the address of its result."""
    page.goto("/upload")
    page.set_input_files("input[name=songs]", file)
    uploaded = row(page, file.name)
    expect(uploaded.locator("[data-text]")).to_have_text(VERDICT, timeout=30 * SECONDS)
    return uploaded.get_by_role("link").get_attribute("href")


def link_from_outbox(portal, email):
    """Return the link of the newest mail to ``email``."""
    for file in sorted((portal.instance / "outbox").glob("*.eml"), reverse=True):
        mail = message_from_bytes(file.read_bytes(), policy=policy.default)
        if mail["To"] == email:
            return re.search(r"https?://\S+", mail.get_content()).group()
    raise AssertionError(f"no mail for {email}")

"""The map of a person's music in a real browser: made by the worker, read by pointer, by keys, and without a script."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from portal.web import services
from tests.support.audio import encode, music_like
from tests.support.people import inside
from tests.support.visitor import sign_up, upload

pytestmark = pytest.mark.browser


def test_three_songs_become_a_map(page, plain_page, portal, songs):
    sign_up(page, "mona@example.org", "Mona")
    for song in songs:
        upload(page, song)
    page.goto("/history")
    page.get_by_role("link", name="Map", exact=True).click()
    draw(portal)
    page.reload()

    for width in (320, 390, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width

    told = page.locator("[data-told]")
    page.get_by_role("application").focus()
    page.keyboard.press("ArrowRight")
    expect(told.get_by_role("link")).to_be_visible()
    first = told.get_by_role("link").get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{first}")

    plain_page.context.add_cookies(page.context.cookies())
    plain_page.goto("/history/map")
    expect(plain_page.locator(".map-links a")).to_have_count(len(songs))
    expect(plain_page.locator(".map-table tbody tr")).to_have_count(len(songs))
    plain_page.get_by_role("link", name="Genre profile").click()
    expect(plain_page.locator(".time-bars rect").first).to_be_visible()


def draw(portal):
    """Do what the worker does within a minute, and may have done by now."""
    with inside(portal):
        services().maps.sweep()


@pytest.fixture(scope="module")
def songs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("songs")
    return [
        encode(folder / f"song-{rate}.ogg", music_like(12.0, rate=rate), rate, "ogg")
        for rate in (44_100, 32_000, 22_050)
    ]

"""Each journey on a phone, a tablet and a wide screen, light and dark: everything is there, and can be reached."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.support.audio import encode, music_like
from tests.support.people import add_person
from tests.support.visitor import PASSWORD, link_from_outbox, log_in, sign_up, upload

pytestmark = pytest.mark.browser

WIDTHS = (390, 768, 1440)
PAPER = {"light": (200, 255), "dark": (0, 80)}
"""What the paper's brightness may be, of 255."""


@pytest.mark.parametrize("width", WIDTHS)
class TestEveryWidth:
    """One person a journey, so that none meets what another left."""

    def test_from_sign_up_to_another_password_and_out(self, page, portal, email):
        sign_up(page, email, "Ada")
        fits(page)
        leave(page)
        page.goto("/login")
        page.get_by_role("link", name=re.compile("Forgot")).click()
        page.get_by_label("Email").fill(email)
        page.locator("main form button[type=submit]").click()
        fits(page)
        page.goto(link_from_outbox(portal, email))
        for field in ("password", "confirm"):
            page.locator(f"input[name={field}]").fill("green harbour piano")
        page.locator("main form button[type=submit]").click()
        log_in(page, email, "green harbour piano")
        fits(page)

    def test_from_a_file_to_its_verdict_and_a_correction(self, page, portal, email, tmp_path):
        arrive(page, portal, email, "Bea")
        page.goto(upload(page, encode(tmp_path / "evening.wav", music_like(8.0, seed=3), 22_050, "wav")))
        expect(page.get_by_role("heading", name="evening", level=1)).to_be_visible()
        expect(page.locator("audio")).to_be_visible()
        fits(page)
        page.get_by_text("Another genre, or two").click()
        page.get_by_label("It is", exact=True).select_option("jazz")
        page.get_by_role("button", name="Save").click()
        expect(page.locator("#feedback")).to_contain_text("You say")
        fits(page)

    def test_finding_songs_again_and_deleting_some(self, page, portal, email):
        arrive(page, portal, email, "Cleo", songs=12)
        page.goto("/history")
        fits(page)
        page.get_by_label("Genre", exact=True).select_option("rock")
        page.get_by_role("button", name="Find").click()
        expect(page).to_have_url(re.compile("genre=rock"))
        page.get_by_role("link", name="Clear").click()
        page.get_by_role("link", name="Grid").click()
        fits(page)
        for box in page.locator("input[name=song]").all()[:2]:
            box.check()
        page.locator("#selected").get_by_role("button", name="Delete").click()
        expect(page.get_by_role("heading", name=re.compile("Delete these 2 songs"))).to_be_visible()
        fits(page)
        page.get_by_role("button", name="Delete for good").click()
        expect(page.get_by_text("10 songs", exact=True)).to_be_visible()

    def test_the_map_and_the_genres_over_time(self, page, portal, email):
        arrive(page, portal, email, "Dora", songs=12)
        for path in ("/history/map", "/history/profile"):
            page.goto(path)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            fits(page)

    def test_taking_a_song_home_with_its_genre(self, page, portal, email, tmp_path):
        arrive(page, portal, email, "Eve")
        page.goto(upload(page, encode(tmp_path / "morning.wav", music_like(8.0, seed=4), 22_050, "wav")))
        page.get_by_role("link", name="Download with the genre").click()
        fits(page)
        page.get_by_role("group", name="Genre to write").get_by_role("checkbox").first.check()
        with page.expect_download() as download:
            page.get_by_role("button", name="Download the copy").click()
        assert Path(download.value.path()).stat().st_size > 0

    def test_what_to_hear_next(self, page, portal, email):
        arrive(page, portal, email, "Fay", songs=4)
        page.goto("/for-you")
        fits(page)
        page.get_by_role("radio", name="Calm").check()
        shelf = page.locator("#shelf-catalogue li")
        first = shelf.first.locator(".offer-title").inner_text()
        shelf.first.get_by_role("button", name=re.compile("Not for me")).click()
        expect(page.locator("#shelf-catalogue")).not_to_contain_text(first)
        fits(page)

    def test_a_playlist_from_its_first_song_to_a_link_that_is_revoked(self, page, portal, email, browser):
        first, second = arrive(page, portal, email, "Gwen", songs=2)
        page.goto(f"/songs/{first}")
        page.get_by_role("link", name="Add to a playlist").first.click()
        page.locator("input[name=name]").fill("Sunday drive")
        page.get_by_role("button", name="Make it and add").click()
        page.goto(f"/playlists/add?item=song:{second}")
        page.get_by_role("button", name=re.compile("Sunday drive")).click()
        page.goto("/playlists")
        fits(page)
        page.get_by_role("link", name="Sunday drive").click()
        last = page.locator(".track-title").last.inner_text()
        page.get_by_role("button", name=re.compile("^Move up")).last.click()
        expect(page.locator(".track-title").first).to_have_text(last)
        fits(page)
        with page.expect_download() as download:
            page.get_by_role("link", name="JSON").click()
        assert last in json.dumps(json.loads(Path(download.value.path()).read_text()), ensure_ascii=False)

        page.get_by_role("link", name=re.compile("^Share")).click()
        fits(page)
        page.get_by_role("button", name="Make the link").click()
        link = page.locator("input[value*='/s/']").first.input_value()
        stranger = browser.new_context(viewport=page.viewport_size).new_page()
        assert stranger.goto(link).status == 200
        fits(stranger)
        page.get_by_role("button", name=re.compile("Revoke")).first.click()
        assert stranger.goto(link).status == 410
        stranger.context.close()

    def test_showing_a_song_and_following_who_shows_one(self, page, portal, email, width):
        (song,) = arrive(page, portal, email, "Hal", songs=1)
        page.goto(f"/songs/{song}")
        page.locator("summary", has_text="Make public").click()
        page.get_by_role("button", name="Choose a name").click()
        page.locator("input[name=display_name]").fill(f"Heron {width}")
        page.get_by_role("button", name="Choose this name").click()
        fits(page)
        page.goto(f"/songs/{song}")
        page.locator("summary", has_text="Make public").click()
        page.get_by_role("button", name="Make public").click()
        page.goto("/discover")
        expect(page.get_by_text(f"Heron {width}").first).to_be_visible()
        fits(page)

    def test_the_guide_and_another_language(self, page, portal, email):
        arrive(page, portal, email, "Ida")
        page.goto("/help")
        fits(page)
        page.locator("main").get_by_role("link", name=re.compile("upload", re.IGNORECASE)).first.click()
        fits(page)
        page.goto("/history")
        page.get_by_role("button", name="Deutsch").click()
        expect(page.locator("html")).to_have_attribute("lang", "de")
        fits(page)
        page.get_by_role("button", name="English").click()
        expect(page.locator("html")).to_have_attribute("lang", "en")

    def test_changing_the_profile_and_logging_out_everywhere_else(self, page, portal, email):
        arrive(page, portal, email, "Jo")
        page.goto("/profile")
        fits(page)
        page.locator("input[name=name]").fill("Joanna")
        page.locator("form", has=page.locator("input[name=name]")).get_by_role("button").click()
        expect(page.get_by_text("Your name has been changed.")).to_be_visible()
        page.get_by_role("button", name=re.compile("everywhere else")).click()
        expect(page.get_by_text("You are logged out everywhere else.")).to_be_visible()
        fits(page)

    def test_what_an_admin_looks_after(self, page, portal, email):
        arrive(page, portal, email, "Kim", admin=True)
        for path in ("/moderation", "/admin/feedback", "/admin/sources"):
            page.goto(path)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            fits(page)


def fits(page):
    """Assert that nothing scrolls sideways and the page is as bright as its scheme, in light and in dark.

    What was dark goes on dark until the next page is looked at, so that either is clicked in.
    """
    page.wait_for_load_state()
    dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    for scheme in ("dark", "light") if dark else ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), page.url
        paper = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        low, high = PAPER[scheme]
        assert low <= sum(map(float, re.findall(r"[\d.]+", paper)[:3])) / 3 <= high, (page.url, scheme, paper)


def arrive(page, portal, email, name, **has):
    """Log in as somebody new and return the ids of their songs. Signing up so often would be refused."""
    songs = add_person(portal, email, name, **has)
    log_in(page, email, PASSWORD)
    return songs


def leave(page):
    button = page.get_by_role("button", name="Log out", exact=True)
    if not button.is_visible():
        page.locator("header summary").first.click()
    button.click()


@pytest.fixture
def email(request, width):
    return f"{request.node.originalname.replace('_', '-')[:40]}-{width}@example.org"


@pytest.fixture
def page(page, width):
    page.set_viewport_size({"width": width, "height": 844 if width < 500 else 900})
    return page

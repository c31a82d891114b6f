"""The page of one song in a real browser: drawn, played, and gone about in by pointer and by keys."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.support.audio import encode, music_like
from tests.support.visitor import SECONDS, sign_up, upload

pytestmark = pytest.mark.browser

LENGTH = 24.0


def test_the_waveform_and_the_player_go_together(page, song):
    sign_up(page, "ira@example.org", "Ira")
    page.goto(upload(page, song))
    slider = page.get_by_role("slider", name="Position in the song")
    expect(slider).to_have_attribute("aria-valuetext", re.compile(r"^0:00, [A-Z]"))
    assert player(page, "preload") == "none"

    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("^0:05, "))
    page.keyboard.press("End")
    expect(slider).to_have_attribute("aria-valuenow", "24")
    page.keyboard.press("Home")
    expect(slider).to_have_attribute("aria-valuenow", "0")

    slider.click(position={"x": slider.bounding_box()["width"] / 2, "y": 20})
    expect(slider).to_have_attribute("aria-valuenow", re.compile("^(1[3-9]|2.)$"), timeout=30 * SECONDS)
    expect(slider.locator("[data-head]")).not_to_have_attribute("x1", "0")

    slider.focus()
    page.keyboard.press("Space")
    expect(page.locator("audio")).to_have_js_property("paused", True)
    assert player(page, "error") is None


def test_the_players_own_controls_move_the_waveform_too(page, song):
    sign_up(page, "jon@example.org", "Jon")
    page.goto(upload(page, song))
    page.evaluate("document.querySelector('audio').currentTime = 18; document.querySelector('audio').play()")
    slider = page.get_by_role("slider", name="Position in the song")
    expect(slider).to_have_attribute("aria-valuenow", re.compile("^(18|19|2.)$"), timeout=30 * SECONDS)


def test_who_wants_no_motion_still_sees_where_the_song_is(page, song):
    page.emulate_media(reduced_motion="reduce")
    sign_up(page, "kim@example.org", "Kim")
    page.goto(upload(page, song))
    page.evaluate("() => { window.requestAnimationFrame = () => { throw new Error('something moved'); }; }")
    page.get_by_role("slider", name="Position in the song").focus()
    page.keyboard.press("Space")
    expect(page.locator("[data-head]")).not_to_have_attribute("x1", "0", timeout=30 * SECONDS)


def test_without_javascript_the_song_is_drawn_and_played(plain_page, page, song):
    sign_up(page, "lea@example.org", "Lea")
    address = upload(page, song)
    plain_page.context.add_cookies(page.context.cookies())
    plain_page.goto(address)
    expect(plain_page.locator("[data-wave] svg")).to_have_attribute("role", "img")
    expect(plain_page.locator("audio[controls]")).to_be_visible()
    expect(plain_page.get_by_role("heading", name="How it sounds")).to_be_visible()


def test_nothing_sticks_out_at_any_width(page, song):
    sign_up(page, "max@example.org", "Max")
    page.goto(upload(page, song))
    for width in (320, 390, 768, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for part in ("[data-wave] svg", ".player audio", ".sound-plot svg"):
            box = page.locator(part).first.bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
            assert box["height"] >= 20


def player(page, name):
    return page.evaluate(f"document.querySelector('audio').{name}")


@pytest.fixture(scope="module")
def song(tmp_path_factory):
    return encode(tmp_path_factory.mktemp("songs") / "result.ogg", music_like(LENGTH, rate=44_100), 44_100, "ogg")

"""What a newcomer does on the first day, in a real browser against the real portal."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from classifier import GENRES
from tests.support.audio import encode, music_like, write_wav
from tests.support.visitor import SECONDS, VERDICT, link_from_outbox, log_in, row, sign_up

pytestmark = pytest.mark.browser

NEW_PASSWORD = "green harbour piano"


def test_from_sign_up_to_a_verdict_and_back_by_a_reset_link(page, portal, songs):
    sign_up(page, "ada@example.org", "Ada")
    page.set_input_files("input[name=songs]", [songs / "first.mp3", songs / "second.wav"])
    rows = page.locator("[data-rows] li")
    expect(rows).to_have_count(2)
    for uploaded in rows.all():
        expect(uploaded.locator("[data-text]")).to_have_text(VERDICT, timeout=30 * SECONDS)
    rows.first.get_by_role("link", name="See the result").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("first"))
    expect(page.get_by_role("heading", name="Genre over time")).to_be_visible()
    expect(page.get_by_role("heading", name="All ten genres")).to_be_visible()

    page.get_by_role("link", name="History").first.click()
    expect(page.get_by_role("link", name="first")).to_be_visible()
    expect(page.get_by_role("link", name="second")).to_be_visible()

    page.get_by_role("button", name="Log out").click()
    page.goto("/history")
    expect(page).to_have_url(re.compile("/login"))

    page.goto("/reset-password")
    page.get_by_label("Email").fill("ada@example.org")
    page.locator("main form button[type=submit]").click()
    page.goto(link_from_outbox(portal, "ada@example.org"))
    page.locator("input[name=password]").fill(NEW_PASSWORD)
    page.locator("input[name=confirm]").fill(NEW_PASSWORD)
    page.locator("main form button[type=submit]").click()

    log_in(page, "ada@example.org", NEW_PASSWORD)
    page.goto("/history")
    expect(page.get_by_role("link", name="first")).to_be_visible()


def test_bad_files_fail_one_by_one_with_their_reasons(page, songs):
    sign_up(page, "bea@example.org", "Bea")
    names = ["empty.mp3", "renamed.mp3", "short.wav", "silent.wav", "pointer.wav", "first.mp3"]
    page.set_input_files("input[name=songs]", [songs / name for name in names])
    expect(row(page, "renamed.mp3")).to_have_text(re.compile("not audio we can read"), timeout=30 * SECONDS)
    expect(row(page, "short.wav")).to_have_text(re.compile("shorter than 2 seconds"), timeout=30 * SECONDS)
    expect(row(page, "silent.wav")).to_have_text(re.compile("silent"), timeout=30 * SECONDS)
    expect(row(page, "pointer.wav")).to_have_text(re.compile("Git LFS pointer"), timeout=30 * SECONDS)
    expect(row(page, "empty.mp3")).to_have_text(re.compile("empty"), timeout=30 * SECONDS)
    expect(row(page, "first.mp3").locator("[data-text]")).to_have_text(VERDICT, timeout=30 * SECONDS)


def test_songs_chosen_before_the_script_arrives_are_not_lost(page, songs):
    sign_up(page, "hal@example.org", "Hal")
    held = []
    page.route("**/upload.js", lambda route: held.append(route))  # noqa: PLW0108 - it looks at the signature
    page.goto("/upload", wait_until="commit")
    page.set_input_files("input[name=songs]", songs / "second.wav")
    held[0].continue_()
    expect(row(page, "second.wav").locator("[data-text]")).to_have_text(VERDICT, timeout=30 * SECONDS)


def test_the_same_file_twice_leads_to_the_earlier_result(page, songs):
    sign_up(page, "cleo@example.org", "Cleo")
    page.set_input_files("input[name=songs]", songs / "second.wav")
    expect(row(page, "second.wav").locator("[data-text]")).to_have_text(VERDICT, timeout=30 * SECONDS)
    address = row(page, "second.wav").get_by_role("link").get_attribute("href")
    page.reload()
    page.set_input_files("input[name=songs]", songs / "second.wav")
    expect(row(page, "second.wav").locator("[data-text]")).to_have_text(re.compile("before"), timeout=30 * SECONDS)
    assert row(page, "second.wav").get_by_role("link").get_attribute("href") == address


def test_without_javascript_the_same_can_be_done(plain_page, songs):
    page = plain_page
    sign_up(page, "dora@example.org", "Dora")
    page.set_input_files("input[name=songs]", songs / "first.mp3")
    page.get_by_role("button", name="Upload").click()
    expect(page).to_have_url(re.compile("/songs/"))
    for _attempt in range(30):
        if page.get_by_role("heading", name="All ten genres").count():
            break
        page.wait_for_timeout(500)
        page.reload()
    expect(page.get_by_role("heading", name="All ten genres")).to_be_visible()


def test_another_persons_song_is_not_there(page, browser, portal, songs):
    sign_up(page, "eve@example.org", "Eve")
    page.set_input_files("input[name=songs]", songs / "second.wav")
    link = row(page, "second.wav").get_by_role("link")
    expect(link).to_be_visible(timeout=30 * SECONDS)
    address = link.get_attribute("href")
    other = browser.new_context(base_url=portal.url).new_page()
    sign_up(other, "fay@example.org", "Fay")
    assert other.goto(address).status == 404
    other.context.close()


def test_a_phone_scrolls_in_one_direction_only(browser, portal):
    context = browser.new_context(base_url=portal.url, viewport={"width": 320, "height": 640})
    page = context.new_page()
    for path in ("/", "/signup", "/login", "/reset-password"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
    context.close()


def test_the_verdict_is_one_of_the_ten_genres(page, songs):
    sign_up(page, "gwen@example.org", "Gwen")
    page.set_input_files("input[name=songs]", songs / "first.mp3")
    link = row(page, "first.mp3").get_by_role("link")
    expect(link).to_be_visible(timeout=30 * SECONDS)
    status = page.evaluate(f"fetch('{link.get_attribute('href')}/status').then(answer => answer.json())")
    assert status["state"] == "done"
    assert status["genre"] in GENRES


@pytest.fixture(scope="module")
def songs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("songs")
    encode(folder / "first.mp3", music_like(30.0, seed=1, rate=44_100), 44_100, "mp3")
    write_wav(folder / "second.wav", music_like(12.0, seed=2), 22_050)
    write_wav(folder / "short.wav", music_like(1.0), 22_050)
    write_wav(folder / "silent.wav", 0 * music_like(5.0), 22_050)
    (folder / "empty.mp3").write_bytes(b"")
    (folder / "renamed.mp3").write_bytes(b"These are words and no music.\n" * 100)
    (folder / "pointer.wav").write_bytes(b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1323632\n")
    return folder

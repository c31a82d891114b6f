"""Visits that go another way than planned: without scripts, back after deleting, with names nobody expects."""

from __future__ import annotations

import io
import re
import zipfile

import mutagen
import pytest
from playwright.sync_api import expect

from tests.support.audio import encode, music_like, write_wav
from tests.support.visitor import SECONDS, VERDICT, row, sign_up, upload

pytestmark = pytest.mark.browser

HEBREW = "\u05e9\u05d9\u05e8 \u05d9\u05e4\u05d4"
NAMES = (
    "<img src=x onerror=alert(1)>.wav",
    f"{HEBREW}.wav",
    "\U0001f3b5\U0001f468\u200d\U0001f469\u200d\U0001f467.wav",
    "gpj.\u202ewav.exe.wav",
    "\u6b4c\u66f2 \u0645\u0648\u0633\u064a\u0642\u0649 \u041f\u0435\u0441\u043d\u044f.wav",
    "x" * 300 + ".wav",
    "&amp; '\"`{{7*7}}%s.wav",
)


def test_without_javascript_a_song_is_uploaded_corrected_taken_home_and_deleted(plain_page, tmp_path):
    page = plain_page
    sign_up(page, "noa@example.org", "Noa")
    page.set_input_files("input[name=songs]", encode(tmp_path / "My tune.mp3", music_like(12, seed=3), 22_050, "mp3"))
    page.get_by_role("button", name="Upload").click()
    wait_for(page, page.get_by_role("heading", name="All ten genres"))
    song = page.url

    page.locator("[data-feedback-card] summary, .feedback summary, details.more summary").first.click()
    page.get_by_label("It is").select_option("reggae")
    page.get_by_label("And also (if you like)").select_option("jazz")
    page.get_by_role("button", name="Save", exact=True).click()
    page.goto(song)
    expect(page.locator(".feedback-said")).to_have_text(re.compile("You say: Reggae with some Jazz"))

    page.get_by_role("link", name="Download with the genre").click()
    expect(page.get_by_text("This is what you said it is.")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the copy").click()
    assert mutagen.File(download.value.path())["TCON"].genres == ["Reggae", "Jazz"]

    page.goto("/history")
    page.get_by_role("checkbox", name="Select My tune").check()
    page.get_by_role("button", name="Download with genres").click()
    expect(page.get_by_text("Those that you selected.")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the ZIP").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert archive.namelist() == ["My tune.mp3", "GenreGenie.csv"]

    page.goto(song)
    delete(page)
    expect(page.get_by_text("was removed from your history")).to_be_visible()
    expect(page.get_by_text("No songs yet")).to_be_visible()
    assert page.goto(song).status == 404


def test_back_after_deleting_the_song_is_gone_and_deleting_it_again_does_no_harm(page, tmp_path):
    sign_up(page, "ora@example.org", "Ora")
    page.goto(upload(page, write_wav(tmp_path / "once.wav", music_like(5.0, seed=4), 22_050)))
    token = page.locator("meta[name=csrf-token]").get_attribute("content")
    song = page.url
    delete(page)
    expect(page.get_by_text("was removed from your history")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("There is no such song in your history.")).to_be_visible()
    again = page.request.post(f"{song}/delete", headers={"X-CSRFToken": token})
    assert again.status == 404
    page.goto("/history")
    expect(page.get_by_text("No songs yet")).to_be_visible()


def test_names_in_any_script_are_shown_as_they_are_and_do_nothing(browser, portal):
    width = 320
    context = browser.new_context(base_url=portal.url, viewport={"width": width, "height": 800})
    page = context.new_page()
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    sign_up(page, "pim@example.org", "Pim")
    songs = [wav(seed) for seed in range(len(NAMES))]
    page.set_input_files(
        "input[name=songs]",
        [{"name": name, "mimeType": "audio/wav", "buffer": song} for name, song in zip(NAMES, songs, strict=True)],
    )
    for name in (NAMES[0], HEBREW, "{{7*7}}%s"):
        expect(row(page, name).locator("[data-text]")).to_have_text(VERDICT, timeout=60 * SECONDS)
    expect(page.locator("[data-rows] li.settled")).to_have_count(len(NAMES), timeout=60 * SECONDS)
    addresses = [link.get_attribute("href") for link in page.locator("[data-rows] li a").all()]
    for path in ("/upload", "/history", "/history?view=grid", "/history/tagged", *addresses):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert page.locator("main img[src=x]").count() == 0
    page.goto("/history")
    for name in (NAMES[0], HEBREW, "{{7*7}}%s"):
        expect(page.locator(".song-name", has_text=name.removesuffix(".wav"))).to_be_visible()
    context.close()


def delete(page):
    page.locator("summary", has_text="Delete").click()
    page.get_by_role("button", name="Delete").last.click()


def wait_for(page, found):
    """Reload until it is there, as somebody without JavaScript does."""
    for _attempt in range(60):
        if found.count():
            return
        page.wait_for_timeout(500)
        page.reload()
    raise AssertionError(page.url)


def wav(seed):
    file = io.BytesIO()
    write_wav(file, music_like(4.0, seed=70 + seed), 22_050)
    return file.getvalue()

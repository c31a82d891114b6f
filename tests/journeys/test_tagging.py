"""Taking a song home with its genre written into it, in a real browser."""

from __future__ import annotations

import zipfile

import mutagen
import pytest
from playwright.sync_api import expect

from tests.support.audio import encode, music_like
from tests.support.visitor import sign_up, upload

pytestmark = pytest.mark.browser


def test_a_song_and_then_all_songs_are_downloaded_with_the_genre(page, tmp_path):
    sign_up(page, "tess@example.org", "Tess")
    page.goto(upload(page, encode(tmp_path / "My tune.mp3", music_like(12, seed=3), 22_050, "mp3")))
    page.get_by_role("link", name="Download with the genre").click()
    chosen = page.get_by_role("group", name="Genre to write")
    for box in chosen.get_by_role("checkbox").all():
        box.uncheck()
    chosen.get_by_role("checkbox", name="Hip-Hop").check()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the copy").click()
    assert download.value.suggested_filename == "My tune.mp3"
    assert mutagen.File(download.value.path())["TCON"].genres == ["Hip-Hop"]

    page.goto("/history")
    page.get_by_role("link", name="Download these with genres").click()
    page.get_by_label("Also write genres that we are not sure of").check()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the ZIP").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert "GenreGenie.csv" in archive.namelist()
        assert archive.testzip() is None


@pytest.mark.parametrize("width", [320, 1440])
def test_a_page_for_a_copy_scrolls_in_one_direction_only(page, tmp_path, width):
    sign_up(page, f"tess{width}@example.org", "Tess")
    name = "x" * 120 + ".wav"
    song = upload(page, encode(tmp_path / name, music_like(12), 22_050, "wav"))
    page.set_viewport_size({"width": width, "height": 800})
    for path in (f"{song}/tagged", "/history/tagged"):
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width

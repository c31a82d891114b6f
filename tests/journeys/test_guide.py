"""The guide's pictures show the portal as it is: some of them are taken anew and laid beside those that are kept."""

from __future__ import annotations

import pytest
from PIL import Image, ImageDraw

from tests.support.guide.screenshots import (
    PICTURES,
    differences,
    kept_surroundings,
    opened,
    surroundings,
    walker,
)
from tests.support.guide.walk import SHOTS

pytestmark = pytest.mark.browser

QUICK = ("home", "upload", "song", "history", "tag-many", "playlists", "discover", "profile", "moderation")
"""Shots that are taken anew: one of each kind of page, and those that are seen most."""


def test_the_pictures_show_the_portal_as_it_is(browser):
    if surroundings(browser) != kept_surroundings():
        pytest.skip("the pictures were taken with another Chromium or other letters: these differ by themselves")
    troubles = []
    with walker(browser) as walking:
        shots = [shot for shot in SHOTS if shot.name in QUICK]
        for name, png in walking.pictures(shots, dark=False):
            file = PICTURES / f"{name}.webp"
            found = differences(Image.open(file).convert("RGB"), opened(png)) if file.exists() else "it was never taken"
            if found:
                troubles.append(f"{name}: {found}")
    assert troubles == [], "run make guide, look at what changed, and commit it:\n" + "\n".join(troubles)


def test_quick_shots_may_be_compared():
    assert {shot.name for shot in SHOTS if shot.anew} >= set(QUICK)


def test_a_page_without_one_of_its_sections_is_noticed(kept):
    paper, without = kept.getpixel((0, 300)), kept.copy()
    without.paste(paper, (860, 310, 1280, 500))
    assert "looks different" in differences(kept, without)


def test_a_page_that_became_longer_is_noticed(kept):
    longer = Image.new("RGB", (kept.width, round(kept.height * 1.2)))
    assert "pixels high" in differences(kept, longer)


def test_other_words_and_finer_letters_change_nothing(kept):
    other = kept.resize((kept.width - 1, kept.height - 1)).resize(kept.size)
    ImageDraw.Draw(other).text((200, 120), "28 June 2026, or some other day", fill="black")
    assert differences(kept, other) == ""


@pytest.fixture
def kept():
    """The picture of a page with many sections."""
    return Image.open(PICTURES / "song-1440.webp").convert("RGB")

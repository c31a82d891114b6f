"""The guide's pictures as files.

What belongs here: taking all of them, making them small, and telling whether two are alike. Not here: which there are
(``walk``).
"""

from __future__ import annotations

import io
import json
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image

from portal.config import ROOT
from tests.support.browser import running_browser
from tests.support.demo_world import furnish
from tests.support.guide.figures import GUIDE
from tests.support.guide.walk import Walker
from tests.support.portal import running_portal

PICTURES = GUIDE / "img"
TAKEN_WITH = Path(__file__).with_name("taken_with.json")
QUALITY = 35
CELL = 24
"""Pixels a side that are averaged before two pictures are compared: letters become grey, buttons stay buttons."""

GREY = 24
"""Levels of 255 by which a cell may differ."""

DIFFERENT_SHARE = 0.002
"""Share of the cells that may differ more. Of two walks on one day none does; another date changes a few."""

LENGTH_SHARE = 0.03
"""Share by which the heights may differ."""


LETTERS = """tokens => {
  document.head.append(Object.assign(document.createElement("style"), { textContent: tokens }));
  document.body.style.font = "16px var(--text)";
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = getComputedStyle(document.body).font;
  return pen.measureText("Ten genres, heard from the sound alone").width;
}"""


@contextmanager
def walker(browser):
    """Yield somebody who walks through a portal of its own, furnished with the demo world."""
    with TemporaryDirectory() as folder, running_portal(_made(Path(folder) / "instance")) as portal:
        yield Walker(browser, portal, furnish(portal), _made(Path(folder) / "tunes"))


def surroundings(browser):
    """Return what else than the portal a picture shows: which Chromium drew it, and how wide its letters are."""
    page = browser.new_page()
    width = page.evaluate(LETTERS, (ROOT / "static" / "css" / "tokens.css").read_text("utf-8"))
    page.close()
    return {"chromium": browser.version.partition(".")[0], "letters": round(width, 2)}


def kept_surroundings():
    return json.loads(TAKEN_WITH.read_text("utf-8"))


def take_all():
    """Take every picture, in place of those that are there."""
    with running_browser() as browser:
        TAKEN_WITH.write_text(json.dumps(surroundings(browser), indent=2) + "\n", "utf-8")
        with walker(browser) as walking:
            for name, png in walking.pictures():
                yield name, write(PICTURES, name, png)


def write(folder, name, png):
    """Write a picture as WebP and return its bytes."""
    file = folder / f"{name}.webp"
    opened(png).save(file, quality=QUALITY, method=6)
    return file.stat().st_size


def opened(png):
    return Image.open(io.BytesIO(png)).convert("RGB")


def differences(kept, fresh):
    """Return in words how a picture differs from the one that is kept, or nothing where they show the same.

    Both are looked at in coarse grey cells, so that another font or another day changes little, and a section that is
    gone, new or moved changes much.
    """
    if abs(kept.height - fresh.height) > LENGTH_SHARE * kept.height:
        return f"it is {fresh.height} pixels high, not {kept.height}"
    height = min(kept.height, fresh.height)
    cells = [_cells(picture.crop((0, 0, picture.width, height))) for picture in (kept, fresh)]
    share = np.mean(np.abs(cells[0] - cells[1]) > GREY)
    return f"{share:.0%} of it looks different" if share > DIFFERENT_SHARE else ""


def _cells(picture):
    size = (max(1, picture.width // CELL), max(1, picture.height // CELL))
    return np.asarray(picture.convert("L").resize(size, Image.Resampling.BOX), float)


def _made(folder):
    folder.mkdir()
    return folder

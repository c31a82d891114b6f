"""Pages are light, stand still while they come, and fit every window and every reader."""

from __future__ import annotations

import pytest

from tests.support.showcase import WHO, first_of
from tests.support.weighing import shifts, weigh

pytestmark = pytest.mark.browser

FIRST_BYTES, OTHER_BYTES = 60 * 1024, 70 * 1024
"""What the styles and scripts may weigh, as written: of the first page, and of those that are seen most."""

STICKING_OUT = """() => {
  const root = document.documentElement;
  const found = root.scrollWidth > root.clientWidth ? [`the page: ${root.scrollWidth} of ${root.clientWidth}`] : [];
  const kept = (element) => {
    for (let one = element; one && one !== document.body; one = one.parentElement) {
      const { overflowX, clipPath } = getComputedStyle(one);
      // What scrolls by itself, what is cut on purpose, what only screen readers meet, the link to skip to the content.
      if (overflowX !== "visible" || clipPath !== "none" || one.matches(".skip-link, title")) return true;
    }
    return false;
  };
  for (const element of document.querySelectorAll("body *")) {
    const { left, right, width, height } = element.getBoundingClientRect();
    if (width && height && (left < -1 || right > root.clientWidth + 1) && !kept(element)) {
      found.push(`${element.tagName} ${element.className} ${Math.round(left)} to ${Math.round(right)}`);
    }
  }
  return found.slice(0, 4);
}"""

VIEWS = (
    ("320 px", {"width": 320, "height": 640}, "ltr", "100%"),
    ("200 % zoom of 1280 px", {"width": 640, "height": 450}, "ltr", "100%"),
    ("400 % zoom of 1280 px", {"width": 320, "height": 256}, "ltr", "100%"),
    ("text alone at 200 %", {"width": 1280, "height": 900}, "ltr", "200%"),
    ("right to left on a phone", {"width": 390, "height": 844}, "rtl", "100%"),
    ("right to left on a desk", {"width": 1440, "height": 900}, "rtl", "100%"),
)
FIRST, MOST_SEEN = "home", ("upload.upload", "history.index", "history.song")


def test_the_styles_and_scripts_of_a_page_are_light(open_as, places):
    heavy = {}
    for endpoint in (FIRST, *MOST_SEEN):
        place = first_of(places, endpoint)
        page = open_as(place.who).context.new_page()
        weight = weigh(page, place.path).own
        assert weight
        if weight > (FIRST_BYTES if endpoint == FIRST else OTHER_BYTES):
            heavy[endpoint] = weight
    assert heavy == {}


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("endpoint", [FIRST, *MOST_SEEN])
def test_nothing_shifts_while_a_page_comes_slowly(open_as, places, endpoint, width):
    place = first_of(places, endpoint)
    page = open_as(place.who, viewport={"width": width, "height": 844})
    assert shifts(page, place.path) == []


@pytest.mark.parametrize("who", WHO)
def test_every_page_fits_every_window_and_every_reader(open_as, places, who):
    page = open_as(who, device_scale_factor=2, reduced_motion="reduce")
    troubles = []
    for place in (place for place in places if place.who == who):
        page.goto(place.path)
        for name, window, direction, text in VIEWS:
            page.set_viewport_size(window)
            page.evaluate(
                "([direction, text]) => { document.documentElement.dir = direction;"
                " document.documentElement.style.fontSize = text; }",
                [direction, text],
            )
            troubles += [f"{place} at {name}: {what}" for what in page.evaluate(STICKING_OUT)]
    assert troubles == [], "\n".join(troubles)


@pytest.mark.parametrize("who", WHO)
def test_every_page_works_without_scripts(open_as, places, who):
    page = open_as(who, java_script_enabled=False)
    for place in (place for place in places if place.who == who):
        assert page.goto(place.path).status == place.status
        assert page.locator("h1").first.is_visible(), place
        for form in page.locator("main form:visible").all():
            assert form.locator("button:not([type=button]), input[type=submit]").count(), f"{place}: nothing sends it"

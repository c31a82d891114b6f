"""Nobody is kept out of any page: axe finds nothing, light or dark, in strong contrast, on a phone or a desk."""

from __future__ import annotations

import pytest
from axe_playwright_python.base import AXE_SCRIPT

from portal import create_app
from portal.config import Settings
from tests.support.showcase import WHO

pytestmark = pytest.mark.browser

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
LOOKS = (
    ({"color_scheme": "light", "contrast": "no-preference", "forced_colors": "none"}, DESK, True),
    ({"color_scheme": "dark", "contrast": "no-preference", "forced_colors": "none"}, PHONE, True),
    ({"color_scheme": "light", "contrast": "more", "forced_colors": "none"}, PHONE, False),
    ({"color_scheme": "dark", "contrast": "more", "forced_colors": "active"}, DESK, False),
)
"""Media, window, and whether every rule is asked; in the other looks only those that colours or places may break."""

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EVERY_RULE = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
LOOKED_AT = {"runOnly": {"type": "rule", "values": ["color-contrast", "target-size"]}, "resultTypes": ["violations"]}

HIDDEN = """() => {
  const active = document.activeElement;
  const box = active.getBoundingClientRect();
  const over = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  const bar = over?.closest(".places, .selection-bar");
  return [active.outerHTML.slice(0, 150), box.width > 1 && bar !== null && bar !== undefined && !bar.contains(active)];
}"""
"""Which element has the focus, and whether a bar lies over its middle."""

NO_PAGES = {
    "static",
    "healthz",
    "history.export_csv",
    "history.export_json",
    "history.audio",
    "history.status",
    "feedback.table",
    "help.picture",
    "musicmap.points",
    "offline.worker",
    "playlists.export",
    "spotify.callback",
}
"""Endpoints that answer a GET with something else than a page."""


@pytest.mark.parametrize("who", WHO)
def test_axe_finds_nothing_on_any_page(open_as, places, who):
    page = open_as(who)
    troubles = []
    for place in (place for place in places if place.who == who):
        assert page.goto(place.path).status == place.status, place
        page.evaluate(AXE_SCRIPT)
        for media, window, whole in LOOKS:
            page.set_viewport_size(window)
            page.emulate_media(**media, reduced_motion="reduce")
            found = page.evaluate("options => axe.run(document, options)", EVERY_RULE if whole else LOOKED_AT)
            look = f"{place} {media['color_scheme']} {media['contrast']} {window['width']}"
            troubles += [f"{look}: {said(one)}" for one in found["violations"]]
    assert troubles == [], "\n".join(troubles)


def test_no_page_is_forgotten(places, tmp_path):
    app = create_app(Settings.from_env({"INSTANCE_PATH": str(tmp_path)}))
    pages = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in rule.methods}
    assert pages - NO_PAGES == {place.endpoint for place in places} - {""}


def test_what_has_the_focus_is_never_behind_what_is_fixed(open_as):
    page = open_as("member", viewport=PHONE)
    page.goto("/history")
    page.get_by_role("checkbox").nth(3).check()
    page.evaluate("document.activeElement.blur()")
    seen = set()
    for _ in range(70):
        page.keyboard.press("Tab")
        name, hidden = page.evaluate(HIDDEN)
        seen.add(name)
        assert not hidden, name
    assert len(seen) > 20


def said(violation):
    """Return what is wrong and where, on one line."""
    where = "; ".join(f"{' '.join(node['target'])} {node['html'][:120]!r}" for node in violation["nodes"][:4])
    return f"{violation['id']} ({violation['help']}): {where}"

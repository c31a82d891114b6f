"""Putting a playlist in order in a real browser: by mouse, by touch-sized buttons, by keyboard, without a script."""

from __future__ import annotations

import itertools
import re

import pytest
from playwright.sync_api import expect

from portal.adapters.catalogue import CatalogueSource

pytestmark = pytest.mark.browser

PASSWORD = "violet kettle drum"
people = itertools.count(1)


def test_a_row_is_dragged_to_its_place(page):
    titles = make_playlist(page)
    drag(page, titles[0], titles[3])
    expect_order(page, titles[1:4] + titles[:1])
    drag(page, titles[3], titles[1])
    expect_order(page, [titles[3], titles[1], titles[2], titles[0]])


def test_arrow_keys_move_a_row_and_a_screen_reader_hears_where(page):
    titles = make_playlist(page)
    grip = page.get_by_role("button", name=f"Move {titles[0]}", exact=True)
    grip.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(grip).to_be_focused()
    expect(page.locator("[data-announcer]")).to_contain_text(f"{titles[0]}, now number 3")
    page.keyboard.press("ArrowUp")
    expect_order(page, [titles[1], titles[0], *titles[2:]])


def test_the_buttons_move_a_row_in_place_and_keep_the_focus(page):
    titles = make_playlist(page)
    address = page.url
    down = page.get_by_role("button", name=f"Move down: {titles[2]}")
    down.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=f"Move up: {titles[2]}")).to_be_focused()
    expect(down).to_be_disabled()
    assert page.url == address
    expect_order(page, [titles[0], titles[1], titles[3], titles[2]])


def test_escape_takes_a_drag_back(page):
    titles = make_playlist(page)
    drag(page, titles[0], titles[3], drop=False)
    assert shown(page) == titles[1:4] + titles[:1]
    page.keyboard.press("Escape")
    page.mouse.up()
    expect_order(page, titles)


def test_an_order_that_cannot_be_saved_is_put_back_and_said(page):
    titles = make_playlist(page)
    page.route("**/move", lambda route: route.abort())
    drag(page, titles[0], titles[2])
    expect(page.get_by_text("The new order could not be saved")).to_be_visible()
    page.unroute("**/move")
    expect_order(page, titles)
    page.get_by_role("button", name=f"Move down: {titles[0]}").click()
    expect(page.get_by_text("The new order could not be saved")).to_be_hidden()
    expect_order(page, [titles[1], titles[0], *titles[2:]])


def test_without_a_script_the_buttons_do_it(plain_page):
    titles = make_playlist(plain_page)
    expect(plain_page.locator("[data-grip]").first).to_be_hidden()
    plain_page.get_by_role("button", name=f"Move up: {titles[3]}").click()
    assert shown(plain_page) == [*titles[:2], titles[3], titles[2]]
    plain_page.get_by_role("button", name=f"Remove: {titles[0]}").click()
    assert shown(plain_page) == [titles[1], titles[3], titles[2]]


@pytest.mark.parametrize("width", [320, 1440])
def test_a_playlist_scrolls_in_one_direction_only(page, width):
    make_playlist(page)
    page.set_viewport_size({"width": width, "height": 800})
    for path in (page.url, "/playlists"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def make_playlist(page):
    """Sign up, put four suggestions of the starter list into a playlist, open it, and return their titles."""
    number = next(people)
    page.goto("/signup")
    page.locator("input[name=email]").fill(f"order{number}@example.org")
    page.locator("input[name=name]").fill("Olga")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=confirm]").fill(PASSWORD)
    page.locator("main form button[type=submit]").click()
    expect(page.get_by_role("button", name="Log out")).to_be_visible()
    chosen = list(CatalogueSource().entries().items())[:4]
    for key, _ in chosen:
        page.goto(f"/playlists/add?item=catalogue:{key}")
        if key == chosen[0][0]:
            page.get_by_label("Name").fill("In order")
            page.get_by_role("button", name="Make it and add").click()
        else:
            page.get_by_role("button", name="In order").click()
    page.goto("/playlists")
    page.get_by_role("link", name="In order").click()
    titles = [listed.suggestion.title for _, listed in chosen]
    assert shown(page) == titles
    return titles


def drag(page, title, target, *, drop=True):
    """Take the row of ``title`` by its grip and let it go over the far half of the row of ``target``."""
    rows = page.locator("li.track")
    order = shown(page)
    start = page.get_by_role("button", name=f"Move {title}", exact=True).bounding_box()
    end = rows.nth(order.index(target)).bounding_box()
    down = order.index(target) > order.index(title)
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(end["x"] + 10, end["y"] + end["height"] * (0.8 if down else 0.2), steps=8)
    expect(rows.nth(order.index(target))).to_have_attribute("data-title", title)
    if drop:
        page.mouse.up()


def shown(page):
    return page.locator("li.track").evaluate_all("rows => rows.map((row) => row.dataset.title)")


def expect_order(page, titles):
    """Expect the rows in this order, on the page and, when all that was sent has been answered, on the server."""
    assert shown(page) == titles
    expect(page.locator("ol.tracks")).not_to_have_attribute("data-saving", re.compile("[1-9]"))
    page.reload()
    assert shown(page) == titles

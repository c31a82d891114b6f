"""When the connection is lost: a page of our own instead of the browser's, and a word on pages that are open."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.support.visitor import sign_up

pytestmark = pytest.mark.browser


@pytest.fixture
def page(browser, portal):
    """A page in a browser that may keep things."""
    context = browser.new_context(base_url=portal.url)
    yield context.new_page()
    context.close()


def test_a_page_that_cannot_be_had_says_so_and_can_be_tried_again(page):
    page.goto("/signup")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.context.set_offline(True)
    page.goto("/login")
    expect(page.get_by_role("heading", name="You are offline")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('.button')).borderRadius") != "0px"
    page.context.set_offline(False)
    page.get_by_role("link", name="Try again").click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()


def test_nothing_of_anybodys_own_is_kept(page):
    sign_up(page, "nell@example.org", "Nell Own")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    for path in ("/history", "/profile", "/upload"):
        page.goto(path)
    kept = page.evaluate(
        """async () => {
          const found = [];
          for (const name of await caches.keys()) {
            const cache = await caches.open(name);
            for (const request of await cache.keys()) {
              found.push([new URL(request.url).pathname, await (await cache.match(request)).text()]);
            }
          }
          return found;
        }"""
    )
    assert sorted(path for path, _ in kept if not path.startswith("/static/css/")) == ["/offline"]
    assert not any("nell" in text.lower() for _, text in kept)


def test_an_open_page_says_when_the_connection_goes_and_comes(page):
    page.goto("/signup")
    page.locator("input[name=name]").fill("Olive")
    note = page.get_by_text("You are offline.")
    page.context.set_offline(True)
    expect(note).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_text("You are online again.")).to_be_visible()
    expect(page.locator("input[name=name]")).to_have_value("Olive")
    expect(page.get_by_text("You are online again.")).to_have_count(0, timeout=15_000)

"""A real portal and a real browser for the journeys."""

from __future__ import annotations

import pytest

from tests.support import showcase
from tests.support.browser import CHROMIUM, running_browser
from tests.support.portal import running_portal
from tests.support.visitor import PASSWORD, log_in


@pytest.fixture(scope="module")  # journeys of different files do not meet each other's people
def portal(tmp_path_factory):
    with running_portal(tmp_path_factory.mktemp("instance")) as portal:
        yield portal


@pytest.fixture(scope="session")
def browser():
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed")
    with running_browser() as browser:
        yield browser


@pytest.fixture
def page(browser, portal):
    """A page in a profile of its own; any script error or blocked resource fails the test."""
    # What is tested is what the server answers; what a browser keeps is a journey of its own.
    context = browser.new_context(base_url=portal.url, service_workers="block")
    page = context.new_page()
    troubles = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda message: troubles.append(message.text) if "Security Policy" in message.text else None)
    yield page
    context.close()
    assert troubles == []


@pytest.fixture
def plain_page(browser, portal):
    """A page without JavaScript."""
    context = browser.new_context(base_url=portal.url, java_script_enabled=False)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def furnished(tmp_path_factory):
    """A portal that has something to show, and its pages."""
    with showcase.showcase(tmp_path_factory.mktemp("showcase")) as furnished:
        yield furnished


@pytest.fixture(scope="session")
def places(furnished):
    return furnished[1]


@pytest.fixture
def open_as(browser, furnished):
    """Return a function: open_as(one of WHO, **options of the context) -> a page of theirs in the showcase."""
    contexts = []

    def open_page(who, **options):
        context = browser.new_context(base_url=furnished[0].url, service_workers="block", **options)
        contexts.append(context)
        page = context.new_page()
        if who in showcase.EMAILS:
            log_in(page, showcase.EMAILS[who], PASSWORD)
        return page

    yield open_page
    for context in contexts:
        context.close()

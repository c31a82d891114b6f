"""What each page costs who opens it: ``python -m benchmarks.pages [--only ENDPOINT ...]``.

Opens every page of a portal that has something to show, in a real browser on a phone's window: bytes of styles and
scripts as written, against the budget; bytes and requests in all; and the layout shift over a line of 400 kbit/s with
400 ms to each answer, whose budget is nothing at all. Needs Chromium.

What belongs here: the table. Not here: measuring one page (``tests.support.weighing``).
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from playwright.sync_api import Browser

from tests.support.browser import running_browser
from tests.support.showcase import EMAILS, Place, showcase
from tests.support.visitor import PASSWORD, log_in
from tests.support.weighing import shifts, weigh

BUDGET = 60 * 1024
"""Bytes of styles and scripts that the first page may weigh; all others are read beside it."""

PHONE = {"width": 390, "height": 844}
HEAD = ("page", "styles and scripts", "of the budget", "in all", "requests", "layout shift")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    parser.add_argument("--only", nargs="+", default=[], metavar="ENDPOINT", help="these pages alone, as history.song")
    only = set(parser.parse_args().only)
    with tempfile.TemporaryDirectory() as folder, showcase(Path(folder)) as (portal, places):
        for line in table(portal.url, [place for place in one_each(places) if not only or place.endpoint in only]):
            print(line, flush=True)


def one_each(places: Iterable[Place]) -> list[Place]:
    """Return one page of each endpoint, of those that have something to show."""
    return list({place.endpoint: place for place in reversed(list(places)) if place.who != "newcomer"}.values())[::-1]


def table(url: str, places: Iterable[Place]) -> Iterator[str]:
    yield _line(HEAD)
    yield _line("---" for _ in HEAD)
    with running_browser() as browser:
        for place in places:
            yield _line(_cells(browser, url, place))


def _cells(browser: Browser, url: str, place: Place) -> tuple[str, ...]:
    context = browser.new_context(base_url=url, viewport=PHONE, service_workers="block")
    page = context.new_page()
    if place.who in EMAILS:
        log_in(page, EMAILS[place.who], PASSWORD)
    # Anew: what logging in has loaded would be taken from the browser's memory.
    weight = weigh(context.new_page(), place.path)
    moved = sum(shift for shift, *_ in shifts(context.new_page(), place.path))
    context.close()
    ratio, sizes = weight.own / BUDGET, (f"{weight.own:,} B", f"{weight.whole:,} B")
    return place.endpoint, sizes[0], f"{ratio:.2f}", sizes[1], str(weight.requests), f"{moved:.3f}"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()

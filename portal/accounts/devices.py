"""What a browser says of itself, in the words its owner knows it by.

What belongs here: pure functions on the User-Agent header. Not here: keeping anything (``sessions``).
"""

from __future__ import annotations

import re

BROWSERS = (
    ("Edge", r"\bEdg(e|A|iOS)?/"),
    ("Opera", r"\b(OPR|OPT|Opera)/"),
    ("Samsung Internet", r"\bSamsungBrowser/"),
    ("DuckDuckGo", r"\b(DuckDuckGo|Ddg)/"),
    ("Firefox", r"\b(Firefox|FxiOS)/"),
    ("Chrome", r"\b(HeadlessChrome|Chrome|CriOS|Chromium)/"),
    ("Safari", r"\bSafari/"),
)
"""Each tells of itself, and most also of those below that they want to be taken for: the first that fits is it."""

SYSTEMS = (
    ("iPhone", r"\biPhone\b"),
    ("iPad", r"\biPad\b"),
    ("Android", r"\bAndroid\b"),
    ("ChromeOS", r"\bCrOS\b"),
    ("Windows", r"\bWindows\b"),
    ("macOS", r"\b(Macintosh|Mac OS X)\b"),
    ("Linux", r"\b(Linux|X11)\b"),
)

LOOKED_AT = 500
"""Characters of the header; what is longer is no browser's."""


def browser(agent: str) -> str:
    """Return the browser's name, nothing if it is none that we know."""
    return _first(BROWSERS, agent)


def system(agent: str) -> str:
    """Return what it runs on, nothing if that is not known."""
    return _first(SYSTEMS, agent)


def _first(rules: tuple[tuple[str, str], ...], agent: str) -> str:
    return next((name for name, pattern in rules if re.search(pattern, agent[:LOOKED_AT])), "")

"""A language in which every sentence stands in brackets, to find what pages say in English whatever is spoken.

What belongs here: that language, and what of a page is outside of it. Not here: the pages (the tests of each feature).
"""

from __future__ import annotations

import re
from gettext import NullTranslations
from html.parser import HTMLParser

from portal import language

SAID = ("alt", "aria-label", "placeholder", "title")
"""Attributes that people see or hear."""

NAMES = ("GenreGenie", "Spotify", "ListenBrainz", "UTC", "M3U8", "XSPF", "CSV", "JSON")
"""What is called the same everywhere."""


class Brackets(NullTranslations):
    """Says each sentence in English, between brackets."""

    def gettext(self, message):
        return f"\N{MATHEMATICAL LEFT WHITE SQUARE BRACKET}{message}\N{MATHEMATICAL RIGHT WHITE SQUARE BRACKET}"

    def ngettext(self, singular, plural, num):
        return self.gettext(singular if num == 1 else plural)


def speak_in_brackets(app):
    """Let all pages of the app be in brackets; to be called before the first request."""
    app.before_request(lambda: language.speak(Brackets()))


def untranslated(page, *own):
    """Return what a page's title and main part say outside of brackets, but for names and people's ``own`` words."""
    reader = _Reader()
    reader.feed(page)
    texts = (re.sub("⟦[^⟦⟧]*⟧", "", _flat(text)) for text in ("".join(reader.text), *reader.attributes))
    known = "|".join(sorted(map(re.escape, (*own, *NAMES)), key=len, reverse=True))
    words = (re.sub(known, "", text).strip() for whole in texts for text in whole.split("\n"))
    return [text for text in words if re.search(r"[^\W\d_]{2}", text)]


def _flat(text):
    """Return the text without brackets that stand within others."""
    inner = re.compile("(⟦[^⟦⟧]*)⟦([^⟦⟧]*)⟧")
    while inner.search(text):
        text = inner.sub(r"\1\2", text)
    return text


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.text, self.attributes = [], []
        self._inside = []

    def handle_starttag(self, tag, attributes):
        if tag in {"main", "title", "time", "script", "code"}:
            self._inside.append(tag)
        if "main" in self._inside:
            self.attributes += [value for name, value in attributes if name in SAID and value]

    def handle_endtag(self, tag):
        if self._inside and tag == self._inside[-1]:
            self._inside.pop()
        self.text.append("\n")

    def handle_data(self, data):
        if self._inside and self._inside[-1] in {"main", "title"}:
            self.text.append(data)

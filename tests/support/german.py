"""A speaker who knows but a few sentences.

What belongs here: translations as tests make them up. Not here: those of the portal (``portal/translations``).
"""

from __future__ import annotations

from gettext import NullTranslations

from babel import Locale

GERMAN = Locale("de")


class Spoken(NullTranslations):
    """Knows the sentences it was given; all others are said in English."""

    def __init__(self, known):
        super().__init__()
        self._known = known

    def gettext(self, message):
        return self._known.get(message, message)

    def ngettext(self, singular, plural, n):
        return self._known.get(singular if n == 1 else plural, singular if n == 1 else plural)

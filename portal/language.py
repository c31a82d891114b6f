"""Who speaks: every sentence that people see passes through here on its way to them.

What belongs here: looking up a sentence in the language of the moment, and which language that is. Not here: how a
reader's language is found (``languages``), nor any sentence (beside what says it). The messages themselves are English,
so outside of a request, in the worker, in logs and on the command line, English is spoken.

In Python a ``%`` in a message stands for itself unless values are given; in templates it is always written ``%%``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from gettext import NullTranslations
from typing import Any

from babel import Locale

__all__ = ["N_", "Lazy", "_", "gettext", "lazy", "locale", "ngettext", "speak", "speaking", "tag", "translated"]


@dataclass(frozen=True)
class Speaker:
    """Somebody who knows the sentences of one language, and how it writes dates and numbers."""

    translations: NullTranslations
    locale: Locale


ENGLISH = Speaker(NullTranslations(), Locale("en"))

NUMBER = re.compile(r"\d+(?:\.\d+)?")

_speaker: ContextVar[Speaker] = ContextVar("speaker", default=ENGLISH)


def speak(
    translations: NullTranslations = ENGLISH.translations,
    locale: Locale = ENGLISH.locale,
) -> None:
    """Let this language be spoken from now on, in this thread or task; without arguments English."""
    _speaker.set(Speaker(translations, locale))


@contextmanager
def speaking(
    translations: NullTranslations = ENGLISH.translations,
    locale: Locale = ENGLISH.locale,
) -> Iterator[None]:
    """Let this language be spoken inside the block."""
    before = _speaker.get()
    speak(translations, locale)
    try:
        yield
    finally:
        _speaker.set(before)


def locale() -> Locale:
    """Return the language that is spoken, which knows its dates and numbers."""
    return _speaker.get().locale


def tag() -> str:
    """Return the language that is spoken as HTML and HTTP name it: "de", "pt-BR"."""
    return str(locale()).replace("_", "-")


def lookup(message: str) -> str:
    """Return the message in the language that is spoken, its placeholders as they are."""
    # The empty message is the catalogue's own header.
    return _speaker.get().translations.gettext(message) if message else ""


def nlookup(singular: str, plural: str, num: int) -> str:
    """Return the form of the message that ``num`` takes, its placeholders as they are."""
    return _speaker.get().translations.ngettext(singular, plural, num)


def gettext(message: str, **values: Any) -> str:
    """Return the message in the language that is spoken, with the values in their places."""
    spoken = lookup(message)
    return spoken % values if values else spoken


_ = gettext


def ngettext(singular: str, plural: str, num: int, **values: Any) -> str:
    """Return the form of the message that ``num`` takes, with it and the values in their places."""
    return nlookup(singular, plural, num) % {"num": num, **values}


def translated(text: str | None) -> str:
    """Return a sentence that was kept in English as it is said now; what the catalogue does not know stays as it is.

    The first number in it may be any: the catalogue has ``%(number)s`` in its place.
    """
    kept = text or ""
    said, number = lookup(kept), NUMBER.search(kept)
    if said != kept or number is None:
        return said
    general = f"{kept[: number.start()]}%(number)s{kept[number.end() :]}"
    said = lookup(general)
    return kept if said == general else said % {"number": number.group()}


def N_(message: str) -> str:  # noqa: N802 - the name that extractors know
    """Mark a message that is kept in English and said by ``translated``."""
    return message


@dataclass(frozen=True, eq=False, slots=True)
class Lazy:
    """A message that is looked up each time it is shown, for what is written down before anybody asked."""

    message: str
    values: tuple[tuple[str, Any], ...] = ()

    def __str__(self) -> str:
        return gettext(self.message, **dict(self.values))

    def __repr__(self) -> str:
        return f"lazy({self.message!r})"

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __mod__(self, values: object) -> str:
        return str(self) % values

    def __add__(self, other: object) -> str:
        return f"{self}{other}"

    def __radd__(self, other: object) -> str:
        return f"{other}{self}"

    def __len__(self) -> int:
        return len(str(self))

    def __contains__(self, part: str) -> bool:
        return part in str(self)

    def __eq__(self, other: object) -> bool:
        return str(self) == str(other) if isinstance(other, str | Lazy) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.message)


def lazy(message: str, **values: Any) -> Lazy:
    """Return the message to be looked up when it is shown."""
    return Lazy(message, tuple(values.items()))

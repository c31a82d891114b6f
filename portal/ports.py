"""The borders that truly have two implementations, and the values that cross them.

What belongs here: Protocols and frozen values, named in our own language. Not here: any vendor's name (``adapters``).
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol


@dataclass(frozen=True)
class Mail:
    """One plain-text mail. ``link`` is the one thing it is about, so that a console can show it alone."""

    to: str
    subject: str
    body: str
    link: str


class MailError(Exception):
    """The mail could not be handed over."""


class Mailer(Protocol):
    """Delivers mail."""

    def send(self, mail: Mail) -> None:
        """Hand the mail over; raise MailError when that fails."""


@dataclass(frozen=True)
class Suggestion:
    """One thing to hear next, with a link out."""

    artist: str
    title: str
    url: str


class RecommendationSource(Protocol):
    """Suggests what to hear next. A source that is down gives an empty list and never an exception."""

    name: str

    def for_genre(self, genre: str, *, limit: int, seed: str) -> list[Suggestion]:
        """Return up to ``limit`` suggestions; the same ``seed`` gives the same ones while the source is unchanged."""


class StorageError(Exception):
    """The storage did not do as asked."""


class Storage(Protocol):
    """Keeps uploaded bytes under names we made ourselves."""

    def open_new(self, name: str) -> AbstractContextManager[BinaryIO]:
        """Open a new object for writing; an exception inside the block leaves nothing behind."""

    def local_copy(self, name: str) -> AbstractContextManager[Path]:
        """Lend a local path to read the object from; raise StorageError if it is gone."""

    def delete(self, name: str) -> None:
        """Remove the object; nothing happens if it is gone already."""

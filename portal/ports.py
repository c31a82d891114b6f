"""The borders that truly have two implementations, and the values that cross them.

What belongs here: Protocols and frozen values, named in our own language. Not here: any vendor's name (``adapters``).
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
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
    """One thing to hear next, with a link out.

    ``key`` is its source's own name for it, empty where it has none; ``image`` the address of its unaltered artwork.
    """

    artist: str
    title: str
    url: str
    key: str = ""
    image: str = ""


class RecommendationSource(Protocol):
    """Suggests what to hear next. A source that is down gives an empty list and never an exception."""

    name: str

    def for_genre(self, genre: str, *, limit: int, seed: str) -> list[Suggestion]:
        """Return up to ``limit`` suggestions; the same ``seed`` gives the same ones while the source is unchanged."""


class SourceError(Exception):
    """An outside source did not answer as it should.

    ``code`` is stable (``not_configured``, ``keys_refused``, ``owner_needs_premium``, ``rate_limited``,
    ``quota_exceeded``, ``bad_request``, ``timeout``, ``unreachable``, ``bad_answer``; of somebody's own account also
    ``grant_ended`` and ``not_allowed``), ``retry_after`` the seconds the source asked to be left alone for, None where
    it named none.
    """

    def __init__(self, code: str, *, retry_after: float | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.retry_after = retry_after


class OutsideSource(Protocol):
    """A service on the network that knows music by genre. It keeps nothing; whoever asks it keeps what may be kept."""

    name: str

    def queries(self, genre: str, *, seed: str) -> tuple[str, ...]:
        """Return what to ask for a genre, to be tried in turn until one finds something.

        The same ``seed`` gives the same queries; none where the source has nothing for the genre.
        """

    def ask(self, query: str, *, seconds: float) -> list[Suggestion]:
        """Return what one of these queries finds, ten at most; raise SourceError. Takes ``seconds`` at the most."""


@dataclass(frozen=True)
class Grant:
    """What a person's consent to act in their account elsewhere is worth: tokens, and for how many seconds.

    ``refresh_token`` gets the next ``access_token`` when this one is over; ``scope`` is what was consented to.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    lasts: float
    scope: str


@dataclass(frozen=True)
class CatalogueEntry:
    """One entry of our own starter list, with its genre."""

    genre: str
    suggestion: Suggestion


class Catalogue(Protocol):
    """Our own starter list, as a whole."""

    def entries(self) -> Mapping[str, CatalogueEntry]:
        """Return all entries by their keys."""


class VerdictListener(Protocol):
    """Wants to know when a song has a new verdict."""

    def heard(self, user_id: int, song_id: str) -> None:
        """Note that this person's song has a verdict; what it raises is logged and costs nobody anything."""


class TasteListener(Protocol):
    """Learns from what people do, where they let it."""

    def noticed(self, user_id: int, kind: str, item: str) -> None:
        """Note that the person did ``kind`` to ``item`` (``song:<id>`` or ``catalogue:<key>``); never raises.

        ``kind`` is upload, like, unlike, skip, correct or playlist.
        """


@dataclass(frozen=True)
class ShownEntry:
    """One row of a playlist as others may see it. ``genre`` and ``mood`` are empty where nobody knows them."""

    title: str
    artist: str
    genre: str
    mood: str
    url: str
    source: str
    song_id: str | None


@dataclass(frozen=True)
class ShownPlaylist:
    """A playlist as others may see it: the first rows, and how many there are."""

    id: str
    user_id: int
    name: str
    description: str
    entries: tuple[ShownEntry, ...]
    total: int


class PlaylistReader(Protocol):
    """Shows a playlist to somebody who is not its owner; whether they may see it is for the caller to know."""

    def shown(self, playlist_id: str, *, limit: int) -> ShownPlaylist | None:
        """Return the playlist without what its entries' owners no longer show to others; None if it is gone."""

    def titled(self, recipe: str | None, name: str, description: str = "") -> tuple[str, str]:
        """Return name and description as people read them: a curated playlist's are kept in English."""


class StorageError(Exception):
    """The storage did not do as asked."""


class Storage(Protocol):
    """Keeps uploaded bytes under names we made ourselves."""

    def open_new(self, name: str) -> AbstractContextManager[BinaryIO]:
        """Open a new object for writing; an exception inside the block leaves nothing behind."""

    def local_copy(self, name: str) -> AbstractContextManager[Path]:
        """Lend a local path to read the object from; raise StorageError if it is gone."""

    def open_kept(self, name: str) -> BinaryIO:
        """Open the object for reading from any place in it; raise StorageError if it is gone."""

    def holds(self, name: str) -> bool:
        """Tell whether the object is there; raise StorageError if that cannot be told."""

    def delete(self, name: str) -> None:
        """Remove the object; nothing happens if it is gone already."""

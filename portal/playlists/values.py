"""What the parts of this feature hand each other, what names may look like, and what can go wrong, by name.

What belongs here: frozen values, named errors, cleaning what a person typed. Not here: queries or pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from portal.errors import ConflictError, InvalidError, NotFoundError
from portal.language import _, ngettext
from portal.text import one_line

MAX_NAME = 120
MAX_DESCRIPTION = 500
MAX_ENTRIES = 10_000
MAX_PLAYLISTS = 500


class PlaylistNotFoundError(NotFoundError):
    """The person has no playlist of that id."""

    def __init__(self) -> None:
        super().__init__(_("You have no such playlist."))


class EntryNotFoundError(NotFoundError):
    """The playlist has no entry of that id (any more)."""

    def __init__(self) -> None:
        super().__init__(_("This entry is not in the playlist, or not any more."))


class ItemNotFoundError(NotFoundError):
    """There is no such song or suggestion, or its owner does not show it."""

    def __init__(self) -> None:
        super().__init__(_("There is no such song, or its owner does not show it any more."))


class OrderChangedError(ConflictError):
    """The entry to move before is not in the list."""

    code = "order_changed"

    def __init__(self) -> None:
        super().__init__(_("The playlist has changed meanwhile. Reload it and move the entry again."))


class CuratedError(ConflictError):
    """A curated playlist follows its recipe, and nobody's hand."""

    code = "curated"

    def __init__(self) -> None:
        super().__init__(
            _("This playlist is put together for you and changes by itself. Copy it, and change the copy.")
        )


class PlaylistFullError(ConflictError):
    """The playlist has as many entries as one may have."""

    code = "playlist_full"

    def __init__(self) -> None:
        super().__init__(
            ngettext(
                "A playlist has %(num)d entry at most. Remove some, or start another one.",
                "A playlist has %(num)d entries at most. Remove some, or start another one.",
                MAX_ENTRIES,
            )
        )


class TooManyPlaylistsError(ConflictError):
    """The person has as many playlists as one may have."""

    code = "too_many_playlists"

    def __init__(self) -> None:
        super().__init__(
            ngettext(
                "You have %(num)d playlist, and that is the most. Delete one that you do not need.",
                "You have %(num)d playlists, and that is the most. Delete one that you do not need.",
                MAX_PLAYLISTS,
            )
        )


class InvalidPlaylistNameError(InvalidError):
    """What was given cannot be a playlist's name."""

    code = "invalid_name"


class InvalidDescriptionError(InvalidError):
    """What was given is too much for a description."""

    code = "invalid_description"

    def __init__(self) -> None:
        super().__init__(
            ngettext(
                "A description has %(num)d character at most.",
                "A description has %(num)d characters at most.",
                MAX_DESCRIPTION,
            )
        )


class NothingChosenError(InvalidError):
    """Neither a playlist nor a name for a new one was given."""

    code = "nothing_chosen"

    def __init__(self) -> None:
        super().__init__(_("Choose one of your playlists, or name a new one."))


def clean_name(raw: str | None) -> str:
    """Return the name on one line, as it will be shown; raise InvalidPlaylistNameError."""
    name = one_line(raw or "")
    if not name:
        raise InvalidPlaylistNameError(_("Give the playlist a name."))
    if len(name) > MAX_NAME:
        raise InvalidPlaylistNameError(
            ngettext("A name has %(num)d character at most.", "A name has %(num)d characters at most.", MAX_NAME)
        )
    return name


def clean_description(raw: str | None) -> str:
    """Return the description on one line, perhaps empty; raise InvalidDescriptionError."""
    description = one_line(raw or "")
    if len(description) > MAX_DESCRIPTION:
        raise InvalidDescriptionError
    return description


@dataclass(frozen=True)
class Listed:
    """A playlist as the list of all shows it."""

    id: str
    name: str
    description: str
    recipe: str | None
    count: int
    published_at: datetime | None
    changed_at: datetime
    refreshed_at: datetime | None


@dataclass(frozen=True)
class Overview:
    """All playlists of a person: those put together for them that have songs, then those made by hand."""

    curated: tuple[Listed, ...]
    own: tuple[Listed, ...]


@dataclass(frozen=True)
class Row:
    """An entry as the playlist's owner may see it.

    ``genre`` and ``mood`` are empty where nobody knows them, ``filename`` where the song is not the owner's own,
    ``url`` where it is a song of the portal.
    """

    id: int
    song_id: str | None
    own: bool
    title: str
    artist: str
    genre: str
    sure: bool
    mood: str
    seconds: float | None
    filename: str
    url: str
    source: str
    added_at: datetime


@dataclass(frozen=True)
class PlacedRow:
    """A row of a page with what its two buttons do: the entry to move it before.

    Empty moves it to the end, None is nowhere to go.
    """

    row: Row
    up: str | None
    down: str | None


@dataclass(frozen=True)
class Contents:
    """One page of a playlist.

    ``hidden`` counts what its owners no longer show, ``start`` the rows before the page; ``previous`` and ``following``
    are the entries next to the page, one before it and two after it at most.
    """

    id: str
    name: str
    description: str
    curated: bool
    published: bool
    changed_at: datetime
    rows: tuple[PlacedRow, ...]
    previous: tuple[int, ...]
    following: tuple[int, ...]
    number: int
    pages: int
    start: int
    total: int
    hidden: int


@dataclass(frozen=True)
class Item:
    """Something that can be added to a playlist. ``reference`` is how it is asked for: ``song:…``, ``catalogue:…``."""

    reference: str
    song_id: str | None
    artist: str
    title: str
    genre: str
    url: str
    source: str


@dataclass(frozen=True)
class Choice:
    """One of a person's playlists to add something to; ``holds`` it already or not."""

    id: str
    name: str
    count: int
    holds: bool


@dataclass(frozen=True)
class Added:
    """What adding did: ``new`` is false where the item stood in the playlist already."""

    playlist_id: str
    playlist: str
    title: str
    new: bool

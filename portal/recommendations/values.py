"""What the panels are made of.

What belongs here: frozen values. Not here: words (``wording``) or where they come from (``panels``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from portal.ports import Suggestion

LIBRARY = "library"
PUBLIC = "public"
SPOTIFY = "spotify"
LISTENBRAINZ = "listenbrainz"
CATALOGUE = "catalogue"

FARTHEST = 0.9
"""Distance of two songs' vectors from which nobody would say that they sound alike."""

OUTSIDE = (SPOTIFY, LISTENBRAINZ)
"""The sources on the network that we know, in the order of their panels."""


@dataclass(frozen=True)
class Standing:
    """How an outside source stands. ``problem`` is a code of ``SourceError``, None while nothing is wrong.

    Nobody asks it before ``blocked_until``, which is None once it may be asked.
    """

    name: str
    problem: str | None = None
    blocked_until: datetime | None = None
    failures: int = 0
    failed_at: datetime | None = None
    succeeded_at: datetime | None = None


@dataclass(frozen=True)
class Answer:
    """What an outside source said: what its ``query`` found, nothing if it found nothing or was not to be asked.

    ``standing`` is how the source stands since.
    """

    standing: Standing
    query: str = ""
    suggestions: tuple[Suggestion, ...] = ()


@dataclass(frozen=True)
class Item:
    """One row of a panel: a suggestion with its ``url``, or a song of the portal by its ``song_id``.

    ``words`` say why it is there, ``add`` is the item's name for a playlist, empty where it fits none.
    """

    title: str
    artist: str = ""
    url: str = ""
    song_id: str = ""
    genre: str = ""
    by: str = ""
    words: str = ""
    image: str = ""
    add: str = ""


@dataclass(frozen=True)
class Panel:
    """What one source suggests, for a ``genre`` where it was asked for one.

    ``note`` says in plain words what is missing. ``state`` is ``well``, ``resting`` (the source is asked again by
    itself) or ``attention`` (the operator has to do something first).
    """

    source: str
    title: str
    items: tuple[Item, ...] = ()
    genre: str = ""
    state: str = "well"
    note: str = ""

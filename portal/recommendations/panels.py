"""What stands on a page, one panel a source, none of them mixed.

What belongs here: building panels from songs, answers and kept rows. Not here: finding these.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from portal.language import N_, translated
from portal.ports import Suggestion
from portal.recommendations.similar import SimilarSong
from portal.recommendations.values import CATALOGUE, SPOTIFY, Item, Panel, Standing
from portal.recommendations.wording import likeness, note, state, title

NAMELESS_TITLES = {SPOTIFY: N_("A track on Spotify")}
"""What a link is called while its name may not be kept and cannot be had."""


def similar_panel(source: str, songs: Sequence[SimilarSong]) -> Panel | None:
    """Return the panel of songs that sound alike, ``library`` or ``public``; None if there are none."""
    items = tuple(
        Item(
            song.title,
            song.artist,
            song_id=song.id,
            genre=song.genre,
            by=song.by,
            words=likeness(song.distance),
            add=f"song:{song.id}",
        )
        for song in songs
    )
    return Panel(source, title(source), items) if items else None


def starter_panel(source: str, genre: str, found: Iterable[Suggestion]) -> Panel | None:
    """Return the panel of a list that is always there; None if it has nothing for the genre."""
    items = tuple(
        Item(one.title, one.artist, url=one.url, add=f"catalogue:{one.key}" if one.key and source == CATALOGUE else "")
        for one in found
    )
    return Panel(source, title(source), items, genre) if items else None


def outside_panel(genre: str, found: Sequence[Suggestion], standing: Standing, now: datetime) -> Panel | None:
    """Return the panel of an outside source; None if there is nothing to show and nothing to say."""
    source = standing.name
    items = tuple(
        Item(one.title or translated(NAMELESS_TITLES.get(source)) or one.url, one.artist, url=one.url, image=one.image)
        for one in found
    )
    is_whole = bool(found) and all(one.title for one in found)
    words = "" if is_whole else note(standing, now)
    if not items and not words:
        return None
    return Panel(source, title(source), items, genre, state(standing) if words else "well", words)

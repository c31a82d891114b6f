"""What can be added to a playlist: one's own songs, what others show, and our own list's suggestions.

What belongs here: finding such a thing by its name, and the entry it becomes. Not here: playlists (``service``).
"""

from __future__ import annotations

from sqlalchemy import select

from portal.models import PlaylistEntry, PredictionRecord, Song
from portal.playlists.entries import CATALOGUE, SONG, may_see
from portal.playlists.order import Sessions
from portal.playlists.values import Item, ItemNotFoundError
from portal.ports import Catalogue


def find(session: Sessions, catalogue: Catalogue, user_id: int, reference: str) -> Item:
    """Return what ``song:<id>`` or ``catalogue:<key>`` names.

    Raises
    ------
    ItemNotFoundError
        There is no such thing, or it is somebody else's who does not show it.
    """
    kind, _, key = reference.partition(":")
    if kind == SONG:
        return _song(session, user_id, key)
    listed = catalogue.entries().get(key) if kind == CATALOGUE else None
    if listed is None:
        raise ItemNotFoundError
    known = listed.suggestion
    return Item(reference, None, known.artist, known.title, listed.genre, known.url, CATALOGUE)


def new_entry(playlist_id: str, position: int, item: Item) -> PlaylistEntry:
    """Return the row for an item; of a song only who it is, so that nothing of it outlives its owner's consent."""
    entry = PlaylistEntry(playlist_id=playlist_id, position=position, key=item.reference, song_id=item.song_id)
    if item.song_id is None:
        entry.artist, entry.title, entry.url, entry.source = item.artist, item.title, item.url, item.source
    return entry


def _song(session: Sessions, user_id: int, song_id: str) -> Item:
    # PostgreSQL takes no null character in any text, so there is no need to ask it for such an id.
    if "\0" in song_id:
        raise ItemNotFoundError
    facts = session.execute(
        select(Song.id, Song.title, Song.tags, PredictionRecord.genre)
        .outerjoin(Song.prediction.and_(PredictionRecord.music.is_(True)))
        .where(Song.id == song_id, may_see(user_id))
    ).one_or_none()
    if facts is None:
        raise ItemNotFoundError
    artist = (facts.tags or {}).get("artist") or ""
    return Item(f"{SONG}:{facts.id}", facts.id, artist, facts.title, facts.genre or "", "", "")

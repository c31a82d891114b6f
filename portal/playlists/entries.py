"""Queries over what stands in a playlist, narrowed to what its owner may see of it.

What belongs here: which entries are visible, and one statement for their facts. Not here: changes (``service``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, and_, exists, func, or_, select

from portal.models import PlaylistEntry, PredictionRecord, Profile, Publication, Song
from portal.playlists.values import Row
from portal.ports import CatalogueEntry

CATALOGUE = "catalogue"
SONG = "song"


def may_see(user_id: int) -> ColumnElement[bool]:
    """Return whether the person may see a song: it is theirs, or its owner shows it to everybody."""
    return or_(Song.user_id == user_id, _is_public())


def _is_public() -> ColumnElement[bool]:
    return exists().where(
        and_(Publication.song_id == Song.id, Publication.published_at.is_not(None), Publication.hidden_at.is_(None)),
        and_(Profile.user_id == Song.user_id, Profile.suspended_at.is_(None)),
    )


def counts(playlist_id: str, owner_id: int) -> Select[Any]:
    """Return how many entries there are, and how many of them the owner may see."""
    seen = _shown(select(PlaylistEntry.id), playlist_id, owner_id).subquery()
    every = select(func.count()).where(PlaylistEntry.playlist_id == playlist_id).scalar_subquery()
    return select(every, select(func.count()).select_from(seen).scalar_subquery())


def visible(playlist_id: str, owner_id: int) -> Select[Any]:
    """Return the facts of all entries that the owner may see, in their order."""
    verdict = PredictionRecord
    facts = select(
        *(PlaylistEntry.id, PlaylistEntry.key, PlaylistEntry.song_id, PlaylistEntry.added_at),
        *(PlaylistEntry.artist, PlaylistEntry.title, PlaylistEntry.url, PlaylistEntry.source),
        *(Song.user_id, Song.title.label("song_title"), Song.tags, Song.filename),
        *(verdict.genre, verdict.sure, verdict.music, verdict.mood, verdict.duration),
    )
    ordered = _shown(facts, playlist_id, owner_id).outerjoin(verdict, verdict.song_id == Song.id)
    return ordered.order_by(PlaylistEntry.position, PlaylistEntry.id)


def _shown(statement: Select[Any], playlist_id: str, owner_id: int) -> Select[Any]:
    return (
        statement.select_from(PlaylistEntry)
        .outerjoin(Song, Song.id == PlaylistEntry.song_id)
        .where(PlaylistEntry.playlist_id == playlist_id)
        .where(or_(PlaylistEntry.song_id.is_(None), may_see(owner_id)))
    )


def row(facts: RowMapping, owner_id: int, catalogue: Mapping[str, CatalogueEntry]) -> Row:
    """Return one of the ``visible`` entries; a suggestion's genre is what our own list says today."""
    own = facts["user_id"] == owner_id
    listed = catalogue.get(facts["key"].partition(":")[2]) if facts["source"] == CATALOGUE else None
    is_song = facts["song_id"] is not None
    return Row(
        id=facts["id"],
        song_id=facts["song_id"],
        own=own,
        title=facts["song_title"] if is_song else facts["title"],
        artist=(facts["tags"] or {}).get("artist") or "" if is_song else facts["artist"],
        genre=(facts["genre"] if facts["music"] else "") if is_song else (listed.genre if listed else ""),
        sure=bool(facts["sure"]) if is_song else True,
        mood=(facts["mood"] or "") if facts["music"] else "",
        seconds=facts["duration"],
        filename=facts["filename"] if own else "",
        url=facts["url"],
        source=facts["source"],
        added_at=facts["added_at"],
    )

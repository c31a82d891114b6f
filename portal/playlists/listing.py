"""A person's playlists side by side, one statement for all.

What belongs here: the list, and the choice of one to add to. Not here: what stands in them (``entries``).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, func, select

from portal.models import Playlist, PlaylistEntry, Song
from portal.playlists.order import Sessions
from portal.playlists.values import Choice, Listed

COUNT = select(func.count()).where(PlaylistEntry.playlist_id == Playlist.id).correlate(Playlist).scalar_subquery()


def all_listed(session: Sessions, user_id: int) -> tuple[list[Listed], datetime | None]:
    """Return all playlists of the person, the last changed first, and when they last uploaded a song.

    Somebody without any playlist is told of no upload either.
    """
    newest = select(func.max(Song.created_at)).where(Song.user_id == user_id).scalar_subquery()
    facts = (
        *(Playlist.id, Playlist.name, Playlist.description, Playlist.recipe, COUNT.label("count")),
        *(Playlist.published_at, Playlist.changed_at, Playlist.refreshed_at, newest.label("newest")),
    )
    own = select(*facts).where(Playlist.user_id == user_id).order_by(Playlist.changed_at.desc(), Playlist.id)
    rows = session.execute(own).all()
    return [Listed(*row[:-1]) for row in rows], next((row.newest for row in rows), None)


def choices(session: Sessions, user_id: int, reference: str) -> list[Choice]:
    """Return the playlists that the person made by hand, the last changed first."""
    holds = exists().where(PlaylistEntry.playlist_id == Playlist.id, PlaylistEntry.key == reference)
    own = (Playlist.user_id == user_id, Playlist.recipe.is_(None))
    rows = session.execute(
        select(Playlist.id, Playlist.name, COUNT, holds).where(*own).order_by(Playlist.changed_at.desc(), Playlist.id)
    )
    return [Choice(*row) for row in rows]

"""One change at a time: whoever changes a playlist, or makes one, holds its row until the change is written.

What belongs here: the two things that are held, in transactions that end with the block. Not here: the changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select, update

from portal.models import Playlist, User, utc_now
from portal.playlists.order import Sessions
from portal.playlists.values import CuratedError, PlaylistNotFoundError

UNSYNCED = {"synchronize_session": False}


@contextmanager
def holding_playlist(session: Sessions, user_id: int, playlist_id: str) -> Iterator[str]:
    """Hold a playlist that the person made by hand, and give its name; raise PlaylistNotFoundError or CuratedError."""
    with _transaction(session):
        # An update that names the owner asks, marks the change and holds the row, all in one.
        own = update(Playlist).where(Playlist.id == playlist_id, Playlist.user_id == user_id, Playlist.recipe.is_(None))
        name = session.scalar(
            own.values(changed_at=utc_now()).returning(Playlist.name), execution_options=dict(UNSYNCED)
        )
        if name is None:
            raise refusal(session, user_id, playlist_id)
        yield name


@contextmanager
def holding_person(session: Sessions, user_id: int) -> Iterator[None]:
    """Hold a person, so that their playlists are counted and made one after another."""
    with _transaction(session):
        # Changes nothing: SQLite knows no SELECT FOR UPDATE, and this holds on every database.
        same = update(User).where(User.id == user_id).values(name=User.name)
        session.execute(same, execution_options=dict(UNSYNCED))
        yield


def refusal(session: Sessions, user_id: int, playlist_id: str) -> CuratedError | PlaylistNotFoundError:
    """Return why somebody cannot change a playlist: it is a curated one of theirs, or none of theirs."""
    own = select(Playlist.id).where(Playlist.id == playlist_id, Playlist.user_id == user_id)
    return CuratedError() if session.scalar(own) else PlaylistNotFoundError()


@contextmanager
def _transaction(session: Sessions) -> Iterator[None]:
    try:
        yield
        session.commit()
    except BaseException:
        session.rollback()
        raise

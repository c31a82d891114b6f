"""Liking songs: once a person, however often or at once they click.

What belongs here: the likes and their count beside what is public. Not here: what is learned from them (``taste``).
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import CursorResult, delete, or_, select, update
from sqlalchemy.exc import IntegrityError

from portal.community.shown import AnySession, public_songs
from portal.errors import NotFoundError
from portal.language import _
from portal.models import Like, Publication, Song
from portal.ports import TasteListener


class NoSuchSongError(NotFoundError):
    """There is no such song, or it is not shown to this person."""

    def __init__(self) -> None:
        super().__init__(_("There is no such song, or it is not public any more."))


@dataclass(frozen=True)
class Liking:
    """Whether the person likes the song now, and how many do where it is public."""

    liked: bool
    likes: int


class LikeService:
    """Keeps who likes what."""

    def __init__(self, session: AnySession, taste: TasteListener) -> None:
        self._session = session
        self._taste = taste

    def like(self, user_id: int, song_id: str) -> Liking:
        """Note that the person likes a song of their own or a public one; raise NoSuchSongError."""
        if not self._lock(user_id, song_id):
            raise NoSuchSongError
        self._session.add(Like(user_id=user_id, song_id=song_id))
        try:
            self._session.flush()
        except IntegrityError:
            # Liked already, or by another click at the same moment.
            self._session.rollback()
        else:
            self._count(song_id, 1)
            self._taste.noticed(user_id, "like", f"song:{song_id}")
        return self._liking(user_id, song_id)

    def unlike(self, user_id: int, song_id: str) -> Liking:
        """Take the like back, also from a song that is public no more; raise NoSuchSongError."""
        reachable = self._lock(user_id, song_id)
        taken = self._session.execute(delete(Like).where(Like.user_id == user_id, Like.song_id == song_id))
        assert isinstance(taken, CursorResult)
        if taken.rowcount:
            self._count(song_id, -1)
            self._taste.noticed(user_id, "unlike", f"song:{song_id}")
        elif not reachable:
            self._session.rollback()
            raise NoSuchSongError
        return self._liking(user_id, song_id)

    def _lock(self, user_id: int, song_id: str) -> bool:
        """Tell whether the person may like the song, and let nobody else like or publish it until we are done."""
        public = public_songs(Publication.song_id).where(Publication.song_id == song_id)
        reachable = or_(Song.user_id == user_id, Song.id.in_(public))
        one = select(reachable).where(Song.id == song_id)
        return bool(self._session.scalar(one.with_for_update(key_share=True, of=Song)))

    def _count(self, song_id: str, change: int) -> None:
        counted = update(Publication).where(Publication.song_id == song_id)
        self._session.execute(counted.values(likes=Publication.likes + change))
        self._session.commit()

    def _liking(self, user_id: int, song_id: str) -> Liking:
        liked = self._session.scalar(select(Like.song_id).where(Like.user_id == user_id, Like.song_id == song_id))
        likes = self._session.scalar(select(Publication.likes).where(Publication.song_id == song_id))
        return Liking(liked is not None, likes or 0)

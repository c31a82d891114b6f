"""Making a result or a playlist public, and taking it back; keeping what is public right after another verdict.

What belongs here: changes by the owner. Not here: lists of what is public (``discover``), what moderators change
(``moderation``). The audio is never public.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, delete, exists, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from portal.community.people import NameNeededError, SuspendedError
from portal.community.shown import AnySession, liked_by
from portal.errors import ConflictError, ForbiddenError, NotFoundError
from portal.language import _
from portal.models import (
    Job,
    JobState,
    Like,
    Playlist,
    PlaylistEntry,
    PredictionRecord,
    Profile,
    Publication,
    Song,
    utc_now,
)


class NotYoursError(NotFoundError):
    """There is no such thing, or it is somebody else's."""

    def __init__(self) -> None:
        super().__init__(_("There is no such song or playlist of yours."))


class NotPublishableError(ConflictError):
    """Only what has been heard to be music can be made public."""

    code = "not_publishable"


class HiddenError(ForbiddenError):
    """A moderator hid the thing."""

    code = "hidden"

    def __init__(self) -> None:
        super().__init__(_("A moderator has hidden this from others. Making it public again is for them to decide."))


@dataclass(frozen=True)
class Standing:
    """How a person's own song or playlist stands with others.

    ``named`` tells whether its owner chose a display name; only songs are liked.
    """

    public: bool
    hidden: bool
    named: bool
    suspended: bool
    likes: int = 0
    liked: bool = False


class PublishingService:
    """Makes things public and private again; listens for new verdicts (``ports.VerdictListener``)."""

    def __init__(self, session: AnySession) -> None:
        self._session = session

    def standing(self, user_id: int, song_id: str) -> Standing:
        """Return how this person's song stands with others; raise NotYoursError."""
        row = self._session.execute(
            select(Publication, Profile, liked_by(user_id))
            .select_from(Song)
            .outerjoin(Publication, Publication.song_id == Song.id)
            .outerjoin(Profile, Profile.user_id == Song.user_id)
            .where(Song.id == song_id, Song.user_id == user_id)
        ).one_or_none()
        if row is None:
            raise NotYoursError
        publication, profile, liked = row
        return Standing(
            public=publication is not None and publication.published_at is not None,
            hidden=publication is not None and publication.hidden_at is not None,
            named=profile is not None,
            suspended=profile is not None and profile.suspended_at is not None,
            likes=publication.likes if publication else 0,
            liked=liked,
        )

    def playlist_standing(self, user_id: int, playlist_id: str) -> Standing:
        """Return how this person's playlist stands with others; raise NotYoursError."""
        playlist = self._own_playlist(user_id, playlist_id)
        profile = self._session.get(Profile, user_id)
        return Standing(
            public=playlist.published_at is not None,
            hidden=playlist.hidden_at is not None,
            named=profile is not None,
            suspended=profile is not None and profile.suspended_at is not None,
        )

    def publish_song(self, user_id: int, song_id: str) -> None:
        """Show the song's result to all who are logged in; raise NotYoursError, or why that cannot be."""
        verdict = self._own_verdict(user_id, song_id)
        self._require_seen(user_id)
        if verdict.state != JobState.DONE or not verdict.music:
            raise NotPublishableError(_("Only the finished result of a song that is music can be made public."))
        earlier = self._session.get(Publication, song_id)
        if earlier and earlier.hidden_at:
            raise HiddenError
        likes = select(func.count()).where(Like.song_id == song_id).scalar_subquery()
        repeated = {"genre": verdict.genre, "mood": verdict.mood, "likes": likes}
        try:
            if earlier is None:
                self._session.execute(insert(Publication).values(song_id=song_id, user_id=user_id, **repeated))
            self._session.commit()
        except IntegrityError:
            # Made public, or deleted, by another click at the same moment.
            self._session.rollback()

    def unpublish_song(self, user_id: int, song_id: str) -> None:
        """Keep the song to its owner again, if it is not already; raise NotYoursError."""
        self._own_verdict(user_id, song_id)
        self._withdraw(song_id)
        self._session.commit()

    def publish_playlist(self, user_id: int, playlist_id: str) -> None:
        """Show the playlist to all who are logged in; raise NotYoursError, or why that cannot be."""
        playlist = self._own_playlist(user_id, playlist_id)
        self._require_seen(user_id)
        if playlist.hidden_at:
            raise HiddenError
        if not self._session.scalar(select(exists().where(PlaylistEntry.playlist_id == playlist_id))):
            raise NotPublishableError(_("Put something into the playlist before you make it public."))
        playlist.published_at = playlist.published_at or utc_now()
        self._session.commit()

    def unpublish_playlist(self, user_id: int, playlist_id: str) -> None:
        """Keep the playlist to its owner again, if it is not already; raise NotYoursError."""
        self._own_playlist(user_id, playlist_id).published_at = None
        self._session.commit()

    def heard(self, user_id: int, song_id: str) -> None:  # noqa: ARG002 - whose it is does not matter here
        """Repeat the new verdict where its song is public; what is no music any more is public no more."""
        verdict = self._session.execute(
            select(PredictionRecord.genre, PredictionRecord.mood, PredictionRecord.music)
            .join(Publication, Publication.song_id == PredictionRecord.song_id)
            .where(PredictionRecord.song_id == song_id)
        ).one_or_none()
        if verdict and verdict.music:
            repeated = {"genre": verdict.genre, "mood": verdict.mood}
            self._session.execute(update(Publication).where(Publication.song_id == song_id).values(repeated))
        elif verdict:
            self._withdraw(song_id)
        self._session.commit()

    def _withdraw(self, song_id: str) -> None:
        own = Publication.song_id == song_id
        # What a moderator hid stays noted: the song would come back unhidden by being made public once more.
        self._session.execute(delete(Publication).where(own, Publication.hidden_at.is_(None)))
        self._session.execute(update(Publication).where(own).values(published_at=None))

    def _own_verdict(self, user_id: int, song_id: str) -> Row[Any]:
        columns: tuple[Any, ...] = (PredictionRecord.genre, PredictionRecord.mood, PredictionRecord.music)
        row: Row[Any] | None = self._session.execute(
            select(Job.state, *columns)
            .select_from(Song)
            .join(Job, Job.song_id == Song.id)
            .outerjoin(PredictionRecord, PredictionRecord.song_id == Song.id)
            .where(Song.id == song_id, Song.user_id == user_id)
            # Until we are done nobody likes it: the likes that are counted now are all there are.
            .with_for_update(key_share=True, of=Song)
        ).one_or_none()
        if row is None:
            raise NotYoursError
        return row

    def _own_playlist(self, user_id: int, playlist_id: str) -> Playlist:
        own = (Playlist.id == playlist_id, Playlist.user_id == user_id)
        playlist = self._session.scalar(select(Playlist).where(*own))
        if playlist is None:
            raise NotYoursError
        return playlist

    def _require_seen(self, user_id: int) -> None:
        profile = self._session.get(Profile, user_id)
        if profile is None:
            raise NameNeededError
        if profile.suspended_at:
            raise SuspendedError

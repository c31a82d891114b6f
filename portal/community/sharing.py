"""Links by which anybody sees one result or one playlist, until they expire or are revoked.

What belongs here: making, listing, revoking and opening links. Not here: their signature (``links``), the pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, select, update

from portal.community.links import ShareTokens
from portal.community.people import SuspendedError
from portal.community.publishing import NotYoursError
from portal.community.shown import MAX_ROWS, AnySession, Result, Stretch, artist_of, whole_verdict
from portal.errors import ConflictError, GoneError, NotFoundError
from portal.language import _, ngettext
from portal.models import Playlist, PredictionRecord, Profile, Publication, ShareLink, Song, utc_now
from portal.ports import PlaylistReader, ShownPlaylist

DAYS = (1, 7, 30, 90)
MAX_OPEN_LINKS = 50
PER_PAGE = 30


class NoSuchLinkError(NotFoundError):
    """The link was never ours, or was altered; or it is somebody else's to revoke."""

    def __init__(self) -> None:
        super().__init__(_("There is no such link."))


class LinkGoneError(GoneError):
    """The link was genuine, and opens nothing any more."""

    code = "link_gone"

    def __init__(self) -> None:
        super().__init__(_("It has expired, or whoever shared it took it back."))


class NothingToShareError(ConflictError):
    """The song has no result yet."""

    code = "nothing_to_share"

    def __init__(self) -> None:
        super().__init__(_("This song has no result to share yet."))


class TooManyLinksError(ConflictError):
    """So many links are open that nobody could keep an eye on them."""

    code = "too_many_links"

    def __init__(self) -> None:
        super().__init__(
            ngettext(
                "You have %(num)d open link. Revoke one before you make another.",
                "You have %(num)d open links. Revoke one before you make another.",
                MAX_OPEN_LINKS,
            )
        )


@dataclass(frozen=True)
class Thing:
    """What is to be shared: a song or a playlist of one's own; one of the two ids is empty."""

    name: str
    song_id: str | None = None
    playlist_id: str | None = None

    @property
    def kind(self) -> str:
        """Return song or playlist."""
        return "song" if self.song_id else "playlist"


@dataclass(frozen=True)
class Shared:
    """One link of a person's own, as they see it. ``state`` is open, expired, revoked or hidden."""

    id: str
    address: str
    thing: Thing
    created_at: datetime
    expires_at: datetime
    shows_name: bool
    state: str


@dataclass(frozen=True)
class Opened:
    """What a link shows to whoever opens it: a result or a playlist. ``name`` is its owner's, where they chose so."""

    name: str | None
    expires_at: datetime
    result: Result | None = None
    playlist: ShownPlaylist | None = None


class ShareService:
    """Keeps links to share."""

    def __init__(self, session: AnySession, tokens: ShareTokens, playlists: PlaylistReader, public_url: str) -> None:
        self._session = session
        self._tokens = tokens
        self._playlists = playlists
        self._public_url = public_url

    def thing(self, user_id: int, song_id: str | None, playlist_id: str | None) -> Thing:
        """Return what of this person's is to be shared; raise NotYoursError or NothingToShareError."""
        if song_id and not playlist_id:
            return self._song(user_id, song_id)
        if playlist_id and not song_id:
            own = (Playlist.id == playlist_id, Playlist.user_id == user_id)
            row = self._session.execute(select(Playlist.recipe, Playlist.name).where(*own)).one_or_none()
            if row is not None:
                return Thing(self._playlists.titled(*row)[0], playlist_id=playlist_id)
        raise NotYoursError

    def share(self, user_id: int, thing: Thing, days: int, *, shows_name: bool = False) -> str:
        """Make a link to one's own thing for so many days; return its id. Raise TooManyLinksError, SuspendedError."""
        if self._session.scalar(select(Profile.suspended_at).where(Profile.user_id == user_id)):
            raise SuspendedError
        now = utc_now()
        open_links = (ShareLink.user_id == user_id, ShareLink.revoked_at.is_(None), ShareLink.expires_at > now)
        if (
            self._session.scalar(select(func.count()).select_from(ShareLink).where(*open_links)) or 0
        ) >= MAX_OPEN_LINKS:
            raise TooManyLinksError
        link = ShareLink(
            user_id=user_id,
            song_id=thing.song_id,
            playlist_id=thing.playlist_id,
            created_at=now,
            expires_at=now + timedelta(days=days),
            shows_name=shows_name,
        )
        self._session.add(link)
        self._session.commit()
        return link.id

    def links_to(self, user_id: int, thing: Thing) -> list[Shared]:
        """Return the person's open links to one thing, the newest first."""
        about = ShareLink.song_id == thing.song_id if thing.song_id else ShareLink.playlist_id == thing.playlist_id
        alive = (ShareLink.revoked_at.is_(None), ShareLink.expires_at > utc_now())
        rows = self._session.execute(_own_links(user_id).where(about, *alive).limit(MAX_OPEN_LINKS))
        return [self._shared(row) for row in rows]

    def links(self, user_id: int, number: int) -> Stretch[Shared]:
        """Return one page of all links the person made, the newest first."""
        rows = self._session.execute(_own_links(user_id).offset((number - 1) * PER_PAGE).limit(PER_PAGE + 1)).all()
        return Stretch([self._shared(row) for row in rows[:PER_PAGE]], number, has_next=len(rows) > PER_PAGE)

    def revoke(self, user_id: int, link_id: str) -> None:
        """Let the link open nothing from now on, if it does not already; raise NoSuchLinkError if it is not theirs."""
        own = (ShareLink.id == link_id, ShareLink.user_id == user_id)
        first = func.coalesce(ShareLink.revoked_at, utc_now())
        revoked = self._session.scalar(update(ShareLink).where(*own).values(revoked_at=first).returning(ShareLink.id))
        self._session.commit()
        if revoked is None:
            raise NoSuchLinkError

    def open(self, token: str) -> Opened:
        """Return what a link shows; raise NoSuchLinkError if it was never ours, LinkGoneError if it is over."""
        link_id = self._tokens.read(token)
        if link_id is None:
            raise NoSuchLinkError
        row = self._session.execute(_with_standing(ShareLink.id == link_id)).one_or_none()
        # What was deleted took its links along, so that a genuine token without a link is an old one.
        if row is None or _state(row) != "open":
            raise LinkGoneError
        link: ShareLink = row.ShareLink
        name = row.display_name if link.shows_name else None
        if link.song_id:
            return Opened(name, link.expires_at, result=self._result(link.song_id))
        return Opened(name, link.expires_at, playlist=self._playlist(link.playlist_id or ""))

    def _song(self, user_id: int, song_id: str) -> Thing:
        row = self._session.execute(
            select(Song.title, PredictionRecord.id)
            .select_from(Song)
            .outerjoin(PredictionRecord, PredictionRecord.song_id == Song.id)
            .where(Song.id == song_id, Song.user_id == user_id)
        ).one_or_none()
        if row is None:
            raise NotYoursError
        if row.id is None:
            raise NothingToShareError
        return Thing(row.title, song_id=song_id)

    def _shared(self, row: Row[Any]) -> Shared:
        link: ShareLink = row.ShareLink
        address = f"{self._public_url}/s/{self._tokens.make(link.id)}"
        name = row.title if link.song_id else self._playlists.titled(row.recipe, row.name)[0]
        thing = Thing(name, link.song_id, link.playlist_id)
        return Shared(link.id, address, thing, link.created_at, link.expires_at, link.shows_name, _state(row))

    def _result(self, song_id: str) -> Result:
        row = self._session.execute(
            select(Song.title, artist_of().label("artist"), PredictionRecord)
            .join(PredictionRecord, PredictionRecord.song_id == Song.id)
            .where(Song.id == song_id)
            .options(whole_verdict())
        ).one_or_none()
        if row is None:
            raise LinkGoneError
        return Result(row.title, row.artist or "", row.PredictionRecord)

    def _playlist(self, playlist_id: str) -> ShownPlaylist:
        playlist = self._playlists.shown(playlist_id, limit=MAX_ROWS)
        if playlist is None:
            raise LinkGoneError
        return playlist


def _with_standing(*conditions: Any) -> Any:
    """Return a query for links with what their things are called, and whether a moderator hid thing or owner."""
    hidden = func.coalesce(Publication.hidden_at, Playlist.hidden_at, Profile.suspended_at).label("hidden_at")
    return (
        select(ShareLink, Song.title, Playlist.recipe, Playlist.name, Profile.display_name, hidden)
        .outerjoin(Song, Song.id == ShareLink.song_id)
        .outerjoin(Publication, Publication.song_id == ShareLink.song_id)
        .outerjoin(Playlist, Playlist.id == ShareLink.playlist_id)
        .outerjoin(Profile, Profile.user_id == ShareLink.user_id)
        .where(*conditions)
    )


def _own_links(user_id: int) -> Any:
    newest_first = (ShareLink.created_at.desc(), ShareLink.id.desc())
    return _with_standing(ShareLink.user_id == user_id).order_by(*newest_first)


def _state(row: Row[Any]) -> str:
    link: ShareLink = row.ShareLink
    if link.revoked_at:
        return "revoked"
    if link.expires_at <= utc_now():
        return "expired"
    return "hidden" if row.hidden_at else "open"

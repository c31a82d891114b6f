"""Saving one playlist to Spotify, a few songs a request, going on where the last request stopped.

What belongs here: looking songs up, adding them, and the row that says how far it came. Not here: whose token it is.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from portal.language import _
from portal.models import SpotifyCopy, utc_now
from portal.ports import ShownPlaylist, SourceError
from portal.spotify.values import AccountApi, BusyError, Copy, NotConnectedError, PlaylistGoneError

ADDING_SECONDS = 1.0
"""What of the time is left for adding what was found."""
BUSY = timedelta(seconds=30)
PLAYLIST_URL = "https://open.spotify.com/playlist/"

Sessions = Session | scoped_session[Any]


@dataclass(frozen=True)
class Kept:
    """What the row of a copy holds, as it was read; songs are ``[artist, title]``."""

    spotify_id: str
    name: str
    description: str
    remaining: list[Any]
    missing: list[Any]


@dataclass
class Found:
    """What looking songs up brought: ids of tracks, songs without any, songs left, and what ended it early."""

    remaining: list[Any]
    tracks: list[str] = field(default_factory=list)
    missing: list[Any] = field(default_factory=list)
    trouble: SourceError | None = None


def copies(session: Sessions, user_id: int) -> tuple[Copy, ...]:
    """Return the playlists that the person saved, the last first."""
    own = select(SpotifyCopy).where(SpotifyCopy.user_id == user_id)
    newest = own.order_by(SpotifyCopy.changed_at.desc(), SpotifyCopy.id.desc())
    return tuple(map(_shown, session.scalars(newest)))


def save(
    session: Sessions, api: AccountApi, user_id: int, playlist: ShownPlaylist, *, access: str, ends_at: float
) -> Copy:
    """Save as much of the playlist as there is time for; raise SourceError or BusyError.

    What was added is noted before anything is raised, so that the next request goes on after it. Only where Spotify's
    answer to the adding itself is lost, the same songs are added once more.
    """
    copy_id = _claimed(session, user_id, playlist)
    try:
        kept = _kept(session, copy_id)
        found = _looked_up(api, access, kept.remaining, ends_at - ADDING_SECONDS)
        if found.tracks:
            _add(session, api, access, copy_id, kept, found.tracks, ends_at)
        if found.tracks or found.missing:
            missing = [*kept.missing, *found.missing]
            _note(session, copy_id, remaining=found.remaining, missing=missing, changed_at=utc_now())
        if found.trouble:
            raise found.trouble
    finally:
        session.rollback()
        _note(session, copy_id, busy_until=None)
    return _shown(_row(session, copy_id))


def _claimed(session: Sessions, user_id: int, playlist: ShownPlaylist) -> int:
    """Return the id of the playlist's copy, which is ours alone for a while: the unfinished one, or a new one."""
    now = utc_now()
    same = (SpotifyCopy.user_id == user_id, SpotifyCopy.playlist_id == playlist.id)
    free = or_(SpotifyCopy.busy_until.is_(None), SpotifyCopy.busy_until < now)
    claim = update(SpotifyCopy).where(*same, free).values(busy_until=now + BUSY).returning(SpotifyCopy.id)
    copy_id = session.execute(claim, execution_options={"synchronize_session": False}).scalar_one_or_none()
    if copy_id is None:
        return _begun(session, user_id, playlist)
    session.commit()
    if not _kept(session, copy_id).remaining:
        _note(session, copy_id, spotify_id="", missing=[], **_contents(playlist))
    return copy_id


def _begun(session: Sessions, user_id: int, playlist: ShownPlaylist) -> int:
    copy = SpotifyCopy(
        user_id=user_id, playlist_id=playlist.id, missing=[], busy_until=utc_now() + BUSY, **_contents(playlist)
    )
    session.add(copy)
    try:
        session.commit()
    except IntegrityError as error:
        # There is one already, which somebody else is working on.
        session.rollback()
        raise BusyError from error
    return copy.id


def _contents(playlist: ShownPlaylist) -> dict[str, Any]:
    songs = [[entry.artist, entry.title] for entry in playlist.entries]
    return {
        "name": playlist.name,
        "description": playlist.description,
        "remaining": songs,
        "asked": len(songs),
        "total": playlist.total,
    }


def _looked_up(api: AccountApi, access: str, songs: list[Any], until: float) -> Found:
    """Look songs up until there is no time left; the first may take what there is."""
    found = Found(remaining=list(songs))
    while found.remaining and (time.monotonic() < until or not (found.tracks or found.missing)):
        artist, title = found.remaining[0]
        try:
            track = api.find(access, artist=artist, title=title, seconds=until - time.monotonic())
        except SourceError as error:
            out_of_time = error.code == "timeout" and (found.tracks or found.missing)
            found.trouble = None if out_of_time else error
            break
        if track:
            found.tracks.append(track)
        else:
            found.missing.append([artist, title])
        del found.remaining[0]
    return found


def _add(
    session: Sessions, api: AccountApi, access: str, copy_id: int, kept: Kept, tracks: list[str], ends_at: float
) -> None:
    playlist_id = kept.spotify_id
    if not playlist_id:
        playlist_id = api.create_playlist(
            access, name=kept.name, description=kept.description, seconds=ends_at - time.monotonic()
        )
        _note(session, copy_id, spotify_id=playlist_id)
    try:
        api.add(access, playlist_id=playlist_id, track_ids=tracks, seconds=ends_at - time.monotonic())
    except SourceError as error:
        if error.code != "bad_request":
            raise
        # Spotify knows no such playlist (any more). Without this row the next request begins a new one.
        session.execute(delete(SpotifyCopy).where(SpotifyCopy.id == copy_id))
        session.commit()
        raise PlaylistGoneError from error


def _row(session: Sessions, copy_id: int) -> SpotifyCopy:
    copy = session.get(SpotifyCopy, copy_id, populate_existing=True)
    if copy is None:
        raise NotConnectedError(_("Your Spotify account was disconnected, or the playlist deleted, in the meantime."))
    return copy


def _kept(session: Sessions, copy_id: int) -> Kept:
    row = _row(session, copy_id)
    kept = Kept(row.spotify_id, row.name, row.description, row.remaining, row.missing)
    # Nothing stays open while Spotify takes its time.
    session.commit()
    return kept


def _note(session: Sessions, copy_id: int, **values: Any) -> None:
    session.execute(update(SpotifyCopy).where(SpotifyCopy.id == copy_id).values(**values))
    session.commit()


def _shown(copy: SpotifyCopy) -> Copy:
    return Copy(
        playlist_id=copy.playlist_id,
        name=copy.name,
        url=PLAYLIST_URL + copy.spotify_id if copy.spotify_id else "",
        asked=copy.asked,
        remaining=len(copy.remaining),
        total=copy.total,
        missing=tuple(f"{artist}: {title}" if artist else title for artist, title in copy.missing),
    )

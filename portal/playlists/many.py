"""Many of one's own songs put into one playlist, with as many statements as for a single one.

What belongs here: the entries of a whole selection. Not here: one thing at a time, or what a playlist is (``service``).
The taste learns nothing from it: who moves hundreds of songs is tidying up, which says little of any one of them.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from portal.models import PlaylistEntry, Song, utc_now
from portal.playlists.entries import SONG
from portal.playlists.holding import holding_playlist
from portal.playlists.listing import choices
from portal.playlists.order import FARTHEST, GAP, Sessions, position_before, spread
from portal.playlists.service import ID, PlaylistService
from portal.playlists.values import MAX_ENTRIES, ItemNotFoundError, PlaylistFullError, PlaylistNotFoundError, clean_name


class ManyIntoPlaylist:
    """Adds selections of songs to playlists that were made by hand."""

    def __init__(self, session: Sessions, playlists: PlaylistService) -> None:
        self._session = session
        self._playlists = playlists

    def choices(self, user_id: int) -> list[tuple[str, str, int]]:
        """Return id, name and length of each playlist that the person made by hand, the last changed first."""
        return [(choice.id, choice.name, choice.count) for choice in choices(self._session, user_id, "")]

    def add(self, user_id: int, playlist_id: str, song_ids: Sequence[str]) -> tuple[str, int]:
        """Put the person's songs at the end of a playlist, each once; return its name and how many were new."""
        if not ID.fullmatch(playlist_id):
            raise PlaylistNotFoundError
        with holding_playlist(self._session, user_id, playlist_id) as name:
            own = self._own(user_id, song_ids)
            standing = PlaylistEntry.playlist_id == playlist_id
            keys = [_key(song_id) for song_id in own]
            there = set(self._session.scalars(select(PlaylistEntry.key).where(standing, PlaylistEntry.key.in_(keys))))
            new = [song_id for song_id in own if _key(song_id) not in there]
            count = self._session.scalar(select(func.count()).where(standing)) or 0
            if count + len(new) > MAX_ENTRIES:
                raise PlaylistFullError
            self._append(playlist_id, new)
        return name, len(new)

    def add_to_new(self, user_id: int, name: str, song_ids: Sequence[str]) -> tuple[str, str, int]:
        """Put the person's songs into a new playlist; return its id, its name and how many songs it has."""
        name = clean_name(name)
        # Looked up before, so that a selection of nothing leaves no empty playlist.
        self._own(user_id, song_ids)
        playlist_id = self._playlists.create(user_id, name)
        return playlist_id, *self.add(user_id, playlist_id, song_ids)

    def _own(self, user_id: int, song_ids: Sequence[str]) -> list[str]:
        """Return those that are the person's own, in the order given; raise ItemNotFoundError where none is."""
        own = set(self._session.scalars(select(Song.id).where(Song.user_id == user_id, Song.id.in_(song_ids))))
        if not own:
            raise ItemNotFoundError
        return [song_id for song_id in song_ids if song_id in own]

    def _append(self, playlist_id: str, song_ids: Sequence[str]) -> None:
        if not song_ids:
            return
        first = position_before(self._session, playlist_id, None)
        if first + GAP * len(song_ids) > FARTHEST:
            spread(self._session, playlist_id)
            first = position_before(self._session, playlist_id, None)
        same = {"playlist_id": playlist_id, "added_at": utc_now(), "artist": "", "title": "", "url": "", "source": ""}
        rows = [
            same | {"position": first + GAP * place, "key": _key(song_id), "song_id": song_id}
            for place, song_id in enumerate(song_ids)
        ]
        try:
            self._session.execute(insert(PlaylistEntry), rows)
        except IntegrityError as error:
            # A song was deleted since it was looked up.
            raise ItemNotFoundError from error


def _key(song_id: str) -> str:
    return f"{SONG}:{song_id}"

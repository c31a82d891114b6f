"""A person's playlists: made, shown, changed, copied, and shown to others.

What belongs here: what may be done with a playlist, each thing narrowed to its owner first. Not here: what is curated
(``curation``), which entries are visible (``entries``), how they keep their order (``order``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from math import ceil
from typing import Any

from sqlalchemy import Select, case, delete, func, insert, literal, select, update
from sqlalchemy.exc import IntegrityError

from portal.errors import PortalError
from portal.models import Playlist, PlaylistEntry, utc_now
from portal.models.base import random_id
from portal.playlists import curation
from portal.playlists.entries import counts, row, visible
from portal.playlists.holding import UNSYNCED, holding_person, holding_playlist
from portal.playlists.items import find, new_entry
from portal.playlists.listing import all_listed, choices
from portal.playlists.order import Sessions, position_before
from portal.playlists.recipes import rank, titled
from portal.playlists.values import (
    MAX_ENTRIES,
    MAX_PLAYLISTS,
    Added,
    Choice,
    Contents,
    EntryNotFoundError,
    Item,
    ItemNotFoundError,
    Listed,
    OrderChangedError,
    Overview,
    PlacedRow,
    PlaylistFullError,
    PlaylistNotFoundError,
    Row,
    TooManyPlaylistsError,
    clean_description,
    clean_name,
)
from portal.ports import Catalogue, ShownEntry, ShownPlaylist, TasteListener

PER_PAGE = 100
LARGEST_ID = 2**31 - 1
ID = re.compile(r"[A-Za-z0-9_-]{1,22}", re.ASCII)


class PlaylistService:
    """Keeps people's playlists."""

    def __init__(self, session: Sessions, catalogue: Catalogue, taste: TasteListener) -> None:
        self._session = session
        self._catalogue = catalogue
        self._taste = taste

    def overview(self, user_id: int) -> Overview:
        """Return all playlists of the person, the curated ones refreshed where that is due."""
        listed, newest_upload = all_listed(self._session, user_id)
        refreshed = [playlist.refreshed_at for playlist in listed if playlist.recipe]
        oldest = min((moment for moment in refreshed if moment), default=None)
        if curation.is_due(oldest, newest_upload, utc_now()):
            curation.refresh(self._session, user_id)
            listed, _ = all_listed(self._session, user_id)
        curated = [_titled(playlist) for playlist in listed if playlist.recipe and playlist.count]
        return Overview(
            curated=tuple(sorted(curated, key=lambda playlist: rank(playlist.recipe or ""))),
            own=tuple(playlist for playlist in listed if not playlist.recipe),
        )

    def refresh(self, user_id: int) -> None:
        """Put the curated playlists together anew, whether that is due or not."""
        curation.refresh(self._session, user_id)

    def create(self, user_id: int, name: str, description: str = "") -> str:
        """Make an empty playlist and return its id; raise InvalidPlaylistNameError or TooManyPlaylistsError."""
        name, description = clean_name(name), clean_description(description)
        with holding_person(self._session, user_id):
            return self._make(user_id, name, description)

    def copy(self, user_id: int, playlist_id: str) -> str:
        """Make a playlist by hand of what another one of the person's holds now, and return its id."""
        with holding_person(self._session, user_id):
            source = self._own(user_id, playlist_id)
            copy = self._make(user_id, *_read(source))
            kept = ("position", "key", "song_id", "artist", "title", "url", "source")
            columns = [getattr(PlaylistEntry, name) for name in kept]
            entries = select(literal(copy), literal(utc_now(), PlaylistEntry.added_at.type), *columns)
            self._session.execute(
                insert(PlaylistEntry).from_select(
                    ["playlist_id", "added_at", *kept], entries.where(PlaylistEntry.playlist_id == playlist_id)
                ),
            )
        return copy

    def edit(self, user_id: int, playlist_id: str, name: str, description: str) -> None:
        """Give a playlist another name and description."""
        name, description = clean_name(name), clean_description(description)
        with self._holding(user_id, playlist_id):
            same = update(Playlist).where(Playlist.id == playlist_id)
            self._session.execute(same.values(name=name, description=description), execution_options=dict(UNSYNCED))

    def delete(self, user_id: int, playlist_id: str) -> str:
        """Forget a playlist, not its songs; return its name."""
        with self._holding(user_id, playlist_id) as name:
            self._session.execute(delete(Playlist).where(Playlist.id == playlist_id), execution_options=dict(UNSYNCED))
        return name

    def contents(self, user_id: int, playlist_id: str, number: int) -> Contents:
        """Return one page of a playlist; a number beyond the end gives the last page."""
        playlist = self._own(user_id, playlist_id)
        name, description = _read(playlist)
        every, total = self._session.execute(counts(playlist_id, user_id)).one()
        pages = page_of(total)
        number = min(max(1, number), pages)
        start = (number - 1) * PER_PAGE
        # With its neighbours: the row before, and two after, which the buttons at the page's ends move across.
        first = max(start - 1, 0)
        rows = self._rows(visible(playlist_id, user_id).offset(first).limit(start - first + PER_PAGE + 2), user_id)
        return Contents(
            id=playlist.id,
            name=name,
            description=description,
            curated=playlist.recipe is not None,
            published=playlist.published_at is not None and playlist.hidden_at is None,
            changed_at=playlist.changed_at,
            rows=tuple(placed(rows)[start - first :][:PER_PAGE]),
            previous=tuple(row.id for row in rows[: start - first]),
            following=tuple(row.id for row in rows[start - first + PER_PAGE :]),
            number=number,
            pages=pages,
            start=start,
            total=total,
            hidden=every - total,
        )

    def everything(self, user_id: int, playlist_id: str) -> tuple[str, str, list[Row]]:
        """Return name, description and all visible rows of a playlist, for a file."""
        playlist = self._own(user_id, playlist_id)
        return *_read(playlist), self._rows(visible(playlist_id, user_id), user_id)

    def item(self, user_id: int, reference: str) -> Item:
        """Return what ``song:…`` or ``catalogue:…`` names; raise ItemNotFoundError where the person may not see it."""
        return find(self._session, self._catalogue, user_id, reference)

    def choices(self, user_id: int, item: Item) -> list[Choice]:
        """Return the playlists that the person made by hand, the last changed first."""
        return choices(self._session, user_id, item.reference)

    def add(self, user_id: int, playlist_id: str, reference: str) -> Added:
        """Put something at the end of a playlist; once, however often it is asked for."""
        item = self.item(user_id, reference)
        with self._holding(user_id, playlist_id) as name:
            new = self._append(playlist_id, item)
        return self._noticed(user_id, item, Added(playlist_id, name, item.title, new))

    def add_to_new(self, user_id: int, name: str, reference: str) -> Added:
        """Put something into a new playlist, which is made only if that succeeds."""
        item, name = self.item(user_id, reference), clean_name(name)
        with holding_person(self._session, user_id):
            playlist_id = self._make(user_id, name, "")
            self._append(playlist_id, item)
        return self._noticed(user_id, item, Added(playlist_id, name, item.title, new=True))

    def remove(self, user_id: int, playlist_id: str, entry: str) -> str:
        """Take an entry out of a playlist and return its title; raise EntryNotFoundError."""
        entry_id = _entry_id(entry)
        with self._holding(user_id, playlist_id):
            shown = self._rows(visible(playlist_id, user_id).where(PlaylistEntry.id == entry_id), user_id)
            if not shown:
                raise EntryNotFoundError
            gone = delete(PlaylistEntry).where(PlaylistEntry.id == entry_id)
            self._session.execute(gone, execution_options=dict(UNSYNCED))
        return shown[0].title

    def move(self, user_id: int, playlist_id: str, entry: str, before: str) -> int:
        """Move an entry before another, or to the end where that is empty; return its new place, counted from 1.

        Raises EntryNotFoundError, or OrderChangedError where the other one is not in the list (any more).
        """
        entry_id, other = _entry_id(entry), _entry_id(before, OrderChangedError) if before else None
        with self._holding(user_id, playlist_id):
            own = (PlaylistEntry.playlist_id == playlist_id, PlaylistEntry.id == entry_id)
            if self._session.scalar(select(PlaylistEntry.id).where(*own)) is None:
                raise EntryNotFoundError
            if other != entry_id:
                position = position_before(self._session, playlist_id, other)
                moved = update(PlaylistEntry).where(*own).values(position=position)
                self._session.execute(moved, execution_options=dict(UNSYNCED))
            return self._place(user_id, playlist_id, entry_id)

    def shown(self, playlist_id: str, *, limit: int) -> ShownPlaylist | None:
        """Return a playlist as others may see it; None if it is gone. Its owner's own songs are part of it."""
        playlist = self._session.get(Playlist, playlist_id) if ID.fullmatch(playlist_id) else None
        if playlist is None:
            return None
        owner = playlist.user_id
        name, description = _read(playlist)
        _, total = self._session.execute(counts(playlist_id, owner)).one()
        rows = self._rows(visible(playlist_id, owner).limit(max(limit, 0)), owner)
        return ShownPlaylist(
            id=playlist.id,
            user_id=owner,
            name=name,
            description=description,
            entries=tuple(map(_shown, rows)),
            total=total,
        )

    def titled(self, recipe: str | None, name: str, description: str = "") -> tuple[str, str]:
        """Return name and description of a playlist as people read them, from what is kept of it."""
        return titled(recipe, name, description)

    def owned_by(self, user_id: int, playlist_id: str) -> bool:
        """Return whether the person has a playlist of that id."""
        return self._find(user_id, playlist_id) is not None

    def _find(self, user_id: int, playlist_id: str) -> Playlist | None:
        # Ids from strangers may hold what a database refuses to be asked for.
        if not ID.fullmatch(playlist_id):
            return None
        return self._session.scalar(select(Playlist).where(Playlist.id == playlist_id, Playlist.user_id == user_id))

    def _own(self, user_id: int, playlist_id: str) -> Playlist:
        playlist = self._find(user_id, playlist_id)
        if playlist is None:
            raise PlaylistNotFoundError
        return playlist

    def _holding(self, user_id: int, playlist_id: str) -> AbstractContextManager[str]:
        if not ID.fullmatch(playlist_id):
            raise PlaylistNotFoundError
        return holding_playlist(self._session, user_id, playlist_id)

    def _make(self, user_id: int, name: str, description: str) -> str:
        """Make an empty playlist while the person is held."""
        own = (Playlist.user_id == user_id, Playlist.recipe.is_(None))
        if (self._session.scalar(select(func.count()).where(*own)) or 0) >= MAX_PLAYLISTS:
            raise TooManyPlaylistsError
        playlist = Playlist(id=random_id(), user_id=user_id, name=name, description=description)
        self._session.add(playlist)
        self._session.flush()
        return playlist.id

    def _append(self, playlist_id: str, item: Item) -> bool:
        """Put something at the end while the playlist is held; return whether it was not there before."""
        same = func.count(case((PlaylistEntry.key == item.reference, 1)))
        standing = select(func.count(), same).where(PlaylistEntry.playlist_id == playlist_id)
        count, there = self._session.execute(standing).one()
        if there:
            # Nothing has changed, nor has the moment of the last change.
            self._session.rollback()
            return False
        if count >= MAX_ENTRIES:
            raise PlaylistFullError
        position = position_before(self._session, playlist_id, None)
        self._session.add(new_entry(playlist_id, position, item))
        try:
            self._session.flush()
        except IntegrityError as error:
            # The song was deleted since it was looked up.
            raise ItemNotFoundError from error
        return True

    def _noticed(self, user_id: int, item: Item, added: Added) -> Added:
        if added.new:
            self._taste.noticed(user_id, "playlist", item.reference)
        return added

    def _rows(self, statement: Select[Any], user_id: int) -> list[Row]:
        catalogue = self._catalogue.entries()
        return [row(facts, user_id, catalogue) for facts in self._session.execute(statement).mappings()]

    def _place(self, user_id: int, playlist_id: str, entry_id: int) -> int:
        position = select(PlaylistEntry.position).where(PlaylistEntry.id == entry_id).scalar_subquery()
        above = visible(playlist_id, user_id).where(PlaylistEntry.position < position).order_by(None)
        return 1 + (self._session.scalar(select(func.count()).select_from(above.subquery())) or 0)


def page_of(place: int) -> int:
    """Return the page that shows the entry at a place, both counted from 1."""
    return max(1, ceil(place / PER_PAGE))


def placed(rows: Sequence[Row]) -> list[PlacedRow]:
    """Return the rows with what moving each of them up or down by one would put it before."""
    ids = [str(row.id) for row in rows]
    return [
        PlacedRow(
            row,
            up=ids[place - 1] if place else None,
            down=None if place + 1 == len(ids) else next(iter(ids[place + 2 : place + 3]), ""),
        )
        for place, row in enumerate(rows)
    ]


def _read(playlist: Playlist) -> tuple[str, str]:
    """Return name and description as whoever asks reads them."""
    return titled(playlist.recipe, playlist.name, playlist.description)


def _titled(playlist: Listed) -> Listed:
    name, description = titled(playlist.recipe, playlist.name, playlist.description)
    return replace(playlist, name=name, description=description)


def _shown(row: Row) -> ShownEntry:
    return ShownEntry(
        title=row.title,
        artist=row.artist,
        genre=row.genre,
        mood=row.mood,
        url=row.url,
        source=row.source,
        song_id=row.song_id,
    )


def _entry_id(raw: str, error: type[PortalError] = EntryNotFoundError) -> int:
    """Return the number that names an entry; raise ``error`` for what cannot be one."""
    if not re.fullmatch("[0-9]{1,10}", raw, re.ASCII) or int(raw) > LARGEST_ID:
        raise error
    return int(raw)

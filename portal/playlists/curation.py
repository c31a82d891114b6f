"""Keeps a person's curated playlists as their recipes have them today.

What belongs here: when that is due, and writing down what has changed. Not here: the recipes (``recipes``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update

from portal.models import Playlist, PlaylistEntry, PredictionRecord, Song, utc_now
from portal.models.base import random_id
from portal.playlists.entries import SONG
from portal.playlists.holding import UNSYNCED, holding_person
from portal.playlists.order import GAP, Sessions
from portal.playlists.recipes import NEW, HeardSong, Recipe, curate

FRESH_FOR = timedelta(hours=1)
FRESH_WHILE_UPLOADING = timedelta(minutes=1)
"""Somebody who uploaded songs within the last hour wants to see them."""


def is_due(oldest: datetime | None, newest_upload: datetime | None, now: datetime) -> bool:
    """Return whether lists refreshed at ``oldest`` should be refreshed; None is never."""
    uploading = newest_upload is not None and now - newest_upload < FRESH_FOR
    return oldest is None or now - oldest >= (FRESH_WHILE_UPLOADING if uploading else FRESH_FOR)


def refresh(session: Sessions, user_id: int) -> None:
    """Make and fill the person's curated playlists; of two at once, the second finds the first one's work."""
    now = utc_now()
    with holding_person(session, user_id):
        wanted = curate(_heard(session, user_id), now)
        songs = {recipe.key: ids for recipe, ids in wanted.items()}
        lists = {playlist_id: songs.get(key, ()) for key, playlist_id in _present(session, user_id, wanted).items()}
        kept = _kept(session, list(lists))
        _write(session, {playlist_id: ids for playlist_id, ids in lists.items() if kept[playlist_id] != ids}, now)
        curated = update(Playlist).where(Playlist.user_id == user_id, Playlist.recipe.is_not(None))
        session.execute(curated.values(refreshed_at=now), execution_options=dict(UNSYNCED))


def _heard(session: Sessions, user_id: int) -> list[HeardSong]:
    verdict = PredictionRecord
    rows = session.execute(
        select(
            *(Song.id, Song.created_at.label("uploaded_at"), verdict.genre, verdict.confidence, verdict.sure),
            *(verdict.mood, verdict.moods, verdict.tempo, verdict.traits),
        )
        .join(Song.prediction)
        .where(Song.user_id == user_id, verdict.music.is_(True))
        # Whoever deletes one of these waits, so that its entries are not removed and written at the same moment.
        .with_for_update(read=True, key_share=True, of=Song)
    ).mappings()
    return [_heard_song(dict(row)) for row in rows]


def _heard_song(row: dict[str, Any]) -> HeardSong:
    traits: dict[str, Any] = row.pop("traits") or {}
    said = {name: traits.get(name) for name in ("energy", "brightness", "mode")}
    return HeardSong(**(row | said | {"moods": row["moods"] or {}}))


def _present(session: Sessions, user_id: int, wanted: Mapping[Recipe, Sequence[str]]) -> dict[str, str]:
    """Return the ids of the person's curated playlists by their recipes; those that are missing are made.

    A recipe without songs needs no playlist, but for the new songs': it is there for everybody, and says when the
    lists were last refreshed.
    """
    own = select(Playlist.recipe, Playlist.id).where(Playlist.user_id == user_id, Playlist.recipe.is_not(None))
    present = {str(key): playlist_id for key, playlist_id in session.execute(own)}
    missing: list[dict[str, Any]] = [
        {"id": random_id(), "user_id": user_id, "recipe": recipe.key}
        | {"name": recipe.name, "description": recipe.description}
        for recipe, songs in wanted.items()
        if recipe.key not in present and (songs or recipe is NEW)
    ]
    if missing:
        session.execute(insert(Playlist), missing)
    return present | {made["recipe"]: made["id"] for made in missing}


def _kept(session: Sessions, playlist_ids: Sequence[str]) -> dict[str, tuple[str | None, ...]]:
    """Return the songs that each playlist holds now, in their order."""
    entry = PlaylistEntry
    rows = session.execute(
        select(entry.playlist_id, entry.song_id).where(entry.playlist_id.in_(playlist_ids)).order_by(entry.position)
    )
    kept: dict[str, list[str | None]] = {playlist_id: [] for playlist_id in playlist_ids}
    for playlist_id, song_id in rows:
        kept[playlist_id].append(song_id)
    return {playlist_id: tuple(songs) for playlist_id, songs in kept.items()}


def _write(session: Sessions, changed: Mapping[str, Sequence[str]], now: datetime) -> None:
    if not changed:
        return
    for statement in (
        delete(PlaylistEntry).where(PlaylistEntry.playlist_id.in_(changed)),
        update(Playlist).where(Playlist.id.in_(changed)).values(changed_at=now),
    ):
        session.execute(statement, execution_options=dict(UNSYNCED))
    entries = [
        {"playlist_id": playlist_id, "position": place * GAP, "key": f"{SONG}:{song_id}", "song_id": song_id}
        for playlist_id, songs in changed.items()
        for place, song_id in enumerate(songs, 1)
    ]
    if entries:
        session.execute(insert(PlaylistEntry), entries)

"""Where entries stand: positions with gaps, so that a move changes one row.

What belongs here: finding a position, and spreading all of them anew when a gap is used up. Not here: whether the
person may, nor holding the playlist while this is done (``service``).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, scoped_session

from portal.models import PlaylistEntry
from portal.playlists.values import OrderChangedError

Sessions = Session | scoped_session[Any]

GAP = 2**16
"""Between two neighbours at first: sixteen moves into one place before all are spread anew; 10 000 of them need a third
of what the column holds."""

FARTHEST = 2**31 - 1 - GAP
"""Positions stay within this on both sides; the databases' integers end a little later."""


def position_before(session: Sessions, playlist_id: str, before: int | None) -> int:
    """Return a free position just before an entry, or after all where it is None; raise OrderChangedError."""
    position = _between(*_neighbours(session, playlist_id, before))
    if position is None:
        spread(session, playlist_id)
        position = _between(*_neighbours(session, playlist_id, before))
    assert position is not None, "positions that were just spread have gaps"
    return position


def spread(session: Sessions, playlist_id: str) -> None:
    """Give all entries positions with whole gaps between them, in the order they stand in."""
    place = func.row_number().over(order_by=(PlaylistEntry.position, PlaylistEntry.id))
    placed = select(PlaylistEntry.id, place.label("place")).where(PlaylistEntry.playlist_id == playlist_id).subquery()
    session.execute(
        update(PlaylistEntry).where(PlaylistEntry.id == placed.c.id).values(position=placed.c.place * GAP),
        execution_options={"synchronize_session": False},
    )


def _neighbours(session: Sessions, playlist_id: str, before: int | None) -> tuple[int | None, int | None]:
    own = PlaylistEntry.playlist_id == playlist_id
    if before is None:
        return session.scalar(select(func.max(PlaylistEntry.position)).where(own)), None
    upper = session.scalar(select(PlaylistEntry.position).where(own, PlaylistEntry.id == before))
    if upper is None:
        raise OrderChangedError
    return session.scalar(select(func.max(PlaylistEntry.position)).where(own, PlaylistEntry.position < upper)), upper


def _between(lower: int | None, upper: int | None) -> int | None:
    """Return a position between two neighbours, either of which may be missing; None where there is no room."""
    if lower is None:
        position = GAP if upper is None else upper - GAP
    elif upper is None:
        position = lower + GAP
    else:
        position = (lower + upper) // 2
        return position if position > lower else None
    return position if abs(position) <= FARTHEST else None

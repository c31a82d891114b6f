"""What people made public: all of it by genre, mood and liking, one song, one playlist, one person's.

What belongs here: lists and pages for whoever is logged in. Not here: making something public (``publishing``).
A list costs one statement, three where a part of it comes first. Its length is not counted: of a list that grows for
ever, nobody needs the last page's number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import RowMapping, Select, func, select

from classifier import GENRES, MOODS
from portal.community.likes import NoSuchSongError
from portal.community.shown import (
    MAX_ROWS,
    AnySession,
    Author,
    Item,
    PlaylistCard,
    PublicPlaylist,
    PublicSong,
    Result,
    SongCard,
    Stretch,
    artist_of,
    liked_by,
    public_playlists,
    public_songs,
    whole_verdict,
)
from portal.errors import NotFoundError
from portal.language import _
from portal.models import Follow, Playlist, PredictionRecord, Profile, Publication, Song
from portal.ports import PlaylistReader

PER_PAGE = 24
LAST_PAGE = 200
"""Nobody leafs further, and all that is skipped has to be read."""
SHOWS = ("songs", "playlists")
SORTS = ("newest", "liked")


class NoSuchPlaylistError(NotFoundError):
    """There is no such playlist, or it is not public."""

    def __init__(self) -> None:
        super().__init__(_("There is no such playlist, or it is not public any more."))


@dataclass(frozen=True)
class Filters:
    """What to show first, or at all. What makes no sense is left out, never an error."""

    genre: str = ""
    mood: str = ""
    sort: str = ""
    show: str = ""
    following: bool = False
    genres: tuple[str, ...] = field(default=GENRES, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "genre", self.genre if self.genre in self.genres else "")
        object.__setattr__(self, "mood", self.mood if self.mood in MOODS else "")
        object.__setattr__(self, "sort", self.sort if self.sort in SORTS else SORTS[0])
        object.__setattr__(self, "show", self.show if self.show in SHOWS else SHOWS[0])


class DiscoverService:
    """Shows what is public."""

    def __init__(self, session: AnySession, playlists: PlaylistReader) -> None:
        self._session = session
        self._playlists = playlists

    def genres(self) -> tuple[str, ...]:
        """Return the genres to choose from: the usual ones, then others that something public was heard to be."""
        heard = set(self._session.scalars(_genres_in_use()))
        return (*GENRES, *sorted(heard - {None, *GENRES}))

    def songs(self, viewer_id: int, filters: Filters, number: int) -> Stretch[SongCard]:
        """Return one page of all public songs."""
        wanted = _cards(viewer_id)
        if filters.genre:
            wanted = wanted.where(Publication.genre == filters.genre)
        if filters.mood:
            wanted = wanted.where(Publication.mood == filters.mood)
        if filters.sort == "liked":
            wanted = wanted.order_by(Publication.likes.desc())
        parts = _followed_first(wanted, viewer_id, Publication.user_id) if filters.following else (wanted,)
        return self._stretch([_newest_songs(part) for part in parts], number, _card)

    def songs_of(self, viewer_id: int, profile_id: str, number: int) -> Stretch[SongCard]:
        """Return one page of what a person made public, the newest first."""
        theirs = _cards(viewer_id).where(Profile.id == profile_id)
        return self._stretch([_newest_songs(theirs)], number, _card)

    def playlists(self, viewer_id: int, filters: Filters, number: int) -> Stretch[PlaylistCard]:
        """Return one page of all public playlists, the newest first."""
        wanted = _playlist_cards()
        parts = _followed_first(wanted, viewer_id, Playlist.user_id) if filters.following else (wanted,)
        return self._stretch([_newest_playlists(part) for part in parts], number, self._playlist_card)

    def playlists_of(self, profile_id: str) -> Stretch[PlaylistCard]:
        """Return the playlists a person made public, the newest first and no more than a page."""
        theirs = _playlist_cards().where(Profile.id == profile_id)
        return self._stretch([_newest_playlists(theirs)], 1, self._playlist_card)

    def song(self, viewer_id: int, song_id: str) -> PublicSong:
        """Return a public song with its result; raise NoSuchSongError."""
        columns = (*(Song, PredictionRecord, Profile, Publication.likes), liked_by(viewer_id))
        found = public_songs(*columns).where(Publication.song_id == song_id).options(whole_verdict())
        row = self._session.execute(found).one_or_none()
        if row is None:
            raise NoSuchSongError
        song, prediction, profile, likes, liked = row
        result = Result(song.title, song.tags.get("artist") or "", prediction)
        author = Author(profile.id, profile.display_name)
        return PublicSong(song_id, result, author, likes, liked, own=song.user_id == viewer_id)

    def playlist(self, viewer_id: int, playlist_id: str) -> PublicPlaylist:
        """Return a public playlist with its first rows; raise NoSuchPlaylistError."""
        row = self._session.execute(
            public_playlists(Profile.id, Profile.display_name).where(Playlist.id == playlist_id)
        ).one_or_none()
        shown = self._playlists.shown(playlist_id, limit=MAX_ROWS) if row else None
        if row is None or shown is None:
            raise NoSuchPlaylistError
        songs = {entry.song_id for entry in shown.entries if entry.song_id}
        linked = self._session.scalars(public_songs(Publication.song_id).where(Publication.song_id.in_(songs)))
        return PublicPlaylist(shown, Author(*row), frozenset(linked), own=shown.user_id == viewer_id)

    def _playlist_card(self, row: RowMapping) -> PlaylistCard:
        name, description = self._playlists.titled(row["recipe"], row["name"], row["description"])
        author = Author(row["profile_id"], row["display_name"])
        return PlaylistCard(row["id"], name, description, row["published_at"], author)

    def _stretch(self, parts: Sequence[Select[Any]], number: int, make: Callable[[RowMapping], Item]) -> Stretch[Item]:
        """Return one page of the parts' rows, those of the first before those of the next."""
        # One row more than is shown tells whether a page follows.
        start, wanted = (number - 1) * PER_PAGE, PER_PAGE + 1
        rows: list[RowMapping] = []
        for part in parts if number <= LAST_PAGE else ():
            found = self._session.execute(part.offset(start).limit(wanted - len(rows))).mappings().all()
            rows += found
            if len(rows) == wanted or part is parts[-1]:
                break
            # The next part begins where this one ended, which may have been on an earlier page.
            start = 0 if found else start - self._count(part)
        has_next = len(rows) > PER_PAGE and number < LAST_PAGE
        return Stretch([make(row) for row in rows[:PER_PAGE]], number, has_next)

    def _count(self, statement: Select[Any]) -> int:
        return self._session.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0


def _cards(viewer_id: int) -> Select[Any]:
    return public_songs(
        *(Song.id, Song.title, artist_of().label("artist"), Publication.genre, PredictionRecord.sure),
        *(Publication.mood, Publication.likes, liked_by(viewer_id).label("liked"), Publication.published_at),
        *(Profile.id.label("profile_id"), Profile.display_name),
    )


def _card(row: RowMapping) -> SongCard:
    columns = dict(row)
    author = Author(columns.pop("profile_id"), columns.pop("display_name"))
    return SongCard(**columns | {"artist": row["artist"] or ""}, author=author)


def _playlist_cards() -> Select[Any]:
    return public_playlists(
        *(Playlist.id, Playlist.name, Playlist.description, Playlist.recipe, Playlist.published_at),
        *(Profile.id.label("profile_id"), Profile.display_name),
    )


def _newest_playlists(statement: Select[Any]) -> Select[Any]:
    return statement.order_by(Playlist.published_at.desc(), Playlist.id.desc())


def _newest_songs(statement: Select[Any]) -> Select[Any]:
    return statement.order_by(Publication.published_at.desc(), Publication.song_id.desc())


def _followed_first(statement: Select[Any], viewer_id: int, author_id: Any) -> tuple[Select[Any], Select[Any]]:
    """Return the query in two: for those the viewer follows and for all others. Each finds its order in an index."""
    followed = author_id.in_(select(Follow.followed_id).where(Follow.follower_id == viewer_id))
    return statement.where(followed), statement.where(~followed)


def _genres_in_use() -> Select[Any]:
    """Return the genres of what is public, and a null: each is looked up in the index as the next after the last.

    A plain DISTINCT would walk all songs.
    """
    first = select(func.min(Publication.genre).label("genre"))
    used = first.cte(recursive=True)
    following = first.where(Publication.genre > used.c.genre).scalar_subquery()
    return select(used.union_all(select(following).where(used.c.genre.is_not(None))).c.genre)

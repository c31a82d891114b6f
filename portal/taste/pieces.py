"""Songs and entries of the starter list, as taste sees them: read from the database, turned into pieces.

What belongs here: what may be suggested to whom, and how it is described. Not here: what is liked (``preference``) or
what people did (``service``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import scoped_session

from portal.models import Feedback, PredictionRecord, Profile, Publication, Song, SongVector
from portal.ports import Catalogue, CatalogueEntry
from portal.taste.values import Piece

MOST_SONGS = 500
"""Songs of one kind, the newest, among which is chosen."""

FEW_LIKES = 3
"""Likes of a public song that count half as much as any number of them could."""

SECOND = 0.5
"""Strength of the second genre that a song's owner names."""

SONG = "song:"
CATALOGUE = "catalogue:"


@dataclass(frozen=True)
class Offer:
    """Something that can be suggested. ``song_id`` and ``own`` are set for songs of this portal, ``url`` for others."""

    piece: Piece
    title: str
    artist: str
    genre: str
    url: str = ""
    song_id: str | None = None
    own: bool = False
    space: str | None = None

    @property
    def item(self) -> str:
        """How forms and events name it."""
        return self.piece.key


class Pieces:
    """Finds what can be suggested. ``space`` gives the version of the present model: only its vectors compare."""

    def __init__(self, session: scoped_session[Any], catalogue: Catalogue, space: Callable[[], str | None]) -> None:
        self._session = session
        self._catalogue = catalogue
        self._space = space

    def own(self, user_id: int) -> list[Offer]:
        """Return the person's own songs, newest first."""
        return self._songs(_songs().where(Song.user_id == user_id), Song.created_at, user_id)

    def public(self, user_id: int) -> list[Offer]:
        """Return what others made public, newest first."""
        shown = _songs().where(_shown(), Song.user_id != user_id)
        return self._songs(shown, Publication.published_at, user_id)

    def starters(self) -> list[Offer]:
        """Return the starter list."""
        return [_starter(key, entry) for key, entry in self._catalogue.entries().items()]

    def find(self, user_id: int, item: str) -> Offer | None:
        """Return what ``item`` names; None if there is no such thing, or it is not for this person to see."""
        if item.startswith(CATALOGUE):
            key = item.removeprefix(CATALOGUE)
            entry = self._catalogue.entries().get(key)
            return _starter(key, entry) if entry else None
        song_id = item.removeprefix(SONG)
        if not item.startswith(SONG) or "\0" in song_id:  # PostgreSQL takes no null character in any text
            return None
        visible = or_(Song.user_id == user_id, _shown())
        found = self._songs(_songs().where(Song.id == song_id, visible), Song.created_at, user_id)
        return found[0] if found else None

    def usable(self, vector: bytes | None, space: str | None) -> bytes | None:
        """Return a kept vector if it can be compared with those of the present model."""
        return vector if space is not None and space == self._present() else None

    def _songs(self, statement: Select[Any], newest: Any, user_id: int) -> list[Offer]:
        rows = self._session.execute(statement.order_by(newest.desc(), Song.id.desc()).limit(MOST_SONGS)).mappings()
        return [self._offer(row, user_id) for row in rows]

    def _offer(self, row: Mapping[Any, Any], user_id: int) -> Offer:
        piece = Piece(
            key=SONG + row["id"],
            genres=_genres(row),
            moods=_moods(row["moods"], row["traits"], row["tempo"]),
            vector=self.usable(row["vector"], row["space"]),
            acclaim=_acclaim(row["likes"]),
        )
        artist = (row["tags"] or {}).get("artist") or ""
        return Offer(
            piece,
            title=row["title"],
            artist=artist,
            genre=row["genre"],
            song_id=row["id"],
            own=row["user_id"] == user_id,
            space=row["space"],
        )

    def _present(self) -> str | None:
        # As long as what the column keeps of it.
        version = self._space()
        return None if version is None else version[:80]


def _songs() -> Select[Any]:
    verdict = PredictionRecord
    return (
        select(
            *(Song.id, Song.title, Song.tags, Song.user_id, verdict.genre, verdict.scores),
            *(verdict.moods, verdict.traits, verdict.tempo, SongVector.space, SongVector.vector),
            *(Publication.likes, Feedback.genre.label("said"), Feedback.second),
        )
        .join(verdict, and_(verdict.song_id == Song.id, verdict.music.is_(True)))
        .outerjoin(SongVector, SongVector.song_id == Song.id)
        .outerjoin(Publication, Publication.song_id == Song.id)
        .outerjoin(Feedback, and_(Feedback.song_id == Song.id, Feedback.right.is_(False)))
        .outerjoin(Profile, Profile.user_id == Publication.user_id)
    )


def _shown() -> ColumnElement[bool]:
    """Return what makes a song public: its owner says so, and no moderator says otherwise."""
    return and_(Publication.song_id.is_not(None), Publication.hidden_at.is_(None), Profile.suspended_at.is_(None))


def _moods(
    moods: Mapping[str, float] | None, traits: Mapping[str, Any] | None, tempo: float | None
) -> dict[str, float]:
    """Return what the model heard of the mood, and the words that tempo, energy, brightness and mode stand for."""
    from classifier import mood_words

    return dict(moods or {}) | dict.fromkeys(mood_words(traits or {}, tempo), 1.0)


def _genres(row: Mapping[Any, Any]) -> Mapping[str, float]:
    """Return what the model heard, or what the song's owner says it is instead."""
    if row["said"] is None:
        return row["scores"]  # type: ignore[no-any-return]
    return dict.fromkeys(filter(None, (row["second"],)), SECOND) | {row["said"]: 1.0}


def _acclaim(likes: int | None) -> float | None:
    """Return how much others like a song; unknown where nobody has said so: it may just be new."""
    return likes / (likes + FEW_LIKES) if likes else None


def _starter(key: str, entry: CatalogueEntry) -> Offer:
    suggestion = entry.suggestion
    piece = Piece(key=CATALOGUE + key, genres={entry.genre: 1.0})
    return Offer(piece, suggestion.title, suggestion.artist, entry.genre, url=suggestion.url)

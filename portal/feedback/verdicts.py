"""What people say of the verdicts on their own songs, and what they let us learn from it.

What belongs here: keeping what was said, asking for consent. Not here: what all of it together tells (``overview``),
the survey (``survey``), the file to learn from (``export``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import scoped_session

from classifier import GENRES
from portal.errors import ConflictError, InvalidError, NotFoundError
from portal.feedback.settings import keep_settings
from portal.feedback.survey import is_due
from portal.feedback.values import LIKELY, Card, Said
from portal.language import _
from portal.models import Feedback, FeedbackSettings, Job, JobState, PredictionRecord, Song, utc_now
from portal.ports import TasteListener
from portal.text import one_line

MAX_NOTE_LENGTH = 300
SONGS_BEFORE_SURVEY = 5


class NoSuchSongError(NotFoundError):
    """There is no such song, or it is somebody else's."""

    def __init__(self) -> None:
        super().__init__(_("There is no such song."))


class NoVerdictError(ConflictError):
    """Nobody can say whether a verdict is right that is not there."""

    code = "no_verdict"

    def __init__(self) -> None:
        super().__init__(_("This song has no verdict yet that you could agree with or not."))


class UnknownGenreError(InvalidError):
    """The genre is not among those to choose from."""

    code = "unknown_genre"

    def __init__(self) -> None:
        super().__init__(_("Choose one of the genres in the list."))


class VerdictFeedback:
    """Keeps what people say of their own songs' verdicts: once a song, changeable and removable."""

    def __init__(
        self, session: scoped_session[Any], taste: TasteListener, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._session = session
        self._taste = taste
        self._clock = clock

    def card(self, user_id: int, song_id: str) -> Card:
        """Return what the song's page shows; raise NoSuchSongError or NoVerdictError."""
        row = self._session.execute(_one_song(user_id, song_id)).one_or_none()
        if row is None:
            raise NoSuchSongError
        if row.genre is None:
            raise NoVerdictError
        heard, choices, settings = _heard(row), _choices(row.scores), row.FeedbackSettings
        others = sorted((genre for genre in choices if genre != heard), key=lambda one: -row.scores.get(one, 0.0))
        return Card(
            song_id=row.id,
            heard=heard,
            choices=choices,
            likely=tuple(others[:LIKELY]),
            said=row.Feedback and _said(row.Feedback, heard),
            learns=settings and settings.learns,
            survey=row.songs >= SONGS_BEFORE_SURVEY and is_due(settings, self._clock()),
        )

    def agree(self, user_id: int, song_id: str) -> None:
        """Note that the verdict is right; raise NoSuchSongError or NoVerdictError."""
        verdict = self._verdict(user_id, song_id)
        self._say(user_id, song_id, verdict, genre=_heard(verdict), second=None, note="")

    def correct(self, user_id: int, song_id: str, *, genre: str, second: str = "", note: str = "") -> None:
        """Note what the song really is, with an optional ``second`` genre and a note.

        Naming the verdict's own genre is agreeing with it. Raise NoSuchSongError, NoVerdictError or UnknownGenreError.
        """
        verdict = self._verdict(user_id, song_id)
        choices = _choices(verdict.scores)
        if genre not in choices or second not in ("", *choices):
            raise UnknownGenreError
        also = second if second != genre else ""
        note = one_line(note, MAX_NOTE_LENGTH)
        self._say(user_id, song_id, verdict, genre=genre, second=also or None, note=note)

    def remove(self, user_id: int, song_id: str) -> None:
        """Forget what was said of a song, if anything was; raise NoSuchSongError."""
        own = self._session.scalar(select(Song.id).where(Song.user_id == user_id, Song.id == song_id))
        if own is None:
            raise NoSuchSongError
        right = self._session.scalar(delete(Feedback).where(Feedback.song_id == song_id).returning(Feedback.right))
        self._session.commit()
        if right is False:
            self._taste.noticed(user_id, "correct", f"song:{song_id}")

    def learns(self, user_id: int) -> tuple[bool | None, int]:
        """Return whether the person lets corrections be learned from, None if never asked, and how many they made."""
        corrections = select(func.count()).where(Feedback.user_id == user_id, Feedback.right.is_(False))
        chosen = select(FeedbackSettings.learns).where(FeedbackSettings.user_id == user_id)
        learns, count = self._session.execute(select(chosen.scalar_subquery(), corrections.scalar_subquery())).one()
        return learns, count

    def consent(self, user_id: int, *, learns: bool) -> None:
        """Let this person's corrections be learned from, those of the past too, or none of them any longer."""
        keep_settings(self._session, user_id, learns=learns)

    def _verdict(self, user_id: int, song_id: str) -> Row[Any]:
        row = self._session.execute(_judged(user_id, song_id)).one_or_none()
        if row is None:
            raise NoSuchSongError
        if row.genre is None:
            raise NoVerdictError
        return row

    def _say(self, user_id: int, song_id: str, verdict: Row[Any], **said: str | None) -> None:
        heard = _heard(verdict)
        right = said["genre"] == heard
        values = said | {
            "right": right,
            "heard": heard,
            "confidence": verdict.confidence,
            "sure": verdict.sure,
            "model_version": verdict.model_version,
            "said_at": self._clock(),
        }
        corrected_before = self._keep(user_id, song_id, values)
        if corrected_before or not right:
            self._taste.noticed(user_id, "correct", f"song:{song_id}")

    def _keep(self, user_id: int, song_id: str, values: Mapping[str, Any]) -> bool:
        """Write the one row of the song; return whether a correction stood there before. Raise NoSuchSongError."""
        before = self._session.scalar(select(Feedback.right).where(Feedback.song_id == song_id))
        if not self._change(song_id, values):
            self._session.add(Feedback(song_id=song_id, user_id=user_id, **values))
        try:
            self._session.commit()
        except IntegrityError:  # another click was quicker to make the row, or the song was deleted just now
            self._session.rollback()
            changed = self._change(song_id, values)
            self._session.commit()
            if not changed:
                raise NoSuchSongError from None
        return before is False

    def _change(self, song_id: str, values: Mapping[str, Any]) -> bool:
        changed = self._session.execute(update(Feedback).where(Feedback.song_id == song_id).values(values))
        return bool(changed.rowcount)  # type: ignore[attr-defined]


def _judged(user_id: int, song_id: str) -> Select[Any]:
    """Return the statement for a person's song and its verdict, if it has one."""
    verdict = PredictionRecord
    shown = (verdict.genre, verdict.confidence, verdict.sure, verdict.music, verdict.scores, verdict.model_version)
    found = select(Song.id, *shown).outerjoin(verdict, verdict.song_id == Song.id)
    return found.where(Song.user_id == user_id, Song.id == song_id)


def _one_song(user_id: int, song_id: str) -> Select[Any]:
    """Return the same with what was said of it, what the person chose, and how many songs of theirs are done."""
    done = select(Job.id).where(Job.user_id == user_id, Job.state == JobState.DONE)
    counted = select(func.count()).select_from(done.limit(SONGS_BEFORE_SURVEY).subquery()).scalar_subquery()
    return (
        _judged(user_id, song_id)
        .add_columns(Feedback, FeedbackSettings, counted.label("songs"))
        .outerjoin(Feedback, Feedback.song_id == Song.id)
        .outerjoin(FeedbackSettings, FeedbackSettings.user_id == Song.user_id)
    )


def _heard(verdict: Row[Any]) -> str | None:
    return verdict.genre if verdict.music else None


def _choices(scores: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the genres to choose from: the usual ones, then those that another model scored."""
    return (*GENRES, *sorted(set(scores) - set(GENRES)))


def _said(row: Feedback, heard: str | None) -> Said:
    return Said(row.right, row.genre, row.second, row.note, row.heard, outdated=row.heard != heard)

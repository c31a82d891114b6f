"""What all that people said tells the admins: how often they agree with us, where not, and a table of it.

What belongs here: counting over everybody's feedback. Not here: one song's (``verdicts``), arithmetic (``values``).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, extract, func, select
from sqlalchemy.orm import scoped_session

from portal.feedback.survey import Opinion, SurveyService
from portal.feedback.values import Counted, Overview, overview
from portal.models import Feedback, FeedbackSettings
from portal.text import harmless_cell

CONFUSIONS = 10
NOTES = 30
"""How many of the notes the admins see, the newest."""

COLUMNS = ("month", "ours", "confidence", "sure", "model", "right", "theirs", "second")
NO_MUSIC = "no music"


@dataclass(frozen=True)
class Note:
    """What somebody wrote about a verdict; nobody's name, and no song's."""

    heard: str | None
    genre: str | None
    text: str


@dataclass(frozen=True)
class Summary:
    """The admins' page; of ``corrections`` the ``usable`` ones are those of people who consented."""

    people: int
    songs: int
    corrections: int
    usable: int
    overview: Overview
    notes: tuple[Note, ...]
    opinion: Opinion


class FeedbackOverview:
    """Counts what everybody said."""

    def __init__(self, session: scoped_session[Any], survey: SurveyService) -> None:
        self._session = session
        self._survey = survey

    def summary(self) -> Summary:
        """Return all that the admins' page shows."""
        counted = self._counted()
        wrong = select(func.count()).select_from(Feedback).where(Feedback.right.is_(False))
        consented = wrong.join(FeedbackSettings, FeedbackSettings.user_id == Feedback.user_id)
        people, usable = self._session.execute(
            select(
                select(func.count(Feedback.user_id.distinct())).scalar_subquery(),
                consented.where(FeedbackSettings.learns.is_(True)).scalar_subquery(),
            )
        ).one()
        return Summary(
            people=people,
            songs=sum(row.songs for row in counted),
            corrections=sum(row.songs for row in counted if not row.right),
            usable=usable,
            overview=overview(counted, confusions=CONFUSIONS),
            notes=self._notes(),
            opinion=self._survey.opinion(),
        )

    def table(self) -> bytes:
        """Return what people said who consented, one row a song and nothing that leads back to them, as CSV."""
        told = Feedback
        columns = (told.heard, told.confidence, told.sure, told.model_version, told.right, told.genre, told.second)
        statement = select(*_moment(), *columns).join(FeedbackSettings, FeedbackSettings.user_id == told.user_id)
        rows = self._session.execute(statement.where(FeedbackSettings.learns.is_(True)))
        return _csv(_row(row) for row in rows)

    def _counted(self) -> list[Counted]:
        what = (Feedback.heard, Feedback.sure, Feedback.genre, Feedback.right)
        rows = self._session.execute(select(*_moment(), *what, func.count()).group_by(*_moment(), *what))
        return [Counted(_month(year, month), *others) for year, month, *others in rows]

    def _notes(self) -> tuple[Note, ...]:
        written = select(Feedback.heard, Feedback.genre, Feedback.note).where(Feedback.note != "")
        newest = written.order_by(Feedback.said_at.desc(), Feedback.song_id).limit(NOTES)
        return tuple(Note(*row) for row in self._session.execute(newest))


def _moment() -> tuple[Any, Any]:
    return extract("year", Feedback.said_at).label("year"), extract("month", Feedback.said_at).label("month")


def _month(year: int, month: int) -> str:
    return f"{int(year)}-{int(month):02}"


def _row(told: Row[Any]) -> tuple[str, ...]:
    # Rounded: the exact figure would tell which song it is to whoever sees its page.
    about = (_month(told.year, told.month), told.heard or NO_MUSIC, f"{told.confidence:.1f}", _word(told.sure))
    return (*about, told.model_version, _word(told.right), told.genre or NO_MUSIC, told.second or "")


def _word(value: bool) -> str:
    return "yes" if value else "no"


def _csv(rows: Iterable[tuple[str, ...]]) -> bytes:
    # Sorted, so that the order tells nothing of who said it or when.
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([harmless_cell(cell) for cell in row] for row in sorted(rows))
    return target.getvalue().encode("utf-8-sig")

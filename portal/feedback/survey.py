"""A short question now and then: how useful the portal is.

What belongs here: when to ask, and keeping the answers. Not here: where it is asked (``templates``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import scoped_session

from portal.errors import ConflictError, InvalidError
from portal.feedback.settings import keep_settings
from portal.language import _
from portal.models import FeedbackSettings, SurveyAnswer, utc_now
from portal.text import one_line

SCORES = ("1", "2", "3", "4", "5")
MAX_SENTENCE_LENGTH = 300
BETWEEN = timedelta(days=60)
NOT_NOW = timedelta(days=30)
SENTENCES = 50
"""How many of the sentences the admins see, the newest."""


class UnknownScoreError(InvalidError):
    """The answer is none of the five."""

    code = "unknown_score"

    def __init__(self) -> None:
        super().__init__(_("Choose a number from 1 to 5."))


class NotAskedError(ConflictError):
    """The person answered not long ago, or does not want to be asked."""

    code = "not_asked"

    def __init__(self) -> None:
        super().__init__(_("You told us already. Thank you!"))


@dataclass(frozen=True)
class Sentence:
    """What somebody wrote, with their score; nobody's name."""

    score: int
    text: str


@dataclass(frozen=True)
class Opinion:
    """All answers together; ``mean`` is None without any, ``counts`` how often each score was given, from 1 to 5."""

    answers: int
    mean: float | None
    counts: tuple[int, ...]
    sentences: tuple[Sentence, ...]


class SurveyService:
    """Asks seldom, takes no for an answer, and counts each answer once."""

    def __init__(self, session: scoped_session[Any], clock: Callable[[], datetime] = utc_now) -> None:
        self._session = session
        self._clock = clock

    def answer(self, user_id: int, score: str, sentence: str) -> None:
        """Keep an answer; raise UnknownScoreError, or NotAskedError if the question is not open to this person."""
        if score not in SCORES:
            raise UnknownScoreError
        if not self._claim(user_id):
            raise NotAskedError
        text = one_line(sentence, MAX_SENTENCE_LENGTH)
        self._session.add(SurveyAnswer(user_id=user_id, score=int(score), sentence=text, answered_at=self._clock()))
        self._session.commit()

    def later(self, user_id: int) -> None:
        """Ask again in a month."""
        keep_settings(self._session, user_id, survey_from=self._clock() + NOT_NOW)

    def never(self, user_id: int) -> None:
        """Never ask this person again."""
        keep_settings(self._session, user_id, survey_never=True)

    def opinion(self) -> Opinion:
        """Return what all said."""
        rows = self._session.execute(select(SurveyAnswer.score, func.count()).group_by(SurveyAnswer.score))
        counted: dict[int, int] = dict(rows.all())
        counts = tuple(counted.get(int(score), 0) for score in SCORES)
        answers = sum(counts)
        mean = sum(score * count for score, count in counted.items()) / answers if answers else None
        newest = (SurveyAnswer.answered_at.desc(), SurveyAnswer.id.desc())
        written = select(SurveyAnswer.score, SurveyAnswer.sentence).where(SurveyAnswer.sentence != "")
        sentences = self._session.execute(written.order_by(*newest).limit(SENTENCES))
        return Opinion(answers, mean, counts, tuple(Sentence(score, text) for score, text in sentences))

    def _claim(self, user_id: int) -> bool:
        """Take the one answer that is open, so that of two clicks at the same moment one counts; it is not committed.

        Whoever has no row yet gets one, which can be made only once.
        """
        now = self._clock()
        taken = update(FeedbackSettings).where(
            FeedbackSettings.user_id == user_id,
            FeedbackSettings.survey_never.is_(False),
            or_(FeedbackSettings.survey_from.is_(None), FeedbackSettings.survey_from <= now),
        )
        if self._session.execute(taken.values(survey_from=now + BETWEEN)).rowcount:  # type: ignore[attr-defined]
            return True
        if self._session.get(FeedbackSettings, user_id) is not None:
            self._session.rollback()
            return False
        self._session.add(FeedbackSettings(user_id=user_id, survey_from=now + BETWEEN))
        try:
            self._session.flush()
        except IntegrityError:
            self._session.rollback()
            return False
        return True


def is_due(settings: FeedbackSettings | None, now: datetime) -> bool:
    """Return whether a person of these choices may be asked now."""
    if settings is None:
        return True
    return not settings.survey_never and (settings.survey_from is None or settings.survey_from <= now)

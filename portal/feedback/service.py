"""All of the feedback's parts, put together.

What belongs here: building the parts once, for ``wiring``. Not here: what any of them does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import scoped_session

from portal.feedback.export import CorrectionsExport, Measurer
from portal.feedback.overview import FeedbackOverview
from portal.feedback.survey import SurveyService
from portal.feedback.verdicts import VerdictFeedback
from portal.ports import Storage, TasteListener


@dataclass(frozen=True)
class FeedbackParts:
    """The parts, each for a matter of its own."""

    verdicts: VerdictFeedback
    survey: SurveyService
    overview: FeedbackOverview
    corrections: CorrectionsExport


def make_feedback(
    session: scoped_session[Any], *, taste: TasteListener, storage: Storage, measurer: Measurer
) -> FeedbackParts:
    """Return the parts."""
    survey = SurveyService(session)
    return FeedbackParts(
        verdicts=VerdictFeedback(session, taste),
        survey=survey,
        overview=FeedbackOverview(session, survey),
        corrections=CorrectionsExport(session, storage, measurer),
    )

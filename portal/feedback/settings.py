"""Keeping what a person chose about feedback, in the one row that all these choices share.

What belongs here: writing that row, however many clicks come at once. Not here: what the choices mean.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import scoped_session

from portal.models import FeedbackSettings


def keep_settings(session: scoped_session[Any], user_id: int, **values: Any) -> None:
    """Change these columns of the person's row; it is made where there is none."""
    changed = update(FeedbackSettings).where(FeedbackSettings.user_id == user_id).values(values)
    if not session.execute(changed).rowcount:  # type: ignore[attr-defined]
        session.add(FeedbackSettings(user_id=user_id, **values))
    try:
        session.commit()
    except IntegrityError:  # another click was quicker to make the row
        session.rollback()
        session.execute(changed)
        session.commit()

"""The buttons under a verdict, the consent, the survey, and the admins' page.

What belongs here: reading requests and choosing answers. Not here: any rule (the services).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_limiter.util import get_remote_address
from flask_login import current_user, login_required

from portal.errors import InvalidError, NotFoundError
from portal.extensions import limiter
from portal.feedback.service import FeedbackParts
from portal.feedback.values import Card
from portal.language import _
from portal.web import current_user_id, safe_next, services, wants_json

CHANGES = "300 per hour"
ANSWERS = "30 per hour"

blueprint = Blueprint("feedback", __name__)


class UnknownAnswerError(InvalidError):
    """The form sent none of the answers it offers."""

    code = "unknown_answer"

    def __init__(self) -> None:
        super().__init__(_("We do not know that answer."))


def song_feedback(song_id: str) -> Card:
    """Return what the page of one's own song shows; for the templates of other features' pages."""
    return _parts().verdicts.card(current_user_id(), song_id)


@blueprint.url_value_preprocessor
def _refuse_null_characters(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    # PostgreSQL takes no null character in any text, so there is no need to ask it for such an id.
    if values and "\0" in values.get("song_id", ""):
        raise NotFoundError


def _person() -> str:
    return f"user {current_user_id()}" if current_user.is_authenticated else get_remote_address()


@blueprint.post("/songs/<song_id>/feedback")
@login_required
@limiter.limit(CHANGES, key_func=_person)
def say(song_id: str) -> ResponseReturnValue:
    """Take what the person says of the verdict."""
    told = {name: request.form.get(name, "") for name in ("genre", "second", "note")}
    answer, verdicts = request.form.get("answer"), _parts().verdicts
    if answer == "yes":
        verdicts.agree(current_user_id(), song_id)
    elif answer == "no":
        verdicts.correct(current_user_id(), song_id, **told)
    else:
        raise UnknownAnswerError
    return _thank(_("Thank you. We keep what you say beside our verdict."), song_id)


@blueprint.post("/songs/<song_id>/feedback/remove")
@login_required
@limiter.limit(CHANGES, key_func=_person)
def remove(song_id: str) -> ResponseReturnValue:
    """Forget what the person said of the verdict."""
    _parts().verdicts.remove(current_user_id(), song_id)
    return _thank(_("What you said of this verdict is forgotten."), song_id)


@blueprint.get("/feedback/consent")
@login_required
def consent() -> str:
    """Show what was consented to."""
    learns, corrections = _parts().verdicts.learns(current_user_id())
    return render_template("feedback/consent.html", learns=learns, corrections=corrections)


@blueprint.post("/feedback/consent")
@login_required
@limiter.limit(CHANGES, key_func=_person)
def choose_consent() -> ResponseReturnValue:
    """Take the person's consent, or its end."""
    answer = request.form.get("learns")
    if answer not in {"yes", "no"}:
        raise UnknownAnswerError
    _parts().verdicts.consent(current_user_id(), learns=answer == "yes")
    agreed, refused = (
        _("Thank you. The model may learn from your corrections."),
        _("Nothing is learned from your corrections."),
    )
    return _thank(agreed if answer == "yes" else refused, request.form.get("song"), url_for(".consent"))


@blueprint.post("/feedback/survey")
@login_required
@limiter.limit(ANSWERS, key_func=_person)
def survey() -> ResponseReturnValue:
    """Take an answer, or that the person does not want to give one."""
    reply, asking = request.form.get("reply"), _parts().survey
    if reply == "answer":
        asking.answer(current_user_id(), request.form.get("score", ""), request.form.get("sentence", ""))
        message = _("Thank you. Whoever runs this server reads it without your name.")
    elif reply == "later":
        asking.later(current_user_id())
        message = _("We will not ask for a month.")
    elif reply == "never":
        asking.never(current_user_id())
        message = _("We will not ask again.")
    else:
        raise UnknownAnswerError
    return _thank(message, request.form.get("song"), url_for("history.index"))


@blueprint.get("/admin/feedback")
@login_required
def overview() -> str:
    """Show admins what all that was said tells."""
    _admins_only()
    return render_template("feedback/overview.html", summary=_parts().overview.summary())


@blueprint.get("/admin/feedback.csv")
@login_required
def table() -> Response:
    """Give admins the table without names."""
    _admins_only()
    name = f"genregenie-feedback-{datetime.now(UTC).date()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(_parts().overview.table(), content_type="text/csv; charset=utf-8", headers=headers)


def _thank(message: str, song_id: str | None, default: str = "") -> ResponseReturnValue:
    """Return to the song that it was about, or give its card anew to who asks without leaving the page."""
    if song_id and "\0" in song_id:
        raise NotFoundError
    if wants_json():
        html = render_template("feedback/_card.html", card=song_feedback(song_id)) if song_id else ""
        return jsonify(message=message, html=html)
    flash(message, "success")
    back = url_for("history.song", song_id=song_id) + "#feedback" if song_id else default
    return redirect(safe_next(request.form.get("next"), back), 303)


def _parts() -> FeedbackParts:
    return services().feedback


def _admins_only() -> None:
    # To everybody else there is no such page.
    if not current_user.is_admin:
        raise NotFoundError

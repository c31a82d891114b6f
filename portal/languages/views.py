"""Choosing the language of the pages.

What belongs here: the request and its answer. Not here: which languages there are (``service``).
"""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, current_app, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from portal.web import current_user_id, safe_next, services

COOKIE = "language"
REMEMBERED_FOR = timedelta(days=365)

blueprint = Blueprint("languages", __name__)


@blueprint.post("/language")
def choose() -> Response:
    language = services().languages.check(request.form.get("language", ""))
    if current_user.is_authenticated:
        services().languages.keep(current_user_id(), language)
    answer = redirect(safe_next(request.form.get("next"), url_for("home")), 303)
    answer.set_cookie(
        COOKIE,
        language,
        max_age=REMEMBERED_FOR,
        httponly=True,
        samesite="Lax",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )
    return answer

"""The blueprint of the community's pages, and what holds for all of them.

What belongs here: who may come in, ids that no database takes, errors with a page of their own, headers.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_limiter.util import get_remote_address
from flask_login import current_user

from portal.community.people import NameNeededError
from portal.community.sharing import LinkGoneError
from portal.errors import NotFoundError
from portal.extensions import login_manager
from portal.web import current_user_id, safe_next, wants_json

blueprint = Blueprint("community", __name__)

SHARED = "community.shared"
"""The one page that anybody may open: what a link to share leads to."""


def person() -> str:
    """Return whose rate limit a request counts against."""
    return f"user {current_user_id()}" if current_user.is_authenticated else get_remote_address()


def onward(default: str) -> ResponseReturnValue:
    """Return to the page the form was on."""
    return redirect(safe_next(request.form.get("next"), default), 303)


def identity(raw: str | None) -> str:
    """Return an id that may be asked for; raise NotFoundError for one that PostgreSQL would not even read."""
    if raw and "\0" in raw:
        raise NotFoundError
    return raw or ""


@blueprint.before_request
def _let_in() -> ResponseReturnValue | None:
    if current_user.is_authenticated or request.endpoint == SHARED:
        return None
    return login_manager.unauthorized()  # type: ignore[no-any-return]


@blueprint.url_value_preprocessor
def _refuse_null_characters(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    for value in (values or {}).values():
        identity(value)


@blueprint.errorhandler(NameNeededError)
def _ask_for_a_name(error: NameNeededError) -> ResponseReturnValue:
    if wants_json():
        return jsonify(error=error.code, message=str(error)), 409
    flash(str(error), "info")
    return redirect(
        url_for("community.me", next=safe_next(request.form.get("next"), url_for("community.discover"))), 303
    )


@blueprint.errorhandler(LinkGoneError)
def _link_gone(error: LinkGoneError) -> ResponseReturnValue:
    if wants_json():
        return jsonify(error=error.code, message=str(error)), 410
    return render_template("community/gone.html", message=str(error)), 410


@blueprint.after_request
def _keep_links_quiet(response: Response) -> Response:
    """Let no search engine list what a link shows, no other site learn the link, and no cache outlive its end."""
    if request.endpoint == SHARED:
        response.headers["X-Robots-Tag"] = "noindex"
        response.headers["Cache-Control"] = "no-store"
        # Forms of whoever is logged in, "Log out" above all, must name their origin to be let through.
        response.headers["Referrer-Policy"] = "same-origin" if current_user.is_authenticated else "no-referrer"
    return response

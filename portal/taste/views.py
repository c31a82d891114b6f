"""The page "For you", and the clicks that teach it, untie it or make it forget.

What belongs here: reading requests and choosing answers. Not here: what is learned (``service``).
"""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from portal.language import N_, _, ngettext, translated
from portal.taste.service import CONTEXT_CHOICES, MOOD_CHOICES, Shown
from portal.taste.wording import in_words
from portal.web import current_user_id, page_number, safe_next, services

blueprint = Blueprint("taste", __name__)

LIKED = ((0.4, N_("liked a lot")), (0.1, N_("liked")), (-0.1, N_("undecided")), (-1.0, N_("not for you")))
"""Affinity from which upwards it is said so."""


@blueprint.app_template_filter("reason_words")
def reason_words(shown: Shown) -> str:
    """Return why something is suggested, as a phrase."""
    # Looked up, not imported: how genres and moods are called is another feature's.
    filters = current_app.jinja_env.filters
    return in_words(
        shown.reason,
        filters["genre_in_sentence"],
        shown.like,
        shown.offer.genre,
        mood_name=filters["mood_in_sentence"],
    )


@blueprint.app_template_filter("affinity_words")
def affinity_words(affinity: float) -> str:
    """Return how much something is liked, in words."""
    return translated(next((words for least, words in LIKED if affinity >= least), LIKED[-1][1]))


@blueprint.get("/for-you")
@login_required
def for_you() -> str:
    turn = page_number(request.args.get("turn"))
    page = services().taste.for_you(current_user_id(), turn=turn)
    panels = services().recommendations.panels_for_genre(page.best_genre, seed=f"{current_user_id()}/{turn}")
    choices = {"mood_choices": MOOD_CHOICES, "context_choices": CONTEXT_CHOICES}
    return render_template("taste/for_you.html", page=page, turn=turn, panels=panels, **choices)


@blueprint.post("/for-you/choices")
@login_required
def choose() -> ResponseReturnValue:
    asked = {name: request.form.get(name, "") for name in ("mood", "context", "time_zone")}
    services().taste.choose(current_user_id(), **asked)
    return redirect(url_for(".for_you"), 303)


@blueprint.post("/for-you/react")
@login_required
def react() -> ResponseReturnValue:
    kept = services().taste.react(current_user_id(), request.form.get("kind", ""), request.form.get("item", ""))
    if not kept:
        flash(_("Learning is off, so this was not kept."), "info")
    return redirect(safe_next(request.form.get("next"), url_for(".for_you")), 303)


@blueprint.post("/for-you/learn")
@login_required
def learn() -> ResponseReturnValue:
    learns = request.form.get("learns") == "yes"
    services().taste.learn(current_user_id(), learns=learns)
    flash(
        _("GenreGenie learns from what you do here again.") if learns else _("GenreGenie no longer learns from you."),
        "success",
    )
    return redirect(url_for(".for_you"), 303)


@blueprint.post("/for-you/forget")
@login_required
def forget() -> ResponseReturnValue:
    gone = services().taste.forget(current_user_id())
    flash(
        ngettext(
            "Forgotten: %(num)d thing you did. Your songs and likes are untouched.",
            "Forgotten: %(num)d things you did. Your songs and likes are untouched.",
            gone,
        ),
        "success",
    )
    return redirect(url_for(".for_you"), 303)

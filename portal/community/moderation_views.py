"""Reporting what breaks the rules, and the page of those who decide.

What belongs here: reading requests and choosing answers. Not here: any rule (``moderation``).
"""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal.community.blueprint import blueprint, identity, onward, person
from portal.community.moderation import AlreadyReportedError
from portal.errors import NotFoundError
from portal.extensions import limiter
from portal.language import N_, _, translated
from portal.web import current_user_id, services

REPORTS = "20 per hour"

SAID = {
    "hide": N_("It is hidden from others now."),
    "suspend": N_("The person is suspended: nothing of theirs is shown to others."),
    "restore": N_("It is shown again as its owner wants it."),
    "dismiss": N_("The reports are dismissed."),
}


@blueprint.post("/report")
@limiter.limit(REPORTS, key_func=person)
def report() -> ResponseReturnValue:
    """Take a report."""
    kind, target = (identity(request.form.get(name)) for name in ("kind", "target"))
    try:
        services().community.moderation.report(current_user_id(), kind, target, request.form.get("reason", ""))
    except AlreadyReportedError as error:
        flash(str(error), "info")
    else:
        flash(_("Thank you. A moderator will look at it."), "success")
    return onward(url_for(".discover"))


@blueprint.get("/moderation")
def moderation() -> str:
    """Show moderators what waits for them and what was decided."""
    _require_moderator()
    moderation = services().community.moderation
    return render_template("community/moderation.html", cases=moderation.cases(), log=moderation.log())


@blueprint.post("/moderation")
def decide() -> ResponseReturnValue:
    """Carry out a decision."""
    _require_moderator()
    kind, target, action = (identity(request.form.get(name)) for name in ("kind", "target", "action"))
    services().community.moderation.decide(current_user_id(), kind, target, action)
    flash(translated(SAID[action]), "success")
    return redirect(url_for(".moderation"), 303)


def _require_moderator() -> None:
    # To everybody else there is no such page.
    if not current_user.is_admin:
        raise NotFoundError

"""The page about where suggestions come from, and the operator's page about how these sources stand.

What belongs here: reading requests and choosing answers. Not here: rules (``service``) or words (``wording``).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from portal.errors import NotFoundError
from portal.language import _, translated
from portal.recommendations.wording import SET_UP, standing_words, state, title
from portal.web import services

blueprint = Blueprint("sources", __name__)


@blueprint.get("/sources")
def about() -> str:
    connectable = services().settings.spotify.connectable
    return render_template(
        "recommendations/about.html", sources=services().recommendations.sources, connectable=connectable
    )


@blueprint.get("/admin/sources")
@login_required
def standings() -> str:
    _admins_only()
    now = datetime.now(UTC)
    rows: list[dict[str, Any]] = [
        {"standing": one, "title": title(one.name), "state": state(one), "words": standing_words(one, now)}
        for one in services().recommendations.standings()
    ]
    named = {row["standing"].name for row in rows}
    unused = [{"title": title(name), "words": translated(words)} for name, words in SET_UP.items() if name not in named]
    return render_template("recommendations/standings.html", rows=rows, unused=unused)


@blueprint.post("/admin/sources/<name>/again")
@login_required
def ask_again(name: str) -> ResponseReturnValue:
    _admins_only()
    services().recommendations.ask_again(name)
    flash(_("%(source)s is asked again by the next page that needs it.", source=title(name)), "success")
    return redirect(url_for(".standings"), 303)


def _admins_only() -> None:
    if not current_user.is_admin:
        raise NotFoundError

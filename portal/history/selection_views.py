"""What the buttons below a selection of songs do.

What belongs here: reading the selection and choosing answers. Not here: rules (``bulk``). Each is a POST, since five
hundred ids fit in no address; the pages that ask once more change nothing.
"""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal.extensions import login_manager
from portal.history.export import to_csv
from portal.history.filters import Filters
from portal.language import _, lazy, ngettext
from portal.selection import NothingSelectedError, checked_ids
from portal.web import current_user_id, safe_next, services

blueprint = Blueprint("selection", __name__, url_prefix="/history/selected")

KEPT = lazy("The others are up to date, already waiting, or their audio is not kept any more.")


@blueprint.before_request
def _let_in() -> ResponseReturnValue | None:
    return None if current_user.is_authenticated else login_manager.unauthorized()


@blueprint.errorhandler(NothingSelectedError)
def _ask_to_select(error: NothingSelectedError) -> ResponseReturnValue:
    flash(str(error), "error")
    return redirect(_back(), 303)


@blueprint.post("/delete")
def delete() -> ResponseReturnValue:
    """Ask once more, with the titles; then forget the songs."""
    ids = _ids()
    if "sure" not in request.form:
        songs = services().selected.chosen(current_user_id(), ids)
        return render_template("history/delete_selected.html", songs=songs, back=_back())
    count = services().selected.delete(current_user_id(), ids)
    if count:
        flash(
            ngettext("1 song was removed from your history.", "%(num)d songs were removed from your history.", count),
            "success",
        )
    else:
        flash(_("No songs were removed from your history."), "info")
    return redirect(_back(), 303)


@blueprint.post("/again")
def analyse_again() -> ResponseReturnValue:
    """Queue what can be analysed again."""
    ids = _ids()
    count = services().selected.analyse_again(current_user_id(), ids)
    if count == len(ids):
        all_of_them = ngettext(
            "1 song was queued to be analysed again.", "%(num)d songs were queued to be analysed again.", count
        )
        flash(all_of_them, "success")
    else:
        flash(" ".join((_some_queued(count, len(ids)), str(KEPT))), "info")
    return redirect(_back(), 303)


@blueprint.post("/playlist")
def collect() -> ResponseReturnValue:
    """Ask which playlist; then add the songs to it."""
    ids, user_id, selected = _ids(), current_user_id(), services().selected
    if "playlist" in request.form:
        collected = selected.collect(user_id, ids, request.form["playlist"])
    elif "name" in request.form:
        collected = selected.collect_in_new(user_id, ids, request.form["name"])
    else:
        told = {"songs": selected.chosen(user_id, ids), "playlists": selected.playlists(user_id), "back": _back()}
        return render_template("history/collect_selected.html", **told)
    flash(_added(collected.new, collected.playlist), "success" if collected.new else "info")
    return redirect(url_for("playlists.show", playlist_id=collected.playlist_id), 303)


@blueprint.post("/export.csv")
def export() -> Response:
    """Send the facts of the songs as a table."""
    rows = services().history.export_rows(current_user_id(), Filters(), _ids())
    headers = {"Content-Disposition": 'attachment; filename="genregenie-selected.csv"'}
    return Response(to_csv(rows), content_type="text/csv; charset=utf-8", headers=headers)


def _ids() -> list[str]:
    return checked_ids(request.form.getlist("song"))


def _back() -> str:
    return safe_next(request.form.get("next"), url_for("history.index"))


def _some_queued(count: int, selected: int) -> str:
    if not count:
        return _("Of the %(selected)s selected, no songs were queued to be analysed again.", selected=selected)
    return ngettext(
        "Of the %(selected)s selected, 1 song was queued to be analysed again.",
        "Of the %(selected)s selected, %(num)d songs were queued to be analysed again.",
        count,
        selected=selected,
    )


def _added(count: int, playlist: str) -> str:
    if not count:
        return _('No songs were added to "%(name)s".', name=playlist)
    return ngettext('1 song was added to "%(name)s".', '%(num)d songs were added to "%(name)s".', count, name=playlist)

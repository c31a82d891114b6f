"""What the buttons below a selection of songs do.

What belongs here: reading the selection and choosing answers. Not here: rules (``bulk``). Each is a POST, since five
hundred ids fit in no address; the pages that ask once more change nothing.
"""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal.extensions import login_manager
from portal.history.bulk import NothingSelectedError, checked_ids
from portal.history.export import to_csv
from portal.history.filters import Filters
from portal.web import current_user_id, safe_next, services

blueprint = Blueprint("selection", __name__, url_prefix="/history/selected")


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
    flash(f"{_songs(count)} removed from your history.", "success" if count else "info")
    return redirect(_back(), 303)


@blueprint.post("/again")
def analyse_again() -> ResponseReturnValue:
    """Queue what can be analysed again."""
    ids = _ids()
    count = services().selected.analyse_again(current_user_id(), ids)
    if count == len(ids):
        flash(f"{_songs(count)} queued to be analysed again.", "success")
    else:
        kept = "The others are up to date, already waiting, or their audio is not kept any more."
        queued = f"{_songs(count)} queued to be analysed again".lower()
        flash(f"Of the {len(ids)} selected, {queued}. {kept}", "info")
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
    flash(f'{_songs(collected.new)} added to "{collected.playlist}".', "success" if collected.new else "info")
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


def _songs(count: int) -> str:
    return "1 song was" if count == 1 else f"{count or 'No'} songs were"

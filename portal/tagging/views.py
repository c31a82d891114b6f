"""The pages that lead to copies with the genre written, and their downloads.

What belongs here: reading requests and choosing answers. Not here: rules (``service``).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_limiter.util import get_remote_address
from flask_login import current_user, login_required

from portal.errors import NotFoundError, PortalError
from portal.extensions import limiter
from portal.selection import NothingSelectedError, checked_ids
from portal.tagging.errors import FileGoneError, NoVerdictError, UnreadableTagsError, UnwritableFormatError
from portal.tagging.service import Look
from portal.tagging.values import MOST_BYTES, MOST_SONGS, Selection, tag_name
from portal.web import current_user_id, current_zone, safe_next, services, wants_json

blueprint = Blueprint("tagging", __name__)
blueprint.add_app_template_filter(tag_name)

FILES_AN_HOUR = "600/hour"
ARCHIVES_AN_HOUR = "12/hour"

CONTENT_TYPES = {
    "MP3": "audio/mpeg",
    "FLAC": "audio/flac",
    "Ogg Vorbis": "audio/ogg",
    "Opus": "audio/ogg",
    "M4A": "audio/mp4",
    "WAV": "audio/wav",
    "AIFF": "audio/aiff",
}

STATUS: dict[type[PortalError], int] = {
    UnwritableFormatError: 415,
    UnreadableTagsError: 409,
    NoVerdictError: 409,
    FileGoneError: 404,
}


def _person() -> str:
    return f"user {current_user_id()}" if current_user.is_authenticated else get_remote_address()


@blueprint.url_value_preprocessor
def _refuse_null_characters(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    # PostgreSQL takes no null character in any text, so there is no need to ask it for such an id.
    if values and "\0" in values.get("song_id", ""):
        raise NotFoundError


@blueprint.get("/songs/<song_id>/tagged")
@limiter.limit(FILES_AN_HOUR, key_func=_person)
@login_required
def song(song_id: str) -> str:
    return _page(services().tagging.look(current_user_id(), song_id))


@blueprint.post("/songs/<song_id>/tagged")
@limiter.limit(FILES_AN_HOUR, key_func=_person)
@login_required
def copy(song_id: str) -> ResponseReturnValue:
    genres, mode = request.form.getlist("genre"), request.form.get("mode", "")
    try:
        made = services().tagging.copy(current_user_id(), song_id, genres, mode)
    except tuple(STATUS) as error:
        if wants_json():
            return {"error": error.code, "message": str(error)}, STATUS[type(error)]
        song = services().tagging.song(current_user_id(), song_id)
        return _page(Look(song, problem=error)), STATUS[type(error)]
    answer = send_file(made.file, CONTENT_TYPES[made.kind], as_attachment=True, download_name=made.filename)
    answer.content_length = made.size
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/history/tagged")
@login_required
def choose() -> str:
    return _choices(_searched(request.args))


# A POST, since five hundred ids fit in no address; it changes nothing.
@blueprint.post("/history/selected/tagged")
@login_required
def choose_selected() -> ResponseReturnValue:
    try:
        picked = _picked()
    except NothingSelectedError as error:
        flash(str(error), "error")
        return redirect(_back(), 303)
    return _choices(picked)


@blueprint.post("/history/tagged")
@limiter.limit(ARCHIVES_AN_HOUR, key_func=_person)
@login_required
def archive() -> Response:
    mode, doubtful = request.form.get("mode", ""), "doubtful" in request.form
    selection = _picked() if "song" in request.form else _searched(request.form)
    content = services().tagging.archive(selection, mode, doubtful=doubtful)
    name = f"genregenie-songs-{datetime.now(UTC).date()}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Accel-Buffering": "no"}
    return Response(content, content_type="application/zip", headers=headers)


def _searched(asked: Mapping[str, str]) -> Selection:
    return services().tagging.select(current_user_id(), asked, current_zone())


def _picked() -> Selection:
    return services().tagging.picked(current_user_id(), checked_ids(request.form.getlist("song")))


def _choices(selection: Selection) -> str:
    asked: dict[str, Any] = dict(selection.query)
    back = _back() if selection.picked else url_for("history.index", **asked)
    limits = {"most_songs": MOST_SONGS, "most_bytes": MOST_BYTES}
    return render_template("tagging/archive.html", selection=selection, back=back, **limits)


def _back() -> str:
    return safe_next(request.form.get("next"), url_for("history.index"))


def _page(look: Look) -> str:
    return render_template("tagging/song.html", look=look, song=look.song, hearing=look.song.hearing)

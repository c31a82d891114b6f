"""The upload page, for browsers with and without JavaScript and for scripts.

What belongs here: reading requests and choosing answers. Not here: what becomes of a file (``service``).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, current_app, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_limiter.util import get_remote_address
from flask_login import current_user, login_required
from werkzeug.datastructures import FileStorage

from portal.errors import PortalError
from portal.extensions import limiter
from portal.language import _, lazy, ngettext
from portal.text import file_name
from portal.upload.archive import AUDIO, MAX_SONGS, SUFFIX, Allowance, is_archive, songs_inside
from portal.upload.service import Accepted, FileTooLargeError, NotStoredError
from portal.upload.unpacking import Outcome
from portal.web import current_user_id, services, wants_json

blueprint = Blueprint("upload", __name__)

FILES_AN_HOUR = "2000/hour"
QUESTIONS_A_MINUTE = "120/minute"
FILES_IN_ONE_REQUEST = 5
FORM_BYTES = 2**20
DRAIN_BYTES = 2**31
MAX_TOLD = 5
TOLD_CHARACTERS = 60
"""Messages travel in the session's cookie, which holds 4 KB."""

NO_FILE: dict[str, Any] = {"filename": "", "error": "no_file", "message": lazy("Choose at least one song first.")}
STATUS = {FileTooLargeError.code: 413, NotStoredError.code: 503}
ALSO_TAKEN = "audio/*"


def _uploader() -> str:
    return f"user {current_user_id()}" if current_user.is_authenticated else get_remote_address()


def _chosen() -> list[FileStorage]:
    # A form sent without a choice holds one file without a name.
    return [file for file in request.files.getlist("songs") if file.filename]


def _cost() -> int:
    """Return how many songs are sent: those in an archive count as if they came alone."""
    songs = [songs_inside(file.stream) if is_archive(file.filename or "") else 1 for file in _chosen()]
    return max(1, sum(min(number, MAX_SONGS) for number in songs))


@blueprint.route("/upload", methods=["GET", "POST"])
@limiter.limit(FILES_AN_HOUR, methods=["POST"], key_func=_uploader, cost=_cost)
@login_required
def upload() -> ResponseReturnValue:
    if request.method == "GET":
        return _page([]), 200
    allowance = Allowance()
    outcomes = [_told(outcome) for file in _chosen() for outcome in _take_in(file, allowance)] or [NO_FILE]
    accepted = [outcome for outcome in outcomes if "id" in outcome]
    rejected = [outcome for outcome in outcomes if "error" in outcome]
    status = 201 if accepted else STATUS.get(rejected[0]["error"], 422)
    if wants_json():
        return jsonify(songs=outcomes), status
    return _redirect(accepted, rejected) if accepted else (_page(rejected), status)


@blueprint.post("/upload/known")
@limiter.limit(QUESTIONS_A_MINUTE, key_func=_uploader)
@login_required
def known() -> ResponseReturnValue:
    found = services().uploads.known(current_user_id(), request.form.getlist("sha256"))
    return jsonify(songs={content: _places(song_id) for content, song_id in found.items()})


@blueprint.url_value_preprocessor
def allow_songs(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Take larger requests than other pages do. The form is read before any view, to check its token; so is this."""
    if endpoint == "upload.upload":
        request.max_content_length = FILES_IN_ONE_REQUEST * current_app.config["MAX_UPLOAD_BYTES"] + FORM_BYTES


@blueprint.after_request
def read_to_the_end(response: Response) -> Response:
    """Take in what the client still sends: closing on it would reset the connection, and it never saw our answer."""
    if response.status_code == 413 and request.environ.get("wsgi.input_terminated"):  # noqa: PLR2004
        body, left = request.environ["wsgi.input"], DRAIN_BYTES
        while left > 0 and (chunk := body.read(2**16)):
            left -= len(chunk)
    return response


def _take_in(file: FileStorage, allowance: Allowance) -> Iterable[Outcome]:
    filename = file_name(file.filename or "")
    if is_archive(filename):
        return services().archives.take_in(current_user_id(), filename, file.stream, allowance)
    # Our script sends one file a request; without it nobody has computed anything.
    announced = request.form.get("sha256", "") if len(_chosen()) == 1 else ""
    try:
        return [Outcome(filename, services().uploads.accept(current_user_id(), filename, file.stream, announced))]
    except PortalError as error:
        return [Outcome(filename, error)]


def _told(outcome: Outcome) -> dict[str, Any]:
    result = outcome.result
    if isinstance(result, Accepted):
        return {**_places(result.song_id), "filename": outcome.filename, "duplicate": result.duplicate}
    return {"filename": outcome.filename, "error": result.code, "message": str(result)}


def _places(song_id: str) -> dict[str, str]:
    return {
        "id": song_id,
        "url": url_for("history.song", song_id=song_id),
        "status_url": url_for("history.status", song_id=song_id),
    }


def _page(rejected: list[dict[str, Any]]) -> str:
    max_mb = current_app.config["MAX_UPLOAD_BYTES"] // 2**20
    return render_template(
        "upload/upload.html",
        max_mb=max_mb,
        max_archive_mb=max_mb * FILES_IN_ONE_REQUEST,
        max_songs=MAX_SONGS,
        accept=",".join([ALSO_TAKEN, *sorted(AUDIO), SUFFIX]),
        rejected=rejected,
    )


def _redirect(accepted: list[dict[str, Any]], rejected: list[dict[str, Any]]) -> ResponseReturnValue:
    if len(accepted) == 1 and not rejected:
        if accepted[0]["duplicate"]:
            flash(_("You uploaded this song before; here it is."), "info")
        return redirect(accepted[0]["url"], 303)
    fresh = sum(not song["duplicate"] for song in accepted)
    if fresh:
        flash(ngettext("%(num)d song is being analysed.", "%(num)d songs are being analysed.", fresh), "success")
    if before := len(accepted) - fresh:
        flash(
            ngettext("%(num)d of these you uploaded before.", "%(num)d of these you uploaded before.", before), "info"
        )
    for problem in rejected[:MAX_TOLD]:
        flash(f"{problem['filename'][:TOLD_CHARACTERS]}: {problem['message']}", "error")
    if len(rejected) > MAX_TOLD:
        flash(
            ngettext("%(num)d more was not taken.", "%(num)d more were not taken.", len(rejected) - MAX_TOLD), "error"
        )
    return redirect(url_for("history.index"), 303)

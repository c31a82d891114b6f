"""The pages and downloads of the history, and what may be done with one song.

What belongs here: reading requests and choosing answers. Not here: rules (``service``) or words (``presentation``).
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, cast

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.wsgi import FileWrapper

from portal.errors import NotFoundError
from portal.history.audio import Audio
from portal.history.export import to_csv, to_json
from portal.history.filters import CONFIDENCES, SAID, SORTS, STATES, Filters
from portal.history.presentation import Verdict, confidence_words, genre_class, verdict_name
from portal.language import _, translated
from portal.web import current_user_id, current_zone, page_number, services

blueprint = Blueprint("history", __name__)


@blueprint.url_value_preprocessor
def _refuse_null_characters(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    # PostgreSQL takes no null character in any text, so there is no need to ask it for such an id.
    if values and "\0" in values.get("song_id", ""):
        raise NotFoundError


@blueprint.get("/history")
@login_required
def index() -> str:
    filters = _filters()
    page = services().history.page(current_user_id(), filters, page_number(request.args.get("page")))
    choices = {"genres": filters.genres, "states": STATES, "confidences": CONFIDENCES, "said": SAID, "sorts": SORTS}
    grid = request.args.get("view") == "grid"
    query = filters.query | ({"view": "grid"} if grid else {})
    return render_template("history/index.html", page=page, filters=filters, grid=grid, query=query, **choices)


@blueprint.get("/history.csv")
@login_required
def export_csv() -> Response:
    rows = services().history.export_rows(current_user_id(), _filters())
    return _download(to_csv(rows), "csv", "text/csv; charset=utf-8")


@blueprint.get("/history.json")
@login_required
def export_json() -> Response:
    rows = services().history.export_rows(current_user_id(), _filters())
    return _download(to_json(rows), "json", "application/json")


@blueprint.get("/songs/<song_id>")
@login_required
def song(song_id: str) -> str:
    song = services().history.song(current_user_id(), song_id)
    verdict = song.prediction
    outdated = verdict is not None and services().jobs.is_outdated(verdict.model_version)
    panels = services().recommendations.panels(song)
    history = services().history
    sounds = history.how_it_sounds(verdict) if verdict is not None and verdict.music else ()
    audible = verdict is not None and history.has_audio(song)
    told = {"panels": panels, "outdated": outdated, "sounds": sounds, "audible": audible}
    return render_template("history/song.html", song=song, **told)


@blueprint.get("/songs/<song_id>/audio")
@login_required
def audio(song_id: str) -> Response:
    found = services().history.audio(current_user_id(), song_id)
    return _played(found)


@blueprint.get("/songs/<song_id>/status")
@login_required
def status(song_id: str) -> Response:
    standing = services().jobs.status(current_user_id(), song_id)
    # A status that has a genre has all that a verdict has.
    said = _said(cast("Verdict", standing) if standing.genre else None)
    error = standing.error and translated(standing.error)
    return jsonify(asdict(standing) | said | {"error": error, "url": url_for(".song", song_id=song_id)})


@blueprint.post("/songs/<song_id>/retry")
@login_required
def retry(song_id: str) -> ResponseReturnValue:
    services().jobs.retry(current_user_id(), song_id)
    return redirect(url_for(".song", song_id=song_id), 303)


@blueprint.post("/songs/<song_id>/again")
@login_required
def analyse_again(song_id: str) -> ResponseReturnValue:
    services().jobs.analyse_again(current_user_id(), song_id)
    return redirect(url_for(".song", song_id=song_id), 303)


@blueprint.post("/songs/<song_id>/delete")
@login_required
def delete(song_id: str) -> ResponseReturnValue:
    title = services().history.delete(current_user_id(), song_id)
    flash(_('"%(title)s" was removed from your history.', title=title), "success")
    return redirect(url_for(".index"), 303)


def _filters() -> Filters:
    genres = services().history.genres(current_user_id())
    return Filters.asked(request.args, genres=genres, zone=current_zone())


def _said(verdict: Verdict | None) -> dict[str, str | None]:
    """Return how a verdict, if there is one, is said to people."""
    if verdict is None:
        return {"name": None, "words": None, "genre_class": None}
    return {
        "name": verdict_name(verdict),
        "words": confidence_words(verdict),
        "genre_class": genre_class(verdict.genre, verdict.scores),
    }


def _played(audio: Audio) -> Response:
    """Return the file, or the part of it that was asked for, to be played here and kept nowhere."""
    # Werkzeug's own wrapper: a server's is faster for whole files, but cannot jump to the middle of one.
    response = Response(FileWrapper(audio.stream), content_type=audio.content_type, direct_passthrough=True)
    response.call_on_close(audio.stream.close)
    audio.stream.seek(0)
    response.content_length = audio.size_bytes
    response.headers.set("Content-Disposition", "inline", filename=audio.filename)
    response.headers["Cache-Control"] = "private, no-store"
    try:
        response.make_conditional(request, accept_ranges=True, complete_length=audio.size_bytes)
    except RequestedRangeNotSatisfiable:
        response.close()
        raise
    return response


def _download(content: bytes, extension: str, content_type: str) -> Response:
    name = f"genregenie-history-{datetime.now(UTC).date()}.{extension}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, content_type=content_type, headers=headers)

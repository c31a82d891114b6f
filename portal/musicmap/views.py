"""The pages of a person's map and genre profile.

What belongs here: reading requests and choosing answers. Not here: rules (``service``, ``profile``) or drawing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from math import ceil
from typing import cast

from flask import Blueprint, Response, current_app, jsonify, render_template, request, url_for
from flask_login import login_required

from portal.musicmap.drawing import draw, in_words
from portal.musicmap.periods import UNITS
from portal.musicmap.profile import Asked
from portal.musicmap.service import MusicMap, stretch
from portal.web import current_user_id, current_zone, page_number, services

blueprint = Blueprint("musicmap", __name__)

LINKED = 400
"""Songs up to which each dot is a link by itself; of more, those in the table are."""


@blueprint.get("/history/map")
@login_required
def show() -> str:
    service = services().musicmap
    whole = service.of(current_user_id())
    genre = _genre(whole)
    listed = stretch(whole.of(genre), page_number(request.args.get("page")))
    linked = whole.of(genre) if len(whole.places) <= LINKED else listed.items
    shown = {other for place in listed.items for other in (place.song_id, *place.near)}
    named = service.titles(current_user_id(), shown | {place.song_id for place in linked})
    drawing = draw(whole, genre, _names(whole))
    parts = {"map": whole, "genre": genre, "listed": listed, "linked": linked, "named": named, "drawing": drawing}
    told = {"picture_words": in_words(drawing, _names(whole)), "minutes": _minutes_until(whole.due_at)}
    return render_template("musicmap/map.html", **parts, **told)


@blueprint.get("/history/map.json")
@login_required
def points() -> Response:
    service = services().musicmap
    whole = service.of(current_user_id())
    genre, names = _genre(whole), _names(whole)
    titles, drawing = service.all_titles(current_user_id()), draw(whole, genre, names)
    order = list(whole.genres)
    songs = [
        (place.song_id, drawing.dots[place.song_id].x, drawing.dots[place.song_id].y, order.index(place.genre), title)
        for place in whole.of(genre)
        if (title := titles.get(place.song_id)) is not None
    ]
    address = url_for("history.song", song_id="-")[:-1]
    answer = jsonify(songs=songs, genres=[names[one] for one in order], address=address)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@blueprint.get("/history/profile")
@login_required
def profile() -> str:
    asked = Asked(*(request.args.get(name, "") for name in ("by", "from", "to")))
    found = services().genre_profile.of(current_user_id(), asked, current_zone())
    return render_template("musicmap/profile.html", profile=found, asked=asked.query, units=UNITS)


def _genre(whole: MusicMap) -> str:
    asked = request.args.get("genre", "")
    return asked if asked in whole.genres else ""


def _minutes_until(due_at: datetime) -> int:
    """Return the minutes within which a map that is due then will have been made: a worker looks each minute."""
    return 1 + ceil(max(0.0, (due_at - datetime.now(UTC)).total_seconds()) / 60)


def _names(whole: MusicMap) -> dict[str, str]:
    """Return the genres' names as the templates say them."""
    name = cast("Callable[[str], object]", current_app.jinja_env.filters["genre_name"])
    return {genre: str(name(genre)) for genre in whole.genres}

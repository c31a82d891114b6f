"""The pages of the guide and its pictures, for strangers too.

What belongs here: reading requests and choosing answers. Not here: which pages there are (``pages``).
"""

from __future__ import annotations

from flask import Blueprint, Response, render_template, send_from_directory

from portal.help.pages import GUIDE, PICTURES, contents, page
from portal.help.writing import INDEX
from portal.language import tag

blueprint = Blueprint("help", __name__, url_prefix="/help")

PICTURE_SECONDS = 24 * 3600
"""How long a browser may keep a picture. Nothing in it is anybody's own."""


@blueprint.get("")
def index() -> str:
    return _page(INDEX)


@blueprint.get("/<name>")
def show(name: str) -> str:
    return _page(name)


@blueprint.get("/img/<path:filename>")
def picture(filename: str) -> Response:
    response = send_from_directory(GUIDE / PICTURES, filename, max_age=PICTURE_SECONDS)
    response.cache_control.public = True
    return response


def _page(name: str) -> str:
    language = tag().partition("-")[0]
    return render_template("help/page.html", page=page(name, language), contents=contents(language), language=language)

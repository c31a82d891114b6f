"""What a browser keeps for when it cannot reach us: one page, the little that draws it, and who hands it out.

What belongs here: these two addresses, open to everybody. Not here: what the worker does (``static/js/worker.js``).
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import Blueprint, Flask, Response, current_app, json, render_template, url_for

from portal.language import tag

blueprint = Blueprint("offline", __name__)

ASSETS = ("css/tokens.css", "css/base.css", "css/parts.css")
WORKER = "js/worker.js"


def init_app(app: Flask) -> None:
    """Register the two addresses."""
    app.register_blueprint(blueprint)


@blueprint.get("/offline")
def page() -> str:
    """Answer with the page that is kept: the same for everybody who reads its language."""
    return render_template("offline/page.html", assets=ASSETS)


@blueprint.get("/sw.js")
def worker() -> Response:
    """Answer with the service worker: from the root, whose pages it may serve, and asked for anew each time.

    It names what it keeps by a digest of it, so that a browser fetches all of that again when any of it has changed.
    """
    static = Path(current_app.static_folder or "")
    template = Path(current_app.root_path).parent / "templates" / "offline" / "page.html"
    kept = {
        "name": f"offline-{tag()}-{_digest((template, *(static / asset for asset in ASSETS)))}",
        "page": url_for(".page"),
        "assets": [url_for("static", filename=asset) for asset in ASSETS],
    }
    script = f"const KEPT = {json.dumps(kept)};\n\n{(static / WORKER).read_text(encoding='utf-8')}"
    return Response(script, content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})


@cache
def _digest(files: tuple[Path, ...]) -> str:
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]

"""What to hear next: songs that sound alike, outside sources, and our own starter list.

What belongs here: choosing among sources, asking them with patience, and the pages about them. Not here: how one source
finds its suggestions (``adapters``).
"""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from portal.recommendations.views import blueprint

LOGO = "brand/spotify.svg"
"""Spotify's own logo, which is not ours to ship; an operator may put it below ``static``."""


def init_app(app: Flask) -> None:
    """Register the pages, and tell the templates whether there is a logo to show."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals["spotify_logo"] = LOGO if (Path(app.static_folder or "") / LOGO).is_file() else None

"""Playlists: made by hand, or curated from what one's own songs were heard to be; put in order, exported, copied.

What belongs here: binding the feature to the app. Rules stand in ``service`` and ``curation``, what is curated in
``recipes``, file formats in ``export``.
"""

from __future__ import annotations

from flask import Flask

from portal.playlists.views import blueprint


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(blueprint)

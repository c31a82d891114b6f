"""A map of a person's music, and their genres over time.

What belongs here: registration on the app. Where songs lie is computed by a worker (``making``, ``projection``).
"""

from __future__ import annotations

from flask import Flask

from portal.musicmap import drawing
from portal.musicmap.views import blueprint

__all__ = ["init_app"]


def init_app(app: Flask) -> None:
    """Register the pages and the filters that their templates use."""
    for name, function in drawing.FILTERS.items():
        app.add_template_filter(function, name)
    app.register_blueprint(blueprint)

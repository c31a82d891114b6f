"""Uploading songs: files become songs with a queued analysis.

What belongs here: binding the feature to the app.
"""

from __future__ import annotations

from flask import Flask

from portal.upload.views import blueprint


def init_app(app: Flask) -> None:
    """Register the page."""
    app.register_blueprint(blueprint)

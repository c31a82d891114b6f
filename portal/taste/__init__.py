"""Taste: what a person likes to hear, learned from what they do here and nothing else, and suggestions by it.

What belongs here: binding the feature to the app.
"""

from __future__ import annotations

from flask import Flask

from portal.taste.views import blueprint


def init_app(app: Flask) -> None:
    """Register the page."""
    app.register_blueprint(blueprint)

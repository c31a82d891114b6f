"""Connecting one's own Spotify account, and saving playlists there.

What belongs here: registration on the app. The feature is off unless the operator allows it (``SPOTIFY_USER_OAUTH``).
"""

from __future__ import annotations

from flask import Flask

from portal.spotify.views import blueprint

__all__ = ["init_app"]


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(blueprint)

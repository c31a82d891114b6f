"""What people show each other: results and playlists made public, links to share, likes, following, moderation.

What belongs here: registration on the app. Each matter stands in a module of its own; ``shown`` says what is public.
"""

from __future__ import annotations

from flask import Flask

from portal.community import moderation_views, sharing_views
from portal.community.blueprint import blueprint
from portal.community.views import playlist_standing, song_standing

__all__ = ["init_app", "moderation_views", "sharing_views"]


def init_app(app: Flask) -> None:
    """Register the pages, and what other features' templates ask about how a thing stands with others."""
    for standing in (song_standing, playlist_standing):
        app.add_template_global(standing)
    app.register_blueprint(blueprint)

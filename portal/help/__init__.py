"""The user guide in the portal: the pages of ``docs/guide``, for everybody.

What belongs here: registration on the app. What the guide says stands in ``docs/guide``, how its Markdown becomes HTML
in ``writing``, and which pages there are in ``pages``.
"""

from __future__ import annotations

from flask import Flask

from portal.help.views import blueprint

__all__ = ["init_app"]


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(blueprint)

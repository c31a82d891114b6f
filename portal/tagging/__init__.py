"""Copies of songs with the genre written into them: one as a download, or many in one archive.

What belongs here: binding the feature to the app. What is written stands in ``values``, the bytes of files in
``files``, which runs in a process of its own (``scribe``), archives in ``archive``.
"""

from __future__ import annotations

from flask import Flask

from portal.tagging.views import blueprint


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(blueprint)

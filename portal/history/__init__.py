"""What a person has had analysed: list, search, one song, export, retry, delete.

What belongs here: registration on the app. Rules stand in ``service``, file formats in ``export``, words in
``presentation``.
"""

from __future__ import annotations

from flask import Flask

from portal.history import presentation, selection_views, waveform
from portal.history.views import blueprint

__all__ = ["init_app"]


def init_app(app: Flask) -> None:
    """Register the pages and the filters that their templates use."""
    for name, function in (presentation.FILTERS | waveform.FILTERS).items():
        app.add_template_filter(function, name)
    app.register_blueprint(blueprint)
    app.register_blueprint(selection_views.blueprint)

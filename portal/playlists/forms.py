"""What people type to make a playlist or to rename it.

What belongs here: fields. Not here: the rules (``values``).
"""

from __future__ import annotations

from wtforms import StringField, TextAreaField

from portal.forms import TextForm, obeys
from portal.language import lazy
from portal.playlists.values import MAX_DESCRIPTION, MAX_NAME, clean_description, clean_name


def name_field() -> StringField:
    """Return a field for a playlist's name."""
    attributes = {"maxlength": MAX_NAME, "required": True, "autocomplete": "off"}
    return StringField(lazy("Name"), validators=[obeys(clean_name)], render_kw=attributes)


class PlaylistForm(TextForm):
    """A playlist's name and description."""

    name = name_field()
    description = TextAreaField(
        lazy("Description"), validators=[obeys(clean_description)], render_kw={"maxlength": MAX_DESCRIPTION, "rows": 2}
    )


class NewNameForm(TextForm):
    """The name of a new playlist, to put something into."""

    name = name_field()

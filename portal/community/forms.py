"""What people type to be seen by a name, and to share something.

What belongs here: fields. Not here: the rules (``names``, ``sharing``).
"""

from __future__ import annotations

from wtforms import BooleanField, IntegerField, StringField
from wtforms.validators import AnyOf, InputRequired

from portal.community.names import MAX_LENGTH, MIN_LENGTH, clean_display_name
from portal.community.sharing import DAYS
from portal.forms import TextForm, obeys
from portal.language import lazy


class NameForm(TextForm):
    """Choosing the name that others see."""

    display_name = StringField(
        lazy("Display name"),
        validators=[InputRequired(lazy("Choose a name.")), obeys(clean_display_name)],
        render_kw={"autocomplete": "nickname", "minlength": MIN_LENGTH, "maxlength": MAX_LENGTH},
    )


class ShareForm(TextForm):
    """Making a link to share."""

    offered = DAYS
    days = IntegerField(
        lazy("The link works for"),
        default=DAYS[1],
        validators=[
            InputRequired(lazy("Choose how long the link is to work.")),
            AnyOf(DAYS, lazy("Choose one of these.")),
        ],
    )
    shows_name = BooleanField(lazy("Say who shares it"))

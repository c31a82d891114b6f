"""What people type to sign up, log in, choose another password, and change their profile.

What belongs here: fields. Not here: the rules (``service``, ``passwords``), or how a refusal reaches a field
(``portal.forms``).
"""

from __future__ import annotations

from typing import Any

from flask import request
from wtforms import BooleanField, EmailField, PasswordField, RadioField, SelectChoice, SelectField, StringField
from wtforms.validators import EqualTo, InputRequired, ValidationError

from portal.accounts.passwords import MIN_LENGTH, WeakPassword, check_password
from portal.accounts.profile_service import known_zone, zones
from portal.accounts.service import MAX_EMAIL_LENGTH, MAX_NAME_LENGTH, clean_name, normal_email
from portal.forms import TextForm, obeys
from portal.language import Lazy, lazy, translated

NEW_PASSWORD = {"autocomplete": "new-password"}
CURRENT_PASSWORD = {"autocomplete": "current-password"}
EMAIL = lazy("Email")
AUDIO_CHOICES = {
    "month": lazy("Delete it after 30 days"),
    "analysed": lazy("Delete it right after the analysis"),
    "forever": lazy("Keep it until I delete it"),
}


def email_field(autocomplete: str, label: Lazy = EMAIL) -> EmailField:
    """Return a field for an address."""
    return EmailField(
        label,
        validators=[InputRequired(lazy("Enter your email address.")), obeys(normal_email)],
        render_kw={"autocomplete": autocomplete, "maxlength": MAX_EMAIL_LENGTH},
    )


def name_field() -> StringField:
    """Return a field for a name."""
    return StringField(
        lazy("Name"),
        validators=[InputRequired(lazy("Enter a name.")), obeys(clean_name)],
        render_kw={"autocomplete": "name", "maxlength": MAX_NAME_LENGTH},
    )


def current_password_field(label: Lazy, **values: Any) -> PasswordField:
    """Return a field for proving who one is."""
    return PasswordField(
        label, validators=[InputRequired(lazy("Enter your password."))], render_kw=CURRENT_PASSWORD, **values
    )


def new_password_field(label: Lazy) -> PasswordField:
    """Return a field for choosing a password."""
    return PasswordField(
        label,
        validators=[InputRequired(lazy("Choose a password."))],
        description=lazy("At least %(least)s characters. Four unrelated words make a good one.", least=MIN_LENGTH),
        render_kw=NEW_PASSWORD,
    )


def confirm_field() -> PasswordField:
    """Return a field for typing the new password again."""
    return PasswordField(
        lazy("Password again"),
        validators=[
            InputRequired(lazy("Enter the password again.")),
            EqualTo("password", lazy("The two passwords are not the same.")),
        ],
        render_kw=NEW_PASSWORD,
    )


class SignupForm(TextForm):
    """Making an account."""

    email = email_field("email")
    name = name_field()
    password = new_password_field(lazy("Password"))
    confirm = confirm_field()

    def validate_password(self, field: Any) -> None:
        """Check the password here already, so that all mistakes of the form are shown at once."""
        # Only an email and a name that were accepted are compared with: others may be of any length.
        email, name = ("" if own.errors else own.data for own in (self.email, self.name))
        _refuse_weak(field.data, email, name)


class LoginForm(TextForm):
    """Proving who one is. The email is not checked: one that cannot exist is answered like one that does not."""

    email = EmailField(
        EMAIL,
        validators=[InputRequired(lazy("Enter your email address."))],
        render_kw={"autocomplete": "username", "maxlength": MAX_EMAIL_LENGTH},
    )
    password = current_password_field(lazy("Password"))
    remember = BooleanField(lazy("Keep me logged in on this device"))


class ResetRequestForm(TextForm):
    """Asking for a reset link."""

    email = email_field("username")


class ChoosePasswordForm(TextForm):
    """Choosing another password."""

    password = new_password_field(lazy("New password"))
    confirm = confirm_field()


class ProfileForm(TextForm):
    """One of the several forms of the profile: it reads only what was sent to the address of its own."""

    endpoint: str

    def is_submitted(self) -> bool:
        """Return whether it is this form that was sent."""
        return bool(super().is_submitted()) and request.endpoint == self.endpoint


class NameForm(ProfileForm):
    """Taking another name."""

    endpoint = "profile.rename"
    name = name_field()


class PasswordForm(ProfileForm):
    """Replacing the password, by somebody who knows it."""

    endpoint = "profile.change_password"
    current = current_password_field(lazy("Present password"))
    password = new_password_field(lazy("New password"))
    confirm = confirm_field()

    def __init__(self, email: str, name: str) -> None:
        self._owner = (email, name)
        super().__init__()

    def validate_password(self, field: Any) -> None:
        """Check the new password here already, so that all mistakes of the form are shown at once."""
        _refuse_weak(field.data, *self._owner)


class EmailForm(ProfileForm):
    """Asking for another address."""

    endpoint = "profile.change_email"
    email = email_field("email", lazy("New email"))
    # The other form of the page has a field of this name too.
    password = current_password_field(lazy("Your password"), id="email-password")


def _zone_choices() -> list[SelectChoice]:
    return [
        SelectChoice(name, _place(name), optgroup=translated(area)) for area, names in zones().items() for name in names
    ]


def _place(zone: str) -> str:
    return zone.partition("/")[2].replace("_", " ").replace("/", ", ") or zone


class ZoneForm(ProfileForm):
    """Choosing a time zone."""

    endpoint = "profile.choose_zone"
    zone = SelectField(
        lazy("Time zone"),
        choices=_zone_choices,
        validators=[obeys(known_zone)],
        validate_choice=False,
    )


def _audio_choices() -> list[SelectChoice]:
    return [SelectChoice(value, str(label)) for value, label in AUDIO_CHOICES.items()]


class AudioForm(ProfileForm):
    """Choosing how long audio is kept."""

    endpoint = "profile.keep_audio"
    keep = RadioField(lazy("Keep my audio"), choices=_audio_choices, validate_choice=False)


def _refuse_weak(password: str, email: str, name: str) -> None:
    try:
        check_password(password, email=email, name=name)
    except WeakPassword as error:
        raise ValidationError(str(error)) from error

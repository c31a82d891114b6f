"""What visitors type to sign up, log in and choose another password.

What belongs here: fields. Not here: the rules (``service``, ``passwords``), or how a refusal reaches a field
(``portal.forms``).
"""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, EmailField, PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, ValidationError

from portal.accounts.passwords import MIN_LENGTH, WeakPassword, check_password
from portal.accounts.service import MAX_EMAIL_LENGTH, MAX_NAME_LENGTH, clean_name, normal_email
from portal.forms import TextForm, obeys

NEW_PASSWORD = {"autocomplete": "new-password"}
CURRENT_PASSWORD = {"autocomplete": "current-password"}


def email_field(autocomplete: str) -> EmailField:
    """Return a field for an address."""
    return EmailField(
        "Email",
        validators=[InputRequired("Enter your email address."), obeys(normal_email)],
        render_kw={"autocomplete": autocomplete, "maxlength": MAX_EMAIL_LENGTH},
    )


def new_password_field(label: str) -> PasswordField:
    """Return a field for choosing a password."""
    return PasswordField(
        label,
        validators=[InputRequired("Choose a password.")],
        description=f"At least {MIN_LENGTH} characters. Four unrelated words make a good one.",
        render_kw=NEW_PASSWORD,
    )


def confirm_field() -> PasswordField:
    """Return a field for typing the new password again."""
    return PasswordField(
        "Password again",
        validators=[
            InputRequired("Enter the password again."),
            EqualTo("password", "The two passwords are not the same."),
        ],
        render_kw=NEW_PASSWORD,
    )


class SignupForm(TextForm):
    """Making an account."""

    email = email_field("email")
    name = StringField(
        "Name",
        validators=[InputRequired("Enter a name."), obeys(clean_name)],
        render_kw={"autocomplete": "name", "maxlength": MAX_NAME_LENGTH},
    )
    password = new_password_field("Password")
    confirm = confirm_field()

    def validate_password(self, field: Any) -> None:
        """Check the password here already, so that all mistakes of the form are shown at once."""
        # Only an email and a name that were accepted are compared with: others may be of any length.
        email, name = ("" if own.errors else own.data for own in (self.email, self.name))
        try:
            check_password(field.data, email=email, name=name)
        except WeakPassword as error:
            raise ValidationError(str(error)) from error


class LoginForm(TextForm):
    """Proving who one is. The email is not checked: one that cannot exist is answered like one that does not."""

    email = EmailField(
        "Email",
        validators=[InputRequired("Enter your email address.")],
        render_kw={"autocomplete": "username", "maxlength": MAX_EMAIL_LENGTH},
    )
    password = PasswordField("Password", validators=[InputRequired("Enter your password.")], render_kw=CURRENT_PASSWORD)
    remember = BooleanField("Keep me logged in on this device")


class ResetRequestForm(TextForm):
    """Asking for a reset link."""

    email = email_field("username")


class ChoosePasswordForm(TextForm):
    """Choosing another password."""

    password = new_password_field("New password")
    confirm = confirm_field()

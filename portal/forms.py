"""What every feature's forms are made of.

What belongs here: how text reaches a field, and how a rule's refusal does. Not here: any one form (the features').
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from wtforms.validators import ValidationError

from portal.errors import InvalidError


class TextForm(FlaskForm):  # type: ignore[misc]
    """A form that reads text fields only.

    By default a field also takes a file or a JSON value sent under its name, and then holds something that is no text.
    """

    def __init__(self, **values: Any) -> None:
        super().__init__(request.form if self.is_submitted() else None, **values)


def obeys(rule: Callable[[str], str]) -> Callable[[FlaskForm, Any], None]:
    """Turn a rule into a field's validator: the field keeps what the rule returns, or its sentence of refusal."""

    def validate(_form: FlaskForm, field: Any) -> None:
        try:
            field.data = rule(field.data or "")
        except InvalidError as error:
            raise ValidationError(str(error)) from error

    return validate

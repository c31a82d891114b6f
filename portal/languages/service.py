"""Which languages there are, and which of them a person chose.

What belongs here: that rule, and keeping the choice. Not here: what a browser asks for (the feature's ``__init__``).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import scoped_session

from portal.errors import InvalidError
from portal.language import _
from portal.models import User

SOURCE = "en"
"""The language that the messages themselves are in."""

KNOWN = (SOURCE, "de")
"""The languages of the pages, each by its name in ``portal/translations``."""


class UnknownLanguage(InvalidError):
    """The pages are not in that language."""

    code = "unknown_language"

    def __init__(self) -> None:
        super().__init__(_("Choose one of the languages at the foot of the page."))


class LanguageService:
    """Keeps the language that somebody chose with their account, so that every device knows it."""

    def __init__(self, session: scoped_session[Any], known: tuple[str, ...] = KNOWN) -> None:
        self.known = known
        self._session = session

    def check(self, language: str) -> str:
        """Return the language if there is one of this name; raise UnknownLanguage."""
        if language not in self.known:
            raise UnknownLanguage
        return language

    def keep(self, user_id: int, language: str) -> None:
        """Keep what the person chose; raise UnknownLanguage."""
        self._session.execute(update(User).where(User.id == user_id).values(language=self.check(language)))
        self._session.commit()

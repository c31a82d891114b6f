"""What pages say of languages: their names, and the sentences that scripts need.

What belongs here: reading these once. Not here: which language it is (``portal.language``).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from gettext import GNUTranslations
from pathlib import Path
from typing import Any

from babel import Locale
from babel.messages.mofile import read_mo

TRANSLATIONS = Path(__file__).parent.parent / "translations"
ENOUGH_NUMBERS = 201
"""Every form that a whole number takes in any language is met below this."""


def names(known: Sequence[str]) -> list[tuple[str, str]]:
    """Return tag and name of each language, each in its own words."""
    return [(code.replace("_", "-"), _name(code)) for code in known]


def _name(code: str) -> str:
    name = Locale.parse(code).display_name or code
    return name[:1].upper() + name[1:]


@cache
def words_of(code: str) -> dict[str, Any] | None:
    """Return the sentences of the scripts in a language, for ``language.js``; None where there are none.

    ``messages`` maps English to the sentence, or to its forms by number; ``forms`` maps a plural category of Unicode's
    to the place of its form.
    """
    file = TRANSLATIONS / code / "LC_MESSAGES" / "scripts.mo"
    if not file.exists():
        return None
    with file.open("rb") as opened:
        catalogue = read_mo(opened)
    messages = dict(_pair(message.id, message.string) for message in catalogue if message.id)
    return {"messages": messages, "forms": _forms(file, code)} if messages else None


def _pair(english: Any, said: Any) -> tuple[str, Any]:
    return (english[0], list(said)) if isinstance(english, tuple | list) else (english, said)


def _forms(file: Path, code: str) -> dict[str, int]:
    with file.open("rb") as opened:
        place = GNUTranslations(opened).plural  # type: ignore[attr-defined]
    category = Locale.parse(code).plural_form
    return {category(number): place(number) for number in reversed(range(ENOUGH_NUMBERS))}

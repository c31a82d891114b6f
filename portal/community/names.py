"""The names that people choose to be seen by.

What belongs here: cleaning a name, refusing what would mislead, and the key by which two names look alike. Pure.
"""

from __future__ import annotations

import re
import unicodedata

from portal.errors import InvalidError
from portal.language import _
from portal.text import one_line

MIN_LENGTH = 2
MAX_LENGTH = 40
MAX_KEY_LENGTH = 80
MAX_MARKS_IN_A_ROW = 3

RESERVED = frozenset(
    {"admin", "admins", "administrator", "genregenie", "moderator", "moderators", "official", "staff", "support"}
)
"""Words that would make a person look like those who run the place."""

# What a reader takes for one another: Cyrillic and Greek letters for Latin ones, digits for letters.
LOOKALIKES = str.maketrans(
    "авеіјкмнорсѕтухԁԛԝαβεικνορτυχω01l|",  # noqa: RUF001 - these are the point
    "abeijkmhopcstyxdqwabeikvoptuxwoiii",
)


class InvalidDisplayName(InvalidError):
    """The name cannot be shown, or would mislead."""

    code = "invalid_display_name"


def clean_display_name(raw: str) -> str:
    """Return the name as it will be shown; raise InvalidDisplayName."""
    name = one_line(raw)
    if not MIN_LENGTH <= len(name) <= MAX_LENGTH:
        raise InvalidDisplayName(
            _("A display name has between %(least)s and %(most)s characters.", least=MIN_LENGTH, most=MAX_LENGTH)
        )
    if "@" in unicodedata.normalize("NFKC", name):
        raise InvalidDisplayName(_('A display name has no "@": it must not look like an address.'))
    if not _is_readable(name):
        raise InvalidDisplayName(_("This name has characters that cannot be read. Use letters and digits."))
    if _sounds_official(name):
        raise InvalidDisplayName(_("This name is kept for those who run GenreGenie."))
    return name


def name_key(name: str) -> str:
    """Return what two names that look alike share: case, width, spaces, invisible marks and lookalikes do not count."""
    visible = (letter for letter in unicodedata.normalize("NFKC", name).casefold() if _is_visible(letter))
    return unicodedata.normalize("NFC", "".join(visible)).translate(LOOKALIKES)


def _is_visible(letter: str) -> bool:
    return not letter.isspace() and unicodedata.category(letter) not in {"Cf", "Cc", "Cs"}


def _is_readable(name: str) -> bool:
    """Return whether the name has letters or digits, no tower of accents, and nothing invisible."""
    kinds = "".join(unicodedata.category(letter)[0] for letter in name)
    towers = "M" * (MAX_MARKS_IN_A_ROW + 1)
    # A few compatibility characters spell out a whole sentence; their key would not fit its column.
    short = 1 <= len(name_key(name)) <= MAX_KEY_LENGTH
    return bool(re.search("[LN]", kinds)) and "C" not in kinds and towers not in kinds and short


def _sounds_official(name: str) -> bool:
    words = [name_key(word) for word in re.split(r"[\W_]+", name)]
    return bool(_OFFICIAL_KEYS & {*words, "".join(words)})


_OFFICIAL_KEYS = {name_key(word) for word in RESERVED}

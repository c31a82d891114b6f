"""Songs that were ticked in a list, as a form names them.

What belongs here: which ids make sense, and how many. Not here: whose songs they are (each feature asks for those of
one person only) or what is done to them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from portal.errors import InvalidError, TooLargeError
from portal.language import gettext

MOST_SONGS = 500
ID = re.compile(r"[A-Za-z0-9_-]{1,22}", re.ASCII)


class NothingSelectedError(InvalidError):
    """No song was selected, or none that is still there."""

    code = "nothing_selected"

    def __init__(self) -> None:
        super().__init__(gettext("Select at least one song first."))


class TooManySelectedError(TooLargeError):
    """More songs were selected than are taken at once."""

    code = "too_many_songs"

    def __init__(self) -> None:
        message = gettext("At most %(most)s songs can be changed at a time. Select fewer.", most=MOST_SONGS)
        super().__init__(message)


def checked_ids(raw: Sequence[str]) -> list[str]:
    """Return each id once, without what can be none; raise NothingSelectedError or TooManySelectedError."""
    ids = [song_id for song_id in dict.fromkeys(raw) if ID.fullmatch(song_id)]
    if not ids:
        raise NothingSelectedError
    if len(ids) > MOST_SONGS:
        raise TooManySelectedError
    return ids

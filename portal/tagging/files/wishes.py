"""Which genres a file is to have, from those that it has and those that were chosen.

What belongs here: the three modes, and when two names are one genre.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

MODES = ("keep", "append", "replace")

Edit = Callable[[list[str]], list[str]]
"""From the genres that a file has to those that it is to have; the same list where nothing is to change."""


def wish(chosen: Sequence[str], mode: str) -> Edit:
    """Return the edit for a mode.

    ``keep`` fills only what is empty, ``append`` adds what is not there yet, ``replace`` leaves nothing else.
    """

    def edit(present: list[str]) -> list[str]:
        if mode == "replace" or not present:
            return list(chosen)
        if mode == "keep":
            return present
        known = {_folded(genre) for genre in present}
        return present + [genre for genre in chosen if _folded(genre) not in known]

    return edit


def _folded(genre: str) -> str:
    """Return what "Hip-Hop", "hip hop" and "HipHop" have in common."""
    return "".join(character for character in genre.casefold() if character.isalnum()) or genre

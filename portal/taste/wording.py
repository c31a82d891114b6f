"""A reason in plain English, to stand after the name of a song.

What belongs here: the words. Not here: which reason is true (``reasons``).
"""

from __future__ import annotations

from collections.abc import Callable

from portal.taste.values import Reason

CONTEXTS = {
    "morning": "in the morning",
    "focus": "while you focus",
    "workout": "while you work out",
    "evening": "in the evening",
}


def in_words(
    reason: Reason, genre_name: Callable[[str], str] = str, like: str | None = None, main: str | None = None
) -> str:
    """Return the reason as a phrase.

    ``genre_name`` says genres within a sentence, ``like`` is the liked song's title, ``main`` the genre that the
    suggestion goes by: it may be suggested for another that it has a part of.
    """
    genre = genre_name(reason.genre) if reason.genre is not None else None
    match reason.why:
        case "liked":
            parts = (reason.mood, genre or "music", CONTEXTS.get(reason.context or ""))
            partly = ", and this has some of it" if main is not None and reason.genre not in (None, main) else ""
            return f"because you like {' '.join(filter(None, parts))}{partly}"
        case "sound":
            return f"because it sounds like {like or 'songs you like'}"
        case "others":
            return "because others like it"
        case "mood":
            return f"because it is {reason.mood}, as you asked"
        case "new":
            return f"something new: you have heard little {genre} here lately"
    return "to find out whether you like it"

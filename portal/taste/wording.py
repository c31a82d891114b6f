"""A reason in plain words, to stand after the name of a song.

What belongs here: the words. Not here: which reason is true (``reasons``).
"""

from __future__ import annotations

from collections.abc import Callable

from portal.language import N_, _, translated
from portal.taste.values import Reason

CONTEXTS = {
    "morning": N_("in the morning"),
    "focus": N_("while you focus"),
    "workout": N_("while you work out"),
    "evening": N_("in the evening"),
}

LIKED = {
    "genre": N_("because you like %(genre)s"),
    "genre when": N_("because you like %(genre)s %(when)s"),
    "mood": N_("because you like %(mood)s music"),
    "mood when": N_("because you like %(mood)s music %(when)s"),
    "mood genre": N_("because you like %(mood)s %(genre)s"),
    "mood genre when": N_("because you like %(mood)s %(genre)s %(when)s"),
    "when": N_("because you like music %(when)s"),
    "": N_("because you like music"),
}
"""Sentences by the parts that they have: other languages put these in another order, and bend what is around them."""

PARTLY = {
    "genre": N_("because you like %(genre)s, and this has some of it"),
    "genre when": N_("because you like %(genre)s %(when)s, and this has some of it"),
    "mood genre": N_("because you like %(mood)s %(genre)s, and this has some of it"),
    "mood genre when": N_("because you like %(mood)s %(genre)s %(when)s, and this has some of it"),
}
"""The same where the genre that is liked is not the one that the suggestion goes by."""


def in_words(
    reason: Reason,
    genre_name: Callable[[str], str] = str,
    like: str | None = None,
    main: str | None = None,
    *,
    mood_name: Callable[[str], str] = str,
) -> str:
    """Return the reason as a phrase.

    ``genre_name`` and ``mood_name`` say genres and moods within a sentence, ``like`` is the liked song's title,
    ``main`` the genre that the suggestion goes by: it may be suggested for another that it has a part of.
    """
    genre = "" if reason.genre is None else genre_name(reason.genre)
    mood = "" if reason.mood is None else mood_name(reason.mood)
    match reason.why:
        case "liked":
            partly = main is not None and reason.genre not in (None, main)
            when = translated(CONTEXTS.get(reason.context or ""))
            return _liked(PARTLY if partly else LIKED, mood=mood, genre=genre, when=when)
        case "sound":
            return (
                _("because it sounds like %(song)s", song=like) if like else _("because it sounds like songs you like")
            )
        case "others":
            return _("because others like it")
        case "mood":
            return _("because it is %(mood)s, as you asked", mood=mood)
        case "new":
            return _("something new: you have heard little %(genre)s here lately", genre=genre)
    return _("to find out whether you like it")


def _liked(sentences: dict[str, str], **parts: str) -> str:
    """Return the sentence that has exactly these parts, the empty ones left out."""
    given = {name: words for name, words in parts.items() if words}
    return translated(sentences[" ".join(given)]) % given

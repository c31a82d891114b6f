"""What is said to people about sources and likeness.

What belongs here: pure functions from codes and numbers to words. Not here: markup (``templates``).
"""

from __future__ import annotations

from datetime import datetime

from portal.recommendations.values import CATALOGUE, FARTHEST, LIBRARY, LISTENBRAINZ, PUBLIC, SPOTIFY, Standing

TITLES = {
    LIBRARY: "Sounds alike, in your library",
    PUBLIC: "Sounds alike, made public by others",
    SPOTIFY: "Spotify",
    LISTENBRAINZ: "ListenBrainz",
    CATALOGUE: "GenreGenie's starter list",
}

PROBLEMS = {
    "not_configured": "it wants a key or token that it was not given",
    "keys_refused": "it refused the keys",
    "owner_needs_premium": "the app owner's Premium lapsed",
    "rate_limited": "it was asked too often",
    "quota_exceeded": "its quota is used up",
    "bad_request": "it did not accept our question",
    "timeout": "it took too long to answer",
    "unreachable": "it could not be reached",
    "bad_answer": "its answer made no sense",
}

SET_UP = {
    SPOTIFY: "To use it, register an app with Spotify and set SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET.",
    LISTENBRAINZ: "To use it, set LISTENBRAINZ to 1. It needs no key.",
}
"""How the operator sets a source up."""

FOR_THE_OPERATOR = frozenset({"not_configured", "keys_refused", "owner_needs_premium", "bad_request"})
"""What does not pass by waiting."""


LIKENESS = ((0.5, "very close"), (0.7, "close"), (FARTHEST, "in the same direction"))
"""Distances below which two songs are said to be so.

Of 160 songs by different artists, nine in ten pairs nearer than 0.5 shared their genre, four in five of those up to 0.7
and half of those up to 0.9; of all pairs 2 % are nearer than 0.5, 14 % nearer than 0.9.
"""


def likeness(distance: float) -> str:
    """Return how alike two songs sound."""
    return next((words for limit, words in LIKENESS if distance < limit), "far apart")


def title(source: str) -> str:
    """Return a source's name as shown to people."""
    return TITLES.get(source, source)


def state(standing: Standing) -> str:
    """Return ``well``, ``resting`` or ``attention``."""
    if standing.problem in FOR_THE_OPERATOR:
        return "attention"
    return "resting" if standing.blocked_until else "well"


def note(standing: Standing, now: datetime) -> str:
    """Return what anybody is told of a source that is not well; nothing of one that is, or that nobody set up."""
    name = title(standing.name)
    if standing.problem == "not_configured":
        return ""
    if state(standing) == "attention":
        return f"{name} needs the operator's attention."
    if standing.blocked_until:
        return f"{name} is resting until {moment(standing.blocked_until, now)}: {problem(standing)}."
    return ""


def standing_words(standing: Standing, now: datetime) -> str:
    """Return what the operator is told of a source, and when it is asked again."""
    if not standing.problem:
        return "Well." if standing.succeeded_at else "Not asked yet."
    kinds = {"attention": "Needs attention", "resting": "Resting", "well": "Stumbled"}
    until = standing.blocked_until
    again = f"at {moment(until, now)} at the earliest" if until else "when a page next needs it"
    return f"{kinds[state(standing)]}: {problem(standing)}. It is asked again {again}."


def problem(standing: Standing) -> str:
    """Return what was last wrong, as it stands after a colon."""
    return PROBLEMS.get(standing.problem or "", "something went wrong")


def moment(when: datetime, now: datetime) -> str:
    """Return the time in UTC, with its day unless that is today's."""
    clock = f"{when:%H:%M} UTC"
    return clock if when.date() == now.date() else f"{when.day} {when:%B}, {clock}"

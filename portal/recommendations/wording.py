"""What is said to people about sources and likeness.

What belongs here: pure functions from codes and numbers to words. Not here: markup (``templates``).
"""

from __future__ import annotations

from datetime import datetime

from portal.dates import day_of_year
from portal.language import N_, _, translated
from portal.recommendations.values import CATALOGUE, FARTHEST, LIBRARY, LISTENBRAINZ, PUBLIC, SPOTIFY, Standing

TITLES = {
    LIBRARY: N_("Sounds alike, in your library"),
    PUBLIC: N_("Sounds alike, made public by others"),
    SPOTIFY: "Spotify",
    LISTENBRAINZ: "ListenBrainz",
    CATALOGUE: N_("GenreGenie's starter list"),
}

PROBLEMS = {
    "not_configured": N_("it wants a key or token that it was not given"),
    "keys_refused": N_("it refused the keys"),
    "owner_needs_premium": N_("the app owner's Premium lapsed"),
    "rate_limited": N_("it was asked too often"),
    "quota_exceeded": N_("its quota is used up"),
    "bad_request": N_("it did not accept our question"),
    "timeout": N_("it took too long to answer"),
    "unreachable": N_("it could not be reached"),
    "bad_answer": N_("its answer made no sense"),
}

TROUBLES = {
    "attention": N_("Needs attention: %(problem)s."),
    "resting": N_("Resting: %(problem)s."),
    "well": N_("Stumbled: %(problem)s."),
}
"""State of a source that has a problem -> what the operator is told of it."""

SET_UP = {
    SPOTIFY: N_("To use it, register an app with Spotify and set SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET."),
    LISTENBRAINZ: N_("To use it, set LISTENBRAINZ to 1. It needs no key."),
}
"""How the operator sets a source up."""

FOR_THE_OPERATOR = frozenset({"not_configured", "keys_refused", "owner_needs_premium", "bad_request"})
"""What does not pass by waiting."""


LIKENESS = ((0.5, N_("very close")), (0.7, N_("close")), (FARTHEST, N_("in the same direction")))
"""Distances below which two songs are said to be so.

Of 160 songs by different artists, nine in ten pairs nearer than 0.5 shared their genre, four in five of those up to 0.7
and half of those up to 0.9; of all pairs 2 % are nearer than 0.5, 14 % nearer than 0.9.
"""


def likeness(distance: float) -> str:
    """Return how alike two songs sound."""
    return translated(next((words for limit, words in LIKENESS if distance < limit), N_("far apart")))


def title(source: str) -> str:
    """Return a source's name as shown to people."""
    return translated(TITLES.get(source, source))


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
        return _("%(source)s needs the operator's attention.", source=name)
    if standing.blocked_until:
        until = moment(standing.blocked_until, now)
        return _(
            "%(source)s is resting until %(until)s: %(problem)s.", source=name, until=until, problem=problem(standing)
        )
    return ""


def standing_words(standing: Standing, now: datetime) -> str:
    """Return what the operator is told of a source, and when it is asked again."""
    if not standing.problem:
        return _("Well.") if standing.succeeded_at else _("Not asked yet.")
    said = translated(TROUBLES[state(standing)]) % {"problem": problem(standing)}
    if standing.blocked_until:
        until = moment(standing.blocked_until, now)
        again = _("It is asked again at %(moment)s at the earliest.", moment=until)
    else:
        again = _("It is asked again when a page next needs it.")
    return f"{said} {again}"


def problem(standing: Standing) -> str:
    """Return what was last wrong, as it stands after a colon."""
    return translated(PROBLEMS.get(standing.problem or "", N_("something went wrong")))


def moment(when: datetime, now: datetime) -> str:
    """Return the time in UTC, with its day unless that is today's."""
    clock = f"{when:%H:%M} UTC"
    return clock if when.date() == now.date() else _("%(day)s, %(clock)s", day=day_of_year(when), clock=clock)

"""Roots of the portal's named errors.

What belongs here: what several features raise. An error of one feature stands beside the service that raises it and
derives from one of these; ``handlers`` alone knows which status and page each root becomes.
"""

from __future__ import annotations


class PortalError(Exception):
    """Something a person can be told: ``code`` is stable for scripts, ``str(error)`` is a plain sentence."""

    code = "error"


class NotFoundError(PortalError):
    """There is no such thing, or it is somebody else's (the two are told alike)."""

    code = "not_found"


class ConflictError(PortalError):
    """The request does not fit the present state of the thing it names."""

    code = "conflict"


class InvalidError(PortalError):
    """What was sent cannot be accepted as it is."""

    code = "invalid"


class ForbiddenError(PortalError):
    """The person may not do this, though the thing is there."""

    code = "forbidden"


class GoneError(PortalError):
    """There was such a thing, and it is not shown any more."""

    code = "gone"


class TooLargeError(PortalError):
    """More was sent than is accepted."""

    code = "too_large"

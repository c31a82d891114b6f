"""The ground floor of the views: the services on the app, safe redirects, pages of a list.

What belongs here: small helpers that every feature's views share. Not here: wiring (only its type) or any rule.
"""

from __future__ import annotations

from datetime import UTC, tzinfo
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import current_app, request
from flask_login import current_user

if TYPE_CHECKING:
    from portal.wiring import Services

EXTENSION = "genregenie"
LONGEST_PAGE_NUMBER = 9


def services() -> Services:
    """Return the services that wiring put on the app."""
    return cast("Services", current_app.extensions[EXTENSION])


def current_user_id() -> int:
    """Return the id of who is logged in; only for views behind ``login_required``."""
    return cast("int", current_user.id)


def current_zone() -> tzinfo:
    """Return the time zone of who is logged in, UTC for anybody else."""
    try:
        return ZoneInfo(current_user.time_zone) if current_user.is_authenticated else UTC
    except ZoneInfoNotFoundError:
        # A place that a newer edition of the database knows under another name costs nobody their pages.
        return UTC


def wants_json() -> bool:
    """Return whether the client prefers JSON to a page."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"], default="text/html")
    return best == "application/json"


def safe_next(target: str | None, default: str) -> str:
    r"""Return ``target`` if it is a path on this site, else ``default``.

    Browsers read ``//host``, ``/\host`` and control characters before a slash as another site, so those are refused
    though ``urlsplit`` sees no host in some of them.
    """
    if not target or not target.startswith("/") or target.startswith("//"):
        return default
    if "\\" in target or any(ord(character) < ord(" ") for character in target):
        return default
    parts = urlsplit(target)
    return default if parts.scheme or parts.netloc else target


def page_number(raw: str | None) -> int:
    """Return the page asked for, 1 where the value makes no sense."""
    # Nine digits at most: a longer number would not fit the database's integers once it is multiplied into an offset.
    if not raw or len(raw) > LONGEST_PAGE_NUMBER or not raw.isascii() or not raw.isdecimal():
        return 1
    return max(int(raw), 1)

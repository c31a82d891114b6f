"""What Spotify's answers say, in our own values. They are a stranger's: anything in them may be null or missing.

What belongs here: reading shapes, and what a refusal means. Not here: asking (``spotify``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import requests

from portal.adapters.http import check, retry_after
from portal.ports import SourceError, Suggestion
from portal.text import one_line

ID = re.compile(r"[A-Za-z0-9]{1,64}")
OPEN_HOST = "open.spotify.com"
MIN_ARTWORK_PIXELS = 64
MAX_URL_LENGTH = 500
GRANT_ENDED = "grant_ended"
"""The code of a consent that was taken back or is older than six months, beside those of ``SourceError``."""
NOT_ALLOWED = "not_allowed"
"""The code of a person who is not among the five that Spotify lets use an app in development."""


def refuse(response: requests.Response) -> None:
    """Raise SourceError unless this is a good answer; Spotify's own words tell some refusals from others."""
    status, (name, words) = response.status_code, _error(response)
    if status == 429 and "QUOTA_EXCEEDED" in name:  # noqa: PLR2004 - too many requests
        raise SourceError("quota_exceeded", retry_after=retry_after(response))
    if status == 403 and "premium" in words:  # noqa: PLR2004 - forbidden
        raise SourceError("owner_needs_premium")
    if status == 403 and "not registered" in words:  # noqa: PLR2004
        raise SourceError(NOT_ALLOWED)
    if name == "invalid_client":
        raise SourceError("keys_refused")
    if name == "invalid_grant":
        raise SourceError(GRANT_ENDED)
    check(response)


def tracks(answer: Any) -> list[dict[str, Any]]:
    """Return the tracks of a search's answer, whatever is null in it; raise SourceError if it is of another shape."""
    found = answer.get("tracks", False) if isinstance(answer, dict) else False
    items = (found or {"items": None}).get("items", False) if found is None or isinstance(found, dict) else False
    if items is not None and not isinstance(items, list):
        raise SourceError("bad_answer")
    return [item for item in items or () if isinstance(item, dict)]


def track_id(track: dict[str, Any]) -> str:
    """Return the track's id, empty if it has none that could stand in an address."""
    return valid_id(track.get("id"))


def valid_id(value: Any) -> str:
    """Return an id of Spotify's, empty if it is none."""
    return value if isinstance(value, str) and ID.fullmatch(value) else ""


def artists(track: dict[str, Any]) -> list[str]:
    """Return the names of the track's artists."""
    return [name for artist in _dicts(track.get("artists")) if (name := _text(artist.get("name")))]


def suggestion(track: dict[str, Any], *, image_origin: str = "") -> Suggestion | None:
    """Return the track as a suggestion, None if it has no id, no title or nobody who plays it.

    ``image_origin`` is the one address, beside those with https, from which artwork is taken (a local stand-in's).
    """
    key, title, names = track_id(track), _text(track.get("name")), artists(track)
    if not (key and title and names):
        return None
    return Suggestion(
        artist=", ".join(names),
        title=title,
        url=_link(track, key),
        key=key,
        image=_artwork(_dict(track.get("album")), image_origin),
    )


def origin(url: str) -> str:
    """Return scheme, host and port of an address; empty where it has none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme and parts.netloc else ""


def _error(response: requests.Response) -> tuple[str, str]:
    """Return the short name and the words (in lower case) of an error; Spotify has two shapes for it, or sends none."""
    if response.ok:
        return "", ""
    try:
        body = _dict(response.json())
    except (ValueError, RecursionError):
        return "", ""
    error = body.get("error")
    if isinstance(error, dict):
        return str(error.get("reason") or ""), str(error.get("message") or "").lower()
    return str(error or ""), str(body.get("error_description") or "").lower()


def _link(track: dict[str, Any], key: str) -> str:
    given = _dict(track.get("external_urls")).get("spotify")
    if isinstance(given, str) and len(given) <= MAX_URL_LENGTH and origin(given) == f"https://{OPEN_HOST}":
        return given
    return f"https://{OPEN_HOST}/track/{key}"


def _artwork(album: dict[str, Any], image_origin: str) -> str:
    """Return the address of the smallest artwork that is not too small, else of the first; empty if there is none."""
    usable = [image for image in _dicts(album.get("images")) if _may_be_shown(image.get("url"), image_origin)]
    large = [image for image in usable if _pixels(image) >= MIN_ARTWORK_PIXELS]
    chosen = min(large, key=_pixels) if large else next(iter(usable), {})
    return str(chosen.get("url", ""))


def _may_be_shown(url: Any, image_origin: str) -> bool:
    if not isinstance(url, str) or not re.fullmatch(rf"[!-~]{{1,{MAX_URL_LENGTH}}}", url):
        return False
    where = origin(url)
    return "@" not in where and (where.startswith("https://") or (bool(where) and where == image_origin))


def _pixels(image: dict[str, Any]) -> int:
    sides = [image.get("width"), image.get("height")]
    return min(side if isinstance(side, int) else 0 for side in sides)


def _text(value: Any) -> str:
    return one_line(value) if isinstance(value, str) else ""


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _dicts(value: Any) -> Iterator[dict[str, Any]]:
    return (item for item in value if isinstance(item, dict)) if isinstance(value, list) else iter(())

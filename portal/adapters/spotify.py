"""Asking Spotify's Web API: search for what to hear next, and keep playlists in people's own accounts.

What belongs here: every call, and the only use of ``spotipy``. Not here: reading the answers (``spotify_answers``),
keeping anything, or any rule of a feature.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar
from urllib.parse import urlencode

import spotipy
from requests.adapters import HTTPAdapter
from spotipy.cache_handler import MemoryCacheHandler
from spotipy.oauth2 import SpotifyClientCredentials

from portal.adapters.http import BoundedSession
from portal.adapters.spotify_answers import artists, origin, refuse, suggestion, track_id, tracks, valid_id
from portal.ports import Grant, SourceError, Suggestion

ROWS = 10
"""All that an app in development may ask for at once; more is refused as "Invalid limit"."""
PAGES = 10
MARK = " #"
"""Between a query and the number of the row that its page begins with."""

VARIANTS: Mapping[str, tuple[str, ...]] = {
    "blues": ('genre:"blues"', "blues"),
    "classical": ('genre:"classical"', "classical music"),
    "country": ('genre:"country"', "country music"),
    "disco": ('genre:"disco"', "disco"),
    "hiphop": ('genre:"hip hop"', 'genre:"hip-hop"', 'genre:"rap"', "hip hop"),
    "jazz": ('genre:"jazz"', "jazz"),
    "metal": ('genre:"metal"', 'genre:"heavy metal"', "heavy metal"),
    "pop": ('genre:"pop"', "pop music"),
    "reggae": ('genre:"reggae"', "reggae"),
    "rock": ('genre:"rock"', "rock music"),
    "electronic": ('genre:"electronic"', 'genre:"edm"', "electronic music"),
    "folk": ('genre:"folk"', "folk music"),
    "latin": ('genre:"latin"', "latin music"),
    "r&b": ('genre:"r&b"', 'genre:"rnb"', "r&b"),
}
"""Genre -> queries to be tried in turn. Spotify lists no names for its genre filter; plain words come last."""

# Its debugging lines hold tokens, and its errors repeat what we report by name.
logging.getLogger("spotipy").setLevel(logging.CRITICAL)

Result = TypeVar("Result")


class SpotifySource:
    """Finds tracks of a genre by the installation's own keys; nobody's account is involved."""

    name = "spotify"

    def __init__(
        self,
        client_id: str,
        client_secret: str,
        *,
        api_url: str,
        token_url: str,
        market: str | None = None,
        variants: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self._keys = (client_id, client_secret)
        self._api_url = api_url
        self._token_url = token_url
        self._market = market
        self._variants = {**VARIANTS, **(variants or {})}
        # In memory: spotipy's own default is one file in the working directory.
        self._kept_token = MemoryCacheHandler()
        self._image_origin = origin(api_url)

    def queries(self, genre: str, *, seed: str) -> tuple[str, ...]:
        """Return the genre's queries, each with its page; none for a genre that nobody gave any."""
        return tuple(f"{text}{MARK}{_first_row(seed, text)}" for text in self._variants.get(genre, ()))

    def ask(self, query: str, *, seconds: float) -> list[Suggestion]:
        """Return up to ten tracks, no artist twice; an empty page is followed by the first."""
        text, first_row = _parsed(query)
        with BoundedSession(seconds, refuse) as session:
            found = self._search(session, text, first_row)
            if not found and first_row:
                found = self._search(session, text, 0)
        return [one for track in _one_an_artist(found) if (one := suggestion(track, image_origin=self._image_origin))]

    def _search(self, session: BoundedSession, text: str, first_row: int) -> list[dict[str, Any]]:
        had_token = self._kept_token.get_cached_token() is not None
        try:
            return self._page(session, text, first_row)
        except SourceError as error:
            if error.code != "keys_refused" or not had_token:
                raise
            # Perhaps only the token is refused, which may end before its time.
            self._kept_token.save_token_to_cache(None)
            return self._page(session, text, first_row)

    def _page(self, session: BoundedSession, text: str, first_row: int) -> list[dict[str, Any]]:
        client_id, client_secret = self._keys
        keys = SpotifyClientCredentials(
            client_id, client_secret, requests_session=session, cache_handler=self._kept_token
        )
        keys.OAUTH_TOKEN_URL = self._token_url
        client = _client(session, self._api_url, _asked(lambda: keys.get_access_token(as_dict=False)))
        return tracks(
            _asked(lambda: client.search(text, limit=ROWS, offset=first_row, type="track", market=self._market))
        )


class SpotifyAccountApi:
    """Acts in a person's own account by the tokens that they granted; it keeps none of them.

    All calls take what they need and forget it, so that no token can serve another person. Each raises SourceError,
    also with the codes ``grant_ended`` and ``not_allowed``.
    """

    def __init__(self, client_id: str, client_secret: str, *, api_url: str, token_url: str, authorize_url: str) -> None:
        self._keys = (client_id, client_secret)
        self._api_url = api_url
        self._token_url = token_url
        self._authorize_url = authorize_url
        # A playlist is saved by many small requests; shaking hands for each would cost more than they do.
        self._connections = HTTPAdapter()

    def consent_url(self, *, state: str, challenge: str, scope: str, redirect_uri: str) -> str:
        """Return the address of Spotify's own page on which the person consents."""
        asked = {
            "response_type": "code",
            "client_id": self._keys[0],
            "scope": scope,
            "redirect_uri": redirect_uri,
            "state": state,
            "code_challenge_method": "S256",
            "code_challenge": challenge,
        }
        return f"{self._authorize_url}?{urlencode(asked)}"

    def exchange(self, code: str, *, verifier: str, redirect_uri: str, seconds: float) -> Grant:
        """Return what the code of a consent is worth; it works once."""
        given = {"code": code, "code_verifier": verifier, "redirect_uri": redirect_uri}
        return self._granted({"grant_type": "authorization_code", **given}, seconds)

    def refresh(self, refresh_token: str, *, seconds: float) -> Grant:
        """Return a new access token, with the old refresh token where no new one came."""
        grant = self._granted({"grant_type": "refresh_token", "refresh_token": refresh_token}, seconds)
        return grant if grant.refresh_token else replace(grant, refresh_token=refresh_token)

    def account_id(self, access_token: str, *, seconds: float) -> str:
        """Return Spotify's stable name of whose token this is."""
        with self._session(seconds) as session:
            me = _asked(lambda: dict(self._client(session, access_token).current_user()))
        found = me.get("account_id") or me.get("id")
        if not isinstance(found, str) or not found.isprintable():
            raise SourceError("bad_answer")
        return found

    def find(self, access_token: str, *, artist: str, title: str, seconds: float) -> str:
        """Return the id of the track of this title by this artist, empty if there is none."""
        text = f'track:"{_quotable(title)}"' + (f' artist:"{_quotable(artist)}"' if artist else "")
        with self._session(seconds) as session:
            client = self._client(session, access_token)
            found = _asked(lambda: tracks(client.search(text, limit=1, type="track")))
        return next((key for track in found if (key := track_id(track))), "")

    def create_playlist(self, access_token: str, *, name: str, description: str, seconds: float) -> str:
        """Make a private playlist and return its id."""
        with self._session(seconds) as session:
            client = self._client(session, access_token)
            made = _asked(
                lambda: dict(client.current_user_playlist_create(name, public=False, description=description))
            )
        if not valid_id(made.get("id")):
            raise SourceError("bad_answer")
        return valid_id(made["id"])

    def add(self, access_token: str, *, playlist_id: str, track_ids: Sequence[str], seconds: float) -> None:
        """Add up to a hundred tracks to the end of a playlist of theirs."""
        with self._session(seconds) as session:
            client = self._client(session, access_token)
            _asked(lambda: client.playlist_add_items(playlist_id, list(track_ids)))

    def _granted(self, form: dict[str, str], seconds: float) -> Grant:
        with self._session(seconds) as session:
            answer = session.post(self._token_url, data=form, auth=self._keys).json()
        try:
            return Grant(
                access_token=str(answer["access_token"]),
                refresh_token=str(answer.get("refresh_token") or ""),
                lasts=float(answer["expires_in"]),
                scope=str(answer.get("scope") or ""),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise SourceError("bad_answer") from error

    def _session(self, seconds: float) -> BoundedSession:
        return BoundedSession(seconds, refuse, self._connections)

    def _client(self, session: BoundedSession, access_token: str) -> spotipy.Spotify:
        return _client(session, self._api_url, access_token)


def _client(session: BoundedSession, api_url: str, access_token: str) -> spotipy.Spotify:
    client = spotipy.Spotify(auth=access_token, requests_session=session)
    client.prefix = f"{api_url}/"
    return client


def _asked(call: Callable[[], Result]) -> Result:
    """Return the call's result; spotipy takes the shape of answers for granted, and raises anything over another."""
    try:
        return call()
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise SourceError("bad_answer") from error


def _parsed(query: str) -> tuple[str, int]:
    text, _, row = query.rpartition(MARK)
    return (text, int(row)) if text and row.isascii() and row.isdecimal() else (query, 0)


def _first_row(seed: str, text: str) -> int:
    # Not hash(): Python salts it, and web and worker must choose alike.
    return hashlib.sha256(f"{seed}\n{text}".encode("utf-8", "replace")).digest()[0] % PAGES * ROWS


def _one_an_artist(found: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    first: dict[str, dict[str, Any]] = {}
    for track in found:
        for name in artists(track)[:1]:
            first.setdefault(name.casefold(), track)
    return list(first.values())[:ROWS]


def _quotable(text: str) -> str:
    """Return the text for use between double quotes, which Spotify's queries cannot escape."""
    return " ".join(text.replace('"', " ").split())

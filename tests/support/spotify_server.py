"""A stand-in for Spotify: the documented shapes of what this portal asks, and its faults.

By hand: ``python -m tests.support.spotify_server 9090`` prints the settings to start a portal with. Faults are then
switched by ``curl -X POST 'http://127.0.0.1:9090/faults?where=search&how=quota'`` and healed by ``how=none``.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
import sys
import zlib
from urllib.parse import urlencode, urlsplit

from tests.support.stand_in import Answer, StandIn

CLIENT_ID = "stand-in-client"
CLIENT_SECRET = "stand-in-secret"
TRACKS_A_GENRE = 35
GENRES = ("blues", "classical", "country", "disco", "hip hop", "rap", "jazz", "metal", "pop", "reggae", "rock")
DAY_SECONDS = 83316


class SpotifyServer(StandIn):
    """``missing`` holds titles it does not know; ``rotates`` gives a new refresh token with each refresh."""

    def __init__(self, port=0, *, client_id=CLIENT_ID, client_secret=CLIENT_SECRET):
        super().__init__(port)
        self.client = (client_id, client_secret)
        self.missing = set()
        self.rotates = False
        self.consents = True
        self.account = "acct_one"
        self.playlists = {}
        self.app_tokens = set()
        self.user_tokens = {}
        self.refresh_tokens = {}
        self.codes = {}

    @property
    def settings(self):
        """The environment by which a portal asks this server."""
        client_id, client_secret = self.client
        return {
            "SPOTIFY_CLIENT_ID": client_id,
            "SPOTIFY_CLIENT_SECRET": client_secret,
            "SPOTIFY_API_URL": f"{self.url}/v1",
            "SPOTIFY_TOKEN_URL": f"{self.url}/api/token",
            "SPOTIFY_AUTHORIZE_URL": f"{self.url}/authorize",
        }

    def expire_access(self):
        self.app_tokens.clear()
        self.user_tokens.clear()

    def end_consents(self):
        self.expire_access()
        self.refresh_tokens.clear()

    def place(self, asked):
        path = asked.path
        if path == "/v1/me":
            return "me"
        if re.fullmatch(r"/v1/playlists/[^/]+/items", path):
            return "items"
        return {"/api/token": "token", "/v1/search": "search", "/v1/me/playlists": "playlists"}.get(
            path.rstrip("/"), "me" if path == "/v1/me/" else "tracks" if path.startswith("/v1/tracks/") else path
        )

    def failing(self, how, details):
        errors = {
            "unauthorized": (401, "The access token expired", {}),
            "premium": (403, "Active premium subscription required for the owner of the app.", {}),
            "forbidden": (403, "Forbidden", {}),
            "stranger": (403, "User not registered in the Developer Dashboard", {}),
            "invalid_limit": (400, "Invalid limit", {}),
            "broken": (500, "Server error", {}),
            "too_often": (429, "API rate limit exceeded", {"Retry-After": str(details.get("seconds", 4))}),
        }
        if how in errors:
            status, message, headers = errors[how]
            return Answer(status, _error(status, message), headers)
        if how == "quota":
            error = _error(429, "Quota exceeded")
            error["error"]["reason"] = "QUOTA_EXCEEDED"
            return Answer(429, error, {"Retry-After": str(DAY_SECONDS)})
        return super().failing(how, details)

    def answer(self, asked):
        if asked.path == "/faults":
            self.heal()
            if asked.query.get("how", "none") != "none":
                self.fail(asked.query["how"], asked.query.get("where", "*"))
            return Answer()
        if asked.path.startswith("/image/"):
            return Answer(200, _picture(asked.path), content_type="image/png")
        place = self.place(asked)
        if place == "/authorize":
            return self._authorize(asked)
        if place == "token":
            return self._token(asked)
        return self._api(asked, place)

    def _authorize(self, asked):
        wanted = asked.query
        redirect = wanted.get("redirect_uri", "")
        if wanted.get("client_id") != self.client[0] or not _may_redirect_to(redirect):
            return Answer(400, b"INVALID_CLIENT: Insecure redirect URI", content_type="text/plain")
        if wanted.get("response_type") != "code" or wanted.get("code_challenge_method") != "S256":
            return Answer(400, b"unsupported_response_type", content_type="text/plain")
        back = {"error": "access_denied"}
        if self.consents:
            code = secrets.token_urlsafe(12)
            self.codes[code] = (wanted["code_challenge"], redirect, wanted.get("scope", ""), self.account)
            back = {"code": code}
        return Answer(302, b"", {"Location": f"{redirect}?{urlencode(back | {'state': wanted.get('state', '')})}"})

    def _token(self, asked):
        basic = base64.b64encode(":".join(self.client).encode()).decode()
        if asked.headers.get("Authorization") != f"Basic {basic}":
            return Answer(400, {"error": "invalid_client", "error_description": "Invalid client"})
        form = asked.form
        if form.get("grant_type") == "client_credentials":
            token = secrets.token_urlsafe(12)
            self.app_tokens.add(token)
            return Answer(200, {"access_token": token, "token_type": "Bearer", "expires_in": 3600})
        if form.get("grant_type") == "authorization_code":
            return self._redeem(form)
        return self._refresh(form)

    def _redeem(self, form):
        challenge, redirect, scope, account = self.codes.pop(form.get("code"), ("", "", "", ""))
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        proven = base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == challenge
        if not proven or form.get("redirect_uri") != redirect:
            return Answer(400, {"error": "invalid_grant", "error_description": "Invalid authorization code"})
        return self._granted(account, scope, secrets.token_urlsafe(12))

    def _refresh(self, form):
        given = form.get("refresh_token")
        if given not in self.refresh_tokens:
            return Answer(400, {"error": "invalid_grant", "error_description": "Refresh token revoked"})
        account, scope = self.refresh_tokens[given]
        if self.rotates:
            del self.refresh_tokens[given]
        return self._granted(account, scope, secrets.token_urlsafe(12) if self.rotates else None)

    def _granted(self, account, scope, refresh):
        access = secrets.token_urlsafe(12)
        self.user_tokens[access] = account
        answer = {"access_token": access, "token_type": "Bearer", "expires_in": 3600, "scope": scope}
        if refresh:
            self.refresh_tokens[refresh] = (account, scope)
            answer["refresh_token"] = refresh
        return Answer(200, answer)

    def _api(self, asked, place):
        token = asked.headers.get("Authorization", "").removeprefix("Bearer ")
        account = self.user_tokens.get(token)
        if account is None and token not in self.app_tokens:
            return Answer(401, _error(401, "The access token expired"))
        if place == "search":
            return self._search(asked.query)
        if place == "tracks":
            return Answer(200, self._track(asked.path.rpartition("/")[2], "Some Artist", "Some Track"))
        if account is None or place not in ("me", "playlists", "items"):
            return Answer(403, _error(403, "Forbidden"))
        return getattr(self, f"_{place}")(asked, account)

    def _search(self, query):
        limit, offset = int(query.get("limit", 5)), int(query.get("offset", 0))
        if limit > 10:
            return Answer(400, _error(400, "Invalid limit"))
        found = self._found(query.get("q", ""))[offset : offset + limit]
        return Answer(200, {"tracks": {"href": "", "items": found, "limit": limit, "offset": offset, "next": None}})

    def _found(self, q):
        filters = dict(re.findall(r'(genre|track|artist):"([^"]*)"', q))
        if "genre" in filters:
            return self._of_genre(filters["genre"]) if filters["genre"] in GENRES else []
        if "track" in filters:
            artist, title = filters.get("artist", "Somebody"), filters["track"]
            return [] if title in self.missing else [self._track(_id(artist + title), artist, title)]
        return next((self._of_genre(genre) for genre in GENRES if genre in q), [])

    def _of_genre(self, genre):
        # Two tracks in a row by each artist.
        return [
            self._track(_id(f"{genre}{number}"), f"{genre.title()} Band {number // 2 + 1}", f"{genre.title()} {number}")
            for number in range(TRACKS_A_GENRE)
        ]

    def _track(self, track_id, artist, title):
        images = [
            {"url": f"{self.url}/image/{track_id}/{size}", "height": size, "width": size} for size in (640, 300, 64)
        ]
        return {
            "id": track_id,
            "uri": f"spotify:track:{track_id}",
            "type": "track",
            "name": title,
            "artists": [{"id": _id(artist), "name": artist, "external_urls": {}}],
            "album": {"id": _id(title), "name": f"{title} (album)", "images": images},
            "external_urls": {"spotify": f"https://open.spotify.com/track/{track_id}"},
            "duration_ms": 180000,
            "explicit": False,
        }

    def _me(self, _asked, account):
        return Answer(200, {"id": f"user-{account}", "account_id": account, "display_name": "Somebody", "type": "user"})

    def _playlists(self, asked, account):
        playlist_id = _id(f"playlist{len(self.playlists)}")
        self.playlists[playlist_id] = asked.json | {"owner": account, "items": []}
        return Answer(201, {"id": playlist_id, "name": asked.json["name"], "public": asked.json["public"]})

    def _items(self, asked, account):
        playlist = self.playlists.get(asked.path.split("/")[3])
        if playlist is None or playlist["owner"] != account:
            return Answer(404, _error(404, "Not found."))
        uris = asked.json if isinstance(asked.json, list) else asked.json["uris"]
        if len(uris) > 100:
            return Answer(400, _error(400, "Too many items"))
        playlist["items"] += uris
        return Answer(201, {"snapshot_id": "s"})


def _error(status, message):
    return {"error": {"status": status, "message": message}}


def _id(text):
    return hashlib.sha256(text.encode()).hexdigest()[:22]


def _may_redirect_to(uri):
    parts = urlsplit(uri)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "::1"))


def _picture(path):
    """Return a PNG of one colour, which the path decides."""
    size = min(int(re.sub(r"\D", "", path.rpartition("/")[2]) or 64), 640)
    colour = hashlib.sha256(path.split("/")[2].encode()).digest()[:3]
    row = b"\0" + colour * size

    def chunk(kind, data):
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    header = size.to_bytes(4, "big") * 2 + b"\x08\x02\0\0\0"
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(row * size)) + chunk(b"IEND", b"")
    )


if __name__ == "__main__":
    server = SpotifyServer(int(sys.argv[1]) if len(sys.argv) > 1 else 9090)
    for name, value in (server.settings | {"SPOTIFY_USER_OAUTH": "1"}).items():
        sys.stdout.write(f"{name}={value}\n")
    sys.stdout.flush()
    server.serve_forever()

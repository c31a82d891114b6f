"""What the operator decides, read once from the environment into one frozen value.

What belongs here: every setting, its default and its check. Not here: anything that uses a setting.
A missing or wrong value fails at start, by name; no secret has a default.
"""

from __future__ import annotations

import base64
import json
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from classifier import MAX_BYTES

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENTS = ("development", "production")
MIN_SECRET_LENGTH = 16
MAX_QUERY_LENGTH = 200
TOKEN_KEY_BYTES = 32


class SettingError(Exception):
    """A setting is missing or wrong; the message names it."""


@dataclass(frozen=True)
class SpotifySettings:
    """The installation's own Spotify app, if it has one: keys, addresses, and what to search for."""

    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    api_url: str = "https://api.spotify.com/v1"
    token_url: str = "https://accounts.spotify.com/api/token"  # noqa: S105 - an address
    authorize_url: str = "https://accounts.spotify.com/authorize"
    market: str | None = None
    queries: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    user_oauth: bool = False

    @property
    def configured(self) -> bool:
        """Return whether there are keys."""
        return bool(self.client_id)

    @property
    def connectable(self) -> bool:
        """Return whether people may connect their own accounts."""
        return self.configured and self.user_oauth


@dataclass(frozen=True)
class ListenBrainzSettings:
    """Whether ListenBrainz is asked, where, and with whose token."""

    enabled: bool = False
    api_url: str = "https://api.listenbrainz.org"
    token: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Settings:
    """All settings. Sizes in bytes, times in seconds."""

    app_env: str
    instance_path: Path
    secret_key: str
    database_url: str
    queue_url: str | None
    storage_url: str
    smtp_url: str | None
    mail_from: str
    model_path: Path | None
    public_url: str
    port: int
    workers: int
    spotify: SpotifySettings = SpotifySettings()
    listenbrainz: ListenBrainzSettings = ListenBrainzSettings()
    token_key: str | None = field(default=None, repr=False)
    trusted_proxies: int = 0
    max_upload_bytes: int = MAX_BYTES
    job_timeout: float = 120.0
    rate_limits: bool = True
    testing: bool = False

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read the settings; raise SettingError naming the first that is missing or wrong."""
        env = os.environ if environ is None else environ
        app_env = _one_of(env, "APP_ENV", ENVIRONMENTS)
        instance = Path(env.get("INSTANCE_PATH") or ROOT / "instance").resolve()
        instance.mkdir(parents=True, exist_ok=True)
        port = _integer(env, "PORT", 8000, low=1, high=65_535)
        return cls(
            app_env=app_env,
            instance_path=instance,
            secret_key=_secret_key(env, app_env, instance),
            database_url=env.get("DATABASE_URL") or f"sqlite:///{instance / 'genregenie.db'}",
            queue_url=_queue_url(env),
            storage_url=env.get("STORAGE_URL") or f"file://{instance / 'uploads'}",
            smtp_url=_smtp_url(env),
            mail_from=env.get("MAIL_FROM") or "GenreGenie <genregenie@localhost>",
            model_path=_existing_path(env, "MODEL_PATH"),
            public_url=_public_url(env, app_env, port),
            port=port,
            workers=_integer(env, "WORKERS", 2, low=1, high=64),
            trusted_proxies=_integer(env, "TRUSTED_PROXIES", 0, low=0, high=5),
            job_timeout=float(_integer(env, "JOB_TIMEOUT", 120, low=1, high=3600)),
            spotify=_spotify(env),
            listenbrainz=_listenbrainz(env),
            token_key=_token_key(env),
        )


def _one_of(env: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str:
    value = env.get(name) or allowed[0]
    if value not in allowed:
        raise SettingError(f"{name} must be one of {', '.join(allowed)}, not {value!r}")
    return value


def _integer(env: Mapping[str, str], name: str, default: int, *, low: int, high: int) -> int:
    raw = env.get(name) or str(default)
    if not raw.isdecimal() or not low <= int(raw) <= high:
        raise SettingError(f"{name} must be a whole number from {low} to {high}, not {raw!r}")
    return int(raw)


def _existing_path(env: Mapping[str, str], name: str) -> Path | None:
    raw = env.get(name)
    if not raw:
        return None
    path = Path(raw)
    if not path.exists():
        raise SettingError(f"{name} names no file: {raw}")
    return path


def _queue_url(env: Mapping[str, str]) -> str | None:
    url = env.get("QUEUE_URL") or None
    if url and not url.startswith(("redis://", "rediss://")):
        raise SettingError("QUEUE_URL must start with redis:// or rediss://, or be left out for the built-in queue")
    return url


def _smtp_url(env: Mapping[str, str]) -> str | None:
    url = env.get("SMTP_URL") or None
    if url and not url.startswith(("smtp://", "smtps://")):
        raise SettingError("SMTP_URL must start with smtp:// or smtps://")
    return url


def _public_url(env: Mapping[str, str], app_env: str, port: int) -> str:
    # Links in mails are built from this and never from the Host header, which the sender of a request chooses.
    url = (env.get("PUBLIC_URL") or "").rstrip("/")
    if url:
        if not url.startswith(("http://", "https://")):
            raise SettingError(f"PUBLIC_URL must start with http:// or https://, not {url!r}")
        return url
    if app_env == "production":
        raise SettingError("PUBLIC_URL is missing: links in mails need the portal's address")
    return f"http://127.0.0.1:{port}"


def _secret_key(env: Mapping[str, str], app_env: str, instance: Path) -> str:
    key = env.get("SECRET_KEY")
    if key:
        if len(key) < MIN_SECRET_LENGTH:
            raise SettingError(f"SECRET_KEY must have at least {MIN_SECRET_LENGTH} characters")
        return key
    if app_env == "production":
        raise SettingError("SECRET_KEY is missing: production takes no made-up secret")
    return _kept_secret(instance / "secret_key")


def _kept_secret(path: Path) -> str:
    try:
        # Web and worker may start at the same moment: whoever creates the file decides, the other reads it.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text()
    key = secrets.token_urlsafe(32)
    with os.fdopen(handle, "w") as file:
        file.write(key)
    return key


def _spotify(env: Mapping[str, str]) -> SpotifySettings:
    client_id, client_secret = (_word(env, name) or "" for name in ("SPOTIFY_CLIENT_ID", "SPOTIFY_CLIENT_SECRET"))
    if bool(client_id) != bool(client_secret):
        raise SettingError("SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET belong together: set both or none")
    user_oauth = _switch(env, "SPOTIFY_USER_OAUTH")
    if user_oauth and not client_id:
        raise SettingError("SPOTIFY_USER_OAUTH needs SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET")
    return SpotifySettings(
        client_id=client_id,
        client_secret=client_secret,
        api_url=_service_url(env, "SPOTIFY_API_URL", SpotifySettings.api_url),
        token_url=_service_url(env, "SPOTIFY_TOKEN_URL", SpotifySettings.token_url),
        authorize_url=_service_url(env, "SPOTIFY_AUTHORIZE_URL", SpotifySettings.authorize_url),
        market=_market(env),
        queries=_queries(env),
        user_oauth=user_oauth,
    )


def _listenbrainz(env: Mapping[str, str]) -> ListenBrainzSettings:
    return ListenBrainzSettings(
        enabled=_switch(env, "LISTENBRAINZ"),
        api_url=_service_url(env, "LISTENBRAINZ_API_URL", ListenBrainzSettings.api_url),
        token=_word(env, "LISTENBRAINZ_TOKEN"),
    )


def _switch(env: Mapping[str, str], name: str) -> bool:
    return bool(_integer(env, name, 0, low=0, high=1))


def _word(env: Mapping[str, str], name: str) -> str | None:
    word = env.get(name) or None
    if word and not re.fullmatch(r"[!-9;-~]{1,300}", word):
        # Without the value, which may be a secret.
        raise SettingError(f"{name} must be plain letters and digits, without spaces or colons")
    return word


def _service_url(env: Mapping[str, str], name: str, default: str) -> str:
    url = (env.get(name) or default).rstrip("/")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise SettingError(f"{name} is no address: {url!r}") from None
    # What is sent there is secret; only a stand-in on this very machine may be asked without encryption.
    own_machine = parts.scheme == "http" and (host in ("localhost", "::1") or host.startswith("127."))
    if not host or not (parts.scheme == "https" or own_machine) or parts.query or parts.fragment or "@" in parts.netloc:
        raise SettingError(f"{name} must start with https:// (http:// for this machine only), not {url!r}")
    return url


def _market(env: Mapping[str, str]) -> str | None:
    market = env.get("SPOTIFY_MARKET") or None
    if market and not re.fullmatch("[A-Z]{2}", market):
        raise SettingError(f"SPOTIFY_MARKET must be a country in two capital letters, not {market!r}")
    return market


def _queries(env: Mapping[str, str]) -> Mapping[str, tuple[str, ...]]:
    path = _existing_path(env, "SPOTIFY_QUERIES")
    try:
        found: Any = json.loads(path.read_text(encoding="utf-8")) if path else {}
    except (OSError, ValueError, RecursionError) as error:
        raise SettingError(f"SPOTIFY_QUERIES names a file that is no JSON: {path}") from error
    if not isinstance(found, dict) or not all(_are_queries(queries) for queries in found.values()):
        raise SettingError(f"SPOTIFY_QUERIES must hold a list of queries for each genre: {path}")
    return {genre: tuple(queries) for genre, queries in found.items()}


def _are_queries(queries: Any) -> bool:
    return isinstance(queries, list) and all(
        isinstance(query, str) and query.strip() and query.isprintable() and len(query) <= MAX_QUERY_LENGTH
        for query in queries
    )


def _token_key(env: Mapping[str, str]) -> str | None:
    key = env.get("TOKEN_KEY") or None
    try:
        fits = key is None or len(base64.b64decode(key, altchars=b"-_", validate=True)) == TOKEN_KEY_BYTES
    except ValueError:
        fits = False
    if not fits:
        raise SettingError("TOKEN_KEY must be 32 bytes in URL-safe Base64, as Fernet.generate_key() makes them")
    return key

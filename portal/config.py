"""What the operator decides, read once from the environment into one frozen value.

What belongs here: every setting, its default and its check. Not here: anything that uses a setting.
A missing or wrong value fails at start, by name; no secret has a default.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from classifier import MAX_BYTES

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENTS = ("development", "production")
MIN_SECRET_LENGTH = 16


class SettingError(Exception):
    """A setting is missing or wrong; the message names it."""


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

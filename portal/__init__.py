"""The portal: accounts, uploads, history and suggestions around the classifier.

What belongs here: the factory. Each feature is a folder with the same file names; see ``docs/architecture.md``.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, jsonify, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.middleware.proxy_fix import ProxyFix

from portal import (
    accounts,
    community,
    feedback,
    handlers,
    history,
    jobs,
    languages,
    musicmap,
    offline,
    playlists,
    recommendations,
    sample,
    spotify,
    tagging,
    taste,
    upload,
)
from portal import help as user_guide
from portal.config import ROOT, Settings
from portal.extensions import csrf, db, limiter, login_manager, migrate
from portal.web import EXTENSION
from portal.wiring import Services, build_services

__all__ = ["create_app"]

FORM_BYTES = 2**20
"""What a form may weigh; the upload page alone allows itself more."""


def create_app(settings: Settings | None = None, services: Services | None = None) -> Flask:
    """Make the app from ``settings`` (the environment's by default), with ``services`` where a test brings its own."""
    settings = settings or Settings.from_env()
    app = Flask(
        __name__,
        instance_path=str(settings.instance_path),
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
    )
    app.config.update(_flask_config(settings))
    languages.init_app(app)
    _bind_extensions(app)
    app.extensions[EXTENSION] = services or build_services(settings)
    for feature in (
        accounts,
        upload,
        history,
        jobs,
        taste,
        recommendations,
        playlists,
        community,
        spotify,
        feedback,
        tagging,
        musicmap,
        user_guide,
    ):
        feature.init_app(app)
    accounts.show_local_days(app)
    sample.init_app(app)
    offline.init_app(app)
    handlers.init_app(app)
    _add_own_pages(app)
    if settings.trusted_proxies:
        # Behind a proxy every visitor would come from its address, and share one rate limit.
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.trusted_proxies, x_proto=settings.trusted_proxies
        )
    return app


def _flask_config(settings: Settings) -> dict[str, object]:
    https = settings.public_url.startswith("https://")
    return {
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "MAX_UPLOAD_BYTES": settings.max_upload_bytes,
        "MAX_CONTENT_LENGTH": FORM_BYTES,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": https,
        "REMEMBER_COOKIE_HTTPONLY": True,
        "REMEMBER_COOKIE_SAMESITE": "Lax",
        "REMEMBER_COOKIE_SECURE": https,
        "WTF_CSRF_TIME_LIMIT": None,
        "RATELIMIT_ENABLED": settings.rate_limits,
        "RATELIMIT_STORAGE_URI": settings.queue_url or "memory://",
        "TESTING": settings.testing,
        "IMAGE_ORIGINS": _image_origins(settings),
    }


def _image_origins(settings: Settings) -> tuple[str, ...]:
    """Return from where else pages may show pictures: Spotify's artwork, and that of a stand-in on this machine."""
    if not settings.spotify.configured:
        return ()
    api = urlsplit(settings.spotify.api_url)
    stand_in = (f"http://{api.netloc}",) if api.scheme == "http" else ()
    return ("https://i.scdn.co", *stand_in)


def _bind_extensions(app: Flask) -> None:
    db.init_app(app)
    migrate.init_app(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
    login_manager.init_app(app)
    csrf.init_app(app)
    limiter.init_app(app)


def _add_own_pages(app: Flask) -> None:
    @app.get("/")
    def home() -> Response | str:
        if current_user.is_authenticated:
            return redirect(url_for("upload.upload"))  # type: ignore[return-value]
        return render_template("home.html", sample=sample.load_sample())

    @app.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="ok")

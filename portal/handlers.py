"""Errors become pages and JSON here, and nowhere else; so do the headers every answer carries.

What belongs here: the map from named errors to statuses. Not here: the errors' sentences (beside what raises them).
"""

from __future__ import annotations

from flask import Flask, Response, current_app, jsonify, make_response, render_template, request
from flask_limiter import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError

from portal.errors import (
    ConflictError,
    ForbiddenError,
    GoneError,
    InvalidError,
    NotFoundError,
    PortalError,
    TooLargeError,
)
from portal.language import _, lazy, ngettext
from portal.web import wants_json

STATUS = {
    ForbiddenError: 403,
    NotFoundError: 404,
    ConflictError: 409,
    GoneError: 410,
    TooLargeError: 413,
    InvalidError: 422,
}

SENTENCES = {
    400: lazy("We could not make sense of that request."),
    401: lazy("Please log in first."),
    403: lazy("You may not do that."),
    404: lazy("There is nothing here, or it is not yours to see."),
    405: lazy("That page does not take this kind of request."),
    409: lazy("That no longer fits how things stand. Reload the page and try again."),
    410: lazy("This was here once, and is shown no more."),
    413: lazy("That is more than we accept in one go. One file may have %(limit)s MB."),
    415: lazy("We do not read that kind of content."),
    422: lazy("Something in what you sent cannot be accepted."),
    500: lazy("Something broke on our side. It has been written to the log."),
}

TOO_OFTEN = 429

CONTENT_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src {images}; media-src 'self' blob:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def init_app(app: Flask) -> None:
    """Register the error pages and the headers."""
    app.register_error_handler(PortalError, _portal_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(HTTPException, _http_error)
    app.after_request(_add_headers)


def _answer(status: int, code: str, message: str) -> Response:
    if wants_json():
        response = jsonify(error=code, message=message)
    else:
        response = make_response(render_template("errors/error.html", status=status, message=message))
    response.status_code = status
    return response


def _sentence(status: int, wait_seconds: int = 60) -> str:
    if status == TOO_OFTEN:
        return ngettext(
            "That was too often in a short time. Wait a minute and try again.",
            "That was too often in a short time. Wait %(num)d minutes and try again.",
            -(-wait_seconds // 60),
        )
    limit = current_app.config["MAX_UPLOAD_BYTES"] // 2**20
    return SENTENCES.get(status, SENTENCES[500 if status >= 500 else 400]) % {"limit": limit}  # noqa: PLR2004


def _portal_error(error: PortalError) -> Response:
    status = next((status for kind, status in STATUS.items() if isinstance(error, kind)), 400)
    return _answer(status, error.code, str(error) or _sentence(status))


def _csrf_error(_error: CSRFError) -> Response:
    message = _("This form was open for too long or came from elsewhere. Reload the page and send it again.")
    return _answer(400, "csrf", message)


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:  # noqa: PLR2004 - redirects are exceptions too, and are answers already
        return make_response(error.get_response())
    wait_seconds = error.limit.limit.get_expiry() if isinstance(error, RateLimitExceeded) and error.limit else 60
    response = _answer(status, (error.name or "error").lower().replace(" ", "_"), _sentence(status, wait_seconds))
    if isinstance(error, RateLimitExceeded):
        # At most this long: by then the whole window has passed.
        response.headers["Retry-After"] = str(wait_seconds)
    if isinstance(error, InternalServerError):
        current_app.logger.error("unhandled error on %s %s", request.method, request.path)
    return response


def _add_headers(response: Response) -> Response:
    images = " ".join(("'self'", "data:", *current_app.config["IMAGE_ORIGINS"]))
    response.headers.setdefault("Content-Security-Policy", CONTENT_POLICY.format(images=images))
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint != "static":
        # Pages hold what is somebody's own: no shared cache may keep them, nor the back button after logging out.
        response.headers.setdefault("Cache-Control", "no-store")
    return response

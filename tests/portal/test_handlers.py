"""Errors become the right status and a sentence that says what to do."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import request

from portal import create_app
from portal.errors import (
    ConflictError,
    ForbiddenError,
    GoneError,
    InvalidError,
    NotFoundError,
    PortalError,
    TooLargeError,
)
from portal.extensions import limiter


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ForbiddenError, 403),
        (NotFoundError, 404),
        (ConflictError, 409),
        (GoneError, 410),
        (TooLargeError, 413),
        (InvalidError, 422),
        (PortalError, 400),
    ],
)
def test_each_root_has_its_status_as_page_and_as_json(failing, error, status):
    client = failing(error("This is what happened."))
    page, data = client.get("/fail"), client.get("/fail", headers={"Accept": "application/json"})
    assert (page.status_code, data.status_code) == (status, status)
    assert "This is what happened." in page.text
    assert data.get_json() == {"error": error.code, "message": "This is what happened."}


def test_an_error_without_a_sentence_gets_one(failing):
    assert "nothing here" in failing(NotFoundError()).get("/fail").text


def test_too_often_says_how_long_to_wait(settings):
    app = create_app(replace(settings, testing=True, rate_limits=True))
    app.add_url_rule("/often", "often", limiter.limit("1 per 15 minutes")(lambda: "fine"))
    client = app.test_client()
    assert client.get("/often").status_code == 200
    refused = client.get("/often")
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "900"
    assert "Wait 15 minutes" in refused.text


@pytest.mark.parametrize(("proxies", "seen"), [(0, "127.0.0.1"), (1, "203.0.113.9")])
def test_a_visitors_address_is_believed_only_from_a_proxy_that_is_ours(settings, proxies, seen):
    app = create_app(replace(settings, testing=True, rate_limits=False, trusted_proxies=proxies))
    app.add_url_rule("/address", "address", lambda: request.remote_addr)
    forged = {"X-Forwarded-For": "198.51.100.1, 203.0.113.9"}
    assert app.test_client().get("/address", headers=forged).text == seen


def test_pages_are_not_kept_by_any_cache(client):
    assert client.get("/").headers["Cache-Control"] == "no-store"


@pytest.fixture
def failing(app):
    def make(error):
        def fail():
            raise error

        app.add_url_rule("/fail", "fail", fail)
        return app.test_client()

    return make

"""No page is public by accident."""

from __future__ import annotations

import pytest

from portal import create_app
from portal.config import Settings

PUBLIC = {
    "static",
    "home",
    "sources.about",
    "healthz",
    "help.index",
    "help.show",
    "help.picture",
    "languages.choose",
    "offline.page",
    "offline.worker",
    "community.shared",
    "signup.signup",
    "login.login",
    "reset_password.request_link",
    "reset_password.choose",
}
"""Every endpoint that a stranger may open. A new one goes here only after thought; all others need a login."""


def test_every_other_page_sends_a_stranger_to_log_in(app):
    client = app.test_client()
    private = [rule for rule in app.url_map.iter_rules() if rule.endpoint not in PUBLIC | {"login.logout"}]
    assert private
    for rule in private:
        method = "GET" if "GET" in rule.methods else "POST"
        path = app.url_map.bind("localhost").build(rule.endpoint, dict.fromkeys(rule.arguments, "x"), method=method)
        response = client.open(path, method=method)
        assert response.status_code == 302, f"{rule.endpoint} answers strangers; put @login_required on it"
        assert "/login" in response.location


def test_every_public_page_exists(app):
    assert {rule.endpoint for rule in app.url_map.iter_rules()} >= PUBLIC


def test_nothing_changes_by_a_get(app):
    for rule in app.url_map.iter_rules():
        if any(word in rule.rule for word in ("delete", "retry", "logout")):
            assert "GET" not in rule.methods, f"{rule.rule} must take POST only"


def test_every_answer_carries_the_security_headers(app):
    headers = app.test_client().get("/").headers
    assert "script-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["/nowhere", "/songs", "/static/nothing.css"])
def test_an_unknown_page_says_so_plainly(app, path):
    response = app.test_client().get(path)
    assert response.status_code == 404
    assert "Traceback" not in response.text


def test_errors_come_as_json_to_who_asks_for_json(app):
    response = app.test_client().get("/nowhere", headers={"Accept": "application/json"})
    assert response.status_code == 404
    assert response.get_json()["error"] == "not_found"


def test_an_error_of_ours_shows_no_trace(app):
    @app.get("/broken")
    def broken():
        raise RuntimeError("secret detail")

    app.config["PROPAGATE_EXCEPTIONS"] = False
    response = app.test_client().get("/broken")
    assert response.status_code == 500
    assert "secret detail" not in response.text


@pytest.fixture
def app(tmp_path):
    app = create_app(Settings.from_env({"INSTANCE_PATH": str(tmp_path)}))
    app.config["WTF_CSRF_ENABLED"] = False
    return app

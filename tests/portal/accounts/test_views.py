from __future__ import annotations

import io
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.models import User

NEW_PASSWORD = "nine kettles under ferns"


# Signing up


def test_signing_up_logs_in_and_leads_to_the_upload(client, session, password):
    answer = sign_up(client, password=password)

    assert (answer.status_code, answer.location) == (302, "/upload")
    assert session.query(User).one().email == "erin@example.org"
    assert client.get("/upload").status_code == 200


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"email": "erin"}, "This does not look like an email address."),
        ({"email": ""}, "Enter your email address."),
        ({"name": "  "}, "A name has between 1 and 80 characters."),
        ({"name": ""}, "Enter a name."),
        ({"name": "Er\0in"}, "This name has characters that cannot be shown."),
        ({"password": "short"}, "The password needs at least 10 characters."),
        ({"password": "Password123!"}, "This password is easy to guess."),
        ({"password": "erin@example.org"}, "This password is easy to guess."),
        ({"password": ""}, "Choose a password."),
        ({"confirm": "something else"}, "The two passwords are not the same."),
    ],
)
def test_a_mistake_in_the_form_is_shown_beside_what_was_typed(client, session, password, wrong, sentence):
    answer = sign_up(client, **{"name": "Erin Typed", "password": password, "confirm": password} | wrong)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Erin Typed" in answer.text or "name" in wrong
    assert session.query(User).count() == 0


def test_all_mistakes_are_shown_at_once(client):
    answer = sign_up(client, email="erin", name="", password="short", confirm="shirt")

    assert answer.text.count("field-error") == 4


def test_a_form_without_any_field_is_refused(client):
    assert client.post("/signup").status_code == 422


def test_a_taken_address_is_told(client, carol, password):
    answer = sign_up(client, email="Carol@Example.org", password=password)

    assert answer.status_code == 409
    assert "There is an account with this address already." in answer.text


def test_no_page_shows_a_password_again(client, carol, password):
    for answer in (
        sign_up(client, email="nowhere", password=password),
        sign_up(client, email="carol@example.org", password=password),
        log_in(client, "nobody@example.org", password),
    ):
        assert password not in answer.text


def test_files_and_json_under_the_fields_names_are_no_answers(client, password):
    files = {name: (io.BytesIO(b"erin@example.org"), "a.txt") for name in ("email", "name", "password", "confirm")}

    assert client.post("/signup", data=files).status_code == 422
    assert client.post("/signup", json={"email": 1, "name": [], "password": {}, "confirm": None}).status_code == 422


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    email=st.one_of(st.text(), st.emails()),
    name=st.text(),
    password=st.one_of(st.text(), st.text(min_size=10)),
    again=st.none() | st.text(),
)
def test_whatever_is_typed_gets_an_answer(app, email, name, password, again):
    confirm = password if again is None else again

    answer = sign_up(app.test_client(), email=email, name=name, password=password, confirm=confirm)

    assert answer.status_code in {302, 409, 422}


# Logging in and out


def test_logging_in_leads_to_the_upload(client, carol, password):
    answer = log_in(client, "Carol@Example.org", password)

    assert (answer.status_code, answer.location) == (302, "/upload")
    assert is_logged_in(client)


def test_wrong_password_and_unknown_address_get_the_same_answer(client, carol):
    wrong = log_in(client, "carol@example.org", "not her password")
    unknown = log_in(client, "cargo@example.org", "not her password")

    assert (wrong.status_code, unknown.status_code) == (401, 401)
    assert "That email and password do not belong together." in wrong.text
    assert wrong.text == unknown.text.replace("cargo", "carol")
    assert not is_logged_in(client)


@pytest.mark.parametrize("missing", ["email", "password"])
def test_an_empty_field_is_told(client, missing):
    answer = client.post("/login", data={"email": "carol@example.org", "password": "something"} | {missing: ""})

    assert answer.status_code == 422
    assert f"Enter your {missing}" in answer.text


def test_whoever_was_sent_to_log_in_goes_on_to_where_they_wanted(client, carol, password):
    asked = client.get("/history?q=a%20b&page=2")
    assert asked.status_code == 302
    assert "Please log in" in client.get(asked.location).text

    answer = client.post(asked.location, data={"email": "carol@example.org", "password": password})

    assert answer.location == "/history?q=a%20b&page=2"


def test_after_a_post_nobody_is_sent_to_an_address_that_takes_none(client):
    assert client.post("/songs/abc/delete").location == "/login"


def test_a_client_that_wants_json_is_told_so_in_json(client):
    answer = client.get("/history", headers={"Accept": "application/json"})

    assert answer.status_code == 401
    assert answer.json == {"error": "unauthorized", "message": "Please log in first."}


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example", "/\t/evil.example"])
@pytest.mark.parametrize("place", ["query_string", "data"])
def test_nobody_is_sent_to_another_site(client, carol, password, target, place):
    form = {"email": "carol@example.org", "password": password}

    if place == "data":
        answer = client.post("/login", data=form | {"next": target})
    else:
        answer = client.post("/login", data=form, query_string={"next": target})

    assert answer.location == "/upload"


@pytest.mark.parametrize("page", ["/login", "/signup"])
def test_whoever_is_logged_in_is_led_past_the_door(as_alice, page):
    assert as_alice.get(page).location == "/upload"
    assert as_alice.post(page, data={"email": "carol@example.org"}).location == "/upload"


def test_nothing_of_the_session_before_is_carried_into_the_login(client, carol, password):
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"

    log_in(client, "carol@example.org", password)

    with client.session_transaction() as session:
        assert "planted" not in session


def test_logging_out_ends_the_session(client, carol, password):
    log_in(client, "carol@example.org", password, remember="y")

    answer = client.post("/logout")

    assert answer.location == "/"
    assert not is_logged_in(client)
    assert client.get_cookie("remember_token") is None


def test_logging_out_takes_a_post(as_alice):
    assert as_alice.get("/logout").status_code == 405
    assert is_logged_in(as_alice)


def test_logging_out_without_being_logged_in_does_no_harm(client):
    assert client.post("/logout").location == "/"


def test_without_remember_nothing_is_kept(client, carol, password):
    log_in(client, "carol@example.org", password)

    assert client.get_cookie("remember_token") is None


def test_remember_me_outlives_the_session(client, carol, password):
    log_in(client, "carol@example.org", password, remember="y")
    cookie = client.get_cookie("remember_token")

    client.delete_cookie("session")

    assert is_logged_in(client)
    assert cookie.http_only
    assert cookie.same_site == "Lax"


@pytest.mark.parametrize("forged", ["1|abc", "|", "caf\u00e9|\u00e9", "x" * 3000, "{token}|0"])
def test_a_forged_remember_cookie_is_no_login(client, carol, forged):
    client.set_cookie("remember_token", forged.replace("{token}", carol.session_token))

    assert not is_logged_in(client)
    assert client.get("/login").status_code == 200


# Another password


def test_known_and_unknown_addresses_get_the_same_answer(client, carol, mails):
    known = client.post("/reset-password", data={"email": "carol@example.org"})
    unknown = client.post("/reset-password", data={"email": "cargo@example.org"})

    assert (known.status_code, unknown.status_code) == (200, 200)
    assert known.text == unknown.text.replace("cargo", "carol")
    assert len(mails()) == 1


def test_the_answer_is_the_same_when_the_mail_fails(client, carol, settings, caplog):
    (settings.instance_path / "outbox").write_text("in the way")

    assert client.post("/reset-password", data={"email": "carol@example.org"}).status_code == 200
    assert "was not handed over" in caplog.text


def test_what_is_no_address_is_told(client):
    answer = client.post("/reset-password", data={"email": "carol"})

    assert answer.status_code == 422
    assert "This does not look like an email address." in answer.text


def test_a_link_leads_to_a_new_password(client, link):
    assert client.get(link).status_code == 200

    answer = choose(client, link)

    assert answer.location == "/login"
    assert "Your password has been changed." in client.get("/login").text
    assert log_in(client, "carol@example.org", NEW_PASSWORD).location == "/upload"


def test_the_link_does_not_follow_the_host_header(client, carol, mails):
    client.post("/reset-password", data={"email": "carol@example.org"}, headers={"Host": "evil.example"})

    assert "evil" not in mails()[-1].as_string()


def test_looking_at_the_link_does_not_use_it_up(client, link):
    for _ in range(3):
        client.get(link)

    assert choose(client, link).status_code == 302


def test_a_used_an_altered_and_a_nonsensical_link_are_refused(client, link):
    choose(client, link)

    for bad in (
        link,
        f"{link[:-1]}A",
        "/reset-password/nonsense",
        "/reset-password/%00",
        "/reset-password/\u00e9.\u00e9",
    ):
        for answer in (client.get(bad), choose(client, bad)):
            assert answer.status_code == 400
            assert "This link was already used or is no longer valid." in answer.text


@pytest.mark.parametrize(
    ("typed", "again", "sentence"),
    [
        ("carol12345", "carol12345", "This password is easy to guess."),
        (NEW_PASSWORD, "something else", "The two passwords are not the same."),
        ("", "", "Choose a password."),
    ],
)
def test_a_refused_new_password_can_be_corrected(client, link, typed, again, sentence):
    refused = client.post(link, data={"password": typed, "confirm": again})

    assert refused.status_code == 422
    assert sentence in refused.text
    assert choose(client, link).status_code == 302


def test_a_new_password_ends_the_sessions_and_the_remember_cookies_elsewhere(app, client, link, password):
    session_elsewhere, remembered_elsewhere = app.test_client(), app.test_client()
    log_in(session_elsewhere, "carol@example.org", password)
    log_in(remembered_elsewhere, "carol@example.org", password, remember="y")
    remembered_elsewhere.delete_cookie("session")

    choose(client, link)

    assert not is_logged_in(session_elsewhere)
    assert not is_logged_in(remembered_elsewhere)


def test_a_new_password_leaves_others_logged_in(client, as_bob, link):
    choose(client, link)

    assert is_logged_in(as_bob)


def test_whoever_resets_while_logged_in_as_another_is_logged_out(as_bob, link):
    assert choose(as_bob, link).location == "/login"
    assert not is_logged_in(as_bob)


# Forms from elsewhere, and too many of them


@pytest.mark.parametrize("page", ["/signup", "/login", "/logout", "/reset-password", "/reset-password/token"])
def test_a_form_without_its_token_is_refused(app, client, page):
    app.config["WTF_CSRF_ENABLED"] = True

    answer = client.post(page, data={"email": "carol@example.org", "password": "something"})

    assert answer.status_code == 400
    assert "came from elsewhere" in answer.text


def test_a_form_with_its_token_is_taken(app, client, carol, password):
    app.config["WTF_CSRF_ENABLED"] = True
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/login").text)[1]

    answer = log_in(client, "carol@example.org", password, csrf_token=token)

    assert answer.location == "/upload"


def test_after_ten_wrong_passwords_the_right_one_is_refused_too_from_anywhere(limited_client, password):
    for number in range(10):
        wrong = log_in(limited_client, "carol@example.org", "not her password", address=f"10.0.0.{number}")
        assert wrong.status_code == 401

    answer = log_in(limited_client, "Carol@example.org", password, address="10.0.1.1")

    assert answer.status_code == 429
    assert answer.headers["Retry-After"]


def test_one_address_may_not_guess_at_many_accounts(limited_client, password):
    for number in range(10):
        assert log_in(limited_client, f"user{number}@example.org", "not the password").status_code == 401

    assert log_in(limited_client, "carol@example.org", password).status_code == 429
    assert log_in(limited_client, "carol@example.org", password, address="10.0.1.1").status_code == 302


def test_logging_in_rightly_and_mistyping_are_not_counted(limited_client, password):
    for _ in range(12):
        assert log_in(limited_client, "carol@example.org", "").status_code == 422
        assert log_in(limited_client, "carol@example.org", password).status_code == 302
        limited_client.post("/logout")


def test_many_accounts_from_one_address_are_refused_but_not_many_mistakes(limited_client, password):
    for _ in range(31):
        assert sign_up(limited_client, password="short").status_code == 422
    for _ in range(30):
        assert sign_up(limited_client, email="carol@example.org", password=password).status_code == 409

    assert sign_up(limited_client, password=password).status_code == 429


def test_many_reset_mails_to_one_address_are_refused_known_or_not(limited_client):
    for email in ("carol@example.org", "nobody@example.org"):
        statuses = [limited_client.post("/reset-password", data={"email": email}).status_code for _ in range(6)]
        assert statuses == [200] * 5 + [429]


def sign_up(client, **answers):
    form = {"email": "erin@example.org", "name": "Erin"} | answers
    return client.post("/signup", data={"confirm": form.get("password")} | form)


def log_in(client, email, password, address="127.0.0.1", **answers):
    form = {"email": email, "password": password} | answers
    return client.post("/login", data=form, environ_base={"REMOTE_ADDR": address})


def choose(client, link):
    return client.post(link, data={"password": NEW_PASSWORD, "confirm": NEW_PASSWORD})


def is_logged_in(client):
    return client.get("/upload").status_code == 200


@pytest.fixture
def link(client, carol, mailed_link):
    """Carol asked for a reset link."""
    client.post("/reset-password", data={"email": "carol@example.org"})
    return mailed_link()

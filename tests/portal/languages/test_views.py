from __future__ import annotations

import pytest

from portal.models import User

GERMAN = {"Accept-Language": "de-CH, fr;q=0.5"}


def test_pages_are_in_english_where_nothing_is_asked_for(client):
    page = client.get("/login")
    assert '<html lang="en" dir="ltr"' in page.text
    assert page.headers["Content-Language"] == "en"


def test_the_browsers_language_is_spoken(client):
    page = client.get("/login", headers=GERMAN)
    assert '<html lang="de" dir="ltr"' in page.text
    assert page.headers["Content-Language"] == "de"
    assert {"Accept-Language", "Cookie"} <= set(page.vary)


@pytest.mark.parametrize("asked", ["xx", "", "*", "\xff;q=nan", "zh-Hant-TW,ja", "," * 500])
def test_a_language_that_nobody_knows_is_english(client, asked):
    assert client.get("/login", headers={"Accept-Language": asked}).headers["Content-Language"] == "en"


def test_a_chosen_language_goes_before_the_browsers_and_is_remembered(client):
    answer = client.post("/language", data={"language": "de", "next": "/login"})
    assert (answer.status_code, answer.location) == (303, "/login")
    assert client.get("/login", headers={"Accept-Language": "en"}).headers["Content-Language"] == "de"


def test_the_language_of_an_account_goes_before_a_cookie(app, as_alice, alice, session):
    as_alice.post("/language", data={"language": "de"})
    session.expire_all()
    assert session.get(User, alice.id).language == "de"
    elsewhere = app.test_client(user=alice)
    elsewhere.set_cookie("language", "en")
    assert elsewhere.get("/profile").headers["Content-Language"] == "de"


def test_one_persons_choice_leaves_the_others_alone(as_alice, as_bob):
    as_alice.post("/language", data={"language": "de"})
    assert as_bob.get("/profile").headers["Content-Language"] == "en"


def test_a_cookie_of_nonsense_is_none(client):
    client.set_cookie("language", "../../etc")
    assert client.get("/login", headers=GERMAN).headers["Content-Language"] == "de"


@pytest.mark.parametrize("language", ["", "xx", "DE", "de\0", "x" * 999])
def test_an_unknown_choice_is_refused_by_name(client, language):
    answer = client.post("/language", data={"language": language}, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.get_json()["error"]) == (422, "unknown_language")
    assert "Set-Cookie" not in answer.headers or "language=" not in answer.headers["Set-Cookie"]


def test_choosing_leads_to_no_other_site(client):
    assert client.post("/language", data={"language": "de", "next": "//evil.example"}).location == "/"


def test_the_choice_needs_a_token(app, client):
    app.config["WTF_CSRF_ENABLED"] = True
    assert client.post("/language", data={"language": "de"}).status_code == 400


def test_the_footer_offers_each_language_in_its_own_words(client):
    page = client.get("/login?next=/upload").text
    assert 'lang="en" aria-current="true">English</button>' in page
    assert 'value="de" lang="de">Deutsch</button>' in page
    assert 'name="next" value="/login?next=/upload"' in page


def test_a_right_to_left_language_turns_the_page(client, services, monkeypatch):
    monkeypatch.setattr(services.languages, "known", ("en", "de", "ar"))
    page = client.get("/login", headers={"Accept-Language": "ar"}).text
    assert '<html lang="ar" dir="rtl"' in page
    assert 'lang="ar" aria-current="true">العربية</button>' in page


def test_errors_are_in_the_readers_language_too(client):
    assert client.get("/nowhere", headers=GERMAN).headers["Content-Language"] == "de"
    assert client.post("/nowhere", headers=GERMAN).headers["Content-Language"] == "de"


def test_files_are_in_no_language_and_cost_no_query(as_alice, count_queries):
    with count_queries() as statements:
        answer = as_alice.get("/static/css/tokens.css")
        answer.close()
    assert "Content-Language" not in answer.headers
    assert statements == []


def test_the_next_request_does_not_inherit_the_language(client):
    client.get("/login", headers=GERMAN)
    client.get("/static/css/tokens.css").close()
    assert client.get("/login").headers["Content-Language"] == "en"

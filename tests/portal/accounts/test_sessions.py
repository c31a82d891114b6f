"""Where somebody is logged in: listed, ended one by one, and what both cookies make of it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from portal.accounts.sessions import IDLE, NOTED_EVERY, Sessions
from portal.models import LoginSession, User, utc_now

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Safari/604.1"


def test_the_profile_lists_where_one_is_logged_in_and_marks_this_place(laptop, phone):
    page = laptop.get("/profile").text
    assert words_of(page) == ["Firefox on Linux", "Safari on iPhone"]
    here = page.index("Here, now")
    assert page.index("Firefox on Linux") < here < page.index("Safari on iPhone")
    assert page.count("Here, now") == 1
    assert words_of(phone.get("/profile").text)[:1] != []


def test_somebody_elses_sessions_are_not_listed(laptop, as_bob):
    assert words_of(as_bob.get("/profile").text) == ["A browser we do not know"]


@pytest.mark.parametrize("remember", ["", "y"])
def test_a_session_logged_out_on_the_list_ends_with_both_its_cookies(app, laptop, carol, password, remember):
    phone = log_in(app, password, IPHONE, remember=remember)
    end(laptop, "Safari on iPhone")
    assert not is_in(phone)
    phone.delete_cookie("session")
    assert not is_in(phone)
    assert words_of(laptop.get("/profile").text) == ["Firefox on Linux"]


def test_the_own_session_can_be_logged_out_there_too(app, carol, password):
    client = log_in(app, password, FIREFOX, remember="y")
    answer = end(client, "Firefox on Linux")
    assert (answer.status_code, answer.location) == (303, "/")
    assert client.get_cookie("remember_token") is None
    assert not is_in(client)


def test_logging_out_leaves_no_session_behind_that_a_copied_cookie_could_use(app, session, carol, password):
    client = log_in(app, password, FIREFOX, remember="y")
    copied = client.get_cookie("remember_token").value
    client.post("/logout")
    assert session.scalar(select(func.count()).select_from(LoginSession)) == 0
    client.set_cookie("remember_token", copied)
    assert not is_in(client)


def test_a_session_of_somebody_else_or_none_is_not_found(laptop, as_bob, session, bob):
    theirs = session.scalar(select(LoginSession.id).where(LoginSession.user_id == bob.id))
    for session_id in (theirs, "nothing", "%00", "9" * 400):
        assert laptop.post(f"/profile/sessions/{session_id}/end").status_code == 404
    assert is_in(as_bob)


def test_a_second_click_is_told_that_it_has_ended(laptop, phone, session):
    address = address_of(laptop, "Safari on iPhone")
    assert laptop.post(address).status_code == 303
    answer = laptop.post(address)
    assert answer.status_code == 404
    assert "ended already" in answer.text


def test_logging_out_everywhere_else_leaves_this_one_on_the_list(laptop, phone):
    laptop.post("/profile/sessions/end")
    assert words_of(laptop.get("/profile").text) == ["Firefox on Linux"]
    assert not is_in(phone)


def test_what_is_kept_of_a_session_holds_no_address_and_no_whole_header(laptop, session):
    kept = session.execute(select(*LoginSession.__table__.columns)).mappings().one()
    assert set(kept) == {"id", "key", "user_id", "browser", "system", "began_at", "seen_at"}
    assert (kept["browser"], kept["system"]) == ("Firefox", "Linux")


# Time


def test_a_session_is_noted_as_seen_every_few_minutes_and_not_at_each_request(session, carol, count_queries):
    now = utc_now()
    sessions = Sessions(session, lambda: now)
    sessions.begin(carol, FIREFOX)
    for later, statements, noted in ((1, 1, 0), (5, 2, 5), (6, 1, 5), (99, 2, 99)):
        sessions = Sessions(session, lambda later=later: now + timedelta(minutes=later))
        with count_queries() as found:
            assert sessions.find(carol.session_key)
        assert len(found) == statements
        assert session.scalar(select(LoginSession.seen_at)) == now + timedelta(minutes=noted)
    assert timedelta(minutes=5) == NOTED_EVERY


def test_a_session_nobody_uses_is_over_and_swept(session, carol, laptop, phone):
    idle = select(LoginSession.id).where(LoginSession.system == "iPhone").scalar_subquery()
    session.execute(update(LoginSession).where(LoginSession.id == idle).values(seen_at=utc_now() - IDLE))
    session.commit()
    assert not is_in(phone)
    assert words_of(laptop.get("/profile").text) == ["Firefox on Linux"]
    assert Sessions(session).sweep() == 1
    assert Sessions(session).sweep() == 0
    assert is_in(laptop)


def test_the_list_shows_the_last_seen_and_not_all_there_ever_were(session, carol):
    sessions = Sessions(session)
    for number in range(60):
        Sessions(session, lambda number=number: utc_now() + timedelta(seconds=number)).begin(carol, FIREFOX)
    places = sessions.places(carol)
    assert len(places) == 50
    assert places[0].here


# Sessions from before they were listed


@pytest.fixture
def old(app, carol):
    """A browser as it was logged in before: both of its cookies hold the account's token."""
    carol.session_key = ""
    client = app.test_client(user=carol)
    client.environ_base["HTTP_USER_AGENT"] = FIREFOX
    with app.test_request_context():
        from flask_login import encode_cookie

        client.set_cookie("remember_token", encode_cookie(carol.session_token))
    return client


def test_a_session_from_before_goes_on_and_gets_on_the_list(old, session):
    for _ in range(2):
        assert words_of(old.get("/profile").text) == ["Firefox on Linux"]
    old.delete_cookie("session")
    assert words_of(old.get("/profile").text) == ["Firefox on Linux"]


def test_a_remembered_one_goes_on_too(old):
    old.delete_cookie("session")
    assert is_in(old)
    assert words_of(old.get("/profile").text) == ["Firefox on Linux"]


def test_many_requests_at_once_make_one_of_it(sessions, session, carol):
    for _ in range(3):
        assert sessions.inherit(carol.session_token, FIREFOX, "trace").session_key.startswith("~")
    assert sessions.inherit(carol.session_token, IPHONE, "trace")
    assert session.scalar(select(func.count()).select_from(LoginSession)) == 2
    assert sessions.inherit("", "", "") is None
    assert sessions.inherit(str(carol.id), "", "") is None


def test_one_that_is_logged_out_does_not_come_back_by_a_cookie_of_old(app, carol, password, old):
    copied = old.get_cookie("remember_token").value
    assert is_in(old)
    laptop = log_in(app, password, IPHONE)
    end(laptop, "Firefox on Linux")
    assert not is_in(old)
    old.delete_cookie("session")
    old.set_cookie("remember_token", copied)
    assert not is_in(old)
    assert is_in(laptop)


def test_ending_all_ends_those_too_that_were_never_seen(app, carol, password, old):
    laptop = log_in(app, password, IPHONE)
    laptop.post("/profile/sessions/end")
    assert not is_in(old)


def test_an_account_that_goes_takes_its_sessions_along(session, laptop, carol):
    session.delete(session.get(User, carol.id))
    session.commit()
    assert session.scalar(select(func.count()).select_from(LoginSession)) == 0


@pytest.fixture
def laptop(app, carol, password):
    return log_in(app, password, FIREFOX)


@pytest.fixture
def phone(app, carol, password, laptop, session):
    client = log_in(app, password, IPHONE)
    # The laptop was seen last.
    later = utc_now() + timedelta(seconds=9)
    session.execute(update(LoginSession).where(LoginSession.system == "Linux").values(seen_at=later))
    session.commit()
    return client


def log_in(app, password, agent, **fields):
    client = app.test_client()
    client.environ_base["HTTP_USER_AGENT"] = agent
    client.post("/login", data={"email": "carol@example.org", "password": password} | fields)
    return client


def is_in(client):
    return client.get("/profile").status_code == 200


def words_of(page):
    return re.findall(r"<strong>([^<]+)</strong>", page.partition('class="logins"')[2].partition("</ul>")[0])


def address_of(client, words):
    for item in client.get("/profile").text.split("<li>"):
        if f"<strong>{words}" in item:
            return re.search(r'action="(/profile/sessions/[\w-]+/end)"', item)[1]
    raise AssertionError(words)


def end(client, words):
    return client.post(address_of(client, words))

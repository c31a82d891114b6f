"""Connections: made, kept usable over refreshes and refusals, ended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from portal.models import SpotifyAccount, SpotifyCopy, utc_now
from portal.spotify import keeper as module
from portal.spotify.service import SpotifyAccounts, months_later
from portal.spotify.tokens import TokenBox, Tokens
from portal.spotify.values import (
    GRANT_ENDED,
    UNREADABLE,
    NotConnectedError,
    NotOfferedError,
    SpotifyTroubleError,
)

SONG = ("Nina Simone", "Sinnerman")


# Connecting


def test_a_connection_says_whose_and_until_when(accounts, connect, alice):
    connect(alice)
    standing = accounts.standing(alice.id)
    assert standing.account_id == "acct_one"
    assert standing.asks_again_at == months_later(standing.consented_at, 6)
    assert standing.problem == ""


def test_without_a_connection_there_is_no_standing(accounts, alice):
    assert accounts.standing(alice.id) is None


def test_no_token_stands_in_the_database_as_it_is(connect, server, session, alice):
    connect(alice)
    kept = session.get(SpotifyAccount, alice.id).token
    assert not any(token.encode() in kept for token in [*server.user_tokens, *server.refresh_tokens])


def test_a_code_works_once(accounts, answer_of, alice):
    url, consent = accounts.begin(alice.id)
    code = answer_of(url)["code"]
    accounts.finish(consent, code)
    with pytest.raises(SpotifyTroubleError) as refused:
        accounts.finish(consent, code)
    assert refused.value.code == GRANT_ENDED
    assert accounts.standing(alice.id)


@pytest.mark.parametrize("code", ["", "x" * 3000, "unknown"])
def test_a_code_that_is_none_connects_nothing(accounts, alice, code):
    _, consent = accounts.begin(alice.id)
    with pytest.raises(SpotifyTroubleError):
        accounts.finish(consent, code)
    assert accounts.standing(alice.id) is None


@pytest.mark.parametrize(
    ("how", "where", "code", "status"),
    [
        ("stranger", "me", "not_allowed", 403),
        ("premium", "me", "owner_needs_premium", 502),
        ("quota", "me", "quota_exceeded", 503),
        ("broken", "token", "unreachable", 502),
        ("html", "token", "bad_answer", 502),
        ("reset", "me", "unreachable", 502),
    ],
)
def test_a_refusal_while_connecting_keeps_nothing_and_says_why(
    accounts, answer_of, server, alice, how, where, code, status
):
    url, consent = accounts.begin(alice.id)
    answer = answer_of(url)
    server.fail(how, where)
    with pytest.raises(SpotifyTroubleError) as refused:
        accounts.finish(consent, answer["code"])
    assert (refused.value.code, refused.value.status) == (code, status)
    assert accounts.standing(alice.id) is None


def test_a_quota_of_a_day_is_told_in_hours(accounts, answer_of, server, alice):
    url, consent = accounts.begin(alice.id)
    answer = answer_of(url)
    server.fail("quota", "token")
    with pytest.raises(SpotifyTroubleError, match="23 hours"):
        accounts.finish(consent, answer["code"])


def test_another_account_begins_without_what_was_saved_to_the_first(accounts, connect, make_playlist, session, alice):
    connect(alice)
    accounts.save(alice.id, make_playlist(alice, SONG).id)
    connect(alice)
    assert len(accounts.standing(alice.id).copies) == 1
    connect(alice, "acct_two")
    assert accounts.standing(alice.id).account_id == "acct_two"
    assert accounts.standing(alice.id).copies == ()


def test_where_nothing_is_offered_nothing_can_be_begun(session, services, alice):
    closed = SpotifyAccounts(session, None, TokenBox("a secret of decent length"), services.playlists, "http://x")
    for call in (
        lambda: closed.begin(alice.id),
        lambda: closed.answered(alice.id, {}, ""),
        lambda: closed.save(alice.id, "x"),
    ):
        with pytest.raises(NotOfferedError):
            call()


@pytest.mark.parametrize(
    ("address", "refused"),
    [
        ("https://music.example.org", False),
        ("http://127.0.0.1:8000", False),
        ("http://[::1]:8000", False),
        ("http://localhost:8000", True),
        ("http://192.168.1.7:8000", True),
    ],
)
def test_addresses_that_spotify_refuses_are_known(session, services, address, refused):
    accounts = SpotifyAccounts(session, None, TokenBox("a secret of decent length"), services.playlists, address)
    assert accounts.address_refused is refused


# Tokens over time


def test_a_fresh_token_is_used_as_it_is(accounts, connect, server, make_playlist, alice):
    connect(alice)
    server.requests.clear()
    accounts.save(alice.id, make_playlist(alice, SONG).id)
    assert server.asked("token") == []


def test_a_stale_token_is_refreshed_and_kept(accounts, connect, server, make_playlist, session, alice):
    connect(alice)
    age(session, accounts, alice)
    server.requests.clear()
    accounts.save(alice.id, make_playlist(alice, SONG).id)
    accounts.save(alice.id, make_playlist(alice, SONG).id)
    assert len(server.asked("token")) == 1


def test_a_refresh_does_not_move_the_day_on_which_spotify_asks_again(accounts, connect, make_playlist, session, alice):
    connect(alice)
    before = accounts.standing(alice.id).asks_again_at
    age(session, accounts, alice)
    accounts.save(alice.id, make_playlist(alice, SONG).id)
    assert accounts.standing(alice.id).asks_again_at == before


def test_a_new_refresh_token_replaces_the_old_one(accounts, connect, server, make_playlist, session, alice):
    server.rotates = True
    connect(alice)
    for _ in range(3):
        age(session, accounts, alice)
        assert accounts.save(alice.id, make_playlist(alice, SONG).id).saved == 1


def test_a_token_taken_back_early_is_refreshed(accounts, connect, server, make_playlist, alice):
    connect(alice)
    server.expire_access()
    assert accounts.save(alice.id, make_playlist(alice, SONG).id).saved == 1


def test_a_consent_that_ended_is_kept_as_the_problem_and_its_token_dropped(
    accounts, connect, server, make_playlist, session, alice, monkeypatch
):
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.0)
    connect(alice)
    playlist = make_playlist(alice, SONG)
    server.end_consents()
    age(session, accounts, alice)
    with pytest.raises(NotConnectedError, match="six months"):
        accounts.save(alice.id, playlist.id)
    session.expire_all()
    assert session.get(SpotifyAccount, alice.id).token == b""
    assert "six months" in accounts.standing(alice.id).problem
    server.requests.clear()
    with pytest.raises(NotConnectedError):
        accounts.save(alice.id, playlist.id)
    assert server.requests == []
    connect(alice)
    assert accounts.standing(alice.id).problem == ""
    assert accounts.save(alice.id, playlist.id).saved == 1


def test_of_two_refreshes_at_once_both_can_go_on(accounts, connect, server, make_playlist, session, alice):
    server.rotates = True
    connect(alice)
    age(session, accounts, alice)
    api = accounts._offered_api

    class Overtaken:
        """Lets another request refresh first, so that this one's refresh token is worth nothing any more."""

        def __getattr__(self, name):
            return getattr(api, name)

        def refresh(self, refresh_token, *, seconds):
            accounts._offered_api = api
            accounts.save(alice.id, make_playlist(alice, SONG).id)
            return api.refresh(refresh_token, seconds=seconds)

    accounts._offered_api = Overtaken()
    assert accounts.save(alice.id, make_playlist(alice, SONG).id).saved == 1
    assert accounts.standing(alice.id).problem == ""


def test_a_refresh_that_succeeds_heals_what_another_request_took_for_the_end(
    accounts, connect, make_playlist, session, alice
):
    connect(alice)
    age(session, accounts, alice)
    api = accounts._offered_api

    class Slow:
        def __getattr__(self, name):
            return getattr(api, name)

        def refresh(self, refresh_token, *, seconds):
            session.execute(update(SpotifyAccount).values(token=b"", problem=GRANT_ENDED))
            session.commit()
            return api.refresh(refresh_token, seconds=seconds)

    accounts._offered_api = Slow()
    accounts.save(alice.id, make_playlist(alice, SONG).id)
    assert accounts.standing(alice.id).problem == ""


def test_a_refresh_that_comes_after_disconnecting_keeps_nothing(accounts, connect, make_playlist, session, alice):
    connect(alice)
    age(session, accounts, alice)
    playlist = make_playlist(alice, SONG)
    api = accounts._offered_api

    class Slow:
        def __getattr__(self, name):
            return getattr(api, name)

        def refresh(self, refresh_token, *, seconds):
            accounts.disconnect(alice.id)
            return api.refresh(refresh_token, seconds=seconds)

    accounts._offered_api = Slow()
    accounts.save(alice.id, playlist.id)
    assert accounts.standing(alice.id) is None


def test_tokens_locked_with_another_key_ask_to_connect_again(accounts, connect, make_playlist, session, alice):
    connect(alice)
    accounts._keeper._box = TokenBox("another secret of that")
    with pytest.raises(NotConnectedError, match="key"):
        accounts.save(alice.id, make_playlist(alice, SONG).id)
    session.expire_all()
    assert session.get(SpotifyAccount, alice.id).problem == UNREADABLE


def test_a_trouble_that_passes_costs_no_connection(accounts, connect, server, make_playlist, session, alice):
    connect(alice)
    age(session, accounts, alice)
    server.fail("broken", "token", times=1)
    playlist = make_playlist(alice, SONG)
    with pytest.raises(SpotifyTroubleError):
        accounts.save(alice.id, playlist.id)
    assert accounts.save(alice.id, playlist.id).saved == 1


def test_after_six_months_the_page_knows_without_asking(accounts, connect, session, alice):
    connect(alice)
    session.execute(update(SpotifyAccount).values(consented_at=utc_now() - timedelta(days=200)))
    session.commit()
    session.expire_all()
    assert "six months" in accounts.standing(alice.id).problem


@pytest.mark.parametrize(
    ("moment", "later"),
    [
        (datetime(2026, 11, 23, 9, tzinfo=UTC), datetime(2027, 5, 23, 9, tzinfo=UTC)),
        (datetime(2026, 8, 31, tzinfo=UTC), datetime(2027, 2, 28, tzinfo=UTC)),
        (datetime(2027, 8, 31, tzinfo=UTC), datetime(2028, 2, 29, tzinfo=UTC)),
        (datetime(2026, 6, 30, tzinfo=UTC), datetime(2026, 12, 30, tzinfo=UTC)),
    ],
)
def test_half_a_year_later_is_the_same_day_or_the_months_last(moment, later):
    assert months_later(moment, 6) == later


# Whose is whose


def test_each_persons_token_serves_them_alone(accounts, connect, server, make_playlist, alice, bob):
    connect(alice, "acct_alice")
    connect(bob, "acct_bob")
    accounts.save(alice.id, make_playlist(alice, SONG, name="Alice's").id)
    accounts.save(bob.id, make_playlist(bob, SONG, name="Bob's").id)
    assert {kept["name"]: kept["owner"] for kept in server.playlists.values()} == {
        "Alice's": "acct_alice",
        "Bob's": "acct_bob",
    }


def test_who_is_not_connected_does_not_save_by_anothers_token(accounts, connect, server, make_playlist, alice, bob):
    connect(alice)
    with pytest.raises(NotConnectedError):
        accounts.save(bob.id, make_playlist(bob, SONG).id)
    assert server.playlists == {}


def test_disconnecting_deletes_what_was_kept_and_nobody_elses(accounts, connect, make_playlist, session, alice, bob):
    for person in (alice, bob):
        connect(person)
        accounts.save(person.id, make_playlist(person, SONG).id)
    accounts.disconnect(alice.id)
    assert [row.user_id for row in session.query(SpotifyAccount)] == [bob.id]
    assert [row.user_id for row in session.query(SpotifyCopy)] == [bob.id]


def test_disconnecting_twice_is_no_error(accounts, alice):
    accounts.disconnect(alice.id)
    accounts.disconnect(alice.id)


def age(session, accounts, user):
    """Let the person's access token be over."""
    row = session.get(SpotifyAccount, user.id, populate_existing=True)
    tokens = accounts._keeper._box.unlock(user.id, row.token)
    row.token = accounts._keeper._box.lock(user.id, Tokens(tokens.access, tokens.refresh, 0.0))
    session.commit()

"""The page, the way to Spotify and back, and what is told when it goes wrong."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from portal.models import SpotifyAccount
from portal.spotify import service

SONG = ("Nina Simone", "Sinnerman")


# The page


def test_the_page_says_what_it_does_its_limit_and_what_is_stored(as_alice):
    page = as_alice.get("/spotify").text
    assert "Connect Spotify" in page
    assert "Spotify lets 5 people use" in page
    assert "the encrypted tokens" in page


def test_a_connection_is_shown_with_its_dates(as_alice, alice, connect):
    connect(alice)
    page = as_alice.get("/spotify").text
    assert "acct_one" in page
    assert "Asks again" in page
    assert "Connect Spotify" not in page


@pytest.mark.parametrize("count", [1, 12])
def test_the_page_asks_the_database_as_often_however_much_was_saved(
    as_alice, alice, accounts, connect, make_playlist, count_queries, count
):
    connect(alice)
    for number in range(count):
        accounts.save(alice.id, make_playlist(alice, SONG, name=f"Playlist {number}").id)
    with count_queries() as statements:
        assert as_alice.get("/spotify").status_code == 200
    assert len(statements) == 3


def test_an_ended_connection_says_why_and_offers_to_connect_again(as_alice, alice, connect, session):
    connect(alice)
    session.query(SpotifyAccount).update({"problem": "grant_ended", "token": b""})
    session.commit()
    page = as_alice.get("/spotify").text
    assert "Spotify has ended your consent" in page
    assert "Connect Spotify again" in page


def test_who_comes_by_another_address_is_told_where_spotify_leads_back(as_alice):
    assert "Open GenreGenie there first" in as_alice.get("/spotify", base_url="http://localhost:8000").text
    assert "Open GenreGenie there first" not in as_alice.get("/spotify", base_url="http://127.0.0.1:8000").text


def test_an_address_that_spotify_refuses_is_told_before_anybody_tries(app, as_alice, accounts):
    accounts.public_url = "http://localhost:8000"
    page = as_alice.get("/spotify").text
    assert "but not <code>localhost</code>" in page
    assert "Connect Spotify" not in page


def test_browsers_let_the_button_lead_to_spotify_and_nowhere_else(as_alice, server):
    policy = as_alice.get("/spotify").headers["Content-Security-Policy"]
    assert f"form-action 'self' {server.url};" in policy
    assert "script-src 'self';" in policy
    assert server.url not in as_alice.get("/upload").headers["Content-Security-Policy"].split("form-action")[1]


# There and back


def test_connecting_goes_to_spotify_with_a_challenge_and_a_state(as_alice, server):
    answer = as_alice.post("/spotify/connect")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(answer.location).query).items()}
    assert answer.status_code == 303
    assert answer.location.startswith(f"{server.url}/authorize?")
    assert asked["redirect_uri"] == "http://127.0.0.1:8000/spotify/callback"
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert asked["scope"] == "playlist-modify-private"
    assert len(asked["state"]) > 20


def test_the_way_there_and_back_connects(as_alice, go, session, alice):
    answer = as_alice.get("/spotify/callback", query_string=go(as_alice))
    assert (answer.status_code, answer.location) == (303, "/spotify")
    assert session.get(SpotifyAccount, alice.id).account_id == "acct_one"
    assert "Your Spotify account is connected." in as_alice.get("/spotify").text


@pytest.mark.parametrize("wrong", [{"state": "another"}, {"state": ""}, {"state": None}, {"state": "é\0"}])
def test_an_answer_with_another_state_connects_nothing(as_alice, go, session, server, wrong):
    parameters = go(as_alice) | wrong
    server.requests.clear()
    answer = as_alice.get("/spotify/callback", query_string={k: v for k, v in parameters.items() if v is not None})
    assert answer.status_code == 400
    assert "Please begin again" in answer.text
    assert session.query(SpotifyAccount).count() == 0
    assert server.requests == []


def test_an_answer_that_nobody_asked_for_connects_nothing(as_alice, as_bob, go, session):
    parameters = go(as_alice)
    assert as_bob.get("/spotify/callback", query_string=parameters).status_code == 400
    assert session.query(SpotifyAccount).count() == 0


def test_one_persons_answer_does_not_connect_the_next_one_at_the_same_browser(app, alice, bob, go, session):
    browser = app.test_client(user=alice)
    parameters = go(browser)
    with browser.session_transaction() as kept:
        kept["_user_id"] = bob.get_id()
    assert browser.get("/spotify/callback", query_string=parameters).status_code == 400
    assert session.query(SpotifyAccount).count() == 0


def test_an_answer_counts_once_even_a_wrong_one(as_alice, go):
    parameters = go(as_alice)
    assert as_alice.get("/spotify/callback", query_string=parameters | {"state": "guess"}).status_code == 400
    assert as_alice.get("/spotify/callback", query_string=parameters).status_code == 400


def test_refusing_consent_is_no_error(as_alice, go, server, session):
    server.consents = False
    answer = as_alice.get("/spotify/callback", query_string=go(as_alice))
    assert (answer.status_code, answer.location) == (303, "/spotify")
    assert "nothing was connected" in as_alice.get("/spotify").text
    assert session.query(SpotifyAccount).count() == 0


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example"])
def test_the_callback_leads_nowhere_else(as_alice, go, target):
    extra = dict.fromkeys(("next", "redirect_uri", "url", "return_to"), target)
    answer = as_alice.get("/spotify/callback", query_string=go(as_alice) | extra)
    assert answer.location == "/spotify"


def test_a_stranger_at_the_callback_is_sent_to_log_in(client):
    answer = client.get("/spotify/callback?code=x&state=y")
    assert answer.status_code == 302
    assert answer.location.startswith("/login")


@pytest.mark.parametrize("parameters", [{}, {"code": ""}, {"error": "server_error"}, {"code": "x" * 5000}])
def test_an_answer_without_a_good_code_is_told(as_alice, go, parameters):
    state = go(as_alice)["state"]
    answer = as_alice.get("/spotify/callback", query_string={"state": state} | parameters)
    assert answer.status_code == 400
    assert "Begin again" in answer.text


@pytest.mark.parametrize(
    ("how", "status", "words"),
    [
        ("stranger", 403, "five people"),
        ("premium", 502, "Premium"),
        ("quota", 503, "23 hours"),
        ("hang", 504, "too long"),
        ("huge", 502, "do not understand"),
    ],
)
def test_trouble_is_told_in_plain_words_with_its_status(as_alice, go, server, monkeypatch, how, status, words):
    monkeypatch.setattr(service, "SECONDS", 0.6 if how == "hang" else 10.0)
    parameters = go(as_alice)
    server.fail(how, "me")
    answer = as_alice.get("/spotify/callback", query_string=parameters)
    assert answer.status_code == status
    assert words in answer.text
    assert "Connect Spotify" in answer.text
    assert answer.headers.get("Retry-After") == ("83316" if how == "quota" else None)


# Disconnecting and saving


def test_disconnecting_deletes_the_tokens(as_alice, alice, connect, session):
    connect(alice)
    assert as_alice.post("/spotify/disconnect").status_code == 303
    assert session.query(SpotifyAccount).count() == 0


def test_saving_leads_to_the_page_that_shows_what_was_saved(as_alice, alice, connect, make_playlist, server):
    connect(alice)
    server.missing.add("Lost & found")
    playlist = make_playlist(alice, SONG, ("Nobody", "Lost & found"))
    answer = as_alice.post(f"/spotify/playlists/{playlist.id}")
    assert (answer.status_code, answer.location) == (303, "/spotify")
    page = as_alice.get("/spotify").text
    assert "1 of 2 songs saved" in page
    assert "Nobody: Lost &amp; found" in page
    assert "https://open.spotify.com/playlist/" in page


def test_an_unfinished_one_can_be_gone_on_with(as_alice, alice, connect, make_playlist, server):
    connect(alice)
    playlist = make_playlist(alice, SONG, ("Nobody", "Second"))
    server.fail("quota", "search", after=1)
    answer = as_alice.post(f"/spotify/playlists/{playlist.id}")
    assert answer.status_code == 503
    assert "1 of 2 songs looked up, 1 saved" in answer.text
    server.heal()
    assert f'action="/spotify/playlists/{playlist.id}"' in as_alice.get("/spotify").text
    as_alice.post(f"/spotify/playlists/{playlist.id}")
    assert "2 of 2 songs saved" in as_alice.get("/spotify").text


def test_saving_without_a_connection_says_to_connect_first(as_alice, alice, make_playlist):
    answer = as_alice.post(f"/spotify/playlists/{make_playlist(alice, SONG).id}")
    assert answer.status_code == 409
    assert "Connect your Spotify account first." in answer.text


def test_scripts_get_json(as_alice, alice, make_playlist):
    answer = as_alice.post(
        f"/spotify/playlists/{make_playlist(alice, SONG).id}", headers={"Accept": "application/json"}
    )
    assert (answer.status_code, answer.get_json()["error"]) == (409, "not_connected")


@pytest.mark.parametrize("playlist_id", ["nowhere", "%00", "a%00b", "x" * 400])
def test_no_such_playlist_is_404(as_alice, alice, connect, playlist_id):
    connect(alice)
    assert as_alice.post(f"/spotify/playlists/{playlist_id}").status_code == 404


def test_another_persons_playlist_is_404(as_bob, alice, bob, connect, make_playlist):
    connect(bob)
    assert as_bob.post(f"/spotify/playlists/{make_playlist(alice, SONG).id}").status_code == 404


@pytest.mark.parametrize("path", ["/spotify/connect", "/spotify/disconnect", "/spotify/playlists/x"])
def test_nothing_happens_by_a_get(as_alice, path):
    assert as_alice.get(path).status_code == 405


@pytest.mark.parametrize("path", ["/spotify/connect", "/spotify/disconnect", "/spotify/playlists/x"])
def test_nothing_happens_without_the_forms_token(app, as_alice, path):
    app.config["WTF_CSRF_ENABLED"] = True
    assert as_alice.post(path).status_code == 400


# Where it is not offered


def test_where_it_is_not_offered_the_page_says_so_and_the_rest_is_404(closed, as_alice):
    page = as_alice.get("/spotify")
    assert page.status_code == 200
    assert "Not set up here" in page.text
    assert as_alice.post("/spotify/connect").status_code == 404
    assert as_alice.get("/spotify/callback?code=x&state=y").status_code == 404
    assert as_alice.post("/spotify/playlists/x").status_code == 404


def test_who_was_connected_before_can_still_have_it_deleted(closed, as_alice, alice, session):
    session.add(SpotifyAccount(user_id=alice.id, account_id="acct", token=b"x", scope=""))
    session.commit()
    assert "/spotify/disconnect" in as_alice.get("/spotify").text
    as_alice.post("/spotify/disconnect")
    assert session.query(SpotifyAccount).count() == 0


@pytest.fixture
def closed(accounts):
    accounts._offered_api = None


@pytest.fixture
def go(answer_of):
    """Return a function that goes to Spotify's page and brings its answer back: go(browser) -> parameters."""
    return lambda browser: answer_of(browser.post("/spotify/connect").location)

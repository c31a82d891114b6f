"""What each page asks of the database: so many statements, whether the history holds no song, one or twenty."""

from __future__ import annotations

import pytest

from portal.models import JobState

STRANGER = {
    "home": ("/", 0),
    "healthz": ("/healthz", 0),
    "signup.signup": ("/signup", 0),
    "login.login": ("/login", 0),
    "reset_password.request_link": ("/reset-password", 0),
    "reset_password.choose": ("/reset-password/{token}", 1),
}
"""Endpoint -> an address and its statements, for who is not logged in."""

MEMBER = {
    "upload.upload": ("/upload", 1),
    "history.index": ("/history", 4),
    "history.export_csv": ("/history.csv", 3),
    "history.export_json": ("/history.json", 3),
}
"""The same for who is logged in. One statement finds out who that is, and the list's filters take one."""

SONG = {
    "history.song": ("/songs/{song}", {"done": 3, "queued": 2, "failed": 2}),
    "history.status": ("/songs/{song}/status", {"done": 2, "queued": 3, "failed": 2}),
}
"""The pages of one song, by its state: a verdict has suggestions, a queued song a place in the queue."""

FILTERED = ("?page=2", "?q=song", "?genre=jazz", "?state=done", "?genre=jazz&state=done&q=song")


@pytest.mark.parametrize("endpoint", STRANGER)
def test_a_strangers_page_keeps_its_budget(client, services, alice, count_queries, endpoint):
    path, budget = STRANGER[endpoint]
    token = services.accounts._tokens.make(alice.id, alice.password_hash)
    assert statements(count_queries, client, path.format(token=token)) == budget


@pytest.mark.parametrize("songs", [0, 1, 20])
@pytest.mark.parametrize("endpoint", MEMBER)
def test_a_members_page_keeps_its_budget(as_alice, alice, make_song, count_queries, endpoint, songs):
    for _ in range(songs):
        make_song(alice)
    path, budget = MEMBER[endpoint]
    assert statements(count_queries, as_alice, path) == budget


@pytest.mark.parametrize("songs", [1, 41])
@pytest.mark.parametrize("query", FILTERED)
def test_no_filter_and_no_page_of_the_list_costs_more(as_alice, alice, make_song, count_queries, query, songs):
    for _ in range(songs):
        make_song(alice)
    assert statements(count_queries, as_alice, f"/history{query}") == MEMBER["history.index"][1]


@pytest.mark.parametrize("state", ["done", "queued", "failed"])
@pytest.mark.parametrize("endpoint", SONG)
def test_a_songs_page_keeps_its_budget(as_alice, alice, make_song, count_queries, endpoint, state):
    song = make_song(alice, state=JobState(state))
    path, budgets = SONG[endpoint]
    assert statements(count_queries, as_alice, path.format(song=song.id)) == budgets[state]


def test_every_page_has_a_budget(app):
    pages = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in rule.methods}
    assert pages - {"static"} == set(STRANGER) | set(MEMBER) | set(SONG)


def test_the_list_reads_no_timeline(as_alice, alice, make_song, count_queries):
    make_song(alice)
    with count_queries() as statements:
        as_alice.get("/history")
    assert not any("segments" in statement for statement in statements)


def statements(count_queries, client, path):
    with count_queries() as found:
        answer = client.get(path)
    assert answer.status_code == 200
    return len(found)

"""What every outside source keeps to: the real ones against servers of our own, the null one and the fake one."""

from __future__ import annotations

import socket
import threading
from urllib.parse import urlsplit

import pytest

from portal.adapters.listenbrainz import ListenBrainzSource
from portal.adapters.null_source import NullSource
from portal.adapters.spotify import SpotifySource
from portal.ports import SourceError, Suggestion
from tests.support.listenbrainz_server import ListenBrainzServer
from tests.support.sources import FakeSource
from tests.support.spotify_server import CLIENT_ID, CLIENT_SECRET, SpotifyServer
from tests.support.stand_in import PATIENCE_SECONDS

CODES = {
    *("not_configured", "keys_refused", "owner_needs_premium", "rate_limited", "quota_exceeded", "bad_request"),
    *("timeout", "unreachable", "bad_answer"),
}
ALL = ("spotify", "listenbrainz", "null", "fake")
REAL = ("spotify", "listenbrainz")
SECONDS = 10.0


@pytest.mark.parametrize("kind", ALL)
def test_a_source_has_a_name_that_fits_its_column(source):
    assert 0 < len(source.name) <= 32


@pytest.mark.parametrize("kind", ALL)
def test_the_same_seed_gives_the_same_queries(source):
    queries = source.queries("jazz", seed="song")
    assert queries == source.queries("jazz", seed="song")
    assert isinstance(queries, tuple)
    assert all(isinstance(query, str) and query for query in queries)
    assert len(set(queries)) == len(queries)


@pytest.mark.parametrize("kind", [*REAL, "fake"])
def test_other_seeds_bring_other_queries(source):
    assert len({source.queries("jazz", seed=str(number)) for number in range(50)}) > 1


@pytest.mark.parametrize("genre", ["", "no such genre", "\0", 'jazz" OR "', "\ud800"])
@pytest.mark.parametrize("kind", ALL)
def test_there_is_nothing_to_ask_for_a_genre_that_it_does_not_know(source, genre):
    assert source.queries(genre, seed="song") == ()


@pytest.mark.parametrize("seed", ["", "\0", "\ud800", "song" * 1000])
@pytest.mark.parametrize("kind", ALL)
def test_any_seed_will_do(source, seed):
    assert source.queries("jazz", seed=seed) == source.queries("jazz", seed=seed)


@pytest.mark.parametrize("kind", [*REAL, "fake"])
def test_a_query_finds_up_to_ten_songs_that_can_be_shown_and_followed(source):
    found = source.ask(source.queries("rock", seed="song")[0], seconds=SECONDS)
    assert 1 < len(found) <= 10
    for one in found:
        assert isinstance(one, Suggestion)
        assert one.artist.isprintable()
        assert one.title.isprintable()
        assert all((one.artist, one.title, one.key))
        assert urlsplit(one.url).scheme == "https"
        assert len(one.url) <= 500


@pytest.mark.parametrize("kind", [*REAL, "fake"])
def test_no_artist_is_suggested_twice(source):
    found = source.ask(source.queries("rock", seed="song")[0], seconds=SECONDS)
    assert len({one.artist for one in found}) == len(found)


@pytest.mark.parametrize("kind", [*REAL, "fake"])
def test_asking_again_gives_the_same(source):
    query = source.queries("rock", seed="song")[0]
    assert source.ask(query, seconds=SECONDS) == source.ask(query, seconds=SECONDS)


@pytest.mark.parametrize("kind", ["null"])
def test_a_source_that_is_not_configured_says_so(source):
    with pytest.raises(SourceError) as refused:
        source.ask("jazz", seconds=SECONDS)
    assert refused.value.code == "not_configured"


@pytest.mark.parametrize(
    ("how", "code"),
    [
        (("broken",), "unreachable"),
        (("reset",), "unreachable"),
        (("hang",), "timeout"),
        (("drip",), "timeout"),
        (("drip_headers",), "timeout"),
        (("huge",), "bad_answer"),
        (("html",), "bad_answer"),
        (("redirect", {"to": "http://127.0.0.1:1/"}), "bad_answer"),
        (("body", {"body": b'{"tracks": {"it'}), "bad_answer"),
        (("body", {"body": b"[" * 200_000}), "bad_answer"),
        (("body", {"body": "text"}), "bad_answer"),
        (("body", {"body": 7}), "bad_answer"),
        (("status", {"status": 400}), "bad_request"),
        (("status", {"status": 404, "body": []}), "bad_request"),
        (("status", {"status": 403, "body": {"error": ["odd"]}}), "keys_refused"),
        (("status", {"status": 429, "body": {"error": "odd"}}), "rate_limited"),
        (("html", {"status": 503}), "unreachable"),
        (("html", {"status": 429}), "rate_limited"),
    ],
    ids=str,
)
@pytest.mark.parametrize("kind", REAL)
def test_whatever_goes_wrong_has_one_of_the_codes(source, server, how, code):
    query = source.queries("rock", seed="song")[0]
    server.fail(how[0], **dict(*how[1:]))
    with pytest.raises(SourceError) as failed:
        source.ask(query, seconds=0.6 if code == "timeout" else SECONDS)
    assert failed.value.code == code
    assert code in CODES


@pytest.mark.parametrize("kind", REAL)
def test_a_server_that_is_gone_is_unreachable(source, server):
    query = source.queries("rock", seed="song")[0]
    server.stop()
    with pytest.raises(SourceError, match="unreachable"):
        source.ask(query, seconds=SECONDS)


@pytest.mark.parametrize("kind", REAL)
def test_a_name_server_that_never_answers_is_not_waited_for(source, monkeypatch):
    released = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: released.wait(PATIENCE_SECONDS) and [])
    with pytest.raises(SourceError, match="timeout"):
        source.ask(source.queries("rock", seed="song")[0], seconds=0.3)
    released.set()


@pytest.mark.parametrize("kind", REAL)
def test_a_refusal_is_not_tried_again(source, server):
    query = source.queries("rock", seed="song")[0]
    source.ask(query, seconds=SECONDS)
    server.requests.clear()
    server.fail("too_often", seconds=4)
    with pytest.raises(SourceError) as refused:
        source.ask(query, seconds=SECONDS)
    assert len(server.requests) == 1
    assert refused.value.retry_after in (4, 7)


@pytest.mark.parametrize("kind", REAL)
def test_it_works_again_once_the_trouble_is_over(source, server):
    query = source.queries("rock", seed="song")[0]
    server.fail("drip")
    with pytest.raises(SourceError):
        source.ask(query, seconds=0.3)
    server.heal()
    assert source.ask(query, seconds=SECONDS)


@pytest.mark.parametrize("kind", REAL)
def test_it_tells_who_is_asking_and_keeps_no_cookies(source, server):
    query = source.queries("rock", seed="song")[0]
    server.fail("body", times=1, body={}, headers={"Set-Cookie": "visitor=1"})
    with pytest.raises(SourceError):
        source.ask(query, seconds=SECONDS)
    source.ask(query, seconds=SECONDS)
    assert all(asked.headers["User-Agent"].startswith("GenreGenie/") for asked in server.requests)
    assert not any("Cookie" in asked.headers for asked in server.requests)


@pytest.mark.parametrize("kind", REAL)
def test_time_that_is_over_asks_nobody(source, server):
    with pytest.raises(SourceError, match="timeout"):
        source.ask(source.queries("rock", seed="song")[0], seconds=0.0)
    assert server.requests == []


@pytest.fixture
def server(kind):
    if kind not in REAL:
        yield None
        return
    with SpotifyServer() if kind == "spotify" else ListenBrainzServer() as server:
        yield server


@pytest.fixture
def source(kind, server):
    if kind == "spotify":
        return SpotifySource(CLIENT_ID, CLIENT_SECRET, api_url=f"{server.url}/v1", token_url=f"{server.url}/api/token")
    if kind == "listenbrainz":
        return ListenBrainzSource(server.url)
    return NullSource("null") if kind == "null" else FakeSource()

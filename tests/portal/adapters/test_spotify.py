"""Spotify against a server of our own that answers in its documented shapes."""

from __future__ import annotations

import base64
import hashlib
import logging
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from portal.adapters.spotify import PAGES, ROWS, VARIANTS, SpotifyAccountApi, SpotifySource
from portal.adapters.spotify_answers import suggestion, tracks
from portal.ports import SourceError
from tests.support.spotify_server import CLIENT_ID, CLIENT_SECRET, DAY_SECONDS, SpotifyServer

SECONDS = 10.0
ASKED_ROCK = 'genre:"rock" #0'
TRACK = {"id": "4uLU6hMCjMI75M1A2tKUQC", "name": "Song", "artists": [{"name": "Somebody"}]}
ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["tracks", "items", "id", "name", "artists", "album", "images", "url", "external_urls"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


# Searching


def test_a_search_asks_for_ten_tracks_of_the_genre_from_a_row_that_the_seed_chooses(source, server):
    query = source.queries("jazz", seed="song 7")[0]
    source.ask(query, seconds=SECONDS)
    [asked, *_] = server.asked("search")
    assert asked.query == {"q": 'genre:"jazz"', "type": "track", "limit": "10", "offset": query.rpartition("#")[2]}


def test_pages_begin_between_the_first_and_the_ninetieth_row(source):
    rows = {int(source.queries("jazz", seed=str(number))[0].rpartition("#")[2]) for number in range(300)}
    assert rows == {page * ROWS for page in range(PAGES)}


def test_an_empty_page_is_followed_by_the_first(source, server):
    found = source.ask('genre:"jazz" #90', seconds=SECONDS)
    assert [asked.query["offset"] for asked in server.asked("search")] == ["90", "0"]
    assert found == source.ask('genre:"jazz" #0', seconds=SECONDS)


def test_a_genre_has_several_spellings_and_plain_words_as_the_last_resort(source):
    texts = [query.rpartition(" #")[0] for query in source.queries("hiphop", seed="song")]
    assert texts == ['genre:"hip hop"', 'genre:"hip-hop"', 'genre:"rap"', "hip hop"]
    assert all(not texts[-1].startswith("genre:") for texts in VARIANTS.values())


def test_a_spelling_that_spotify_does_not_know_finds_nothing_and_is_no_error(source):
    assert source.ask('genre:"hip-hop" #0', seconds=SECONDS) == []


def test_the_operators_own_queries_replace_ours_for_their_genre(make_source):
    source = make_source(variants={"jazz": ("bebop",), "polka": ("polka",)})
    assert source.queries("jazz", seed="s")[0].startswith("bebop #")
    assert source.queries("polka", seed="s")
    assert source.queries("rock", seed="s")[0].startswith('genre:"rock" #')


def test_the_market_is_asked_for_where_one_is_set(make_source, server):
    make_source(market="DE").ask(ASKED_ROCK, seconds=SECONDS)
    assert server.asked("search")[0].query["market"] == "DE"


@pytest.mark.parametrize("text", ["no 1 #1 hit", "#", "a #b", "é"])
def test_a_query_is_asked_as_it_was_configured(make_source, server, text):
    source = make_source(variants={"jazz": (text,)})
    source.ask(source.queries("jazz", seed="s")[0], seconds=SECONDS)
    assert server.asked("search")[0].query["q"] == text


# Tokens


def test_one_token_serves_many_searches(source, server):
    source.ask(ASKED_ROCK, seconds=SECONDS)
    source.ask(ASKED_ROCK, seconds=SECONDS)
    assert len(server.asked("token")) == 1


def test_a_token_that_ended_early_is_replaced_once(source, server):
    source.ask(ASKED_ROCK, seconds=SECONDS)
    server.expire_access()
    assert source.ask(ASKED_ROCK, seconds=SECONDS)
    assert len(server.asked("token")) == 2


def test_keys_that_stay_refused_are_not_tried_for_ever(source, server):
    source.ask(ASKED_ROCK, seconds=SECONDS)
    server.fail("unauthorized", "search")
    server.requests.clear()
    with pytest.raises(SourceError, match="keys_refused"):
        source.ask(ASKED_ROCK, seconds=SECONDS)
    assert [server.place(asked) for asked in server.requests] == ["search", "token", "search"]


def test_wrong_keys_are_refused_by_the_token_endpoint_alone(server):
    wrong = SpotifySource("wrong", "wrong", api_url=f"{server.url}/v1", token_url=f"{server.url}/api/token")
    with pytest.raises(SourceError, match="keys_refused"):
        wrong.ask(ASKED_ROCK, seconds=SECONDS)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"access_token": "x"},
        {"access_token": None, "expires_in": None},
        {"access_token": "a\nb", "expires_in": 9},
    ],
    ids=str,
)
def test_a_token_of_another_shape_is_a_bad_answer(source, server, body):
    server.fail("body", "token", body=body)
    with pytest.raises(SourceError, match="bad_answer"):
        source.ask(ASKED_ROCK, seconds=SECONDS)


def test_no_token_is_left_in_a_file_or_a_log(source, tmp_path, monkeypatch, caplog):
    monkeypatch.chdir(tmp_path)
    with caplog.at_level(logging.INFO):
        source.ask(ASKED_ROCK, seconds=SECONDS)
    assert list(tmp_path.iterdir()) == []
    assert "Bearer" not in caplog.text
    assert "Basic" not in caplog.text


# Refusals


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ("unauthorized", "keys_refused"),
        ("premium", "owner_needs_premium"),
        ("forbidden", "keys_refused"),
        ("invalid_limit", "bad_request"),
        ("too_often", "rate_limited"),
        ("quota", "quota_exceeded"),
        ("broken", "unreachable"),
    ],
)
@pytest.mark.parametrize("where", ["search", "token"])
def test_a_refusal_is_told_by_its_code(source, server, how, code, where):
    server.fail(how, where)
    with pytest.raises(SourceError) as refused:
        source.ask(ASKED_ROCK, seconds=SECONDS)
    assert refused.value.code == code


def test_a_quota_of_a_day_comes_back_at_once_with_its_wait(source, server):
    server.fail("quota", "search")
    with pytest.raises(SourceError) as refused:
        source.ask(ASKED_ROCK, seconds=SECONDS)
    assert refused.value.retry_after == DAY_SECONDS
    assert len(server.asked("search")) == 1


@pytest.mark.parametrize(
    ("given", "read"), [("4", 4), ("-5", 0), ("inf", None), ("Wed, 21 Oct 2026", None), ("9e99", 604800), (None, None)]
)
def test_an_odd_wait_costs_nothing(source, server, given, read):
    server.fail("status", status=429, headers={"Retry-After": given} if given else {})
    with pytest.raises(SourceError) as refused:
        source.ask(ASKED_ROCK, seconds=SECONDS)
    assert refused.value.retry_after == read


# Answers


@pytest.mark.parametrize(
    "body",
    [{"tracks": None}, {"tracks": {"items": None}}, {"tracks": {}}, {"tracks": {"items": [None, 7, {}, {"id": None}]}}],
    ids=str,
)
def test_nulls_are_left_out(source, server, body):
    server.fail("body", "search", body=body)
    assert source.ask(ASKED_ROCK, seconds=SECONDS) == []


@pytest.mark.parametrize(
    "body", [{}, [], {"tracks": []}, {"tracks": {"items": {}}}, {"artists": {"items": []}}], ids=str
)
def test_another_shape_is_a_bad_answer(source, server, body):
    server.fail("body", "search", body=body)
    with pytest.raises(SourceError, match="bad_answer"):
        source.ask(ASKED_ROCK, seconds=SECONDS)


@given(ODD)
def test_no_answer_whatever_its_shape_raises_anything_else(answer):
    try:
        found = tracks(answer)
    except SourceError:
        return
    for track in found:
        suggestion(track)


@pytest.mark.parametrize("without", ["id", "name", "artists"])
def test_a_track_that_cannot_be_named_or_linked_is_left_out(without):
    assert suggestion(TRACK)
    assert suggestion(TRACK | {without: None}) is None
    assert suggestion({key: value for key, value in TRACK.items() if key != without}) is None


@pytest.mark.parametrize("odd", ["../../login", "a b", "", "x" * 65, 7, "ключ"])
def test_an_id_that_is_none_makes_no_link(odd):
    assert suggestion(TRACK | {"id": odd}) is None


@pytest.mark.parametrize(
    "url",
    [
        None,
        7,
        "javascript:alert(1)",
        "http://open.spotify.com/track/x",
        "https://open.spotify.com.example.org/track/x",
        "https://a@open.spotify.com/track/x",
        "https://open.spotify.com:8/x",
        "https://[open",
        "https://open.spotify.com/" + "x" * 600,
    ],
)
def test_a_link_that_leads_elsewhere_is_replaced_by_one_made_from_the_id(url):
    found = suggestion(TRACK | {"external_urls": {"spotify": url}})
    assert found.url == "https://open.spotify.com/track/4uLU6hMCjMI75M1A2tKUQC"


def test_spotifys_own_link_is_kept():
    own = "https://open.spotify.com/intl-de/track/4uLU6hMCjMI75M1A2tKUQC"
    assert suggestion(TRACK | {"external_urls": {"spotify": own}}).url == own


@pytest.mark.parametrize(
    ("sizes", "chosen"),
    [([640, 300, 64], 64), ([640, 300, 32], 300), ([32, 16], 32), ([None, 100], 100), ([None], None)],
)
def test_the_artwork_is_the_smallest_that_is_large_enough(sizes, chosen):
    images = [{"url": f"https://i.scdn.co/{size}", "width": size, "height": size} for size in sizes]
    assert suggestion(TRACK | {"album": {"images": images}}).image == f"https://i.scdn.co/{chosen}"


@pytest.mark.parametrize(
    "album", [None, {}, {"images": None}, {"images": []}, {"images": [None, {"url": None}]}], ids=str
)
def test_a_track_without_artwork_is_still_a_track(album):
    assert suggestion(TRACK | {"album": album}).image == ""


@pytest.mark.parametrize(
    "url", ["http://i.scdn.co/x", "//i.scdn.co/x", "data:image/png;base64,", "https://a b/", "ftp://x"]
)
def test_artwork_without_encryption_is_not_shown(url):
    assert suggestion(TRACK | {"album": {"images": [{"url": url, "width": 64, "height": 64}]}}).image == ""


def test_a_local_stand_in_may_serve_its_artwork_without(source, server):
    assert source.ask(ASKED_ROCK, seconds=SECONDS)[0].image.startswith(f"{server.url}/image/")


def test_several_artists_are_all_named_and_text_is_made_fit_to_be_shown():
    found = suggestion(TRACK | {"name": "So\0ng\u202e\ud800 one", "artists": [{"name": "A"}, None, {"name": "B"}]})
    assert (found.artist, found.title) == ("A, B", "Song one")


# People's own accounts


def test_a_code_is_exchanged_for_tokens_by_its_verifier(api, server, granted):
    grant = granted()
    assert grant.access_token in server.user_tokens
    assert grant.refresh_token in server.refresh_tokens
    assert grant.lasts == 3600
    assert "access" not in repr(grant).replace("access_token", "")
    assert grant.access_token not in repr(grant)


def test_another_verifier_gets_nothing(granted):
    with pytest.raises(SourceError, match="grant_ended"):
        granted(verifier="another")


def test_a_refresh_keeps_the_old_refresh_token_where_no_new_one_comes(api, server, granted):
    grant = granted()
    fresh = api.refresh(grant.refresh_token, seconds=SECONDS)
    assert fresh.refresh_token == grant.refresh_token
    assert fresh.access_token != grant.access_token
    server.rotates = True
    assert api.refresh(grant.refresh_token, seconds=SECONDS).refresh_token != grant.refresh_token


def test_a_consent_that_is_over_is_told_by_its_code(api, server, granted):
    grant = granted()
    server.end_consents()
    with pytest.raises(SourceError, match="grant_ended"):
        api.refresh(grant.refresh_token, seconds=SECONDS)


def test_a_person_is_known_by_their_stable_id(api, server, granted):
    token = granted().access_token
    assert api.account_id(token, seconds=SECONDS) == "acct_one"
    server.fail("body", "me", body={"id": "old-name"})
    assert api.account_id(token, seconds=SECONDS) == "old-name"
    server.fail("body", "me", body={"id": None})
    with pytest.raises(SourceError, match="bad_answer"):
        api.account_id(token, seconds=SECONDS)


def test_a_stranger_to_the_operators_app_is_told_by_their_code(api, server, granted):
    server.fail("stranger", "me")
    with pytest.raises(SourceError, match="not_allowed"):
        api.account_id(granted().access_token, seconds=SECONDS)


def test_a_track_is_looked_up_by_title_and_artist(api, server, granted):
    token = granted().access_token
    assert api.find(token, artist="Nina Simone", title='Sinner"man', seconds=SECONDS)
    assert server.asked("search")[0].query["q"] == 'track:"Sinner man" artist:"Nina Simone"'
    server.missing.add("Nothing")
    assert api.find(token, artist="", title="Nothing", seconds=SECONDS) == ""


def test_a_playlist_is_made_private_and_filled(api, server, granted):
    token = granted().access_token
    playlist = api.create_playlist(token, name="Evening", description="calm", seconds=SECONDS)
    api.add(token, playlist_id=playlist, track_ids=["abc", "def"], seconds=SECONDS)
    [kept] = server.playlists.values()
    assert (kept["name"], kept["public"], kept["owner"]) == ("Evening", False, "acct_one")
    assert kept["items"] == ["spotify:track:abc", "spotify:track:def"]


@pytest.fixture
def server():
    with SpotifyServer() as server:
        yield server


@pytest.fixture
def make_source(server):
    def make(**options):
        addresses = {"api_url": f"{server.url}/v1", "token_url": f"{server.url}/api/token"}
        return SpotifySource(CLIENT_ID, CLIENT_SECRET, **addresses, **options)

    return make


@pytest.fixture
def source(make_source):
    return make_source()


@pytest.fixture
def api(server):
    return SpotifyAccountApi(
        CLIENT_ID,
        CLIENT_SECRET,
        api_url=f"{server.url}/v1",
        token_url=f"{server.url}/api/token",
        authorize_url=f"{server.url}/authorize",
    )


@pytest.fixture
def granted(api, server):
    """Return what a person's consent gives: granted(verifier=…) goes the whole way, the browser's part included."""

    def grant(verifier="the verifier"):
        challenge = base64.urlsafe_b64encode(hashlib.sha256(b"the verifier").digest()).rstrip(b"=").decode()
        back = "http://127.0.0.1:8000/spotify/callback"
        url = api.consent_url(state="s", challenge=challenge, scope="playlist-modify-private", redirect_uri=back)
        location = requests.get(url, allow_redirects=False, timeout=SECONDS).headers["Location"]
        code = parse_qs(urlsplit(location).query)["code"][0]
        return api.exchange(code, verifier=verifier, redirect_uri=back, seconds=SECONDS)

    return grant

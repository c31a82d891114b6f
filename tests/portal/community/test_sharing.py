"""Links to share: made, opened by anybody, over."""

from __future__ import annotations

import re
import string
from datetime import timedelta

import pytest

from portal.community.links import ShareTokens
from portal.community.sharing import MAX_OPEN_LINKS, PER_PAGE, TooManyLinksError
from portal.models import JobState, ShareLink, utc_now


@pytest.fixture
def share(parts):
    """Return a factory: share(user, song=… or playlist=…) -> (the link's id, the path it opens)."""

    def make(user, *, song=None, playlist=None, days=7, shows_name=False):
        thing = parts.sharing.thing(user.id, song and song.id, playlist and playlist.id)
        link_id = parts.sharing.share(user.id, thing, days, shows_name=shows_name)
        return link_id, f"/s/{parts.sharing._tokens.make(link_id)}"

    return make


def test_a_link_shows_a_stranger_the_result(client, alice, make_song, share):
    song = make_song(alice, title="Harbour lights", tags={"artist": "Paper Lanterns"}, genre="reggae")
    page = client.get(share(alice, song=song)[1])
    assert page.status_code == 200
    for shown in ("Harbour lights", "Paper Lanterns", "Reggae", "80\N{NO-BREAK SPACE}%", "Genre over time"):
        assert shown in page.text
    assert "<audio" not in page.text


def test_a_link_shows_the_waveform_where_the_verdict_has_one_and_nothing_to_play(
    client, session, alice, make_song, share
):
    song = make_song(alice)
    song.prediction.peaks = [10, 200, 30, 120]
    session.commit()
    page = client.get(share(alice, song=song)[1]).text
    assert "The waveform of the song" in page
    assert "The same in words" in page
    assert "<audio" not in page


def test_a_link_shows_a_stranger_the_playlist_with_its_owners_songs(client, alice, make_song, make_playlist, share):
    playlist = make_playlist(alice, name="Evening", songs=[make_song(alice, title="Copper")])
    page = client.get(share(alice, playlist=playlist)[1]).text
    for shown in ("Evening", "Windows down", "Copper", "Elsewhere", "Far Away"):
        assert shown in page


def test_the_owners_name_is_shown_only_if_they_chose_so(client, alice, make_song, share, named):
    song = make_song(alice)
    assert "Nightingale" not in client.get(share(alice, song=song)[1]).text
    assert "Shared by Nightingale" in client.get(share(alice, song=song, shows_name=True)[1]).text


def test_no_search_engine_no_cache_and_no_other_site_learns_of_a_link(client, as_bob, alice, make_song, share):
    link_id, path = share(alice, song=make_song(alice))
    for _ in range(2):
        answer = client.get(path)
        assert answer.headers["X-Robots-Tag"] == "noindex"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        revoke(as_bob.application, link_id)
    assert answer.status_code == 410


def test_whoever_is_logged_in_can_still_log_out_from_a_links_page(as_bob, alice, make_song, share):
    # Forms are let through over TLS only when they name where they come from.
    assert as_bob.get(share(alice, song=make_song(alice))[1]).headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("end", ["expired", "revoked", "deleted", "suspended", "hidden"])
def test_a_link_that_is_over_says_so_calmly(as_alice, client, parts, session, alice, bob, make_public, share, end):
    song = make_public(alice)
    link_id, path = share(alice, song=song)
    assert client.get(path).status_code == 200
    if end == "expired":
        session.get(ShareLink, link_id).expires_at = utc_now()
        session.commit()
    elif end == "revoked":
        assert as_alice.post(f"/shares/{link_id}/revoke").status_code == 303
    elif end == "deleted":
        as_alice.post(f"/songs/{song.id}/delete")
    else:
        parts.moderation.decide(bob.id, "song", song.id, {"suspended": "suspend", "hidden": "hide"}[end])
    answer = client.get(path)
    assert answer.status_code == 410
    assert "This link no longer works" in answer.text
    assert client.get(path, headers={"Accept": "application/json"}).json["error"] == "link_gone"


def test_a_hidden_or_deleted_playlist_is_shown_by_no_link(
    as_alice, client, parts, alice, bob, make_playlist, share, named
):
    hidden, deleted = make_playlist(alice), make_playlist(alice)
    parts.publishing.publish_playlist(alice.id, hidden.id)
    paths = [share(alice, playlist=playlist)[1] for playlist in (hidden, deleted)]
    parts.moderation.decide(bob.id, "playlist", hidden.id, "hide")
    as_alice.post(f"/playlists/{deleted.id}/delete")
    assert [client.get(path).status_code for path in paths] == [410, 410]


def test_revoking_twice_is_fine_and_keeps_the_first_moment(as_alice, session, alice, make_song, share):
    link_id, _ = share(alice, song=make_song(alice))
    moments = []
    for _ in range(2):
        assert as_alice.post(f"/shares/{link_id}/revoke").status_code == 303
        session.expire_all()
        moments.append(session.get(ShareLink, link_id).revoked_at)
    assert moments[0] == moments[1]


def test_a_link_is_its_owners_to_revoke(as_bob, client, alice, make_song, share):
    link_id, path = share(alice, song=make_song(alice))
    assert as_bob.post(f"/shares/{link_id}/revoke").status_code == 404
    assert client.get(path).status_code == 200


@pytest.mark.parametrize(
    "change", [lambda t: t[:-1], lambda t: t[:-2] + "xx", lambda t: "A" + t[1:], lambda t: t + "."]
)
def test_a_token_that_was_altered_is_no_link(client, alice, make_song, share, change):
    _, path = share(alice, song=make_song(alice))
    assert client.get("/s/" + change(path.removeprefix("/s/"))).status_code == 404


def test_a_last_letter_that_decodes_to_the_same_signature_is_no_link_either(client, alice, make_song, share):
    letters = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
    _, path = share(alice, song=make_song(alice))
    neighbours = [path[:-1] + letters[letters.index(path[-1]) ^ bits] for bits in (1, 2, 3)]
    assert [client.get(other).status_code for other in neighbours] == [404, 404, 404]


@pytest.mark.parametrize("token", ["x", ".", "%00", "x.%00", "%F0%9F%8E%B5", "%ff.%ff", "a" * 3000, "..%2F..%2Fetc"])
def test_what_never_was_a_token_is_no_link(client, token):
    assert client.get(f"/s/{token}").status_code == 404


def test_another_keys_signature_is_worth_nothing(client, alice, make_song, share):
    link_id, _ = share(alice, song=make_song(alice))
    assert client.get(f"/s/{ShareTokens('another secret key').make(link_id)}").status_code == 404
    assert client.get(f"/s/{link_id}").status_code == 404


def test_the_form_makes_a_link_and_shows_its_whole_address(as_alice, client, alice, make_song):
    song = make_song(alice)
    answer = as_alice.post("/share", data={"song": song.id, "days": "30"})
    assert answer.status_code == 303
    page = as_alice.get(answer.location).text
    assert "Your link is ready" in page
    path = re.search(r'value="http://127\.0\.0\.1:8000(/s/[^"]+)"', page)[1]
    assert song.title in client.get(path).text


@pytest.mark.parametrize("days", ["", "0", "2", "-7", "91", "abc", "9" * 400, "7.5", "\0"])
def test_a_link_lives_as_long_as_is_offered(as_alice, session, alice, make_song, days):
    answer = as_alice.post("/share", data={"song": make_song(alice).id, "days": days})
    assert answer.status_code == 422
    assert session.query(ShareLink).count() == 0


def test_only_ones_own_things_with_a_result_can_be_shared(as_alice, alice, bob, make_song, make_playlist):
    unheard = make_song(alice, state=JobState.QUEUED)
    own, theirs, playlist = make_song(alice), make_song(bob), make_playlist(bob)
    asked = {
        f"song={theirs.id}": 404,
        f"playlist={playlist.id}": 404,
        f"song={unheard.id}": 409,
        f"song={own.id}&playlist={playlist.id}": 404,
        "song=nothing": 404,
        "playlist=%00": 404,
    }
    for query, status in asked.items():
        assert as_alice.get(f"/share?{query}").status_code == status, query
        assert as_alice.post(f"/share?{query}", data={"days": "7"}).status_code == status, query
    assert as_alice.get("/share").location == "/shares"


def test_at_most_fifty_links_are_open(as_alice, parts, session, alice, make_song, share):
    song = make_song(alice)
    links = [share(alice, song=song)[0] for _ in range(MAX_OPEN_LINKS)]
    with pytest.raises(TooManyLinksError):
        share(alice, song=song)
    assert as_alice.post("/share", data={"song": song.id, "days": "7"}).status_code == 409
    parts.sharing.revoke(alice.id, links[0])
    session.get(ShareLink, links[1]).expires_at = utc_now() - timedelta(days=1)
    session.commit()
    share(alice, song=song)
    share(alice, song=song)


def test_the_list_says_how_each_link_stands(as_alice, parts, session, alice, make_song, share):
    names = {state: make_song(alice, title=f"The {state} one") for state in ("open", "expired", "revoked")}
    links = {state: share(alice, song=song)[0] for state, song in names.items()}
    session.get(ShareLink, links["expired"]).expires_at = utc_now()
    session.commit()
    parts.sharing.revoke(alice.id, links["revoked"])
    assert {link.id: link.state for link in parts.sharing.links(alice.id, 1).items} == {
        link: state for state, link in links.items()
    }
    page = as_alice.get("/shares").text
    assert all(f"The {state} one" in page for state in names)
    assert page.count("/s/") == 1


def test_a_long_list_of_links_has_pages(as_alice, parts, alice, make_song, share):
    song = make_song(alice)
    links = [share(alice, song=song)[0] for _ in range(PER_PAGE + 1)]
    first, second = (parts.sharing.links(alice.id, number) for number in (1, 2))
    assert {link.id for link in (*first.items, *second.items)} == set(links)
    assert (first.has_next, second.has_next) == (True, False)
    assert as_alice.get("/shares?page=999999999").status_code == 200


def test_a_stranger_sees_neither_the_forms_nor_the_lists(client, alice, make_song):
    song = make_song(alice)
    for page in (f"/share?song={song.id}", "/shares", "/discover", "/me/public", f"/discover/songs/{song.id}"):
        assert "/login" in client.get(page).location


def revoke(app, link_id):
    sharing = app.extensions["genregenie"].community.sharing
    sharing._session.get(ShareLink, link_id).revoked_at = utc_now()
    sharing._session.commit()

"""What nobody learns of another, and what a stranger cannot open."""

from __future__ import annotations

import pytest

from portal.community.moderation_views import REPORTS
from portal.community.sharing_views import LINKS
from portal.community.views import CHANGES, LIKES

ODD_IDS = ("nothing", "%00", "x%00y", "%F0%9F%8E%B5", "a" * 2000, "..%2F..%2Fetc%2Fpasswd", "1'OR'1", str(10**40))

PAGES = ("/discover/songs/{}", "/discover/playlists/{}", "/people/{}", "/s/{}")
CHANGES_OF_ONE = (
    "/songs/{}/publish",
    "/songs/{}/unpublish",
    "/songs/{}/like",
    "/songs/{}/unlike",
    "/playlists/{}/publish",
    "/playlists/{}/unpublish",
    "/people/{}/follow",
    "/people/{}/unfollow",
    "/shares/{}/revoke",
)


@pytest.fixture
def bobs(bob, parts, session, named, make_public, make_playlist):
    """A public song, playlist and link of Bob's, with much about them that is nobody's business."""
    bob.name, bob.email = "Robert Account-Name", "robert.secret@example.org"
    session.commit()
    song = make_public(bob, title="Harbour lights", filename="secret-folder-name.mp3", tags={"album": "Secret album"})
    playlist = make_playlist(bob, songs=[song])
    parts.publishing.publish_playlist(bob.id, playlist.id)
    links = []
    for thing in (parts.sharing.thing(bob.id, song.id, None), parts.sharing.thing(bob.id, None, playlist.id)):
        link = parts.sharing.share(bob.id, thing, 7, shows_name=True)
        links.append(f"/s/{parts.sharing._tokens.make(link)}")
    return song, playlist, links


def test_no_page_tells_an_account_an_address_or_a_file(as_alice, client, alice, bob, session, bobs, named, parts):
    song, playlist, links = bobs
    secrets = [
        bob.email,
        bob.name,
        song.filename,
        "secret-folder-name",
        song.stored_name,
        song.content_hash,
        "Secret album",
    ]
    parts.moderation.report(alice.id, "song", song.id, "x")
    alice.is_admin = True
    session.commit()
    ours = ["/discover", "/discover?show=playlists", "/moderation", f"/people/{named[1]}"]
    ours += [f"/discover/songs/{song.id}", f"/discover/playlists/{playlist.id}", *links]
    for reader, pages in ((as_alice, ours), (client, links)):
        for page in pages:
            answer = reader.get(page)
            assert answer.status_code == 200
            assert "Kingfisher" in answer.text, page
            assert [secret for secret in secrets if secret in answer.text] == [], page
            assert "<audio" not in answer.text


def test_a_stranger_opens_links_and_nothing_else(client, bobs, named):
    song, playlist, links = bobs
    assert [client.get(link).status_code for link in links] == [200, 200]
    pages = ["/discover", f"/discover/songs/{song.id}", f"/discover/playlists/{playlist.id}", f"/people/{named[1]}"]
    for page in (*pages, "/me/public", f"/share?song={song.id}", "/shares", "/moderation"):
        assert "/login" in client.get(page).location
    for change in CHANGES_OF_ONE:
        assert "/login" in client.post(change.format(song.id)).location
    assert client.post(f"/songs/{song.id}/like", headers={"Accept": "application/json"}).status_code == 401


def test_a_private_song_of_somebody_else_is_nowhere(as_alice, bob, make_song, named):
    song = make_song(bob, title="Private tune")
    for change in ("like", "unlike", "publish", "unpublish"):
        assert as_alice.post(f"/songs/{song.id}/{change}").status_code == 404
    assert as_alice.post("/report", data={"kind": "song", "target": song.id, "reason": "x"}).status_code == 404
    assert as_alice.post("/share", data={"song": song.id, "days": "7"}).status_code == 404
    assert as_alice.get(f"/share?song={song.id}").status_code == 404
    assert as_alice.get(f"/discover/songs/{song.id}").status_code == 404
    assert as_alice.get(f"/playlists/add?item=song:{song.id}").status_code == 404


@pytest.mark.parametrize("odd", ODD_IDS)
def test_an_id_that_never_was_is_not_found(as_alice, named, odd):
    for page in PAGES:
        assert as_alice.get(page.format(odd)).status_code == 404, page
    for change in CHANGES_OF_ONE:
        assert as_alice.post(change.format(odd)).status_code == 404, change
    for kind in ("song", "playlist", "person", "\0", ""):
        report = {"kind": kind, "target": odd.replace("%00", "\0"), "reason": "x"}
        assert as_alice.post("/report", data=report).status_code == 404


def test_markup_in_titles_and_names_is_shown_as_text(as_alice, client, parts, bob, make_song, make_playlist):
    name, title = "<b>Bold</b>", '"><script>alert(1)</script>'
    profile = parts.people.choose_name(bob.id, name).id
    song = make_song(bob, title=title, tags={"artist": title})
    playlist = make_playlist(bob, name=title, songs=[song])
    parts.publishing.publish_song(bob.id, song.id)
    parts.publishing.publish_playlist(bob.id, playlist.id)
    link = parts.sharing.share(bob.id, parts.sharing.thing(bob.id, song.id, None), 7, shows_name=True)
    pages = ["/discover", "/discover?show=playlists", f"/people/{profile}", f"/discover/songs/{song.id}"]
    for page in (*pages, f"/discover/playlists/{playlist.id}", f"/s/{parts.sharing._tokens.make(link)}"):
        text = as_alice.get(page).text
        assert "&lt;b&gt;Bold" in text
        assert "<script>alert" not in text
        assert name not in text


@pytest.mark.parametrize(
    ("path", "data", "limit"),
    [
        ("/songs/{}/like", {}, LIKES),
        ("/songs/{}/publish", {}, CHANGES),
        ("/people/{}/follow", {}, CHANGES),
        ("/report", {"kind": "song", "target": "x", "reason": "x"}, REPORTS),
        ("/share", {"song": "x", "days": "7"}, LINKS),
    ],
)
def test_nobody_does_one_thing_too_often(limited_app, alice, bob, path, data, limit):
    as_alice, as_bob = (limited_app.test_client(user=user) for user in (alice, bob))
    allowed = int(limit.split()[0])
    assert {as_alice.post(path.format("x"), data=data).status_code for _ in range(allowed)} == {404}
    assert as_alice.post(path.format("x"), data=data).status_code == 429
    assert as_bob.post(path.format("x"), data=data).status_code == 404

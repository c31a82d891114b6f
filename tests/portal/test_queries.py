"""What each page asks of the database: so many statements, whether the history holds no song, one or twenty."""

from __future__ import annotations

import pytest

from portal.models import JobState

STRANGER = {
    "home": ("/", 0),
    "sources.about": ("/sources", 0),
    "healthz": ("/healthz", 0),
    "help.index": ("/help", 0),
    "offline.page": ("/offline", 0),
    "offline.worker": ("/sw.js", 0),
    "help.show": ("/help/uploading", 0),
    "help.picture": ("/help/img/upload-1440.webp", 0),
    "signup.signup": ("/signup", 0),
    "login.login": ("/login", 0),
    "reset_password.request_link": ("/reset-password", 0),
    "reset_password.choose": ("/reset-password/{token}", 1),
}
"""Endpoint -> an address and its statements, for who is not logged in."""

MEMBER = {
    "upload.upload": ("/upload", 1),
    "profile.show": ("/profile", 3),
    "history.index": ("/history", 4),
    "history.export_csv": ("/history.csv", 3),
    "history.export_json": ("/history.json", 3),
    "tagging.choose": ("/history/tagged", 4),
    "musicmap.show": ("/history/map", 5),
    "musicmap.points": ("/history/map.json", 5),
    "musicmap.profile": ("/history/profile", 4),
    "spotify.index": ("/spotify", 2),
    "taste.for_you": ("/for-you", 6),
    "feedback.consent": ("/feedback/consent", 2),
}
"""The same for who is logged in. One statement finds out who that is, and the list's filters take one."""

ADMIN = {
    "sources.standings": ("/admin/sources", 1),
    "community.moderation": ("/moderation", 9),
    "feedback.overview": ("/admin/feedback", 6),
    "feedback.table": ("/admin/feedback.csv", 2),
}
"""The same for an admin."""

REFUSED = {
    "spotify.callback": ("/spotify/callback?state=x&code=y", 404, 1),
    "profile.confirm_email": ("/profile/email/x", 400, 1),
}
"""Endpoint -> an address that answers to what was begun and is refused otherwise, its status and its statements."""

SONG = {
    "history.song": ("/songs/{song}", {"done": 6, "queued": 2, "failed": 2}),
    "tagging.song": ("/songs/{song}/tagged", {"done": 2, "queued": 2, "failed": 2}),
    "history.status": ("/songs/{song}/status", {"done": 2, "queued": 3, "failed": 2}),
}
"""The pages of one song, by its state: a verdict has suggestions, a queued song a place in the queue."""

PLAYED = {"history.audio": ("/songs/{song}/audio", 2)}
"""What needs a song's bytes: whose it is, and what they are called."""

COMMUNITY = {
    "community.discover": ("/discover", 3),
    "community.song": ("/discover/songs/{song}", 2),
    "community.playlist": ("/discover/playlists/{playlist}", 6),
    "community.person_page": ("/people/{person}", 4),
    "community.me": ("/me/public", 2),
    "community.share_form": ("/share?song={song}", 4),
    "community.shares": ("/shares", 2),
    "community.shared": ("/s/{token}", 3),
}
"""What people show each other, however much of it there is."""

PLAYLIST = {
    "playlists.index": ("/playlists", 2),
    "playlists.choose": ("/playlists/add?item=song:{song}", 3),
    "playlists.show": ("/playlists/{playlist}", 4),
    "playlists.export": ("/playlists/{playlist}.csv", 3),
}
"""The pages of playlists, however many songs they hold; what is curated is kept for an hour."""

FILTERED = ("?page=2", "?q=song", "?genre=jazz", "?state=done", "?genre=jazz&state=done&q=song")
FILTERED += ("?confidence=sure", "?corrected=none&from=2020-01-01&to=2100-01-01", "?view=grid")
FILTERED += tuple(f"?page=2&sort={sort}" for sort in ("oldest", "title", "confidence", "length"))


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


@pytest.mark.parametrize("endpoint", ADMIN)
def test_an_admins_page_keeps_its_budget(as_alice, session, alice, count_queries, endpoint):
    alice.is_admin = True
    session.commit()
    path, budget = ADMIN[endpoint]
    assert statements(count_queries, as_alice, path) == budget


@pytest.mark.parametrize("songs", [1, 30])
@pytest.mark.parametrize("endpoint", COMMUNITY)
def test_a_page_of_what_is_public_keeps_its_budget(
    as_alice, services, session, alice, make_song, count_queries, endpoint, songs
):
    parts, shown = services.community, [make_song(alice) for _ in range(songs)]
    person = parts.people.choose_name(alice.id, "Nightingale").id
    playlist = services.playlists.create(alice.id, "For the road")
    for song in shown:
        parts.publishing.publish_song(alice.id, song.id)
        services.playlists.add(alice.id, playlist, f"song:{song.id}")
        link = parts.sharing.share(alice.id, parts.sharing.thing(alice.id, song.id, None), 7)
    parts.publishing.publish_playlist(alice.id, playlist)
    path, budget = COMMUNITY[endpoint]
    token = parts.sharing._tokens.make(link)
    path = path.format(song=shown[0].id, playlist=playlist, person=person, token=token)
    assert statements(count_queries, as_alice, path) == budget


@pytest.mark.parametrize("songs", [1, 30])
@pytest.mark.parametrize("endpoint", PLAYLIST)
def test_a_page_of_playlists_keeps_its_budget(as_alice, services, alice, make_song, count_queries, endpoint, songs):
    shown, playlist = [make_song(alice).id for _ in range(songs)], services.playlists.create(alice.id, "For the road")
    for song in shown:
        services.playlists.add(alice.id, playlist, f"song:{song}")
    as_alice.get("/playlists")
    path, budget = PLAYLIST[endpoint]
    assert statements(count_queries, as_alice, path.format(song=shown[0], playlist=playlist)) == budget


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


@pytest.mark.parametrize("endpoint", REFUSED)
def test_an_answer_to_nothing_that_was_begun_keeps_its_budget(as_alice, count_queries, endpoint):
    path, status, budget = REFUSED[endpoint]
    with count_queries() as found:
        answer = as_alice.get(path)
    assert (answer.status_code, len(found)) == (status, budget)


@pytest.mark.parametrize("endpoint", PLAYED)
def test_a_song_that_is_played_keeps_its_budget(as_alice, services, alice, make_song, count_queries, endpoint):
    song = make_song(alice)
    with services.history._storage.open_new(song.stored_name) as file:
        file.write(b"music")
    path, budget = PLAYED[endpoint]
    assert statements(count_queries, as_alice, path.format(song=song.id)) == budget


def test_every_page_has_a_budget(app):
    pages = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in rule.methods}
    assert pages - {"static"} == {*STRANGER, *MEMBER, *ADMIN, *REFUSED, *SONG, *PLAYED, *PLAYLIST, *COMMUNITY}


def test_the_list_reads_no_timeline(as_alice, alice, make_song, count_queries):
    make_song(alice)
    with count_queries() as statements:
        as_alice.get("/history")
    assert not any("segments" in statement for statement in statements)


def statements(count_queries, client, path):
    with count_queries() as found:
        answer = client.get(path)
    assert answer.status_code == 200
    answer.close()  # a picture is a file that is open until it was sent
    return len(found)

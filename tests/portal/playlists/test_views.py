"""The pages, forms and downloads of playlists, seen from a browser."""

from __future__ import annotations

import csv
import io
import json
import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.adapters.catalogue import CatalogueSource

JSON = {"Accept": "application/json"}
ROUTES = [
    "GET /playlists/{}",
    *(f"GET /playlists/{{}}.{extension}" for extension in ("m3u8", "xspf", "csv", "json")),
    *(f"POST /playlists/{{}}/{change}" for change in ("move", "remove", "edit", "copy", "delete")),
]
STRANGE_IDS = ["nothing", "%00", "%F0%9F%8E%B5", "a" * 2000, "..%2F..%2Fetc", "1'OR'1"]


@pytest.mark.parametrize("route", ROUTES)
def test_the_playlist_of_somebody_else_is_not_found(as_bob, alice, make_playlist, make_song, titles, route):
    playlist = make_playlist(alice, [make_song(alice, title="Stays")])
    for playlist_id in (playlist.id, *STRANGE_IDS):
        answer = send(as_bob, route, playlist_id, name="Mine now", entry="1")
        assert answer.status_code == 404, playlist_id
    assert titles(playlist) == ["Stays"]


def test_visitors_see_nothing(client, alice, make_playlist, make_song):
    playlist = make_playlist(alice, [make_song(alice, title="Unheard")])
    for route in (*ROUTES, "GET /playlists", "GET /playlists/add", "POST /playlists/add", "POST /playlists/refresh"):
        answer = send(client, route, playlist.id)
        assert answer.status_code in {302, 401}
        assert "Unheard" not in answer.text


def test_the_page_of_a_newcomer_says_what_will_be_there(as_alice):
    page = as_alice.get("/playlists").text
    assert "No playlists yet" in page
    assert "Curated for you" not in page


def test_the_navigation_leads_to_the_playlists(as_alice):
    page = as_alice.get("/playlists").text
    assert re.search(r'<a href="/playlists" aria-current="page">.*Playlists', page)


def test_curated_playlists_come_before_those_made_by_hand(as_alice, alice, make_song, make_playlist):
    for _ in range(3):
        make_song(alice, genre="jazz")
    make_playlist(alice, name="By my own hand")
    page = as_alice.get("/playlists").text
    assert page.index("Your jazz") < page.index("By my own hand")
    assert "1 of your own, 2 curated for you" in page


def test_a_playlist_is_made_and_shown(as_alice):
    answer = as_alice.post("/playlists", data={"name": "Long drive", "description": "For the road"})
    assert answer.status_code == 303
    page = as_alice.get(answer.location).text
    for words in ("Long drive", "For the road", "0 songs", "Private", "Still empty"):
        assert words in page


@pytest.mark.parametrize("route", ["/playlists", "edit"])
@pytest.mark.parametrize("name", ["", "  ", "\0", "x" * 300])
def test_a_bad_name_is_answered_beside_its_field(as_alice, alice, make_playlist, route, name):
    playlist = make_playlist(alice, name="Before")
    path = f"/playlists/{playlist.id}/edit" if route == "edit" else route
    answer = as_alice.post(path, data={"name": name, "description": "Kept words"})
    assert answer.status_code == 422
    assert 'id="name-error"' in answer.text
    assert "Kept words" in answer.text
    assert "Before" in as_alice.get("/playlists").text


def test_a_file_in_place_of_a_name_is_no_name(as_alice):
    answer = as_alice.post("/playlists", data={"name": (io.BytesIO(b"x"), "x.txt")}, content_type="multipart/form-data")
    assert answer.status_code == 422


def test_a_row_says_what_is_known_of_the_song(as_alice, session, alice, make_song, make_playlist):
    song = make_song(alice, title="Blue in Green", genre="jazz", tags={"artist": "Miles Davis"})
    song.prediction.mood, song.prediction.duration = "calm", 337.0
    playlist = make_playlist(alice, [song])
    page = as_alice.get(f"/playlists/{playlist.id}").text
    for words in ("Blue in Green", "Miles Davis", ">Jazz<", "Calm", "5:37", f'href="/songs/{song.id}"'):
        assert words in page


def test_a_suggestion_in_a_playlist_links_out(as_alice, alice, make_playlist):
    key, listed = next(iter(CatalogueSource().entries().items()))
    playlist = make_playlist(alice)
    as_alice.post("/playlists/add", data={"item": f"catalogue:{key}", "playlist": playlist.id})
    page = as_alice.get(f"/playlists/{playlist.id}").text
    assert f'href="{listed.suggestion.url}" target="_blank" rel="noopener noreferrer"' in page


def test_hostile_titles_are_shown_as_text(as_alice, alice, make_song, make_playlist):
    playlist = make_playlist(alice, [make_song(alice, title='<script>alert("1")</script>')], name="<b>bold</b>")
    for path in ("/playlists", f"/playlists/{playlist.id}"):
        page = as_alice.get(path).text
        assert "<script>alert" not in page
        assert "<b>bold" not in page


def test_the_buttons_of_a_row_move_it_without_a_script(as_alice, alice, make_song, make_playlist, titles):
    playlist = make_playlist(alice, [make_song(alice, title=title) for title in "abc"])
    for title, button, order in (("a", "down", "bac"), ("c", "up", "bca"), ("b", "down", "cba"), ("a", "up", "cab")):
        form = row_form(as_alice, playlist, title)
        answer = as_alice.post(f"/playlists/{playlist.id}/move", data={"entry": form["entry"], "before": form[button]})
        assert answer.status_code == 303
        assert answer.location.endswith(f"#entry-{form['entry']}")
        assert "".join(titles(playlist)) == order
    ends = row_form(as_alice, playlist, "c"), row_form(as_alice, playlist, "b")
    assert (ends[0]["up"], ends[1]["down"]) == (None, None)


def test_a_moved_row_is_followed_to_its_page(as_alice, alice, make_song, make_playlist):
    playlist = make_playlist(alice, [make_song(alice, title=f"Tune {number:03}") for number in range(102)])
    form = row_form(as_alice, playlist, "Tune 099")
    answer = as_alice.post(f"/playlists/{playlist.id}/move", data={"entry": form["entry"], "before": form["down"]})
    assert "page=2" in answer.location
    assert "Tune 099" in as_alice.get(answer.location).text


def test_a_script_is_told_the_new_place(as_alice, alice, make_song, make_playlist):
    playlist = make_playlist(alice, [make_song(alice, title=title) for title in "ab"])
    entry = row_form(as_alice, playlist, "a")["entry"]
    answer = as_alice.post(f"/playlists/{playlist.id}/move", data={"entry": entry, "before": ""}, headers=JSON)
    assert answer.get_json() == {"entry": entry, "place": 2}


def test_a_script_is_told_what_was_wrong(as_alice, alice, make_song, make_playlist):
    playlist, other = (make_playlist(alice, [make_song(alice, title=title)]) for title in "ab")
    entry, foreign = row_form(as_alice, playlist, "a")["entry"], row_form(as_alice, other, "b")["entry"]
    for data, status, code in (
        ({}, 404, "not_found"),
        ({"entry": "9" * 30}, 404, "not_found"),
        ({"entry": foreign}, 404, "not_found"),
        ({"entry": entry, "before": foreign}, 409, "order_changed"),
        ({"entry": entry, "before": "\0"}, 409, "order_changed"),
    ):
        answer = as_alice.post(f"/playlists/{playlist.id}/move", data=data, headers=JSON)
        assert (answer.status_code, answer.get_json()["error"]) == (status, code)


def test_an_entry_is_removed_and_the_page_stays(as_alice, alice, make_song, make_playlist, titles):
    playlist = make_playlist(alice, [make_song(alice, title=title) for title in "ab"])
    data = {"entry": row_form(as_alice, playlist, "a")["entry"], "page": "1"}
    answer = as_alice.post(f"/playlists/{playlist.id}/remove", data=data)
    assert answer.location == f"/playlists/{playlist.id}"
    assert titles(playlist) == ["b"]
    assert as_alice.post(f"/playlists/{playlist.id}/remove", data=data).status_code == 404


def test_a_song_with_a_verdict_offers_itself_to_playlists(as_alice, alice, make_song):
    song = make_song(alice)
    link = re.search(r'href="(/playlists/add[^"]*)"', as_alice.get(f"/songs/{song.id}").text)[1].replace("&amp;", "&")
    page = as_alice.get(link).text
    assert song.title in page
    assert f'name="next" value="/songs/{song.id}"' in page
    assert "/playlists/add" not in as_alice.get(f"/songs/{make_song(alice, state='queued').id}").text


def test_adding_twice_is_told_kindly(as_alice, alice, make_song, make_playlist):
    playlist, song = make_playlist(alice, name="Evenings"), make_song(alice, title="Nocturne")
    data = {"item": f"song:{song.id}", "playlist": playlist.id, "next": f"/songs/{song.id}"}
    for words in ("was added to", "already"):
        answer = as_alice.post("/playlists/add", data=data)
        assert (answer.status_code, answer.location) == (303, f"/songs/{song.id}")
        assert words in as_alice.get(answer.location).text
    assert "it is in there" in as_alice.get("/playlists/add", query_string={"item": f"song:{song.id}"}).text


def test_adding_to_a_new_playlist_makes_it(as_alice, alice, make_song):
    answer = as_alice.post("/playlists/add", data={"item": f"song:{make_song(alice, title='First').id}", "name": "New"})
    assert "First" in as_alice.get(answer.location).text


@pytest.mark.parametrize("name", ["", "x" * 300])
def test_a_bad_name_while_adding_is_answered_beside_its_field(as_alice, alice, make_song, name):
    answer = as_alice.post("/playlists/add", data={"item": f"song:{make_song(alice).id}", "name": name})
    assert answer.status_code == 422
    assert 'id="name-error"' in answer.text


def test_adding_to_nothing_is_refused(as_alice, alice, make_song):
    answer = as_alice.post("/playlists/add", data={"item": f"song:{make_song(alice).id}"}, headers=JSON)
    assert (answer.status_code, answer.get_json()["error"]) == (422, "nothing_chosen")


def test_adding_ones_song_to_the_playlist_of_somebody_else_is_refused(
    as_alice, alice, bob, make_song, make_playlist, titles
):
    theirs = make_playlist(bob)
    data = {"item": f"song:{make_song(alice).id}", "playlist": theirs.id}
    assert as_alice.post("/playlists/add", data=data).status_code == 404
    assert titles(theirs) == []


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_adding_leads_to_no_other_site(as_alice, alice, make_song, make_playlist, target):
    item, playlist = f"song:{make_song(alice).id}", make_playlist(alice)
    page = as_alice.get("/playlists/add", query_string={"item": item, "next": target}).text
    # The foot of the page leads back to its own address, whatever that says.
    page = page.partition("</main>")[0]
    assert "evil" not in page
    assert "javascript:" not in page
    answer = as_alice.post("/playlists/add", data={"item": item, "playlist": playlist.id, "next": target})
    assert answer.location == f"/playlists/{playlist.id}"


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(item=st.text(max_size=100), playlist=st.text(max_size=40), name=st.text(max_size=200))
def test_no_item_breaks_the_page(as_alice, item, playlist, name):
    assert as_alice.get("/playlists/add", query_string={"item": item}).status_code == 404
    data = {"item": item, "playlist": playlist, "name": name}
    assert as_alice.post("/playlists/add", data=data).status_code in {404, 422}


def test_a_curated_playlist_has_no_buttons_to_change_it_but_can_be_copied(as_alice, alice, make_song):
    for _ in range(3):
        make_song(alice, genre="jazz")
    address = re.search(r'href="(/playlists/[\w-]{22})">Your jazz', as_alice.get("/playlists").text)[1]
    page = as_alice.get(address).text
    for change in ("move", "remove", "edit", "delete"):
        assert f"{address}/{change}" not in page
        assert as_alice.post(f"{address}/{change}", data={"name": "x", "entry": "1"}).status_code == 409
    answer = as_alice.post(f"{address}/copy")
    assert f"{answer.location}/move" in as_alice.get(answer.location).text


def test_refreshing_leads_back_to_the_list(as_alice, alice, make_song):
    as_alice.get("/playlists")
    for _ in range(3):
        make_song(alice, genre="jazz")
    assert as_alice.post("/playlists/refresh").location == "/playlists"
    assert "Your jazz" in as_alice.get("/playlists").text


def test_hidden_entries_are_counted(as_alice, session, alice, bob, make_song, make_playlist, publish):
    songs = [make_song(bob, title="Secret") for _ in range(2)]
    shown = [publish(song) for song in songs]
    playlist = make_playlist(alice, songs)
    for publication, words in zip(shown, ("1 entry is no longer shown by its owner", "2 entries are"), strict=True):
        session.delete(publication)
        session.commit()
        assert words in as_alice.get(f"/playlists/{playlist.id}").text
    assert "Secret" not in as_alice.get(f"/playlists/{playlist.id}").text
    assert "Secret" not in as_alice.get(f"/playlists/{playlist.id}.csv").text


def test_page_numbers_are_forgiving(as_alice, alice, make_song, make_playlist):
    playlist = make_playlist(alice, [make_song(alice, title="Only one")])
    for asked in ("0", "-1", "2", "9" * 9, "9" * 5000, "abc", "\0"):
        assert "Only one" in as_alice.get(f"/playlists/{playlist.id}", query_string={"page": asked}).text


def test_every_format_is_a_download_with_the_playlists_name(as_alice, alice, make_song, make_playlist):
    song = make_song(alice, title="So What", filename="so_what.mp3", tags={"artist": "Miles Davis"})
    playlist = make_playlist(alice, [song], name="Evening / calm")
    answers = {kind: as_alice.get(f"/playlists/{playlist.id}.{kind}") for kind in ("m3u8", "xspf", "csv", "json")}
    for kind, answer in answers.items():
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"] == f'attachment; filename="Evening - calm.{kind}"'
        assert answer.headers["Cache-Control"] == "no-store"
    assert answers["m3u8"].text.splitlines()[2:] == ["#EXTINF:20,Miles Davis - So What", "so_what.mp3"]
    assert ET.fromstring(answers["xspf"].data).findtext(".//{*}title") == "Evening / calm"
    row = next(csv.DictReader(io.StringIO(answers["csv"].data.decode("utf-8-sig"))))
    track = json.loads(answers["json"].data)["tracks"][0]
    assert row["title"] == track["title"] == "So What"
    assert track["link"] == f"http://localhost/songs/{song.id}"
    assert (track["genre"], track["source"], track["seconds"]) == ("jazz", "portal", 20.0)


def test_another_format_is_not_found(as_alice, alice, make_playlist):
    playlist = make_playlist(alice)
    for extension in ("exe", "csv.", "CSV", "m3u", "%00"):
        assert as_alice.get(f"/playlists/{playlist.id}.{extension}").status_code == 404


def test_a_deleted_playlist_is_gone(as_alice, alice, make_playlist):
    playlist_id = make_playlist(alice).id
    for status in (303, 404):
        assert as_alice.post(f"/playlists/{playlist_id}/delete").status_code == status
    assert as_alice.get(f"/playlists/{playlist_id}").status_code == 404


def send(client, route, playlist_id, **data):
    method, path = route.split(" ")
    return client.open(path.format(playlist_id), method=method, data=data if method == "POST" else None)


def row_form(client, playlist, title):
    """Return what the form of a title's row sends: its entry, and what each button names; None if it is disabled."""
    page = client.get(f"/playlists/{playlist.id}").text
    row = re.search(rf'<li class="track"[^>]*data-title="{title}".*?</li>', page, re.DOTALL)[0]
    buttons = {
        name: None if re.search(rf"data-{name}[^>]*disabled", row) else re.search(rf'value="(\d*)" data-{name}', row)[1]
        for name in ("up", "down")
    }
    return buttons | {"entry": re.search(r'name="entry" value="(\d+)"', row)[1]}

"""What is done to several songs at once, seen from a browser."""

from __future__ import annotations

import csv
import io
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select, update

from classifier import load_model
from portal.history.filters import Filters
from portal.jobs.again import Restarts
from portal.models import JobState, PlaylistEntry, utc_now
from portal.playlists.order import FARTHEST, GAP
from portal.ports import StorageError
from portal.selection import MOST_SONGS

ACTIONS = ("delete", "again", "playlist", "export.csv")


def send(client, action, ids, **fields):
    return client.post(f"/history/selected/{action}", data={"song": ids} | fields)


def ids_of(songs):
    return [song.id for song in songs]


def left(services, person):
    return sorted(row["title"] for row in services.history.export_rows(person.id, Filters()))


def at_once(app, act, times=4):
    def alone(_):
        with app.app_context():
            return act()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(alone, range(times)))


@pytest.fixture
def songs(alice, make_song):
    return [make_song(alice, title=title) for title in ("one", "two", "three")]


def test_every_row_and_every_card_has_a_box_in_the_form_of_the_buttons(as_alice, songs):
    for address in ("/history", "/history?view=grid"):
        page = as_alice.get(address).text
        assert set(re.findall(r'form="selected" name="song" value="([^"]+)"', page)) == set(ids_of(songs))
        assert all(f"/history/selected/{action}" in page for action in ACTIONS)


def test_deleting_asks_first_with_the_titles(as_alice, services, alice, songs):
    answer = send(as_alice, "delete", ids_of(songs[:2]), next="/history?genre=jazz")
    assert answer.status_code == 200
    assert "Delete these 2 songs?" in answer.text
    assert ">one</li>" in answer.text
    assert "three" not in answer.text
    assert 'href="/history?genre=jazz"' in answer.text
    assert left(services, alice) == ["one", "three", "two"]


def test_deleting_for_sure_forgets_songs_and_bytes(as_alice, services, alice, songs):
    storage, names = services.history._storage, [song.stored_name for song in songs]
    for name in names:
        with storage.open_new(name) as file:
            file.write(b"music")
    answer = send(as_alice, "delete", ids_of(songs[:2]), sure="yes", next="/history?view=grid")
    assert (answer.status_code, answer.location) == (303, "/history?view=grid")
    assert left(services, alice) == ["three"]
    assert [storage.holds(name) for name in names] == [False, False, True]
    assert "2 songs were removed from your history." in as_alice.get("/history").text


def test_deleting_a_second_time_removes_nothing_and_says_so(as_alice, songs):
    chosen = ids_of(songs)
    send(as_alice, "delete", chosen, sure="yes")
    assert send(as_alice, "delete", chosen, sure="yes").status_code == 303
    assert "No songs were removed" in as_alice.get("/history").text


def test_songs_go_even_if_the_storage_keeps_their_bytes(as_alice, services, alice, songs, monkeypatch, caplog):
    def refuse(name):
        raise StorageError(name)

    monkeypatch.setattr(services.selected._storage, "delete", refuse)
    names = [song.stored_name for song in songs]
    send(as_alice, "delete", ids_of(songs), sure="yes")
    assert left(services, alice) == []
    assert all(name in caplog.text for name in names)


def test_only_what_can_be_is_analysed_again(as_alice, services, session, alice, make_song):
    made = {
        name: make_song(alice, title=name, state=state)
        for name, state in (
            ("outdated", "done"),
            ("present", "done"),
            ("failed", "failed"),
            ("cancelled", "cancelled"),
            ("running", "running"),
            ("audio gone", "done"),
            ("not selected", "failed"),
        )
    }
    made["present"].prediction.model_version = load_model().version
    made["audio gone"].audio_deleted_at = utc_now()
    session.commit()
    ids = {name: song.id for name, song in made.items()}
    jobs = {name: song.job.id for name, song in made.items()}
    answer = send(as_alice, "again", [song for name, song in ids.items() if name != "not selected"])
    assert answer.status_code == 303
    states = {name: services.jobs.status(alice.id, song).state for name, song in ids.items()}
    assert {name for name, state in states.items() if state == "queued"} == {"outdated", "failed", "cancelled"}
    assert services.queue.waiting() == {jobs[name] for name in ("outdated", "failed", "cancelled")}
    assert "Of the 6 selected, 3 songs were queued to be analysed again." in as_alice.get("/history").text


def test_without_a_model_only_what_never_succeeded_is_queued(session, services, alice, make_song):
    chosen = [make_song(alice, state=state).id for state in (JobState.DONE, JobState.FAILED)]
    assert Restarts(session, services.queue, lambda: None)(alice.id, chosen) == 1
    assert services.jobs.status(alice.id, chosen[0]).state == "done"


def test_analysing_again_says_how_many_were_queued_and_queues_each_once(as_alice, alice, make_song):
    chosen = [make_song(alice, state=JobState.FAILED).id for _ in range(2)]
    send(as_alice, "again", chosen)
    assert "2 songs were queued to be analysed again." in as_alice.get("/history").text
    send(as_alice, "again", chosen)
    assert "Of the 2 selected, no songs were queued" in as_alice.get("/history").text


def test_songs_go_into_a_playlist_once_in_the_order_of_the_list(as_alice, services, alice, songs):
    playlist = services.playlists.create(alice.id, "Road")
    services.playlists.add(alice.id, playlist, f"song:{songs[1].id}")
    chooser = send(as_alice, "playlist", ids_of(songs))
    assert "Road" in chooser.text
    for _ in range(2):
        answer = send(as_alice, "playlist", ids_of(songs), playlist=playlist)
        assert (answer.status_code, answer.location) == (303, f"/playlists/{playlist}")
    _, _, rows = services.playlists.everything(alice.id, playlist)
    assert [row.title for row in rows] == ["two", "one", "three"]


def test_songs_fit_behind_an_entry_at_the_end_of_all_positions(as_alice, session, services, alice, songs):
    playlist = services.playlists.create(alice.id, "Road")
    services.playlists.add(alice.id, playlist, f"song:{songs[2].id}")
    session.execute(update(PlaylistEntry).values(position=FARTHEST - GAP))
    session.commit()
    send(as_alice, "playlist", ids_of(songs), playlist=playlist)
    _, _, rows = services.playlists.everything(alice.id, playlist)
    assert [row.title for row in rows] == ["three", "one", "two"]
    assert session.scalar(select(func.max(PlaylistEntry.position))) == 3 * GAP


def test_songs_go_into_a_new_playlist(as_alice, services, alice, songs):
    answer = send(as_alice, "playlist", ids_of(songs), name=" Sunday ")
    name, _, rows = services.playlists.everything(alice.id, answer.location.rpartition("/")[2])
    assert (name, len(rows)) == ("Sunday", 3)
    assert "3 songs were added to &#34;Sunday&#34;." in as_alice.get("/playlists").text


def test_a_full_playlist_takes_nothing(as_alice, services, alice, songs, monkeypatch):
    playlist = services.playlists.create(alice.id, "Road")
    monkeypatch.setattr("portal.playlists.many.MAX_ENTRIES", 2)
    assert send(as_alice, "playlist", ids_of(songs), playlist=playlist).status_code == 409
    assert services.playlists.everything(alice.id, playlist)[2] == []


def test_a_playlist_of_somebody_else_is_not_found(as_alice, services, bob, songs):
    theirs = services.playlists.create(bob.id, "Theirs")
    for playlist in (theirs, "nothing", "\0", "a" * 99):
        assert send(as_alice, "playlist", ids_of(songs), playlist=playlist).status_code == 404
    assert services.playlists.everything(bob.id, theirs)[2] == []


def test_a_new_playlist_without_a_name_or_without_songs_is_not_made(as_alice, services, alice, bob, make_song, songs):
    assert send(as_alice, "playlist", ids_of(songs), name=" ").status_code == 422
    assert send(as_alice, "playlist", [make_song(bob).id], name="Empty").status_code == 404
    assert services.playlists.overview(alice.id).own == ()


def test_the_table_holds_the_selected_songs_alone(as_alice, songs):
    answer = send(as_alice, "export.csv", ids_of(songs[1:]))
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    rows = csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig")))
    assert [row["title"] for row in rows] == ["three", "two"]


def test_songs_of_somebody_else_are_as_if_not_there(as_alice, services, bob, make_song, songs):
    theirs = make_song(bob, title="Secret", state=JobState.FAILED)
    chosen = [songs[0].id, theirs.id, "nothing", "\0", "' OR 1=1", "a" * 5000, "\U0001f3b5"]
    for action in ("delete", "playlist", "export.csv"):
        answer = send(as_alice, action, chosen)
        assert answer.status_code == 200
        assert "Secret" not in answer.text
    send(as_alice, "again", chosen)
    send(as_alice, "playlist", chosen, name="Mine")
    send(as_alice, "delete", chosen, sure="yes")
    assert services.jobs.status(bob.id, theirs.id).state == "failed"


def test_requests_at_the_same_moment_do_each_thing_once(app, services, alice, make_song):
    user_id, chosen = alice.id, [make_song(alice, state=JobState.FAILED).id for _ in range(3)]
    playlist, selected = services.playlists.create(user_id, "Road"), services.selected
    for act in (
        lambda: selected.collect(user_id, chosen, playlist).new,
        lambda: selected.analyse_again(user_id, chosen),
        lambda: selected.delete(user_id, chosen),
    ):
        assert sum(at_once(app, act)) == 3


@pytest.mark.parametrize("action", ACTIONS)
def test_nothing_selected_leads_back_with_a_word_about_it(as_alice, action):
    for chosen in ([], ["\0"]):
        answer = send(as_alice, action, chosen, next="/history?genre=jazz")
        assert (answer.status_code, answer.location) == (303, "/history?genre=jazz")
    assert "Select at least one song first." in as_alice.get("/history").text


@pytest.mark.parametrize("action", ACTIONS)
def test_too_many_songs_are_refused_by_name(as_alice, action):
    chosen = [f"song-{number}" for number in range(MOST_SONGS + 1)]
    answer = as_alice.post(f"/history/selected/{action}", data={"song": chosen}, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json["error"]) == (413, "too_many_songs")


def test_nobody_is_led_to_another_site(as_alice, songs):
    answer = send(as_alice, "delete", ids_of(songs), sure="yes", next="//elsewhere.example")
    assert answer.location == "/history"


@pytest.mark.parametrize("action", ACTIONS)
def test_nothing_is_done_by_a_link_a_visitor_or_a_form_from_elsewhere(
    app, client, as_alice, services, alice, songs, action
):
    chosen = ids_of(songs)
    assert as_alice.get(f"/history/selected/{action}").status_code == 405
    assert send(client, action, chosen, sure="yes").status_code in {302, 401}
    app.config["WTF_CSRF_ENABLED"] = True
    assert send(as_alice, action, chosen, sure="yes").status_code == 400
    assert left(services, alice) == ["one", "three", "two"]


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ("delete", {}),
        ("delete", {"sure": "yes"}),
        ("again", {}),
        ("playlist", {}),
        ("playlist", {"name": "New"}),
        ("export.csv", {}),
    ],
    ids=str,
)
def test_many_songs_cost_as_many_statements_as_one(as_alice, alice, make_song, count_queries, action, fields):
    costs = []
    for count in (1, 12):
        chosen = [make_song(alice, state=JobState.FAILED).id for _ in range(count)]
        with count_queries() as statements:
            send(as_alice, action, chosen, **fields)
        costs.append(len(statements))
    assert costs[0] == costs[1] <= 12

"""The pages, downloads and buttons of the history, seen from a browser."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from classifier import load_model
from portal.models import JobState, RecommendationRecord

ROUTES_OF_A_SONG = [
    "GET /songs/{}",
    "GET /songs/{}/audio",
    "GET /songs/{}/status",
    "POST /songs/{}/retry",
    "POST /songs/{}/again",
    "POST /songs/{}/delete",
]
ASKED = ["q", "genre", "state", "page", "sort", "confidence", "corrected", "from", "to", "view"]
PAGES = ["/history", "/history.csv", "/history.json"]


@pytest.mark.parametrize("route", ROUTES_OF_A_SONG)
def test_the_song_of_somebody_else_is_not_found(as_alice, services, bob, make_song, route):
    theirs = make_song(bob, state=JobState.FAILED)
    assert send(as_alice, route, theirs.id).status_code == 404
    assert services.jobs.status(bob.id, theirs.id).state == "failed"


@pytest.mark.parametrize("route", ROUTES_OF_A_SONG)
def test_a_song_that_never_was_is_not_found(as_alice, route):
    for song_id in ("nothing", "%00", "%F0%9F%8E%B5", "a" * 2000, "..%2F..%2Fetc%2Fpasswd", "1'OR'1"):
        assert send(as_alice, route, song_id).status_code == 404


def test_visitors_see_nothing(client, alice, make_song):
    song = make_song(alice, title="Unheard")
    for route in (*ROUTES_OF_A_SONG, *(f"GET {page}" for page in PAGES)):
        answer = send(client, route, song.id)
        assert answer.status_code in {302, 401}
        assert "Unheard" not in answer.text


def test_the_list_shows_ones_own_songs(as_alice, alice, bob, make_song):
    make_song(alice, title="My own tune")
    make_song(bob, title="Their tune")
    page = as_alice.get("/history").text
    assert "My own tune" in page
    assert "Their tune" not in page


def test_the_list_of_a_newcomer_is_a_page_too(as_alice):
    assert as_alice.get("/history").status_code == 200


def test_songs_of_every_state_have_a_row_and_a_page(as_alice, alice, make_song):
    songs = [make_song(alice, title=f"Tune, {state}", state=state) for state in JobState]
    page = as_alice.get("/history").text
    for song in songs:
        assert song.title in page
        assert song.title in as_alice.get(f"/songs/{song.id}").text


def test_page_numbers_are_forgiving(as_alice, alice, make_song):
    for title in ("Oldest of all", *"abcdefghijklmnopqrst"):
        make_song(alice, title=title)
    for asked in ("2", "3", "99999999"):
        assert "Oldest of all" in as_alice.get("/history", query_string={"page": asked}).text
    for asked in ("", "1", "0", "-1", "abc", "1.5", "1e3", "\u0662", " 2", "2\0"):
        assert "Oldest of all" not in as_alice.get("/history", query_string={"page": asked}).text
    for asked in ("99999999999", "9" * 5000):
        assert as_alice.get("/history", query_string={"page": asked}).status_code == 200


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(ASKED), st.text(max_size=300)))
@example({"q": "' UNION SELECT * FROM users --"})
@example({"q": "%", "genre": "jazz", "state": "done"})
@example({"q": "<script>alert(1)</script>"})
@example(dict.fromkeys(ASKED, "\0"))
@example({"from": "2026-03-01", "to": "2026-02-01", "sort": "length", "confidence": "sure", "corrected": "yes"})
def test_no_question_to_the_history_breaks_it(as_alice, two_libraries, query):
    for page in PAGES:
        answer = as_alice.get(page, query_string=query)
        assert answer.status_code == 200
        assert "Secret of Bob" not in answer.text
        assert "<script>alert" not in answer.text


def test_a_query_in_broken_bytes_gives_a_page(as_alice):
    assert as_alice.get("/history?q=%ff%fe&genre=%c3&state=%80").status_code == 200


def test_a_title_of_markup_is_shown_as_text(as_alice, alice, make_song):
    song = make_song(alice, title="<b>bold</b>", tags={"artist": "<i>x</i>"}, filename="<u>.mp3")
    for page in ("/history", f"/songs/{song.id}"):
        text = as_alice.get(page).text
        assert "&lt;b&gt;bold" in text
        assert not re.search("<b>bold|<i>x|<u>", text)


def test_the_filters_of_the_page_hold_for_the_downloads(as_alice, alice, make_song):
    wanted = make_song(alice, title="Wanted", genre="rock")
    make_song(alice, title="Wanted", genre="jazz")
    make_song(alice, title="Other", genre="rock")
    query = {"q": "want", "genre": "rock", "state": "done"}
    rows = csv.DictReader(io.StringIO(as_alice.get("/history.csv", query_string=query).data.decode("utf-8-sig")))
    assert [row["id"].removeprefix("'") for row in rows] == [wanted.id]
    assert [row["id"] for row in as_alice.get("/history.json", query_string=query).json] == [wanted.id]


def test_the_downloads_and_the_next_page_carry_every_filter_and_the_order(as_alice, alice, make_song):
    for number in range(21):
        make_song(alice, title=f"Tune {number}", genre="rock", confidence=0.9)
    asked = {"q": "tune", "genre": "rock", "state": "done", "confidence": "sure", "corrected": "none"}
    asked |= {"from": "2020-01-01", "to": "2100-01-01", "sort": "title"}
    page = as_alice.get("/history", query_string=asked | {"view": "grid"}).text
    found = map(urlsplit, re.findall('href="([^"]+)"', unescape(page)))
    links = {link.path: dict(parse_qsl(link.query)) for link in found}
    assert links["/history.csv"] == links["/history.json"] == asked
    following = dict(parse_qsl(urlsplit(unescape(re.search('rel="next" href="([^"]+)"', page)[1])).query))
    assert following == asked | {"view": "grid", "page": "2"}
    assert "No song fits" not in as_alice.get("/history", query_string=asked).text


def test_an_archive_is_offered_of_just_what_is_listed(as_alice, alice, make_song):
    make_song(alice, confidence=0.9)
    assert "/history/tagged?q=song&amp;genre=jazz" in as_alice.get("/history?q=song&genre=jazz").text
    for query in ("confidence=sure", "corrected=none", "from=2020-01-01", "state=done"):
        assert f"/history/tagged?{query}" in as_alice.get(f"/history?{query}").text


def test_the_days_of_a_search_are_those_of_the_persons_time_zone(as_alice, session, alice, make_song):
    make_song(alice, title="Past midnight", created_at=datetime(2026, 3, 1, 23, 30, tzinfo=UTC))
    for zone, day in (("Europe/Berlin", "2026-03-02"), ("UTC", "2026-03-01"), ("Mars/Olympus", "2026-03-01")):
        alice.time_zone = zone
        session.commit()
        for address in ("/history", "/history.csv"):
            assert "Past midnight" in as_alice.get(address, query_string={"from": day, "to": day}).text


def test_cards_show_what_rows_show(as_alice, alice, make_song):
    for state in JobState:
        make_song(alice, title=f"<b>{state}</b>", state=state, genre="metal")
    rows, cards = (as_alice.get(f"/history{query}").text for query in ("", "?view=grid"))
    assert "song-card genre-metal" in cards
    assert "song-card" not in rows
    for state in JobState:
        for page in (rows, cards):
            assert f"&lt;b&gt;{state}&lt;/b&gt;</a>" in page
    assert cards.count("/retry") == rows.count("/retry") == 2
    assert "song-card" not in as_alice.get("/history?view=heap").text


@pytest.mark.parametrize(("page", "kind"), [("/history.csv", "text/csv"), ("/history.json", "application/json")])
def test_a_download_has_a_dated_name_and_stays_out_of_caches(as_alice, page, kind):
    answer = as_alice.get(page)
    extension = page.rpartition(".")[2]
    disposition = answer.headers["Content-Disposition"]
    assert re.fullmatch(rf'attachment; filename="genregenie-history-\d{{4}}-\d\d-\d\d\.{extension}"', disposition)
    assert answer.mimetype == kind
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_song_shows_what_was_suggested_with_its_verdict(as_alice, session, alice, make_song):
    song = make_song(alice)
    kept = RecommendationRecord(
        source="radio", position=1, artist="Kept Artist", title="Kept", url="https://example.org"
    )
    song.prediction.recommendations.append(kept)
    session.commit()
    assert "Kept Artist" in as_alice.get(f"/songs/{song.id}").text


def test_a_verdict_without_kept_suggestions_gets_fresh_ones(as_alice, services, alice, make_song):
    song = make_song(alice, genre="metal")
    _, suggestions = services.recommendations.suggest("metal", seed=song.id)
    page = as_alice.get(f"/songs/{song.id}").text
    assert all(suggestion.url.replace("&", "&amp;") in page for suggestion in suggestions)
    assert len(suggestions) == 6


def test_nothing_is_suggested_after_what_is_no_music(as_alice, session, alice, make_song):
    song = make_song(alice)
    song.prediction.music = False
    session.commit()
    assert "open.spotify.com" not in as_alice.get(f"/songs/{song.id}").text


def test_the_status_of_an_analysed_song(as_alice, alice, make_song):
    song = make_song(alice, genre="rock", confidence=0.75)
    answer = as_alice.get(f"/songs/{song.id}/status")
    assert answer.json == {
        "state": "done",
        "stage": "",
        "progress": 0.0,
        "queue_place": None,
        "name": "Rock",
        "genre": "rock",
        "genres": ["rock"],
        "genre_class": "genre-rock",
        "confidence": 0.75,
        "sure": True,
        "music": True,
        "words": "quite sure",
        "scores": song.prediction.scores,
        "mood": None,
        "moods": None,
        "error": None,
        "error_code": None,
        "url": f"/songs/{song.id}",
    }
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_status_of_a_waiting_song_tells_its_place(as_alice, alice, bob, make_song):
    make_song(bob, state=JobState.QUEUED)
    song = make_song(alice, state=JobState.QUEUED)
    status = as_alice.get(f"/songs/{song.id}/status").json
    assert (status["state"], status["queue_place"], status["genre"]) == ("queued", 2, None)


def test_the_status_of_a_strange_song_is_json_too(as_alice):
    answer = as_alice.get("/songs/nothing/status", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json["error"]) == (404, "not_found")


def test_a_failed_song_can_be_tried_again(as_alice, services, alice, make_song):
    song = make_song(alice, state=JobState.FAILED)
    answer = as_alice.post(f"/songs/{song.id}/retry")
    assert (answer.status_code, answer.location) == (303, f"/songs/{song.id}")
    assert services.jobs.status(alice.id, song.id).state == "queued"


def test_an_analysed_song_is_not_tried_again(as_alice, services, alice, make_song):
    song = make_song(alice)
    assert as_alice.post(f"/songs/{song.id}/retry").status_code == 409
    assert services.jobs.status(alice.id, song.id).state == "done"


def test_a_verdict_of_another_model_can_be_asked_for_again_and_stays_until_then(as_alice, services, alice, make_song):
    song = make_song(alice, genre="reggae")
    assert "Analyse again" in as_alice.get(f"/songs/{song.id}").text
    answer = as_alice.post(f"/songs/{song.id}/again")
    assert (answer.status_code, answer.location) == (303, f"/songs/{song.id}")
    assert services.jobs.status(alice.id, song.id).state == "queued"
    page = as_alice.get(f"/songs/{song.id}").text
    assert "All ten genres" in page
    assert "is being analysed again" in page
    assert "Analyse again" not in page
    assert "Analysing again" in as_alice.get("/history").text


def test_a_new_analysis_that_fails_leaves_the_earlier_result(as_alice, session, alice, make_song):
    song = make_song(alice)
    song.job.state, song.job.error_message = JobState.FAILED, "The decoder crashed on this file."
    session.commit()
    page = as_alice.get(f"/songs/{song.id}").text
    assert "could not be analysed again" in page
    assert "The decoder crashed on this file. You see the earlier result." in page
    assert "All ten genres" in page


def test_a_verdict_of_the_present_model_is_not_asked_for_again(as_alice, session, services, alice, make_song):
    song = make_song(alice)
    song.prediction.model_version = load_model().version
    session.commit()
    assert "Analyse again" not in as_alice.get(f"/songs/{song.id}").text
    assert as_alice.post(f"/songs/{song.id}/again").status_code == 409
    assert services.jobs.status(alice.id, song.id).state == "done"


def test_the_mood_and_a_second_genre_are_shown_where_the_model_gave_them(as_alice, session, alice, make_song):
    plain, hybrid = make_song(alice, genre="rock"), make_song(alice, genre="rock")
    hybrid.prediction.genres, hybrid.prediction.mood = ["rock", "blues"], "tense"
    hybrid.prediction.moods = {"lively": 0.2, "tense": 0.6, "sad": 0.1, "calm": 0.1}
    session.commit()
    page = as_alice.get(f"/songs/{hybrid.id}").text
    assert "with some blues" in page
    assert "Mostly tense" in page
    assert "60\N{NO-BREAK SPACE}%" in page
    page = as_alice.get(f"/songs/{plain.id}").text
    assert "with some" not in page
    assert "Mood" not in page
    assert as_alice.get(f"/songs/{hybrid.id}/status").json["name"] == "Rock, with some blues"
    assert "With some blues; quite sure" in as_alice.get("/history").text


def test_genres_of_another_model_are_shown_coloured_filtered_and_exported(as_alice, session, alice, make_song):
    song = make_song(alice, title="Foreign", genre="R&B / soul")
    make_song(alice, title="Usual", genre="jazz")
    scores = {"R&B / soul": 0.8, "electronic": 0.15, "rock": 0.05}
    song.prediction.scores = scores
    song.prediction.segments = [{"start": 0, "end": 9, "genre": genre, "scores": scores} for genre in scores]
    session.commit()
    page = as_alice.get(f"/songs/{song.id}").text
    assert "R&amp;B / soul" in page
    assert "genre-other-1" in page
    assert "genre-other-2" in page
    assert "All genres" in page
    listed = as_alice.get("/history", query_string={"genre": "R&B / soul"}).text
    assert "Foreign" in listed
    assert "Usual" not in listed
    rows = list(csv.DictReader(io.StringIO(as_alice.get("/history.csv").data.decode("utf-8-sig"))))
    assert [row["score_electronic"] for row in rows] == ["", "0.15"]


def test_a_model_that_knows_a_single_genre_has_a_page_too(as_alice, session, alice, make_song):
    song = make_song(alice)
    song.prediction.scores, song.prediction.sure = {"jazz": 1.0}, False
    session.commit()
    assert as_alice.get(f"/songs/{song.id}").status_code == 200


def test_a_deleted_song_is_gone_and_said_to_be(as_alice, alice, make_song):
    song = make_song(alice, title="Farewell")
    answer = as_alice.post(f"/songs/{song.id}/delete")
    assert (answer.status_code, answer.location) == (303, "/history")
    page = as_alice.get("/history").text
    assert "&#34;Farewell&#34; was removed from your history." in page
    assert f"/songs/{song.id}" not in page


def test_deleting_twice_finds_nothing_the_second_time(as_alice, alice, make_song):
    song_id = make_song(alice).id
    as_alice.post(f"/songs/{song_id}/delete")
    assert as_alice.post(f"/songs/{song_id}/delete").status_code == 404
    assert as_alice.get(f"/songs/{song_id}").status_code == 404


def test_nothing_changes_by_following_a_link(as_alice, services, alice, make_song):
    song = make_song(alice, state=JobState.FAILED)
    for action in ("retry", "again", "delete"):
        assert as_alice.get(f"/songs/{song.id}/{action}").status_code == 405
    assert services.jobs.status(alice.id, song.id).state == "failed"


def test_a_form_from_elsewhere_changes_nothing(app, as_alice, services, alice, make_song):
    song = make_song(alice, state=JobState.FAILED)
    app.config["WTF_CSRF_ENABLED"] = True
    for action in ("retry", "again", "delete"):
        assert as_alice.post(f"/songs/{song.id}/{action}").status_code == 400
    assert services.jobs.status(alice.id, song.id).state == "failed"


@pytest.fixture
def two_libraries(alice, bob, make_song):
    make_song(alice, title="Song of Alice")
    make_song(bob, title="Secret of Bob")
    make_song(bob, title="Secret of Bob %_", genre="rock")


def send(client, route, song_id):
    method, path = route.split()
    return client.open(path.format(song_id), method=method)

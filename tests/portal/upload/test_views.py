"""The upload page answers browsers with pages and scripts with JSON, each problem with its status and its reason."""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import replace
from datetime import timedelta

import pytest
from flask_login import FlaskLoginClient
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from portal import create_app
from portal.extensions import db, limiter
from portal.models import Song, utc_now
from portal.ports import StorageError
from portal.upload.service import Accepted

JSON = {"Accept": "application/json"}


def test_the_page_names_the_limit(as_alice):
    page = as_alice.get("/upload")
    assert page.status_code == 200
    assert "200&nbsp;MB" in page.text


def test_visitors_are_asked_to_log_in(client):
    assert client.get("/upload").status_code == 302
    assert "/login" in send(client, b"x").location


def test_a_script_gets_the_songs_addresses(as_alice, session):
    answer = send(as_alice, b"x", headers=JSON)
    song_id = session.scalar(select(Song.id))
    assert answer.status_code == 201
    assert answer.json == {
        "songs": [
            {
                "id": song_id,
                "url": f"/songs/{song_id}",
                "status_url": f"/songs/{song_id}/status",
                "filename": "song-0.mp3",
                "duplicate": False,
            }
        ]
    }


def test_many_files_come_in_one_request(as_alice, session):
    answer = send(as_alice, b"a", b"b", b"c", headers=JSON)
    assert [song["filename"] for song in answer.json["songs"]] == ["song-0.mp3", "song-1.mp3", "song-2.mp3"]
    assert session.scalar(select(func.count()).select_from(Song)) == 3


def test_the_same_file_twice_in_one_request_is_one_song(as_alice):
    songs = send(as_alice, b"a", b"a", headers=JSON).json["songs"]
    assert songs[0]["id"] == songs[1]["id"]
    assert [song["duplicate"] for song in songs] == [False, True]


def test_a_browser_is_led_to_its_song(as_alice, session):
    answer = send(as_alice, b"x")
    assert (answer.status_code, answer.location) == (303, f"/songs/{session.scalar(select(Song.id))}")


def test_a_browser_with_many_songs_is_led_to_the_history(as_alice):
    answer = send(as_alice, b"a", b"b")
    assert (answer.status_code, answer.location) == (303, "/history")
    assert flashes(as_alice) == [("success", "2 songs are being analysed.")]


def test_a_known_song_is_offered_again(as_alice):
    first = send(as_alice, b"x")
    second = send(as_alice, b"x")
    assert second.location == first.location
    assert flashes(as_alice) == [("info", "You uploaded this song before; here it is.")]


def test_known_and_new_songs_are_told_apart(as_alice):
    send(as_alice, b"a")
    send(as_alice, b"a", b"b")
    assert flashes(as_alice) == [
        ("success", "1 song is being analysed."),
        ("info", "1 of these you uploaded before."),
    ]


@pytest.mark.parametrize("data", [{}, {"songs": (io.BytesIO(), "")}, {"other": (io.BytesIO(b"x"), "song.mp3")}])
def test_no_file_at_all_is_told(as_alice, data):
    answer = as_alice.post("/upload", data=data, headers=JSON)
    assert answer.status_code == 422
    assert answer.json == {
        "songs": [{"filename": "", "error": "no_file", "message": "Choose at least one song first."}]
    }


def test_no_file_at_all_is_told_on_the_page(as_alice):
    answer = as_alice.post("/upload", data={})
    assert answer.status_code == 422
    assert "Choose at least one song first." in answer.text


def test_a_file_too_large_is_refused_by_name(small_alice):
    answer = send(small_alice, bytes(2**20 + 1), headers=JSON)
    assert answer.status_code == 413
    assert answer.json["songs"] == [
        {"filename": "song-0.mp3", "error": "too_large", "message": "This file is larger than 1 MB."}
    ]


def test_a_file_too_large_is_told_on_the_page(small_alice):
    answer = send(small_alice, bytes(2**20 + 1))
    assert answer.status_code == 413
    assert "This file is larger than 1 MB." in answer.text


def test_one_bad_file_does_not_stop_the_others(small_alice):
    answer = send(small_alice, b"good", bytes(2**20 + 1), headers=JSON)
    assert answer.status_code == 201
    assert ["id" in song for song in answer.json["songs"]] == [True, False]


def test_one_bad_file_among_good_ones_is_told_to_a_browser(small_alice):
    answer = send(small_alice, b"good", bytes(2**20 + 1))
    assert answer.location == "/history"
    assert ("error", "song-1.mp3: This file is larger than 1 MB.") in flashes(small_alice)


def test_a_request_too_large_is_refused_before_it_is_read(small_alice):
    answer = send(small_alice, bytes(7 * 2**20), headers=JSON)
    assert answer.status_code == 413
    assert answer.json["message"]


def test_what_is_still_being_sent_is_taken_in_before_the_answer(small_alice):
    body = io.BytesIO(bytes(7 * 2**20))
    small_alice.post(
        "/upload", input_stream=body, content_length=7 * 2**20, environ_overrides={"wsgi.input_terminated": True}
    )
    assert body.read() == b""


def test_a_storage_that_fails_is_our_fault(as_alice, monkeypatch):
    def fail(_self, _name):
        raise StorageError

    monkeypatch.setattr("portal.adapters.storage.FsspecStorage.open_new", fail)
    answer = send(as_alice, b"x", headers=JSON)
    assert answer.status_code == 503
    assert answer.json["songs"][0]["error"] == "not_stored"


def test_names_are_cleaned_in_the_answer(as_alice):
    data = {"songs": (io.BytesIO(b"x"), "music/\U0001f525 evil\u202egnp.mp3")}
    assert as_alice.post("/upload", data=data, headers=JSON).json["songs"][0]["filename"] == "\U0001f525 evilgnp.mp3"


def test_a_form_without_token_is_refused(app, as_alice):
    app.config["WTF_CSRF_ENABLED"] = True
    assert send(as_alice, b"x", headers=JSON).status_code == 400
    assert db.session.scalar(select(func.count()).select_from(Song)) == 0


def test_an_archive_answers_with_a_row_for_each_song(as_alice):
    answer = send_archive(as_alice, {"a.mp3": b"a", "b.mp3": b"b", "inner.zip": b""}, headers=JSON)
    assert answer.status_code == 201
    assert [song["filename"] for song in answer.json["songs"]] == ["a.mp3", "b.mp3", "inner.zip"]
    assert [song.get("error") for song in answer.json["songs"]] == [None, None, "nested_archive"]
    assert set(answer.json["songs"][0]) == {"id", "url", "status_url", "filename", "duplicate"}


def test_a_browser_with_an_archive_is_led_to_the_history(as_alice):
    answer = send_archive(as_alice, {"a.mp3": b"a", "b.mp3": b"b"})
    assert (answer.status_code, answer.location) == (303, "/history")
    assert flashes(as_alice) == [("success", "2 songs are being analysed.")]


def test_what_is_told_of_a_bad_archive_fits_a_cookie(as_alice):
    names = {f"{chr(0x1F300 + number)}" * 200 + ".zip": b"" for number in range(40)}
    answer = send_archive(as_alice, {"a.mp3": b"a", **names})
    assert answer.location == "/history"
    assert flashes(as_alice)[-1] == ("error", "35 more were not taken.")
    assert len(flashes(as_alice)) == 7
    assert max(len(value) for value in answer.headers.getlist("Set-Cookie")) < 4093


def test_an_archive_that_is_none_is_told_on_the_page(as_alice):
    body = {"songs": (io.BytesIO(b"no archive"), "album.zip")}
    answer = as_alice.post("/upload", data=body)
    assert answer.status_code == 422
    assert "This is not a ZIP archive that we can read." in answer.text


def test_a_known_hash_leads_to_ones_own_song(as_alice, as_bob):
    song = send(as_alice, b"x", headers=JSON).json["songs"][0]
    mine, nobodys = hashlib.sha256(b"x").hexdigest(), "0" * 64
    places = {name: song[name] for name in ("id", "url", "status_url")}
    assert ask(as_alice, mine, nobodys).json == {"songs": {mine: places}}
    assert ask(as_bob, mine).json == {"songs": {}}


def test_audio_that_is_gone_is_soon_wanted_again(as_alice, session, monkeypatch):
    send(as_alice, b"x")
    song = session.scalar(select(Song))
    song.audio_deleted_at = utc_now()
    session.commit()
    assert ask(as_alice, song.content_hash).json["songs"]
    monkeypatch.setattr("portal.upload.service.SAME_UPLOAD", timedelta(0))
    assert ask(as_alice, song.content_hash).json["songs"] == {}


@pytest.mark.parametrize("hashes", [[], ["x"], ["0" * 63 + "\0"], ["A" * 64], ["0" * 65], ["0" * 64] * 201])
def test_what_is_no_hash_is_refused(as_alice, hashes):
    answer = ask(as_alice, *hashes)
    assert (answer.status_code, answer.json["error"]) == (422, "invalid")


@pytest.mark.parametrize("hashes", [1, 200])
def test_two_hundred_hashes_are_one_question_of_the_database(as_alice, count_queries, hashes):
    with count_queries() as statements:
        ask(as_alice, *(f"{number:064}" for number in range(hashes)))
    assert len(statements) == 2


def test_a_question_may_weigh_no_more_than_any_form(as_alice):
    boundary, body = encode_multipart({"songs": FileStorage(io.BytesIO(bytes(2 * 2**20)), "song.mp3", "songs")})
    content_type = f"multipart/form-data; boundary={boundary}"
    assert as_alice.post("/upload/known", data=body, content_type=content_type, headers=JSON).status_code == 413


def test_a_stranger_is_told_of_no_hash(client):
    assert ask(client, "0" * 64).status_code == 401


def test_each_song_of_an_archive_counts(limited_app, alice, monkeypatch):
    monkeypatch.setattr("portal.upload.service.UploadService.accept", lambda *_: Accepted("some song", duplicate=True))
    as_alice = limited_app.test_client(user=alice)
    archive = {f"{number}.mp3": b"" for number in range(500)}
    for _ in range(4):
        assert send_archive(as_alice, archive, headers=JSON).status_code == 201
    assert send_archive(as_alice, {"one.mp3": b""}, headers=JSON).status_code == 429


def test_each_person_may_upload_two_thousand_files_an_hour(limited_app, alice, bob, monkeypatch):
    monkeypatch.setattr("portal.upload.service.UploadService.accept", lambda *_: Accepted("some song", duplicate=True))
    as_alice, as_bob = (limited_app.test_client(user=user) for user in (alice, bob))
    for _ in range(4):
        assert send(as_alice, *[b"x"] * 500, headers=JSON).status_code == 201
    assert send(as_alice, b"x", headers=JSON).status_code == 429
    assert as_alice.get("/upload").status_code == 200
    assert send(as_bob, b"x", headers=JSON).status_code == 201


def send(client, *contents, headers=None):
    # Encoded here, for the test client would leave a temporary file open.
    songs = [FileStorage(io.BytesIO(content), f"song-{number}.mp3", "songs") for number, content in enumerate(contents)]
    boundary, body = encode_multipart({"songs": songs})
    content_type = f"multipart/form-data; boundary={boundary}"
    return client.post("/upload", data=body, content_type=content_type, headers=headers)


def send_archive(client, files, headers=None):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    boundary, body = encode_multipart({"songs": [FileStorage(io.BytesIO(target.getvalue()), "album.zip", "songs")]})
    return client.post("/upload", data=body, content_type=f"multipart/form-data; boundary={boundary}", headers=headers)


def ask(client, *hashes):
    return client.post("/upload/known", data={"sha256": list(hashes)}, headers=JSON)


def flashes(client):
    with client.session_transaction() as session:
        return [tuple(flash) for flash in session.get("_flashes", [])]


@pytest.fixture
def small_alice(settings, app, alice):
    """Return a client of an app on the same database that takes files of 1 MB and requests of 6 MB."""
    small = create_app(replace(settings, max_upload_bytes=2**20, rate_limits=False, testing=True))
    small.config["WTF_CSRF_ENABLED"] = False
    small.test_client_class = FlaskLoginClient
    yield small.test_client(user=alice)
    with small.app_context():
        db.engine.dispose()


@pytest.fixture
def limited_app(settings, app):
    limited = create_app(replace(settings, rate_limits=True, testing=True))
    limited.config["WTF_CSRF_ENABLED"] = False
    limited.test_client_class = FlaskLoginClient
    yield limited
    limiter.reset()
    with limited.app_context():
        db.engine.dispose()

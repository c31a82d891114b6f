"""The pages and downloads, seen from a browser."""

from __future__ import annotations

import csv
import io
import re
import tempfile
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import mutagen
import pytest

from portal.models import Feedback, JobState
from portal.selection import MOST_SONGS
from portal.tagging import values
from portal.tagging.files.formats import rewrite
from portal.tagging.files.wishes import wish
from tests.portal.tagging.conftest import WRITABLE, audio_of

ROUTES = ["GET", "POST"]


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    """Copies are made in a folder of this test's own."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.mark.parametrize("codec", WRITABLE)
def test_a_copy_comes_as_it_was_named_and_the_original_stays(
    as_alice, alice, store, sounds, tmp_path, temporary, codec
):
    song = store(alice, sounds(codec), genre="hiphop", filename="Día \N{MULTIPLE MUSICAL NOTES} שלום.mp3")
    answer = download(as_alice, song, ["jazz", "hiphop"])
    assert answer.status_code == 200
    assert "D%C3%ADa%20%F0%9F%8E%B6" in answer.headers["Content-Disposition"]
    assert answer.content_length == len(answer.data)
    assert answer.headers["Cache-Control"] == "no-store"
    copy, original = tmp_path / "copy", tmp_path / "original"
    copy.write_bytes(answer.data)
    original.write_bytes(sounds(codec))
    assert rewrite(copy, None, wish([], "keep"))[1] == ["Hip-Hop", "Jazz"]
    assert audio_of(copy) == audio_of(original)
    assert [*temporary.iterdir()] == []


def test_the_page_shows_what_the_file_says_and_what_we_would_write(as_alice, alice, session, store, sounds, tmp_path):
    path = tmp_path / "song"
    path.write_bytes(sounds("flac"))
    file = mutagen.File(path)
    file["genre"] = ["<b>Soul</b>", "Funk"]
    file.save()
    song = store(alice, path.read_bytes(), genre="hiphop", title="<i>Title</i>")
    song.prediction.genres = ["hiphop", "pop"]
    session.commit()
    page = as_alice.get(f"/songs/{song.id}/tagged").text
    assert "&lt;b&gt;Soul&lt;/b&gt;" in page
    assert "<b>Soul" not in page
    assert "<i>Title" not in page
    assert page.count(" checked") == 3
    assert 'value="hiphop" checked' in page
    assert 'value="pop" checked' in page
    assert 'value="append" checked' in page
    assert "Hip-Hop" in page


def test_a_file_without_a_genre_asks_no_question_about_it(as_alice, alice, store, sounds):
    page = as_alice.get(f"/songs/{store(alice, sounds('wav')).id}/tagged").text
    assert 'type="hidden" name="mode" value="replace"' in page
    assert 'type="radio"' not in page


def test_of_a_doubtful_verdict_the_second_genre_is_not_chosen_for_anybody(as_alice, alice, session, store, sounds):
    song = store(alice, sounds("wav"), confidence=0.3)
    song.prediction.genres = ["jazz", "pop"]
    session.commit()
    page = as_alice.get(f"/songs/{song.id}/tagged").text
    assert "We are not sure of this one" in page
    assert page.count(" checked") == 1


def test_of_what_is_no_music_nothing_is_chosen_for_anybody(as_alice, alice, session, store, sounds):
    song = store(alice, sounds("wav"))
    song.prediction.music = False
    session.commit()
    page = as_alice.get(f"/songs/{song.id}/tagged").text
    assert "This may not be music" in page
    assert " checked" not in page


@pytest.mark.parametrize("method", ROUTES)
def test_the_song_of_somebody_else_and_no_song_at_all_are_not_found(as_alice, bob, store, sounds, method):
    theirs = store(bob, sounds("wav"))
    for song_id in (theirs.id, "nothing", "%00", "1'OR'1"):
        data = {"genre": "jazz", "mode": "append"} if method == "POST" else None
        assert as_alice.open(f"/songs/{song_id}/tagged", method=method, data=data).status_code == 404


@pytest.mark.parametrize("path", ["/songs/x/tagged", "/history/tagged"])
@pytest.mark.parametrize("method", ROUTES)
def test_strangers_log_in_first(client, path, method):
    assert client.open(path, method=method).status_code == 302
    assert client.post("/history/selected/tagged").status_code == 302


@pytest.mark.parametrize(
    ("codec", "status", "words"), [("wma", 415, "into WMA files"), ("webm", 415, "into WebM"), ("aac", 415, "into AAC")]
)
def test_a_format_we_cannot_write_is_said_plainly(as_alice, alice, store, sounds, codec, status, words):
    song = store(alice, sounds(codec))
    assert words in as_alice.get(f"/songs/{song.id}/tagged").text
    answer = as_alice.post(f"/songs/{song.id}/tagged", data={"genre": "jazz", "mode": "append"})
    assert (answer.status_code, words in answer.text) == (status, True)
    json = as_alice.post(f"/songs/{song.id}/tagged", data={"genre": "jazz"}, headers={"Accept": "application/json"})
    assert json.json["error"] in {"wrong_choice", "format_unwritable"}


def test_damage_text_and_missing_bytes_are_said_plainly(as_alice, alice, store, make_song, sounds):
    data = {"genre": "jazz", "mode": "append"}
    cases = [
        (store(alice, sounds("flac")[:60]), 409, "damaged"),
        (store(alice, b"Dear diary\n" * 99, filename="diary.mp3"), 409, "not a music file"),
        (make_song(alice), 404, "cannot be reached"),
        (make_song(alice, state=JobState.QUEUED), 409, "no result yet"),
    ]
    for song, status, words in cases:
        assert words in as_alice.get(f"/songs/{song.id}/tagged").text
        answer = as_alice.post(f"/songs/{song.id}/tagged", data=data)
        assert (answer.status_code, words in answer.text) == (status, True)


@pytest.mark.parametrize("data", [{}, {"genre": "polka", "mode": "keep"}, {"genre": "jazz", "mode": "burn"}])
def test_a_choice_that_was_not_offered_is_refused(as_alice, alice, store, sounds, data):
    song = store(alice, sounds("wav"))
    answer = as_alice.post(f"/songs/{song.id}/tagged", data=data)
    assert answer.status_code == 422
    assert "Choose at least one" in answer.text


def test_the_archive_holds_each_song_and_a_list_of_what_became_of_it(
    as_alice, alice, bob, session, store, make_song, sounds, tmp_path, temporary
):
    store(alice, sounds("mp3"), genre="hiphop", filename="song.mp3")
    store(alice, sounds("flac"), genre="rock", filename="Song.mp3")
    store(alice, sounds("wma"), filename="old.wma")
    store(alice, sounds("wav")[:60], filename="broken.wav", title="=1+1")
    store(alice, sounds("wav"), filename="doubt.wav", confidence=0.3)
    noise = store(alice, sounds("wav"), filename="noise.wav")
    noise.prediction.music = False
    session.commit()
    make_song(alice, filename="gone.mp3")
    make_song(alice, state=JobState.FAILED)
    store(bob, sounds("wav"), filename="bobs.wav")
    answer = as_alice.post("/history/tagged", data={"mode": "append"})
    assert answer.status_code == 200
    assert answer.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == ["GenreGenie.csv", "Song.mp3", "song (2).mp3"]
        assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_STORED}
        (tmp_path / "copy").write_bytes(archive.read("song (2).mp3"))
        rows = list(csv.DictReader(io.StringIO(archive.read("GenreGenie.csv").decode("utf-8-sig"))))
    assert rewrite(tmp_path / "copy", None, wish([], "keep"))[:2] == ("MP3", ["Hip-Hop"])
    said = {row["uploaded_as"]: (row["outcome"], row["genre_now"], row["reason"]) for row in rows}
    assert said["Song.mp3"] == ("written", "Rock", "")
    assert said["song.mp3"] == ("written", "Hip-Hop", "")
    assert "into WMA files" in said["old.wma"][2]
    assert "damaged" in said["broken.wav"][2]
    assert "not sure of the genre: Jazz or " in said["doubt.wav"][2]
    assert "may not be music" in said["noise.wav"][2]
    assert "cannot be reached" in said["gone.mp3"][2]
    assert len(rows) == 7
    assert "'=1+1" in {row["title"] for row in rows}
    assert [*temporary.iterdir()] == []


def test_doubtful_songs_are_in_it_on_request(as_alice, alice, store, sounds):
    store(alice, sounds("wav"), filename="doubt.wav", confidence=0.3)
    answer = as_alice.post("/history/tagged", data={"mode": "keep", "doubtful": "yes"})
    assert "doubt.wav" in zipfile.ZipFile(io.BytesIO(answer.data)).namelist()


def test_the_archive_keeps_to_the_filters_of_the_history(as_alice, alice, store, sounds):
    store(alice, sounds("wav"), genre="rock", filename="want.wav", title="Wanted")
    store(alice, sounds("wav"), genre="jazz", filename="jazz.wav", title="Wanted")
    store(alice, sounds("wav"), genre="rock", filename="other.wav", title="Other")
    page = as_alice.get("/history/tagged?q=want&genre=rock").text
    assert "1 song," in page
    assert "<dd>Rock</dd>" in page
    assert '<dd dir="auto">want</dd>' in page
    answer = as_alice.post("/history/tagged", data={"mode": "keep", "q": "want", "genre": "rock"})
    assert zipfile.ZipFile(io.BytesIO(answer.data)).namelist() == ["want.wav", "GenreGenie.csv"]


@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("confidence=unsure", ["doubt.wav"]),
        ("corrected=yes", ["corrected.wav"]),
        ("from=2020-01-01&to=2020-12-31", ["old.wav"]),
        ("to=2020-02-29&sort=title", []),
        ("state=queued", ["again.wav"]),
        ("state=failed", []),
        ("confidence=sure&corrected=none&state=done&genre=jazz&q=song", ["old.wav"]),
    ],
)
def test_every_filter_of_the_history_narrows_the_archive(
    as_alice, alice, session, store, make_song, sounds, address, names
):
    store(alice, sounds("wav"), filename="doubt.wav", confidence=0.3)
    store(alice, sounds("wav"), filename="old.wav", created_at=datetime(2020, 3, 1, tzinfo=UTC))
    corrected = store(alice, sounds("wav"), filename="corrected.wav")
    store(alice, sounds("wav"), filename="again.wav").job.state = JobState.QUEUED
    say(session, corrected, "rock")
    make_song(alice, state=JobState.FAILED)
    page = as_alice.get(f"/history/tagged?{address}").text
    form = page.partition('action="/history/tagged"')[2]
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
    assert bool(hidden) == bool(names)
    asked = dict(pair.split("=") for pair in address.split("&"))
    answer = as_alice.post("/history/tagged", data={"mode": "keep", "doubtful": "yes"} | (hidden or asked))
    assert zipfile.ZipFile(io.BytesIO(answer.data)).namelist() == [*names, "GenreGenie.csv"]


def test_days_are_those_of_the_reader(as_alice, alice, session, store, sounds):
    alice.time_zone = "Pacific/Auckland"
    session.commit()
    store(alice, sounds("wav"), created_at=datetime(2020, 2, 29, 20, tzinfo=UTC))
    assert "1 song," in as_alice.get("/history/tagged?from=2020-03-01&to=2020-03-01").text


def test_selected_songs_are_downloaded_and_no_others(as_alice, alice, bob, store, sounds):
    wanted = [store(alice, sounds("wav"), filename=f"{name}.wav", title="<i>") for name in ("one", "two")]
    store(alice, sounds("wav"), filename="other.wav")
    theirs = store(bob, sounds("wav"), filename="bobs.wav", title="Secret")
    chosen = [*(song.id for song in wanted), theirs.id, "nothing", "\0", "a" * 5000, "\U0001f3b5"]
    page = as_alice.post("/history/selected/tagged", data={"song": chosen, "next": "/history?page=2"}).text
    assert "2 songs," in page
    assert "Those that you selected." in page
    assert 'href="/history?page=2"' in page
    hidden = re.findall(r'name="song" value="([^"]+)"', page)
    assert sorted(hidden) == sorted(song.id for song in wanted)
    for ids in (hidden, chosen):
        answer = as_alice.post("/history/tagged", data={"mode": "replace", "song": ids})
        names = zipfile.ZipFile(io.BytesIO(answer.data)).namelist()
        assert sorted(names) == ["GenreGenie.csv", "one.wav", "two.wav"]


def test_a_selection_of_nothing_leads_back_and_one_of_too_much_is_refused(as_alice, bob, make_song):
    for ids in ([], ["\0"]):
        answer = as_alice.post("/history/selected/tagged", data={"song": ids, "next": "//elsewhere.example"})
        assert (answer.status_code, answer.location) == (303, "/history")
    assert "Select at least one song first." in as_alice.get("/history").text
    for path in ("/history/selected/tagged", "/history/tagged"):
        many = [f"song-{number}" for number in range(MOST_SONGS + 1)]
        assert as_alice.post(path, data={"song": many, "mode": "keep"}).status_code == 413
    gone = as_alice.post("/history/selected/tagged", data={"song": [make_song(bob).id]})
    assert "No song with a result fits" in gone.text


def test_a_selection_costs_the_database_the_same_however_many_songs(as_alice, alice, store, sounds, count_queries):
    counts = []
    for count in (1, 5):
        chosen = [store(alice, sounds("wav")).id for _ in range(count)]
        with count_queries() as statements:
            as_alice.post("/history/selected/tagged", data={"song": chosen})
        counts.append(len(statements))
    assert counts == [2, 2]


def test_what_the_owner_said_it_is_goes_before_what_was_heard(as_alice, alice, session, store, sounds):
    song = store(alice, sounds("wav"), filename="mine.wav", confidence=0.3)
    say(session, song, "rock", second="pop")
    page = as_alice.get(f"/songs/{song.id}/tagged").text
    assert "This is what you said it is." in page
    assert "We are not sure" not in page
    assert re.findall(r'name="genre" value="(\w+)" checked', page) == ["rock", "pop"]
    archive = zipfile.ZipFile(io.BytesIO(as_alice.post("/history/tagged", data={"mode": "replace"}).data))
    rows = list(csv.DictReader(io.StringIO(archive.read("GenreGenie.csv").decode("utf-8-sig"))))
    assert [(row["outcome"], row["genre_now"]) for row in rows] == [("written", "Rock; Pop")]


def test_what_the_owner_said_is_no_music_gets_no_genre(as_alice, alice, session, store, sounds):
    song = store(alice, sounds("wav"))
    song.prediction.music = False
    say(session, song, None)
    page = as_alice.get(f"/songs/{song.id}/tagged").text
    assert "You said that this is no music." in page
    assert " checked" not in page
    archive = zipfile.ZipFile(io.BytesIO(as_alice.post("/history/tagged", data={"mode": "replace"}).data))
    assert b"You said that this is no music." in archive.read("GenreGenie.csv")


def test_the_limits_are_said_before_they_cut(as_alice, alice, store, sounds, monkeypatch):
    for _ in range(3):
        store(alice, sounds("wav"))
    monkeypatch.setattr(values, "MOST_SONGS", 2)
    page = as_alice.get("/history/tagged").text
    assert "3 songs fit" in page
    assert "gets the newest 2" in page


def test_an_archive_of_nothing_is_a_page_and_a_list(as_alice):
    assert "No song with a result fits" in as_alice.get("/history/tagged?q=%00").text
    answer = as_alice.post("/history/tagged", data={"mode": "keep"})
    assert zipfile.ZipFile(io.BytesIO(answer.data)).namelist() == ["GenreGenie.csv"]
    assert as_alice.post("/history/tagged", data={"mode": "burn"}).status_code == 422


def test_an_archive_costs_the_database_the_same_however_many_songs(as_alice, alice, store, sounds, count_queries):
    counts = []
    for _ in range(2):
        for _ in range(4):
            store(alice, sounds("wav"))
        with count_queries() as statements:
            assert len(as_alice.post("/history/tagged", data={"mode": "keep"}).data) > 1000
        counts.append(len(statements))
    assert counts == [4, 4]


def test_names_nobody_expects_can_be_unpacked_anywhere(as_alice, alice, store, sounds):
    hebrew, emoji = "\u05e9\u05d9\u05e8.wav", "\U0001f468\u200d\U0001f469\u200d\U0001f467.wav"
    hostile = ("<img src=x onerror=alert(1)>.wav", "../../etc/passwd.wav", "C:\\con.wav", "x" * 296 + ".wav", "CON.wav")
    for name in (hebrew, emoji, hebrew, *hostile, "gpj.\u202eexe.wav"):
        store(alice, sounds("wav"), filename=name)
    answer = as_alice.post("/history/tagged", data={"mode": "replace"})
    names = zipfile.ZipFile(io.BytesIO(answer.data)).namelist()
    assert {hebrew, emoji, hebrew.replace(".wav", " (2).wav"), "CON_.wav"} <= set(names)
    assert len({name.casefold() for name in names}) == 10
    assert not any(set(name) & set('<>:"/\\|?*\u202e') or len(name) > 200 for name in names)


def test_who_goes_away_leaves_nothing_behind(services, alice, store, sounds, temporary):
    for _ in range(2):
        store(alice, sounds("flac"))
    selection = services.tagging.select(alice.id, {"q": "", "genre": ""})
    parts = services.tagging.archive(selection, "keep", doubtful=False)
    next(parts)
    assert [*temporary.iterdir()] != []
    parts.close()
    assert [*temporary.iterdir()] == []
    copy = services.tagging.copy(alice.id, selection.songs[0].id, ["jazz"], "keep")
    assert [*temporary.iterdir()] == []
    copy.file.close()


def test_the_archive_is_sent_while_it_is_made(services, alice, store, sounds):
    for _ in range(3):
        store(alice, sounds("wav"))
    selection = services.tagging.select(alice.id, {"q": "", "genre": ""})
    sizes = [len(part) for part in services.tagging.archive(selection, "keep", doubtful=False)]
    assert len(sizes) >= 4
    assert max(sizes) < 1.5 * len(sounds("wav"))


def test_the_song_and_the_history_lead_there(as_alice, alice, make_song):
    song, waiting = make_song(alice), make_song(alice, state=JobState.QUEUED)
    assert f"/songs/{song.id}/tagged" in as_alice.get(f"/songs/{song.id}").text
    assert f"/songs/{waiting.id}/tagged" not in as_alice.get(f"/songs/{waiting.id}").text
    for address in ("q=song&amp;genre=jazz", "state=queued", "q=song&amp;corrected=none&amp;from=2020-01-01"):
        page = as_alice.get(f"/history?{address.replace('&amp;', '&')}").text
        assert f"/history/tagged?{address}" in page
        assert 'formaction="/history/selected/tagged"' in page


def test_the_original_in_the_storage_is_never_altered(as_alice, services, alice, store, sounds):
    song = store(alice, sounds("ogg"))
    before = stored(services, song)
    assert download(as_alice, song, ["jazz"]).data != before
    as_alice.post("/history/tagged", data={"mode": "replace"})
    assert stored(services, song) == before == sounds("ogg")


def say(session, song, genre, second=None):
    verdict = song.prediction
    heard = verdict.genre if verdict.music else None
    told = {"right": genre == heard, "genre": genre, "second": second, "heard": heard, "model_version": "test-1"}
    session.add(Feedback(song_id=song.id, user_id=song.user_id, confidence=verdict.confidence, sure=True, **told))
    session.commit()


def download(client, song, genres):
    return client.post(f"/songs/{song.id}/tagged", data={"genre": genres, "mode": "append"}, buffered=True)


def stored(services, song):
    with services.tagging._copyist._storage.local_copy(song.stored_name) as path:
        return Path(path).read_bytes()

"""The pages and downloads, seen from a browser."""

from __future__ import annotations

import csv
import io
import tempfile
import zipfile
from pathlib import Path

import mutagen
import pytest

from portal.models import JobState
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
    assert "1 song in Rock" in page
    answer = as_alice.post("/history/tagged", data={"mode": "keep", "q": "want", "genre": "rock"})
    assert zipfile.ZipFile(io.BytesIO(answer.data)).namelist() == ["want.wav", "GenreGenie.csv"]


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
    assert "/history/tagged?q=song&amp;genre=jazz" in as_alice.get("/history?q=song&genre=jazz").text
    assert "/history/tagged" not in as_alice.get("/history?state=queued").text


def test_the_original_in_the_storage_is_never_altered(as_alice, services, alice, store, sounds):
    song = store(alice, sounds("ogg"))
    before = stored(services, song)
    assert download(as_alice, song, ["jazz"]).data != before
    as_alice.post("/history/tagged", data={"mode": "replace"})
    assert stored(services, song) == before == sounds("ogg")


def download(client, song, genres):
    return client.post(f"/songs/{song.id}/tagged", data={"genre": genres, "mode": "append"}, buffered=True)


def stored(services, song):
    with services.tagging._copyist._storage.local_copy(song.stored_name) as path:
        return Path(path).read_bytes()

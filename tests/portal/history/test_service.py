"""The rules of the history: whose songs, in which order, found by what, and forgotten how."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from classifier import GENRES
from portal.adapters.storage import FsspecStorage
from portal.history.filters import Filters
from portal.history.matching import MAX_WORDS
from portal.history.service import HistoryService, SongNotFoundError
from portal.models import HeardGenre, Job, JobState, PredictionRecord, RecommendationRecord, Song
from portal.ports import StorageError

MOMENT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def test_the_newest_song_comes_first(history, alice, make_song):
    for day, title in ((1, "second"), (0, "first"), (2, "third")):
        make_song(alice, title=title, created_at=MOMENT + timedelta(days=day))
    assert titles(history.page(alice.id, Filters(), 1)) == ["third", "second", "first"]


def test_songs_of_one_moment_are_each_on_exactly_one_page(history, alice, make_song):
    expected = sorted(make_song(alice, created_at=MOMENT).title for _ in range(7))
    pages = [history.page(alice.id, Filters(), number, per_page=2) for number in (1, 2, 3, 4)]
    assert sorted(title for page in pages for title in titles(page)) == expected


def test_only_ones_own_songs_are_listed(history, alice, bob, make_song):
    make_song(bob)
    mine = make_song(alice)
    assert titles(history.page(alice.id, Filters(), 1)) == [mine.title]


def test_a_page_that_does_not_exist_is_the_nearest_that_does(history, alice, make_song):
    for _ in range(5):
        make_song(alice)
    for asked, shown in ((-1, 1), (0, 1), (1, 1), (2, 2), (3, 3), (4, 3), (99_999_999_999, 3)):
        page = history.page(alice.id, Filters(), asked, per_page=2)
        assert (page.number, page.pages, page.total) == (shown, 3, 5)
        assert len(page.items) == (1 if shown == 3 else 2)


def test_a_page_knows_its_neighbours(history, alice, make_song):
    for _ in range(3):
        make_song(alice)
    pages = [history.page(alice.id, Filters(), number, per_page=1) for number in (1, 2, 3)]
    assert [page.has_previous for page in pages] == [False, True, True]
    assert [page.has_next for page in pages] == [True, True, False]


def test_an_empty_history_has_one_empty_page(history, alice):
    page = history.page(alice.id, Filters(), 1)
    assert (page.items, page.number, page.pages, page.total) == ([], 1, 1, 0)
    assert not page.has_next
    assert not page.has_previous


def test_a_page_costs_two_queries_however_long_it_is(history, session, count_queries, alice, make_song):
    for _ in range(12):
        make_song(alice)
    session.expire_all()
    user_id = alice.id
    with count_queries() as statements:
        for song in history.page(user_id, Filters(), 1).items:
            assert song.job.state == "done"
            assert song.prediction.scores
    assert len(statements) == 2


@pytest.mark.parametrize(
    "filters", [Filters(), Filters(genre="jazz"), Filters(state="done"), Filters(q="song")], ids=str
)
def test_all_pages_together_hold_each_song_once_newest_first(history, alice, make_song, filters):
    songs = [make_song(alice, created_at=MOMENT - timedelta(minutes=number // 3)) for number in range(25)]
    expected = [song.id for song in sorted(songs, key=lambda song: (song.created_at, song.id), reverse=True)]
    pages = [history.page(alice.id, filters, number, per_page=4) for number in range(1, 8)]
    assert [song.id for page in pages for song in page.items] == expected
    assert [len(page.items) for page in pages] == [4, 4, 4, 4, 4, 4, 1]


@pytest.mark.parametrize(
    ("title", "query"),
    [
        ("Blue in Green", "blue"),
        ("Blue in Green", "UE IN GR"),
        ("Blue in Green", "  green   blue "),
        ("Blue in Green", "miles green"),
        ("Blue in Green", "side-a.FLAC"),
        ("Árstíðir lífsins", "áRSTÍÐIR"),
        ("Группа крови", "ГРУППА"),
        ("Caf\u00e9 del Mar", "cafe\u0301"),
        ("東京", "京"),
    ],
    ids=ascii,
)
def test_a_search_finds(history, alice, make_song, title, query):
    make_song(alice, title=title, filename="Side-A.flac", tags={"artist": "Miles Davis"})
    make_song(alice, title="Something else", filename="other.mp3")
    assert titles(history.page(alice.id, Filters(q=query), 1)) == [title]


def test_a_search_leaves_out_what_lacks_one_word(history, alice, make_song):
    make_song(alice, title="Blue in Green", tags={"artist": "Miles Davis"})
    for query in ("blue red", "gren", "miles coltrane", "artist", "null"):
        assert history.page(alice.id, Filters(q=query), 1).total == 0


def test_signs_with_a_meaning_in_patterns_are_looked_for_as_they_are(history, alice, make_song):
    signs = "%_/\\'\"*?["
    make_song(alice, title="axb", filename="x")
    for sign in signs:
        make_song(alice, title=f"a{sign}b", filename="x")
    for sign in signs:
        assert titles(history.page(alice.id, Filters(q=sign), 1)) == [f"a{sign}b"]
        assert titles(history.page(alice.id, Filters(q=f"a{sign}b"), 1)) == [f"a{sign}b"]


def test_genre_state_and_words_narrow_together(history, alice, make_song):
    make_song(alice, title="wanted", genre="metal")
    make_song(alice, title="wanted too", genre="jazz")
    make_song(alice, title="other", genre="metal")
    make_song(alice, title="wanted later", state=JobState.QUEUED)
    assert titles(history.page(alice.id, Filters("wanted", "metal", "done"), 1)) == ["wanted"]
    assert titles(history.page(alice.id, Filters(state="queued"), 1)) == ["wanted later"]
    assert history.page(alice.id, Filters(genre="metal"), 1).total == 2


def test_a_song_of_two_genres_is_found_under_both(history, session, alice, make_song):
    make_song(alice, title="plain", genre="rock")
    song = make_song(alice, title="hybrid", genre="rock")
    song.prediction.genres = ["rock", "R&B / \u00e9lan"]
    song.heard.append(HeardGenre(genre="R&B / \u00e9lan"))
    session.commit()
    both = {"genres": ("rock", "R&B / \u00e9lan", "R&B")}
    assert titles(history.page(alice.id, Filters(genre="R&B / \u00e9lan", **both), 1)) == ["hybrid"]
    assert history.page(alice.id, Filters(genre="rock", **both), 1).total == 2
    assert history.page(alice.id, Filters(genre="R&B", **both), 1).total == 0


def test_genres_of_other_models_can_be_chosen_too(history, alice, bob, make_song):
    make_song(alice, genre="electronic")
    make_song(alice, genre="R&B")
    make_song(bob, genre="polka")
    genres = history.genres(alice.id)
    assert genres == (*GENRES, "R&B", "electronic")
    assert history.page(alice.id, Filters(genre="electronic", genres=genres), 1).total == 1


@pytest.mark.parametrize("filters", [Filters(genre="polka"), Filters(state="asleep"), Filters(q=" \0\t ")], ids=str)
def test_a_filter_that_makes_no_sense_is_none(filters):
    assert filters == Filters()


def test_only_the_first_words_of_a_very_long_search_count(history, alice, make_song):
    make_song(alice, title="a song")
    assert history.page(alice.id, Filters(q="a " * MAX_WORDS + "absent"), 1).total == 1


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed=st.tuples(st.text(max_size=400), st.text(), st.text()))
@example(typed=("' OR 1=1 --", "", ""))
@example(typed=("%", "%", "%"))
@example(typed=("\ud800\0", "\ud800", "\0"))
@example(typed=("a" * 100_000, "", ""))
@example(typed=("% " * 50_000, "", ""))
def test_no_search_ever_fails_or_finds_what_is_somebody_elses(history, alice, two_libraries, typed):
    filters = Filters(*typed)
    page = history.page(alice.id, filters, 1)
    assert {song.user_id for song in page.items} <= {alice.id}
    assert page.total <= 1
    assert len(history.export_rows(alice.id, filters)) == page.total


def test_a_song_comes_with_its_verdict_and_suggestions_in_two_queries(
    history, session, count_queries, alice, make_song
):
    song_id = suggested(session, make_song(alice)).id
    user_id = alice.id
    session.expire_all()
    with count_queries() as statements:
        song = history.song(user_id, song_id)
        assert (song.job.state, song.prediction.genre, len(song.prediction.recommendations)) == ("done", "jazz", 1)
    assert len(statements) == 2


def test_a_song_of_somebody_else_is_as_unknown_as_one_that_is_not(history, alice, bob, make_song):
    theirs = make_song(bob)
    with pytest.raises(SongNotFoundError) as others:
        history.song(alice.id, theirs.id)
    with pytest.raises(SongNotFoundError) as nobodys:
        history.song(alice.id, "no-such-song")
    assert str(others.value) == str(nobodys.value) == "There is no such song in your history."


def test_deleting_forgets_the_song_its_job_its_verdict_and_its_bytes(history, storage, session, alice, make_song):
    song = suggested(session, make_song(alice, title="Regret"))
    with storage.open_new(song.stored_name) as file:
        file.write(b"RIFF")
    stored_name = song.stored_name
    assert history.delete(alice.id, song.id) == "Regret"
    tables = (Song, Job, PredictionRecord, RecommendationRecord)
    assert [session.scalar(select(func.count()).select_from(table)) for table in tables] == [0, 0, 0, 0]
    with pytest.raises(StorageError), storage.local_copy(stored_name):
        pass


def test_a_song_is_deleted_once(history, alice, make_song):
    song_id = make_song(alice).id
    history.delete(alice.id, song_id)
    with pytest.raises(SongNotFoundError):
        history.delete(alice.id, song_id)


def test_a_song_of_somebody_else_is_not_deleted(history, storage, alice, bob, make_song):
    theirs = make_song(bob)
    with storage.open_new(theirs.stored_name) as file:
        file.write(b"RIFF")
    with pytest.raises(SongNotFoundError):
        history.delete(alice.id, theirs.id)
    assert history.song(bob.id, theirs.id)
    with storage.local_copy(theirs.stored_name) as path:
        assert path.read_bytes() == b"RIFF"


def test_a_song_goes_even_if_the_storage_keeps_its_bytes(session, alice, make_song, caplog):
    song = make_song(alice)
    song_id, stored_name = song.id, song.stored_name
    history = HistoryService(session, UnwillingStorage())
    with caplog.at_level(logging.ERROR):
        history.delete(alice.id, song_id)
    assert stored_name in caplog.text
    with pytest.raises(SongNotFoundError):
        history.song(alice.id, song_id)


def test_an_exported_row_has_the_facts_of_the_song(history, alice, make_song):
    song = make_song(alice, title="So What", tags={"artist": "Miles Davis"}, created_at=MOMENT)
    (row,) = history.export_rows(alice.id, Filters())
    assert row == {
        "id": song.id,
        "title": "So What",
        "artist": "Miles Davis",
        "filename": song.filename,
        "uploaded_at": "2026-03-01T12:00:00+00:00",
        "state": "done",
        "genre": "jazz",
        "genres": ["jazz"],
        "confidence": 0.8,
        "sure": True,
        "music": True,
        "mood": None,
        "moods": None,
        "tempo": 120.0,
        "duration": 20.0,
        "model": "test-1",
        "scores": song.prediction.scores,
        "error": None,
    }


def test_a_song_without_verdict_is_exported_with_its_error(history, session, alice, make_song):
    song = make_song(alice, state=JobState.FAILED)
    song.job.error_message = "The song is silent."
    session.commit()
    (row,) = history.export_rows(alice.id, Filters())
    assert (row["state"], row["error"]) == ("failed", "The song is silent.")
    assert (row["artist"], row["genre"], row["scores"], row["confidence"]) == (None, None, None, None)
    assert (row["genres"], row["mood"], row["moods"]) == (None, None, None)


def test_an_export_holds_all_matching_songs_in_one_query(history, count_queries, alice, bob, make_song):
    wanted = [make_song(alice, genre="rock").id for _ in range(25)]
    make_song(alice, genre="jazz")
    make_song(bob, genre="rock")
    user_id = alice.id
    with count_queries() as statements:
        rows = history.export_rows(user_id, Filters(genre="rock"))
    assert [row["id"] for row in rows] == wanted[::-1]
    assert len(statements) == 1


@pytest.fixture
def storage(tmp_path):
    return FsspecStorage(f"file://{tmp_path / 'bytes'}")


@pytest.fixture
def history(session, storage):
    return HistoryService(session, storage)


@pytest.fixture
def two_libraries(alice, bob, make_song):
    make_song(alice, title="Mine", genre="jazz")
    make_song(bob, title="Theirs", genre="jazz")
    make_song(bob, title="% _ ' \\", genre="rock", state=JobState.FAILED)


class UnwillingStorage:
    def delete(self, name):
        raise StorageError(f"{name} could not be removed")


def titles(page):
    return [song.title for song in page.items]


def suggested(session, song):
    kept = {"artist": "Nina Simone", "title": "Sinnerman", "url": "https://example.org/1"}
    song.prediction.recommendations.append(RecommendationRecord(source="catalogue", position=1, **kept))
    session.commit()
    return song

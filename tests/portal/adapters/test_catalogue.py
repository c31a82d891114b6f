"""The starter list itself, and how suggestions are chosen from it."""

from __future__ import annotations

import csv
from collections import Counter
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier import GENRES
from portal.adapters.catalogue import CATALOGUE, CatalogueSource

SOURCE = CatalogueSource()


def test_every_genre_has_about_as_many_entries(entries):
    count = Counter(entry["genre"] for entry in entries)
    assert set(count) == set(GENRES)
    assert all(28 <= number <= 36 for number in count.values())


@pytest.mark.parametrize("genre", GENRES)
def test_every_genre_has_many_artists(entries, genre):
    assert len({entry["artist"] for entry in entries if entry["genre"] == genre}) >= 24


def test_nothing_is_listed_twice(entries):
    count = Counter((entry["artist"].casefold(), entry["title"].casefold()) for entry in entries)
    assert [entry for entry, number in count.items() if number > 1] == []


def test_every_cell_is_filled_and_free_of_stray_blanks(entries):
    for entry in entries:
        assert list(entry) == ["genre", "artist", "title", "year"]
        assert all(cell and cell == " ".join(cell.split()) and cell.isprintable() for cell in entry.values())


def test_every_year_is_one_in_which_the_music_can_have_been_made(entries):
    for entry in entries:
        assert (1700 if entry["genre"] == "classical" else 1900) <= int(entry["year"]) <= 2026


def test_every_genre_has_music_of_several_ages(entries):
    for genre in GENRES:
        decades = {int(entry["year"]) // 10 for entry in entries if entry["genre"] == genre}
        assert len(decades) >= 5


@settings(deadline=None)
@given(genre=st.sampled_from(GENRES), seed=st.text(), limit=st.integers(min_value=-2, max_value=50))
def test_suggestions_are_listed_music_by_different_artists(listed, genre, seed, limit):
    suggestions = SOURCE.for_genre(genre, limit=limit, seed=seed)
    assert {(suggestion.artist, suggestion.title) for suggestion in suggestions} <= listed[genre]
    assert len({suggestion.artist for suggestion in suggestions}) == len(suggestions)
    assert len(suggestions) == min(max(limit, 0), len({artist for artist, _ in listed[genre]}))


def test_an_artist_with_several_entries_is_suggested_once(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("genre,artist,title,year\njazz,A,One,1960\njazz,A,Two,1961\njazz,B,Three,1962\n")
    suggestions = CatalogueSource(path).for_genre("jazz", limit=6, seed="x")
    assert sorted(suggestion.artist for suggestion in suggestions) == ["A", "B"]


def test_the_same_seed_gives_the_same_suggestions_in_every_process(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("genre,artist,title,year\n" + "".join(f"jazz,{name},Song,1960\n" for name in "ABCDEF"))
    # Recorded once: an order that depended on the process (hash() does) would differ in the next run.
    chosen = CatalogueSource(path).for_genre("jazz", limit=6, seed="song")
    assert "".join(suggestion.artist for suggestion in chosen) == "CBEFDA"


def test_different_seeds_give_different_suggestions():
    chosen = {tuple(SOURCE.for_genre("rock", limit=6, seed=str(number))) for number in range(50)}
    assert len(chosen) == 50


def test_every_entry_gets_its_turn(listed):
    chosen = {
        (suggestion.artist, suggestion.title)
        for number in range(200)
        for suggestion in SOURCE.for_genre("pop", limit=6, seed=str(number))
    }
    assert chosen == listed["pop"]


@pytest.mark.parametrize("genre", ["", "polka", "JAZZ", "jazz\0"])
def test_an_unknown_genre_gets_nothing(genre):
    assert SOURCE.for_genre(genre, limit=6, seed="x") == []


def test_every_link_searches_for_artist_and_title():
    for genre in GENRES:
        for suggestion in SOURCE.for_genre(genre, limit=99, seed=""):
            url = urlsplit(suggestion.url)
            assert (url.scheme, url.netloc, url.query, url.fragment) == ("https", "open.spotify.com", "", "")
            assert unquote(url.path) == f"/search/{suggestion.artist} {suggestion.title}"
            assert suggestion.url.isascii()
            assert url.path.count("/") == 2
            assert len(suggestion.url) <= 500


@pytest.fixture(scope="module")
def entries():
    with CATALOGUE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def listed(entries):
    return {
        genre: {(entry["artist"], entry["title"]) for entry in entries if entry["genre"] == genre} for genre in GENRES
    }

"""Sources are asked in turn, and none of them can do harm."""

from __future__ import annotations

import logging

import pytest

from classifier import GENRES
from portal.adapters.catalogue import CatalogueSource
from portal.ports import Suggestion
from portal.recommendations.service import RecommendationService


def test_the_first_source_that_has_something_is_named():
    service = RecommendationService([NullSource(), FixedSource("radio"), FixedSource("later")])
    source, suggestions = service.suggest("jazz", seed="a")
    assert (source, suggestions[0].artist) == ("radio", "radio 1")


def test_sources_are_never_mixed():
    service = RecommendationService([FixedSource("small", count=2), FixedSource("large")])
    source, suggestions = service.suggest("jazz", seed="a", limit=5)
    assert (source, len(suggestions)) == ("small", 2)


def test_without_any_suggestion_there_is_no_source_either():
    assert RecommendationService([NullSource()]).suggest("jazz", seed="a") == ("", [])
    assert RecommendationService([]).suggest("jazz", seed="a") == ("", [])


def test_a_source_that_fails_is_logged_and_passed_over(caplog):
    service = RecommendationService([FailingSource(), FixedSource("radio")])
    with caplog.at_level(logging.ERROR):
        assert service.suggest("jazz", seed="a")[0] == "radio"
    assert "the source failing failed for jazz" in caplog.text


def test_six_are_suggested_unless_asked_otherwise():
    service = RecommendationService([FixedSource("radio", count=50)])
    assert len(service.suggest("jazz", seed="a")[1]) == 6
    assert len(service.suggest("jazz", seed="a", limit=2)[1]) == 2


def test_a_source_that_gives_too_many_is_cut():
    service = RecommendationService([TalkativeSource()])
    assert len(service.suggest("jazz", seed="a", limit=3)[1]) == 3


@pytest.mark.parametrize("make", ["catalogue", "null", "failing", "failing catalogue", "talkative"])
@pytest.mark.parametrize("limit", [0, 1, 6, 100])
def test_whatever_the_sources_the_promise_holds(make, limit):
    service = RecommendationService([SOURCES[name]() for name in make.split()])
    source, suggestions = service.suggest("reggae", seed="song", limit=limit)
    assert service.suggest("reggae", seed="song", limit=limit) == (source, suggestions)
    assert len(suggestions) <= limit
    assert (source in make.split()) if suggestions else (source == "")
    assert all(suggestion.url.startswith("https://") for suggestion in suggestions)


@pytest.mark.parametrize("make", ["catalogue", "null", "talkative"])
def test_a_source_keeps_the_contract_of_the_port(make):
    source = SOURCES[make]()
    for genre in (*GENRES, "polka", ""):
        suggestions = source.for_genre(genre, limit=6, seed="song")
        assert suggestions == SOURCES[make]().for_genre(genre, limit=6, seed="song")
        assert all(isinstance(suggestion, Suggestion) for suggestion in suggestions)
    assert source.name == make


class FixedSource:
    def __init__(self, name, count=10):
        self.name = name
        self._count = count

    def for_genre(self, genre, *, limit, seed):
        everything = [Suggestion(f"{self.name} {n}", genre, "https://example.org") for n in range(1, self._count + 1)]
        return everything[:limit]


class NullSource:
    """Has nothing to suggest, ever."""

    name = "null"

    def for_genre(self, genre, *, limit, seed):
        return []


class FailingSource:
    name = "failing"

    def for_genre(self, genre, *, limit, seed):
        raise ConnectionError("the source is down")


class TalkativeSource(FixedSource):
    def __init__(self):
        super().__init__("talkative")

    def for_genre(self, genre, *, limit, seed):
        return super().for_genre(genre, limit=10, seed=seed)


SOURCES = {
    "catalogue": CatalogueSource,
    "null": NullSource,
    "failing": FailingSource,
    "talkative": TalkativeSource,
}

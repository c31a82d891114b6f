"""Every source has its own panel, none of them can do harm, and a verdict keeps what it came with."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest
from sqlalchemy import select

from classifier import GENRES
from portal.adapters.catalogue import CatalogueSource
from portal.config import Settings
from portal.models import KeptAnswer, PredictionRecord, RecommendationRecord
from portal.ports import Suggestion
from portal.recommendations.service import NoSuchSourceError
from portal.recommendations.wording import PROBLEMS
from portal.wiring import build_services
from tests.support.patience import TimedSource
from tests.support.spotify_server import SpotifyServer


def test_the_first_source_that_has_something_is_named(recommending):
    service = recommending(starters=[NullSource(), FixedSource("radio"), FixedSource("later")])
    source, suggestions = service.suggest("jazz", seed="a")
    assert (source, suggestions[0].artist) == ("radio", "radio 1")


def test_sources_are_never_mixed(recommending):
    service = recommending(starters=[FixedSource("small", count=2), FixedSource("large")])
    source, suggestions = service.suggest("jazz", seed="a", limit=5)
    assert (source, len(suggestions)) == ("small", 2)


def test_without_any_suggestion_there_is_no_source_either(recommending):
    assert recommending(starters=[NullSource()]).suggest("jazz", seed="a") == ("", [])
    assert recommending(starters=[]).suggest("jazz", seed="a") == ("", [])


def test_a_source_that_fails_is_logged_and_passed_over(recommending, caplog):
    service = recommending(starters=[FailingSource(), FixedSource("radio")])
    with caplog.at_level(logging.ERROR):
        assert service.suggest("jazz", seed="a")[0] == "radio"
    assert "the source failing failed for jazz" in caplog.text


def test_six_are_suggested_unless_asked_otherwise(recommending):
    service = recommending(starters=[FixedSource("radio", count=50)])
    assert len(service.suggest("jazz", seed="a")[1]) == 6
    assert len(service.suggest("jazz", seed="a", limit=2)[1]) == 2


def test_a_source_that_gives_too_many_is_cut(recommending):
    service = recommending(starters=[TalkativeSource()])
    assert len(service.suggest("jazz", seed="a", limit=3)[1]) == 3


@pytest.mark.parametrize("make", ["catalogue", "null", "failing", "failing catalogue", "talkative"])
@pytest.mark.parametrize("limit", [0, 1, 6, 100])
def test_whatever_the_sources_the_promise_holds(recommending, make, limit):
    service = recommending(starters=[SOURCES[name]() for name in make.split()])
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


def test_each_source_has_its_panel_in_a_fixed_order(recommending, add_vector, publish, alice, bob, make_song):
    song = add_vector(make_song(alice), 1, 0)
    add_vector(make_song(alice), 1, 0.1)
    publish(add_vector(make_song(bob), 1, 0.1))
    panels = recommending(TimedSource("listenbrainz"), TimedSource("spotify")).panels(song)
    assert [panel.source for panel in panels] == ["library", "public", "spotify", "listenbrainz", "catalogue"]
    assert len({panel.title for panel in panels}) == 5
    assert all(panel.items and not panel.note for panel in panels)


def test_with_nothing_set_up_a_first_song_gets_the_starter_list(recommending, alice, make_song):
    (panel,) = recommending().panels(make_song(alice))
    assert (panel.source, len(panel.items), panel.note) == ("catalogue", 6, "")


def test_nothing_comes_after_what_is_no_music_or_has_no_verdict(recommending, session, alice, make_song):
    source = TimedSource()
    speech = make_song(alice)
    speech.prediction.music = False
    session.commit()
    assert recommending(source).panels(speech) == []
    assert recommending(source).panels(make_song(alice, genre=None)) == []
    assert source.asked == []


@pytest.mark.parametrize("code", sorted(PROBLEMS))
def test_a_source_that_fails_costs_its_own_panel_only_and_says_why(recommending, alice, make_song, code):
    sources = TimedSource(error=code, retry_after=3600), TimedSource("listenbrainz")
    spotify, *others = recommending(*sources).panels(make_song(alice))
    if code == "not_configured":
        assert spotify.source == "listenbrainz"  # who set nothing up is told nothing
        return
    assert (spotify.source, spotify.items) == ("spotify", ())
    assert ("attention" if spotify.state == "attention" else "resting until") in spotify.note
    assert [panel.source for panel in others] == ["listenbrainz", "catalogue"]


@pytest.mark.parametrize("part", ["queries", "ask"])
def test_a_source_that_breaks_costs_no_page(recommending, monkeypatch, alice, make_song, part):
    def fail(*_, **__):
        raise RuntimeError("broken")

    source = TimedSource()
    monkeypatch.setattr(source, part, fail)
    assert recommending(source).panels(make_song(alice))[-1].source == "catalogue"


def test_a_database_that_forgot_the_sources_costs_no_page(recommending, session, alice, make_song):
    song = make_song(alice)
    session.connection().exec_driver_sql("DROP TABLE source_standings")
    session.commit()
    assert [panel.source for panel in recommending(TimedSource()).panels(song)] == ["catalogue"]


def test_a_new_verdict_keeps_what_the_sources_suggest(recommending, session, alice, make_song):
    song = make_song(alice)
    recommending(TimedSource(), TimedSource("listenbrainz")).heard(alice.id, song.id)
    kept = rows(session, song)
    assert {row.source for row in kept} == {"spotify", "listenbrainz"}
    assert [row.position for row in kept if row.source == "spotify"] == list(range(10))


def test_of_spotify_only_ids_links_and_the_query_are_kept(recommending, session, alice, make_song):
    song = make_song(alice)
    recommending(TimedSource()).heard(alice.id, song.id)
    for row in rows(session, song):
        assert (row.artist, row.title) == ("", "")
        assert (row.url, row.query) == (f"https://example.org/{row.external_id}", f"jazz {song.id}")


def test_the_names_of_kept_ids_come_from_the_answer_that_is_kept(recommending, alice, make_song, session):
    source = TimedSource()
    song = make_song(alice)
    recommending(source).heard(alice.id, song.id)
    session.expire_all()
    spotify, _ = recommending(source).panels(song)
    assert titles(spotify) == found_by(f"jazz {song.id}")
    assert source.asked == [f"jazz {song.id}"]


def test_after_a_day_the_very_same_query_is_asked_for_them(recommending, time, session, alice, make_song):
    source = TimedSource()
    song = make_song(alice)
    recommending(source).heard(alice.id, song.id)
    time.passes(hours=25)
    session.expire_all()
    spotify, _ = recommending(source).panels(song)
    assert source.asked == [f"jazz {song.id}"] * 2
    assert titles(spotify) == found_by(f"jazz {song.id}")


def test_kept_ids_that_do_not_come_back_are_plain_links(recommending, time, session, alice, make_song):
    source = TimedSource()
    song = make_song(alice)
    recommending(source).heard(alice.id, song.id)
    time.passes(hours=25)
    session.expire_all()
    new = Suggestion("New", "Newer", "https://example.org/new", "new")
    source._found = [new, Suggestion("A", "T", "https://example.org/3", "3")]
    spotify, _ = recommending(source).panels(song)
    assert [item.title for item in spotify.items].count("A track on Spotify") == 9
    assert spotify.items[3].title == "T"
    assert spotify.items[4].url == "https://example.org/4"
    assert spotify.note == ""


def test_kept_links_stay_while_the_source_rests(recommending, time, session, alice, make_song):
    source = TimedSource()
    song = make_song(alice)
    recommending(source).heard(alice.id, song.id)
    time.passes(hours=25)
    session.expire_all()
    source.error, source.retry_after = "quota_exceeded", 83_316
    spotify, _ = recommending(source).panels(song)
    assert len(spotify.items) == 10
    assert "its quota is used up" in spotify.note


def test_kept_links_stay_when_the_keys_are_gone(recommending, session, alice, make_song):
    song = make_song(alice)
    recommending(TimedSource(), TimedSource("listenbrainz")).heard(alice.id, song.id)
    session.expire_all()
    spotify, listenbrainz, _ = recommending().panels(song)
    assert {item.title for item in spotify.items} == {"A track on Spotify"}
    assert titles(listenbrainz) == found_by(f"jazz {song.id}")


def test_a_verdict_is_filled_once(recommending, session, alice, make_song):
    song = make_song(alice)
    service = recommending(TimedSource())
    service.heard(alice.id, song.id)
    service.heard(alice.id, song.id)
    assert len(rows(session, song)) == 10


def test_a_verdict_that_is_gone_is_filled_no_more(recommending, session, alice, make_song):
    song = make_song(alice)
    user_id, song_id = alice.id, song.id

    def delete():
        with session.get_bind().begin() as connection:
            connection.execute(PredictionRecord.__table__.delete())

    service = recommending(TimedSource())
    ask = service._outside.ask
    service._outside.ask = lambda questions: (ask(questions), delete())[0]
    service.heard(user_id, song_id)
    assert session.scalars(select(RecommendationRecord)).all() == []


def test_nothing_is_asked_for_the_song_of_somebody_else_or_no_music(recommending, session, alice, bob, make_song):
    source = TimedSource()
    song = make_song(alice)
    recommending(source).heard(bob.id, song.id)
    song.prediction.music = False
    session.commit()
    recommending(source).heard(alice.id, song.id)
    recommending(source).heard(alice.id, "no-such-song")
    assert source.asked == []


def test_an_outage_costs_the_verdict_nothing(recommending, session, alice, make_song):
    song = make_song(alice)
    recommending(TimedSource(error="unreachable")).heard(alice.id, song.id)
    assert rows(session, song) == []


def test_the_jobs_tell_it_of_every_verdict(services):
    assert services.recommendations in services.jobs._listeners


def test_over_real_http_spotifys_panel_fills_and_says_when_its_quota_is_used_up(settings, session, alice, make_song):
    song = make_song(alice)
    with SpotifyServer() as spotify:
        environ = {"INSTANCE_PATH": str(settings.instance_path), **spotify.settings}
        service = build_services(replace(settings, spotify=Settings.from_env(environ).spotify)).recommendations
        service.heard(alice.id, song.id)
        searches = len(spotify.asked("search"))
        session.expire_all()
        panel = service.panels(song)[0]
        assert titles(panel)[0].startswith("Jazz ")
        assert all(item.url.startswith("https://open.spotify.com/track/") for item in panel.items)
        assert len(spotify.asked("search")) == searches
        spotify.fail("quota")
        session.query(KeptAnswer).delete()
        session.commit()
        for _ in range(3):
            panel = service.panels(song)[0]
        assert "its quota is used up" in panel.note
        assert len(spotify.asked("search")) == searches + 1


def test_a_genre_gets_panels_of_the_outside_sources_alone(recommending):
    panels = recommending(TimedSource(), TimedSource("listenbrainz")).panels_for_genre("jazz", "seed")
    assert [(panel.source, len(panel.items), panel.genre) for panel in panels] == [
        ("spotify", 10, "jazz"),
        ("listenbrainz", 10, "jazz"),
    ]
    assert recommending(TimedSource()).panels_for_genre("polka", "seed") == []
    assert recommending(TimedSource()).panels_for_genre(None, "seed") == []


def test_an_admin_lets_a_resting_source_be_asked_again(recommending):
    source = TimedSource(error="keys_refused")
    service = recommending(source)
    service.panels_for_genre("jazz", "a")
    source.error = None
    assert service.panels_for_genre("jazz", "a")[0].items == ()
    service.ask_again("spotify")
    assert service.panels_for_genre("jazz", "a")[0].items


def test_only_what_is_set_up_can_be_asked_again(recommending):
    with pytest.raises(NoSuchSourceError):
        recommending(TimedSource()).ask_again("listenbrainz")


def test_a_sweep_deletes_what_was_kept_for_long_enough(recommending, time):
    service = recommending(TimedSource())
    service.panels_for_genre("jazz", "a")
    assert service.sweep() == 0
    time.passes(hours=24)
    assert service.sweep() == 1


def titles(panel):
    return [item.title for item in panel.items]


def found_by(query):
    return [suggestion.title for suggestion in TimedSource().ask(query, seconds=1)]


def rows(session, song):
    session.expire_all()
    return list(song.prediction.recommendations)


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

"""What is kept of what people do, what is suggested by it, and how it is forgotten."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from portal.adapters.catalogue import CatalogueSource
from portal.models import Like, Profile, Publication, SongVector, TasteEvent
from portal.taste.pieces import Pieces
from portal.taste.preference import MOST_EVENTS
from portal.taste.service import PRUNE_FROM, Choices, TasteService, UnknownChoiceError, UnknownItemError

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SPACE = "test-1"


class Clock:
    """Stands still until it is moved."""

    now = NOON

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def pieces(session):
    return Pieces(session, CatalogueSource(), lambda: SPACE)


@pytest.fixture
def taste(session, pieces, clock):
    return TasteService(session, pieces, clock)


@pytest.fixture
def starter():
    """Return the item of a starter of a genre."""
    entries = CatalogueSource().entries()

    def item(genre, number=0):
        return "catalogue:" + [key for key, entry in entries.items() if entry.genre == genre][number]

    return item


@pytest.fixture
def publish(session):
    def make(song, **columns):
        session.add(Publication(song_id=song.id, user_id=song.user_id, genre="jazz", **columns))
        if session.get(Profile, song.user_id) is None:
            session.add(Profile(user_id=song.user_id, display_name="Somebody", name_key=str(song.user_id)))
        session.commit()
        return song

    return make


def events(session, user):
    return session.scalars(select(TasteEvent).where(TasteEvent.user_id == user.id).order_by(TasteEvent.id)).all()


def shelf(page, source):
    return next(shelf for shelf in page.shelves if shelf.source == source)


def items(page, source):
    return [shown.offer.item for shown in shelf(page, source).shown]


def test_the_first_verdict_of_a_song_is_taken_for_a_sign_of_taste(taste, session, alice, make_song):
    song = make_song(alice, genre="reggae", title="One Drop")
    taste.heard(alice.id, song.id)
    [event] = events(session, alice)
    assert (event.kind, event.key, event.name) == ("upload", f"song:{song.id}", "One Drop")
    assert event.genres["reggae"] == 0.8


def test_a_second_verdict_mends_what_the_first_one_said(taste, session, clock, alice, make_song):
    song = make_song(alice, genre="reggae")
    taste.heard(alice.id, song.id)
    clock.now += timedelta(days=3)
    song.prediction.scores = {"rock": 1.0}
    session.commit()
    taste.heard(alice.id, song.id)
    [event] = events(session, alice)
    assert event.genres == {"rock": 1.0}
    assert event.created_at == NOON


def test_a_song_that_is_no_music_teaches_nothing(taste, session, alice, make_song):
    song = make_song(alice)
    song.prediction.music = False
    session.commit()
    taste.heard(alice.id, song.id)
    assert events(session, alice) == []


def test_the_newest_reaction_to_something_replaces_the_others(taste, session, alice, starter):
    for kind in ("like", "skip", "unlike", "like", "like"):
        taste.react(alice.id, kind, starter("jazz"))
    assert [event.kind for event in events(session, alice)] == ["like"]


def test_liking_and_adding_the_same_song_are_two_signs(taste, session, alice, make_song):
    item = f"song:{make_song(alice).id}"
    taste.react(alice.id, "like", item)
    taste.react(alice.id, "playlist", item)
    assert {event.kind for event in events(session, alice)} == {"like", "playlist"}


def test_what_is_liked_comes_up_more(taste, alice, starter):
    for number in range(6):
        taste.react(alice.id, "like", starter("reggae", number))
        taste.react(alice.id, "skip", starter("metal", number))
    page = taste.for_you(alice.id)
    genres = [shown.offer.genre for shown in shelf(page, "catalogue").shown]
    assert genres.count("reggae") >= 2
    assert "metal" not in genres[:2]
    assert page.best_genre == "reggae"
    assert [liking.name for liking in page.genres][-1] == "metal"


def test_a_page_never_shows_one_genre_alone(taste, alice, starter):
    for number in range(20):
        taste.react(alice.id, "like", starter("reggae", number))
    genres = {shown.offer.genre for shown in shelf(taste.for_you(alice.id), "catalogue").shown}
    assert len(genres) >= 2


def test_what_was_skipped_stays_away_for_a_while(taste, clock, alice, make_song):
    song = make_song(alice)
    taste.react(alice.id, "skip", f"song:{song.id}")
    assert items(taste.for_you(alice.id), "own") == []
    clock.now += timedelta(days=91)
    assert items(taste.for_you(alice.id), "own") == [f"song:{song.id}"]


def test_a_starter_that_is_liked_already_is_not_suggested_as_new(taste, alice, starter):
    liked = [starter("jazz", number) for number in range(20)]
    for item in liked:
        taste.react(alice.id, "like", item)
    assert not set(liked) & set(items(taste.for_you(alice.id), "catalogue"))


def test_a_new_account_gets_suggestions_of_several_genres(taste, alice):
    page = taste.for_you(alice.id)
    assert len({shown.offer.genre for shown in shelf(page, "catalogue").shown}) >= 4
    assert (page.genres, page.moods, page.events, page.best_genre) == ((), (), 0, None)


def test_suggestions_stay_until_the_day_or_the_turn_changes(taste, clock, alice):
    first = items(taste.for_you(alice.id), "catalogue")
    assert items(taste.for_you(alice.id), "catalogue") == first
    assert items(taste.for_you(alice.id, turn=2), "catalogue") != first
    clock.now += timedelta(days=1)
    assert items(taste.for_you(alice.id), "catalogue") != first


def test_every_suggestion_says_why(taste, alice, make_song, starter):
    make_song(alice, genre="reggae")
    taste.react(alice.id, "like", starter("reggae"))
    for each in taste.for_you(alice.id).shelves:
        assert all(shown.reason.why in ("liked", "sound", "mood", "new", "open") for shown in each.shown)


def test_a_song_that_sounds_like_a_liked_one_names_it(taste, session, alice, make_song):
    near = struct.pack("<4f", 1, 0, 0, 0)
    liked, alike = make_song(alice, genre="rock", title="Liked"), make_song(alice, genre="pop")
    for song in (liked, alike):
        session.add(
            SongVector(song_id=song.id, user_id=alice.id, uploaded_at=song.created_at, space=SPACE, vector=near)
        )
    session.commit()
    for kind in ("like", "playlist", "upload"):
        taste.react(alice.id, kind, f"song:{liked.id}")
    [reason] = [s for s in shelf(taste.for_you(alice.id), "own").shown if s.offer.song_id == alike.id]
    assert reason.reason.why != "sound" or reason.like == "Liked"


def test_a_vector_of_another_model_is_not_compared(pieces, session, alice, make_song):
    song = make_song(alice)
    vector = SongVector(
        song_id=song.id, user_id=alice.id, uploaded_at=song.created_at, space="older", vector=b"\0\0\0\0"
    )
    session.add(vector)
    session.commit()
    [offer] = pieces.own(alice.id)
    assert offer.piece.vector is None


def test_only_what_is_public_is_suggested_of_others(taste, session, alice, bob, make_song, publish):
    shown = publish(make_song(bob))
    make_song(bob)
    publish(make_song(bob), hidden_at=NOON)
    publish(make_song(alice))
    assert items(taste.for_you(alice.id), "public") == [f"song:{shown.id}"]


def test_likes_of_others_tell_how_much_a_public_song_is_liked(pieces, alice, bob, make_song, publish):
    publish(make_song(bob, title="known"), likes=9)
    publish(make_song(bob, title="new"))
    acclaim = {offer.title: offer.piece.acclaim for offer in pieces.public(alice.id)}
    assert acclaim == {"known": 0.75, "new": None}


def test_nothing_of_somebody_suspended_is_suggested(taste, session, alice, bob, make_song, publish):
    publish(make_song(bob))
    session.get(Profile, bob.id).suspended_at = NOON
    session.commit()
    assert items(taste.for_you(alice.id), "public") == []


def test_a_liked_song_is_shown_as_liked(taste, session, alice, make_song):
    song = make_song(alice)
    session.add(Like(user_id=alice.id, song_id=song.id))
    session.commit()
    assert shelf(taste.for_you(alice.id), "own").shown[0].liked


@pytest.mark.parametrize(
    "item", ["", "song:", "song:nothing", "song:a\0b", "catalogue:nothing", "spotify:4uLU6hMCjMI75M1A2tKUQC"]
)
def test_nobody_can_react_to_what_is_not_there(taste, alice, item):
    with pytest.raises(UnknownItemError):
        taste.react(alice.id, "like", item)


def test_nobody_can_react_to_a_song_that_is_not_theirs_to_see(taste, alice, bob, make_song):
    with pytest.raises(UnknownItemError):
        taste.react(alice.id, "skip", f"song:{make_song(bob).id}")


def test_nobody_can_react_in_a_way_we_do_not_know(taste, alice, starter):
    with pytest.raises(UnknownChoiceError):
        taste.react(alice.id, "explode", starter("jazz"))


def test_noticing_never_fails(taste, session, alice):
    taste.noticed(alice.id, "like", "song:nothing")
    taste.noticed(alice.id, "explode", "song:nothing")
    taste.noticed(-1, "like", "catalogue:nothing")
    assert events(session, alice) == []


def test_noticing_survives_a_failure_of_ours(session, alice, clock, starter):
    class Broken:
        def find(self, *_):
            raise OSError("no disk")

    TasteService(session, Broken(), clock).noticed(alice.id, "like", starter("jazz"))
    assert events(session, alice) == []


def test_who_does_not_want_to_be_learned_from_is_not(taste, session, alice, make_song, starter):
    song = make_song(alice)
    taste.learn(alice.id, learns=False)
    assert not taste.react(alice.id, "like", starter("jazz"))
    taste.heard(alice.id, song.id)
    taste.noticed(alice.id, "playlist", f"song:{song.id}")
    assert events(session, alice) == []
    taste.learn(alice.id, learns=True)
    assert taste.react(alice.id, "like", starter("jazz"))


def test_forgetting_takes_ones_own_events_and_nobody_elses(taste, session, alice, bob, starter):
    for person in (alice, bob):
        taste.react(person.id, "like", starter("jazz"))
    assert taste.forget(alice.id) == 1
    assert events(session, alice) == []
    assert len(events(session, bob)) == 1
    assert taste.forget(alice.id) == 0


def test_choices_are_kept_and_can_be_taken_back(taste, alice):
    taste.choose(alice.id, mood="calm", context="evening", time_zone="")
    assert taste.choices(alice.id) == Choices(mood="calm", context="evening")
    taste.choose(alice.id, mood="", context="", time_zone="")
    assert taste.choices(alice.id) == Choices()


@pytest.mark.parametrize(("mood", "context"), [("hungry", ""), ("", "noon"), ("calm\0", "")])
def test_a_choice_nobody_knows_is_refused(taste, alice, mood, context):
    with pytest.raises(UnknownChoiceError):
        taste.choose(alice.id, mood=mood, context=context, time_zone="")


@pytest.mark.parametrize(
    ("hour", "zone", "context"),
    [(7, "UTC", "morning"), (12, "UTC", None), (20, "UTC", "evening"), (22, "Asia/Tokyo", "morning"), (3, "UTC", None)],
)
def test_the_clock_tells_morning_and_evening_where_somebody_is(taste, alice, hour, zone, context):
    chosen = taste.choose(alice.id, mood="", context="local", time_zone=zone)
    assert chosen.present_context(NOON.replace(hour=hour)) == context


@pytest.mark.parametrize("zone", ["", "Nowhere/Land", "../../etc/passwd", "x" * 300])
def test_a_zone_nobody_knows_is_no_zone(taste, alice, zone):
    chosen = taste.choose(alice.id, mood="", context="local", time_zone=zone)
    assert chosen.time_zone is None
    assert chosen.present_context(NOON) is None


def test_a_zone_is_kept_only_where_the_clock_is_allowed(taste, alice):
    assert taste.choose(alice.id, mood="", context="evening", time_zone="Europe/Berlin").time_zone is None


def test_the_moment_is_kept_with_what_was_done_in_it(taste, session, alice, starter):
    taste.choose(alice.id, mood="", context="workout", time_zone="")
    taste.react(alice.id, "like", starter("disco"))
    assert events(session, alice)[0].context == "workout"


def test_no_more_events_are_kept_than_are_looked_at(taste, session, alice, starter):
    item = starter("jazz")
    session.add_all(
        TasteEvent(user_id=alice.id, kind="like", key=f"catalogue:{number}", genres={"jazz": 1.0}, created_at=NOON)
        for number in range(PRUNE_FROM)
    )
    session.commit()
    taste.react(alice.id, "like", item)
    kept = events(session, alice)
    assert len(kept) == MOST_EVENTS
    assert kept[-1].key == item


def test_the_page_asks_the_database_as_often_for_many_songs_as_for_one(taste, alice, make_song, count_queries):
    make_song(alice)
    with count_queries() as one:
        taste.for_you(alice.id)
    for _ in range(30):
        make_song(alice)
    with count_queries() as many:
        taste.for_you(alice.id)
    assert len(many) == len(one)

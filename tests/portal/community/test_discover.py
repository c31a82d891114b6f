"""Finding what others made public."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from portal.community.discover import PER_PAGE, Filters
from portal.models import Publication, utc_now

GENRES = ("jazz", "rock", "blues")


@pytest.fixture
def titles(parts, alice):
    """Return a function: the titles on a page of Discover for Alice, under these filters."""

    def of(number=1, **filters):
        return [card.title for card in parts.discover.songs(alice.id, Filters(**filters), number).items]

    return of


def test_the_newest_come_first(titles, session, bob, make_public):
    for age, title in enumerate(("Newest", "Older", "Oldest")):
        song = make_public(bob, title=title)
        session.get(Publication, song.id).published_at = utc_now() - timedelta(days=age)
    session.commit()
    assert titles() == ["Newest", "Older", "Oldest"]


def test_the_most_liked_come_first_where_that_is_asked_for(titles, parts, alice, bob, make_public):
    for likers, title in (((), "None"), ((alice, bob), "Two"), ((alice,), "One")):
        song = make_public(bob, title=title)
        for liker in likers:
            parts.likes.like(liker.id, song.id)
    assert titles(sort="liked") == ["Two", "One", "None"]


def test_genre_and_mood_narrow_the_list(titles, session, bob, make_public):
    for genre, mood in (("jazz", "calm"), ("jazz", "tense"), ("rock", "calm")):
        song = make_public(bob, title=f"{mood} {genre}", genre=genre)
        session.get(Publication, song.id).mood = mood
    session.commit()
    assert set(titles(genre="jazz")) == {"calm jazz", "tense jazz"}
    assert set(titles(mood="calm")) == {"calm jazz", "calm rock"}
    assert titles(genre="jazz", mood="calm") == ["calm jazz"]
    assert len(titles(genre="polka", mood="\0", sort="worst")) == 3


def test_who_is_followed_comes_first_where_that_is_asked_for(titles, parts, alice, bob, named, make_public):
    make_public(bob, title="Theirs")
    make_public(alice, title="Newer")
    assert titles(following=True) == ["Newer", "Theirs"]
    parts.people.follow(alice.id, named[1])
    assert titles(following=True) == ["Theirs", "Newer"]
    assert titles() == ["Newer", "Theirs"]


def test_pages_have_no_gaps_where_those_who_are_followed_end(titles, parts, alice, bob, named, make_public):
    parts.people.follow(alice.id, named[1])
    theirs = {make_public(bob, title=f"Theirs {number}").title for number in range(PER_PAGE + 2)}
    others = {make_public(alice, title=f"Other {number}").title for number in range(PER_PAGE)}
    first, second, third = (titles(number, following=True) for number in (1, 2, 3))
    assert set(first) | set(second[:2]) == theirs
    assert set(second[2:]) | set(third) == others
    assert (len(first), len(second), len(third)) == (PER_PAGE, PER_PAGE, 2)


def test_what_is_private_hidden_or_of_the_suspended_is_on_no_list(
    titles, parts, session, alice, bob, make_song, make_public
):
    make_song(bob, title="Private")
    hidden, shown = make_public(bob, title="Hidden"), make_public(bob, title="Shown")
    parts.moderation.decide(alice.id, "song", hidden.id, "hide")
    assert titles() == ["Shown"]
    parts.moderation.decide(alice.id, "song", shown.id, "suspend")
    assert titles() == []


def test_what_is_heard_as_no_music_is_not_shown_even_before_anybody_is_told(titles, session, bob, make_public):
    song = make_public(bob)
    song.prediction.music = False
    session.commit()
    assert titles() == []


def test_a_long_list_has_pages_without_gaps_or_doubles(titles, bob, make_public):
    for number in range(PER_PAGE + 3):
        make_public(bob, title=f"Tune {number}")
    first, second, third = titles(1), titles(2), titles(3)
    assert (len(first), len(second), third) == (PER_PAGE, 3, [])
    assert len({*first, *second}) == PER_PAGE + 3


def test_a_page_beyond_the_end_leads_back(as_alice, bob, make_public):
    make_public(bob)
    for page in ("2", "999999999"):
        answer = as_alice.get(f"/discover?page={page}")
        assert answer.status_code == 200
        assert "To the first page" in answer.text
    for page in ("-1", "0", "x", "9" * 5000, "\0"):
        assert "Kingfisher" in as_alice.get("/discover", query_string={"page": page}).text


def test_genres_of_other_models_can_be_chosen(as_alice, bob, make_public):
    make_public(bob, genre="ambient", title="Slow cloud")
    make_public(bob, genre="jazz", title="Low tide")
    page = as_alice.get("/discover?genre=ambient").text
    assert "Slow cloud" in page
    assert "Low tide" not in page
    assert '<option value="ambient" selected>' in page


def test_public_playlists_have_a_tab(as_alice, parts, bob, make_playlist, named):
    shown, private = make_playlist(bob, name="Evening"), make_playlist(bob, name="Diary")
    parts.publishing.publish_playlist(bob.id, shown.id)
    page = as_alice.get("/discover?show=playlists").text
    assert "Evening" in page
    assert private.name not in page
    parts.moderation.decide(bob.id, "playlist", shown.id, "hide")
    assert "Evening" not in as_alice.get("/discover?show=playlists").text


def test_a_songs_page_shows_its_whole_result_and_what_can_be_done(as_alice, named, bob, make_public):
    song = make_public(bob, title="Copper", tags={"artist": "Paper Lanterns"})
    page = as_alice.get(f"/discover/songs/{song.id}").text
    for shown in ("Copper", "Paper Lanterns", "Kingfisher", "Genre over time", "All ten genres"):
        assert shown in page
    for action in (f"/songs/{song.id}/like", f"song:{song.id}", "/report", f"/people/{named[1]}"):
        assert action in page


def test_nobody_reports_their_own(as_bob, bob, make_public):
    page = as_bob.get(f"/discover/songs/{make_public(bob).id}").text
    assert "/report" not in page


def test_a_public_song_can_be_put_into_a_playlist_of_ones_own(as_alice, services, alice, bob, make_public):
    song, playlist = make_public(bob, title="Copper"), services.playlists.create(alice.id, "Mine")
    assert as_alice.get(f"/playlists/add?item=song:{song.id}").status_code == 200
    services.playlists.add(alice.id, playlist, f"song:{song.id}")
    assert "Copper" in as_alice.get(f"/playlists/{playlist}").text


def test_only_songs_that_are_public_have_a_link_in_a_public_playlist(
    as_alice, parts, bob, make_song, make_public, make_playlist
):
    public, private = make_public(bob), make_song(bob)
    playlist = make_playlist(bob, songs=[public, private])
    parts.publishing.publish_playlist(bob.id, playlist.id)
    page = as_alice.get(f"/discover/playlists/{playlist.id}").text
    assert f"/discover/songs/{public.id}" in page
    assert f"/discover/songs/{private.id}" not in page


def test_a_link_of_a_playlist_that_is_no_web_address_is_not_followed(
    as_alice, parts, session, bob, make_playlist, named
):
    playlist = make_playlist(bob)
    playlist.entries[0].url = "javascript:alert(1)"
    session.commit()
    parts.publishing.publish_playlist(bob.id, playlist.id)
    assert "javascript:" not in as_alice.get(f"/discover/playlists/{playlist.id}").text


def test_a_persons_page_has_their_public_things_only(as_alice, named, alice, bob, make_song, make_public):
    make_public(bob, title="Shown")
    make_song(bob, title="Kept")
    make_public(alice, title="Of another")
    page = as_alice.get(f"/people/{named[1]}").text
    assert "Shown" in page
    assert "Kept" not in page
    assert "Of another" not in page


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(["genre", "mood", "sort", "show", "following", "page"]), st.text(max_size=300)))
@example({"genre": "' OR 1=1 --", "mood": "<script>alert(1)</script>"})
@example({"genre": "\0", "mood": "\0", "sort": "\0", "show": "\0", "page": "\0", "following": "\0"})
def test_no_question_to_discover_breaks_it(as_alice, query):
    answer = as_alice.get("/discover", query_string=query)
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text

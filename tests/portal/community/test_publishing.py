"""Making results and playlists public and private again, and keeping them right after another verdict."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest

from portal.community.people import NameNeededError, SuspendedError
from portal.community.publishing import HiddenError, NotPublishableError, NotYoursError
from portal.models import JobState, Publication, utc_now


def test_a_song_is_private_until_its_owner_makes_it_public(as_bob, as_alice, alice, make_song, named):
    song = make_song(alice, title="Unheard")
    assert as_bob.get(f"/discover/songs/{song.id}").status_code == 404
    assert as_alice.post(f"/songs/{song.id}/publish").status_code == 303
    assert "Unheard" in as_bob.get(f"/discover/songs/{song.id}").text
    assert as_alice.post(f"/songs/{song.id}/unpublish").status_code == 303
    assert as_bob.get(f"/discover/songs/{song.id}").status_code == 404


def test_doing_either_twice_is_fine(parts, session, alice, make_song, named):
    song = make_song(alice)
    for _ in range(2):
        parts.publishing.publish_song(alice.id, song.id)
    assert session.get(Publication, song.id).genre == "jazz"
    for _ in range(2):
        parts.publishing.unpublish_song(alice.id, song.id)
    assert session.get(Publication, song.id) is None


def test_two_clicks_at_the_same_moment_make_it_public_once(app, session, alice, make_song, named):
    song = make_song(alice)
    path, start, answers = f"/songs/{song.id}/publish", Barrier(4), []

    def publish(client):
        start.wait()
        answers.append(client.post(path).status_code)

    threads = [Thread(target=publish, args=(app.test_client(user=alice),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [303] * 4
    assert session.get(Publication, song.id).published_at


@pytest.mark.parametrize("state", [state for state in JobState if state != JobState.DONE])
def test_only_what_is_done_can_be_public(parts, alice, make_song, named, state):
    with pytest.raises(NotPublishableError):
        parts.publishing.publish_song(alice.id, make_song(alice, state=state).id)


def test_only_music_can_be_public(parts, session, alice, make_song, named):
    song = make_song(alice)
    song.prediction.music = False
    session.commit()
    with pytest.raises(NotPublishableError):
        parts.publishing.publish_song(alice.id, song.id)


def test_an_empty_playlist_cannot_be_public(parts, services, alice, named):
    empty = services.playlists.create(alice.id, "Empty")
    with pytest.raises(NotPublishableError):
        parts.publishing.publish_playlist(alice.id, empty)


def test_nothing_is_public_without_a_name_to_show(parts, alice, make_song, make_playlist):
    with pytest.raises(NameNeededError):
        parts.publishing.publish_song(alice.id, make_song(alice).id)
    with pytest.raises(NameNeededError):
        parts.publishing.publish_playlist(alice.id, make_playlist(alice).id)


def test_whoever_has_no_name_yet_is_led_to_choose_one_and_back(as_alice, alice, make_song):
    song = make_song(alice)
    answer = as_alice.post(f"/songs/{song.id}/publish", data={"next": f"/songs/{song.id}"})
    assert (answer.status_code, answer.location) == (303, f"/me/public?next=/songs/{song.id}")
    script = as_alice.post(f"/songs/{song.id}/publish", headers={"Accept": "application/json"})
    assert (script.status_code, script.json["error"]) == (409, "name_needed")


def test_who_is_suspended_makes_nothing_public(parts, session, alice, make_song, make_playlist, named):
    parts.people.profile(alice.id).suspended_at = utc_now()
    session.commit()
    for publish, thing in (
        (parts.publishing.publish_song, make_song(alice)),
        (parts.publishing.publish_playlist, make_playlist(alice)),
    ):
        with pytest.raises(SuspendedError):
            publish(alice.id, thing.id)


def test_what_is_somebody_elses_is_theirs_to_show(parts, alice, bob, make_song, make_playlist, named):
    song, playlist = make_song(bob), make_playlist(bob)
    for change in (parts.publishing.publish_song, parts.publishing.unpublish_song):
        with pytest.raises(NotYoursError):
            change(alice.id, song.id)
    for change in (parts.publishing.publish_playlist, parts.publishing.unpublish_playlist):
        with pytest.raises(NotYoursError):
            change(alice.id, playlist.id)


def test_a_playlist_is_public_as_long_as_its_owner_wants(as_bob, parts, alice, make_playlist, make_song, named):
    playlist = make_playlist(alice, songs=[make_song(alice, title="In it")])
    parts.publishing.publish_playlist(alice.id, playlist.id)
    page = as_bob.get(f"/discover/playlists/{playlist.id}").text
    assert "In it" in page
    assert "Elsewhere" in page
    parts.publishing.unpublish_playlist(alice.id, playlist.id)
    assert as_bob.get(f"/discover/playlists/{playlist.id}").status_code == 404


def test_another_verdict_is_repeated_where_the_song_is_public(parts, session, alice, make_public):
    song = make_public(alice, genre="jazz")
    song.prediction.genre, song.prediction.mood = "rock", "calm"
    session.commit()
    parts.publishing.heard(alice.id, song.id)
    session.expire_all()
    publication = session.get(Publication, song.id)
    assert (publication.genre, publication.mood) == ("rock", "calm")


def test_what_turns_out_to_be_no_music_is_public_no_more(parts, session, alice, make_public):
    song = make_public(alice)
    song.prediction.music = False
    session.commit()
    parts.publishing.heard(alice.id, song.id)
    session.expire_all()
    assert session.get(Publication, song.id) is None


def test_a_private_song_stays_private_after_another_verdict(parts, session, alice, make_song):
    song = make_song(alice)
    parts.publishing.heard(alice.id, song.id)
    assert session.get(Publication, song.id) is None


def test_the_jobs_tell_what_is_public_of_new_verdicts(services, parts):
    assert parts.publishing in services.jobs._listeners


def test_making_a_hidden_song_private_and_public_again_does_not_unhide_it(as_bob, parts, alice, bob, make_public):
    song = make_public(alice)
    parts.moderation.decide(bob.id, "song", song.id, "hide")
    parts.publishing.unpublish_song(alice.id, song.id)
    with pytest.raises(HiddenError):
        parts.publishing.publish_song(alice.id, song.id)
    assert as_bob.get(f"/discover/songs/{song.id}").status_code == 404
    parts.moderation.decide(bob.id, "song", song.id, "restore")
    assert as_bob.get(f"/discover/songs/{song.id}").status_code == 404
    parts.publishing.publish_song(alice.id, song.id)
    assert as_bob.get(f"/discover/songs/{song.id}").status_code == 200


def test_the_songs_own_page_says_how_it_stands(as_alice, parts, alice, bob, make_public):
    song = make_public(alice)
    assert "Public on Discover" in as_alice.get(f"/songs/{song.id}").text
    parts.moderation.decide(bob.id, "song", song.id, "hide")
    assert "Hidden by a moderator" in as_alice.get(f"/songs/{song.id}").text
    parts.publishing.unpublish_song(alice.id, song.id)
    assert "Make private" not in as_alice.get(f"/songs/{song.id}").text


def test_the_button_says_what_others_will_see(as_alice, alice, make_song):
    page = as_alice.get(f"/songs/{make_song(alice, title='demo take 3').id}").text
    assert "demo take 3" in page
    assert "The title comes from your file" in page
    tagged = make_song(alice, title="Tagged", tags={"title": "Tagged"})
    assert "The title comes from your file" not in as_alice.get(f"/songs/{tagged.id}").text


def test_a_playlist_can_be_made_public_beside_its_links(as_alice, alice, make_playlist, named):
    playlist = make_playlist(alice)
    page = f"/share?playlist={playlist.id}"
    assert f"/playlists/{playlist.id}/publish" in as_alice.get(page).text
    assert as_alice.post(f"/playlists/{playlist.id}/publish", data={"next": page}).location == page
    assert f"/playlists/{playlist.id}/unpublish" in as_alice.get(page).text

"""Choosing a name, and following people."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from portal.community.people import NameNeededError, NameTakenError, NoSuchPersonError, OneselfError
from portal.models import Follow, utc_now
from tests.portal.community.conftest import flashes


def test_a_name_can_be_chosen_and_changed(parts, alice):
    first = parts.people.choose_name(alice.id, "Nightingale").id
    assert parts.people.choose_name(alice.id, "Wren").id == first
    assert parts.people.person(alice.id, first).name == "Wren"


def test_ones_own_name_can_be_written_otherwise(parts, alice):
    parts.people.choose_name(alice.id, "nightingale")
    assert parts.people.choose_name(alice.id, "Nightingale").display_name == "Nightingale"


@pytest.mark.parametrize("twin", ["Nightingale", "NIGHTINGALE", "Night ingale", "N\u0456ghtingale"])
def test_two_people_are_never_seen_by_names_that_look_alike(parts, alice, bob, twin):
    parts.people.choose_name(alice.id, "Nightingale")
    with pytest.raises(NameTakenError):
        parts.people.choose_name(bob.id, twin)
    assert parts.people.profile(bob.id) is None


def test_following_twice_is_following_once(parts, session, alice, named):
    _, kingfisher = named
    for _ in range(2):
        parts.people.follow(alice.id, kingfisher)
    seen = parts.people.person(alice.id, kingfisher)
    assert (seen.followers, seen.followed, seen.oneself) == (1, True, False)
    for _ in range(2):
        parts.people.unfollow(alice.id, kingfisher)
    assert session.scalar(select(func.count()).select_from(Follow)) == 0


def test_nobody_follows_themselves(parts, alice, named):
    with pytest.raises(OneselfError):
        parts.people.follow(alice.id, named[0])


def test_whoever_follows_has_a_name(parts, alice, bob):
    kingfisher = parts.people.choose_name(bob.id, "Kingfisher").id
    with pytest.raises(NameNeededError):
        parts.people.follow(alice.id, kingfisher)


def test_who_is_suspended_can_be_left_but_not_followed(parts, session, alice, bob, named):
    parts.people.follow(alice.id, named[1])
    parts.people.profile(bob.id).suspended_at = utc_now()
    session.commit()
    with pytest.raises(NoSuchPersonError):
        parts.people.follow(alice.id, named[1])
    parts.people.unfollow(alice.id, named[1])
    assert session.scalar(select(func.count()).select_from(Follow)) == 0


def test_the_page_of_the_name_starts_empty_and_never_with_the_accounts_name(as_alice):
    page = as_alice.get("/me/public").text
    assert 'value=""' in page
    assert 'value="Alice"' not in page


def test_a_chosen_name_leads_back_to_where_it_was_asked_for(as_alice):
    answer = as_alice.post("/me/public", data={"display_name": "Nightingale", "next": "/history"})
    assert (answer.status_code, answer.location) == (303, "/history")
    assert flashes(as_alice) == [("success", 'Others see you as "Nightingale" now.')]


@pytest.mark.parametrize("elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example"])
def test_no_choice_leads_to_another_site(as_alice, elsewhere):
    answer = as_alice.post("/me/public", data={"display_name": "Nightingale", "next": elsewhere})
    assert answer.location == "/me/public"


@pytest.mark.parametrize(("name", "status"), [("x", 422), ("a@b", 422), ("", 422), ("KINGFISHER", 409)])
def test_a_name_that_cannot_be_had_is_told_so_beside_its_field(as_alice, parts, bob, name, status):
    parts.people.choose_name(bob.id, "Kingfisher")
    answer = as_alice.post("/me/public", data={"display_name": name})
    assert answer.status_code == status
    assert 'class="field-error"' in answer.text


def test_a_page_of_a_person_shows_their_name_and_the_button_to_follow(as_alice, named):
    page = as_alice.get(f"/people/{named[1]}").text
    assert "Kingfisher" in page
    assert f"/people/{named[1]}/follow" in page
    as_alice.post(f"/people/{named[1]}/follow")
    assert f"/people/{named[1]}/unfollow" in as_alice.get(f"/people/{named[1]}").text

"""Reports, and what moderators do about them."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.community.moderation import (
    AlreadyReportedError,
    NoSuchTargetError,
    PrivateAlreadyError,
    UnknownActionError,
    UnreasonedError,
)
from portal.community.people import NameNeededError, OneselfError
from portal.models import Report
from tests.portal.community.conftest import flashes


@pytest.fixture
def as_moderator(as_alice, session, alice):
    alice.is_admin = True
    session.commit()
    return as_alice


@pytest.fixture
def things(bob, parts, named, make_public, make_playlist):
    """One of each kind, all Bob's: {kind: id}."""
    playlist = make_playlist(bob, name="Insult in a list")
    parts.publishing.publish_playlist(bob.id, playlist.id)
    return {"song": make_public(bob, title="Insult").id, "playlist": playlist.id, "person": named[1]}


PAGES = {"song": "/discover/songs/{}", "playlist": "/discover/playlists/{}", "person": "/people/{}"}


@pytest.mark.parametrize("kind", PAGES)
def test_a_report_reaches_the_moderators_with_what_it_is_about(as_moderator, parts, alice, things, kind):
    answer = as_moderator.post(
        "/report", data={"kind": kind, "target": things[kind], "reason": " Not\nnice ", "next": "/discover"}
    )
    assert (answer.status_code, answer.location) == (303, "/discover")
    [case] = parts.moderation.cases()
    assert (case.kind, case.target, case.subject.standing) == (kind, things[kind], "shown")
    assert [(said.reporter, said.reason) for said in case.complaints] == [("Nightingale", "Not nice")]
    page = as_moderator.get("/moderation").text
    assert "Not nice" in page
    assert PAGES[kind].format(things[kind]) in page


def test_a_thing_is_reported_once_a_person(as_alice, parts, things):
    report = {"kind": "song", "target": things["song"], "reason": "x"}
    as_alice.post("/report", data=report)
    flashes(as_alice)
    assert as_alice.post("/report", data=report).status_code == 303
    assert flashes(as_alice) == [("info", str(AlreadyReportedError()))]
    assert len(parts.moderation.cases()[0].complaints) == 1


def test_what_cannot_be_reported(parts, alice, bob, things, make_song):
    report = parts.moderation.report
    private = make_song(bob).id
    for kind, target in (
        ("song", private),
        ("song", "nothing"),
        ("sonata", things["song"]),
        ("person", things["song"]),
    ):
        with pytest.raises(NoSuchTargetError):
            report(alice.id, kind, target, "x")
    for kind, target in things.items():
        with pytest.raises(OneselfError):
            report(bob.id, kind, target, "x")
    for reason in ("", "  ", "\u202e\0"):
        with pytest.raises(UnreasonedError):
            report(alice.id, "song", things["song"], reason)


def test_whoever_reports_has_a_name(as_bob, parts, bob, alice, make_song):
    parts.people.choose_name(alice.id, "Nightingale")
    song = make_song(alice)
    parts.publishing.publish_song(alice.id, song.id)
    with pytest.raises(NameNeededError):
        parts.moderation.report(bob.id, "song", song.id, "x")
    answer = as_bob.post("/report", data={"kind": "song", "target": song.id, "reason": "x", "next": "/discover"})
    assert answer.location == "/me/public?next=/discover"


@pytest.mark.parametrize("reason", ["<script>alert(1)</script>", "x" * 20_000, "\u202egnp.exe", "🎺" * 600])
def test_whatever_the_reason_says_the_page_stands(as_moderator, things, reason):
    as_moderator.post("/report", data={"kind": "song", "target": things["song"], "reason": reason})
    page = as_moderator.get("/moderation")
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert "\u202e" not in page.text


@pytest.mark.parametrize(("kind", "action"), [("song", "hide"), ("playlist", "hide"), ("person", "suspend")])
def test_a_decision_takes_the_thing_from_sight_and_restoring_brings_it_back(
    as_moderator, parts, alice, things, kind, action
):
    page = PAGES[kind].format(things[kind])
    parts.moderation.report(alice.id, kind, things[kind], "x")
    act(as_moderator, kind, things[kind], action)
    assert as_moderator.get(page).status_code == 404
    assert parts.moderation.cases() == []
    act(as_moderator, kind, things[kind], "restore")
    assert as_moderator.get(page).status_code == 200
    assert [ruling.outcome for ruling in parts.moderation.log()] == [
        "restored",
        "hidden" if action == "hide" else "suspended",
    ]


def test_suspending_whose_song_it_is_hides_all_of_theirs(as_moderator, parts, session, alice, things):
    for kind, target in things.items():
        parts.moderation.report(alice.id, kind, target, "x")
    act(as_moderator, "song", things["song"], "suspend")
    assert [as_moderator.get(PAGES[kind].format(target)).status_code for kind, target in things.items()] == [404] * 3
    assert {case.kind for case in parts.moderation.cases()} == {"playlist"}
    [ruling] = parts.moderation.log()
    assert (ruling.kind, ruling.target, ruling.outcome, ruling.moderator) == (
        "person",
        things["person"],
        "suspended",
        "Nightingale",
    )
    resolved = session.scalars(select(Report).where(Report.kind == "song")).one()
    assert (resolved.outcome, resolved.resolved_by) == ("suspended", alice.id)


def test_dismissing_leaves_the_thing_and_closes_the_case(as_moderator, parts, alice, things):
    parts.moderation.report(alice.id, "song", things["song"], "x")
    act(as_moderator, "song", things["song"], "dismiss")
    assert as_moderator.get(PAGES["song"].format(things["song"])).status_code == 200
    assert parts.moderation.cases() == []
    assert [ruling.outcome for ruling in parts.moderation.log()] == ["dismissed"]


def test_deciding_twice_changes_and_logs_nothing_more(as_moderator, parts, alice, things):
    for action in ("hide", "hide", "restore", "restore", "dismiss"):
        act(as_moderator, "song", things["song"], action)
    assert [ruling.outcome for ruling in parts.moderation.log()] == ["restored", "hidden"]


def test_a_report_outlives_what_it_is_about(as_moderator, as_bob, parts, alice, things):
    parts.moderation.report(alice.id, "song", things["song"], "x")
    as_bob.post(f"/songs/{things['song']}/delete")
    assert "a song that is gone" in as_moderator.get("/moderation").text
    with pytest.raises(NoSuchTargetError):
        parts.moderation.decide(alice.id, "song", things["song"], "hide")
    act(as_moderator, "song", things["song"], "dismiss")
    assert parts.moderation.cases() == []


def test_what_its_owner_took_back_is_not_hidden_but_they_can_be_suspended(as_moderator, parts, alice, bob, things):
    parts.moderation.report(alice.id, "song", things["song"], "x")
    parts.publishing.unpublish_song(bob.id, things["song"])
    with pytest.raises(PrivateAlreadyError):
        parts.moderation.decide(alice.id, "song", things["song"], "hide")
    assert "Private by now" in as_moderator.get("/moderation").text
    act(as_moderator, "song", things["song"], "suspend")
    assert as_moderator.get(PAGES["person"].format(things["person"])).status_code == 404


@pytest.mark.parametrize(
    ("kind", "action"), [("person", "hide"), ("song", "burn"), ("sonata", "hide"), ("", ""), ("song", "")]
)
def test_what_no_moderator_can_do(as_moderator, parts, alice, things, kind, action):
    with pytest.raises(UnknownActionError):
        parts.moderation.decide(alice.id, kind, things["song"], action)
    answer = as_moderator.post("/moderation", data={"kind": kind, "target": things["song"], "action": action})
    assert answer.status_code == 422


def test_to_everybody_else_there_is_no_such_page(as_bob, client, things):
    decision = {"kind": "song", "target": things["song"], "action": "hide"}
    assert as_bob.get("/moderation").status_code == 404
    assert as_bob.post("/moderation", data=decision).status_code == 404
    assert "/login" in client.get("/moderation").location
    assert as_bob.get(PAGES["song"].format(things["song"])).status_code == 200


def test_only_moderators_see_the_way_there(as_alice, as_bob, session, alice):
    assert "/moderation" not in as_alice.get("/discover").text
    alice.is_admin = True
    session.commit()
    assert "/moderation" in as_alice.get("/discover").text


def test_who_is_suspended_reads_so(as_moderator, as_bob, things):
    act(as_moderator, "person", things["person"], "suspend")
    assert "suspended your public profile" in as_bob.get("/me/public").text
    assert "suspended" in as_bob.get(f"/songs/{things['song']}").text
    assert as_bob.post(f"/songs/{things['song']}/publish").status_code == 403


def act(client, kind, target, action):
    answer = client.post("/moderation", data={"kind": kind, "target": target, "action": action})
    assert answer.status_code == 303

"""Tokens at rest, and the proof that an answer belongs to who began."""

from __future__ import annotations

from dataclasses import asdict, replace

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from portal.ports import Grant
from portal.spotify import tokens as module
from portal.spotify.tokens import TokenBox, Tokens, UnreadableTokenError, begin_consent, begun, challenge
from portal.spotify.values import Consent, ConsentInvalidError

ALICE, BOB = 1, 2
KEPT = Tokens("access of alice", "refresh of alice", 2_000_000_000.0)


def test_tokens_come_back_as_they_were_and_are_not_readable_at_rest():
    locked = TokenBox("a secret of decent length").lock(ALICE, KEPT)
    assert TokenBox("a secret of decent length").unlock(ALICE, locked) == KEPT
    assert b"alice" not in locked


def test_the_same_tokens_never_look_the_same():
    box = TokenBox("a secret of decent length")
    assert box.lock(ALICE, KEPT) != box.lock(ALICE, KEPT)


def test_one_persons_tokens_do_not_open_in_anothers_row():
    box = TokenBox("a secret of decent length")
    with pytest.raises(UnreadableTokenError):
        box.unlock(BOB, box.lock(ALICE, KEPT))


def test_another_key_opens_nothing():
    locked = TokenBox("a secret of decent length").lock(ALICE, KEPT)
    for box in (
        TokenBox("another secret of that"),
        TokenBox("a secret of decent length", Fernet.generate_key().decode()),
    ):
        with pytest.raises(UnreadableTokenError):
            box.unlock(ALICE, locked)


def test_an_own_key_outlives_the_secret():
    key = Fernet.generate_key().decode()
    locked = TokenBox("a secret of decent length", key).lock(ALICE, KEPT)
    assert TokenBox("another secret of that", key).unlock(ALICE, locked) == KEPT


@given(st.binary(max_size=200))
def test_nothing_but_what_was_locked_opens(locked):
    with pytest.raises(UnreadableTokenError):
        TokenBox("a secret of decent length").unlock(ALICE, locked)


def test_tokens_are_not_shown():
    assert "alice" not in repr(KEPT)


def test_a_token_about_to_end_is_not_fresh(monkeypatch):
    monkeypatch.setattr(module.time, "time", lambda: 1000.0)
    tokens = Tokens.of(Grant("a", "r", 3600, ""))
    assert tokens.fresh
    assert not replace(tokens, ends_at=1059.0).fresh


def test_the_challenge_is_that_of_the_standards_example():
    consent = Consent("state", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", ALICE, 0.0)
    assert challenge(consent) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_no_two_consents_are_alike():
    first, second = begin_consent(ALICE), begin_consent(ALICE)
    assert first.state != second.state
    assert first.verifier != second.verifier
    assert len(first.verifier) >= 43  # RFC 7636 demands it


def test_the_right_answer_finds_its_consent():
    consent = begin_consent(ALICE)
    assert begun(asdict(consent), user_id=ALICE, state=consent.state) == consent


@pytest.mark.parametrize("state", ["", "another", "é", "\ud800"])
def test_another_state_is_refused(state):
    with pytest.raises(ConsentInvalidError):
        begun(asdict(begin_consent(ALICE)), user_id=ALICE, state=state)


def test_what_one_person_began_is_not_finished_by_another():
    consent = begin_consent(ALICE)
    with pytest.raises(ConsentInvalidError):
        begun(asdict(consent), user_id=BOB, state=consent.state)


@pytest.mark.parametrize("age", [601.0, -1.0])
def test_a_consent_is_good_for_ten_minutes(monkeypatch, age):
    consent = begin_consent(ALICE)
    monkeypatch.setattr(module.time, "time", lambda: consent.begun_at + age)
    with pytest.raises(ConsentInvalidError):
        begun(asdict(consent), user_id=ALICE, state=consent.state)


@pytest.mark.parametrize("kept", [None, [], {}, "text", {"state": "s"}, 7])
def test_a_session_without_a_consent_is_refused(kept):
    with pytest.raises(ConsentInvalidError):
        begun(kept, user_id=ALICE, state="s")

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import TimestampSigner, URLSafeTimedSerializer

from portal.accounts.tokens import SALT, ResetClaim, ResetLinkExpired, ResetLinkInvalid, ResetTokens

SECRET = "a secret of the test"
HASH = "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA"


def test_a_token_says_whose_password_it_may_change(tokens):
    claim = tokens.read(tokens.make(7, HASH))

    assert claim.user_id == 7
    assert claim.fits(HASH)


def test_a_token_does_not_fit_after_the_password_changed(tokens):
    assert not tokens.read(tokens.make(7, HASH)).fits(f"{HASH}2")


def test_a_token_holds_up_for_an_hour_and_no_longer(tokens, monkeypatch):
    token = tokens.make(7, HASH)
    made = int(time.time())

    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _signer: made + 3599)
    assert tokens.read(token).user_id == 7
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _signer: made + 3602)
    with pytest.raises(ResetLinkExpired, match="more than an hour"):
        tokens.read(token)


def test_an_altered_token_is_refused(tokens):
    token = tokens.make(7, HASH)
    payload, rest = token.split(".", 1)
    others = tokens.make(8, HASH).split(".", 1)[0]

    for altered in (token[:-2], f"{others}.{rest}", payload, f"{token}x", f".{token}", token.upper()):
        with pytest.raises(ResetLinkInvalid):
            tokens.read(altered)


def test_a_token_of_another_secret_or_another_purpose_is_refused(tokens):
    for foreign in (
        ResetTokens("another secret").make(7, HASH),
        URLSafeTimedSerializer(SECRET, salt=f"not-{SALT}").dumps([7, "fingerprint"]),
    ):
        with pytest.raises(ResetLinkInvalid):
            tokens.read(foreign)


def test_a_token_shows_nothing_of_the_hash(tokens):
    claim = tokens.read(tokens.make(7, HASH))

    assert "aGFzaA" not in claim.fingerprint
    assert claim == ResetClaim(7, claim.fingerprint)


@given(st.text())
def test_any_other_text_is_refused(text):
    with pytest.raises(ResetLinkInvalid):
        ResetTokens(SECRET).read(text)


@pytest.fixture
def tokens():
    return ResetTokens(SECRET)

"""Tokens at rest, and the proof that a consent's answer belongs to who began it.

What belongs here: encryption, keys, random words and their comparison. Not here: where anything is kept.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from dataclasses import asdict, dataclass, field
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from portal.ports import Grant
from portal.spotify.values import Consent, ConsentInvalidError

KEY_BYTES = 32
PURPOSE = b"genregenie spotify tokens"
CONSENT_SECONDS = 600
FRESH_SECONDS = 60
"""An access token that is over sooner than this counts as over: it has to last for what it is wanted for."""


class UnreadableTokenError(Exception):
    """The tokens were encrypted with another key, or altered."""


@dataclass(frozen=True)
class Tokens:
    """A person's tokens; ``ends_at``, in seconds since 1970, is when the access token is over."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    ends_at: float

    @classmethod
    def of(cls, grant: Grant) -> Tokens:
        """Return the tokens of what was just granted."""
        return cls(grant.access_token, grant.refresh_token, time.time() + grant.lasts)

    @property
    def fresh(self) -> bool:
        """Return whether the access token can still be used."""
        return self.ends_at - time.time() > FRESH_SECONDS


class TokenBox:
    """Locks tokens for one person: nobody without the key can read them, and nobody else's row can hold them."""

    def __init__(self, secret_key: str, token_key: str | None = None) -> None:
        self._fernet = Fernet(token_key or _derived(secret_key))

    def lock(self, user_id: int, tokens: Tokens) -> bytes:
        """Return the tokens encrypted."""
        return self._fernet.encrypt(json.dumps([user_id, asdict(tokens)]).encode())

    def unlock(self, user_id: int, locked: bytes) -> Tokens:
        """Return the tokens; raise UnreadableTokenError, also where they are somebody else's."""
        try:
            owner, kept = json.loads(self._fernet.decrypt(locked))
        except InvalidToken as error:
            raise UnreadableTokenError from error
        if owner != user_id:
            raise UnreadableTokenError
        return Tokens(**kept)


def begin_consent(user_id: int) -> Consent:
    """Return the random words of a new consent."""
    return Consent(secrets.token_urlsafe(24), secrets.token_urlsafe(48), user_id, time.time())


def challenge(consent: Consent) -> str:
    """Return what may be known of the verifier beforehand (RFC 7636, S256)."""
    return base64.urlsafe_b64encode(hashlib.sha256(consent.verifier.encode()).digest()).rstrip(b"=").decode()


def begun(kept: Any, *, user_id: int, state: str) -> Consent:
    """Return the consent that the session kept, if ``state`` answers it; raise ConsentInvalidError."""
    try:
        consent = Consent(**kept)
        age = time.time() - consent.begun_at
    except TypeError as error:
        raise ConsentInvalidError from error
    same = hmac.compare_digest(consent.state.encode(), state.encode("utf-8", "replace"))
    if not same or consent.user_id != user_id or not 0 <= age <= CONSENT_SECONDS:
        raise ConsentInvalidError
    return consent


def _derived(secret_key: str) -> bytes:
    derived = HKDF(SHA256(), length=KEY_BYTES, salt=None, info=PURPOSE).derive(secret_key.encode())
    return base64.urlsafe_b64encode(derived)

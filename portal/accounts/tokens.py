"""The signed links that accounts are mailed: one to choose another password, one to confirm another address.

What belongs here: making and reading the links' tokens. Not here: mail, accounts, or what a valid token permits.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

from itsdangerous import BadData, SignatureExpired, URLSafeTimedSerializer

from portal.errors import InvalidError
from portal.language import lazy

# A signature made for one purpose is worth nothing for another.
SALT = "reset-password"
EMAIL_SALT = "change-email"
LIFETIME_SECONDS = 60 * 60

EXPIRED = lazy("This link is more than an hour old. Ask for a new one.")
INVALID = lazy("This link was already used or is no longer valid. Ask for a new one.")


class ResetLinkError(InvalidError):
    """A reset link cannot be used."""

    code = "reset_link"


class ResetLinkExpired(ResetLinkError):
    """The link was genuine, but is too old."""

    code = "reset_link_expired"

    def __init__(self) -> None:
        super().__init__(EXPIRED)


class ResetLinkInvalid(ResetLinkError):
    """The link was never ours, was altered, or has done its work."""

    code = "reset_link_invalid"

    def __init__(self) -> None:
        super().__init__(INVALID)


class EmailLinkError(InvalidError):
    """A link that confirms an address cannot be used."""

    code = "email_link"


class EmailLinkExpired(EmailLinkError):
    """The link was genuine, but is too old."""

    code = "email_link_expired"

    def __init__(self) -> None:
        super().__init__(EXPIRED)


class EmailLinkInvalid(EmailLinkError):
    """The link was never ours or is another person's, was altered, or has done its work."""

    code = "email_link_invalid"

    def __init__(self) -> None:
        super().__init__(INVALID)


@dataclass(frozen=True)
class ResetClaim:
    """What a genuine token says: whose password may be changed, and which password that was."""

    user_id: int
    fingerprint: str

    def fits(self, password_hash: str) -> bool:
        """Return whether the password is still the one the token was made for."""
        return hmac.compare_digest(self.fingerprint, _fingerprint(password_hash))


@dataclass(frozen=True)
class EmailClaim:
    """What a genuine token says: who wants which address, and how their account stood then."""

    user_id: int
    fingerprint: str
    email: str

    def fits(self, *standing: str) -> bool:
        """Return whether all that the token was bound to is still as it was."""
        return hmac.compare_digest(self.fingerprint, _fingerprint(*standing))


class ResetTokens:
    """Makes and reads reset tokens, which live one hour and die with the password they replace."""

    def __init__(self, secret_key: str) -> None:
        self._serializer = _serializer(secret_key, SALT)

    def make(self, user_id: int, password_hash: str) -> str:
        """Return a token by which the password now hashed as ``password_hash`` may be replaced."""
        return str(self._serializer.dumps([user_id, _fingerprint(password_hash)]))

    def read(self, token: str) -> ResetClaim:
        """Return what the token claims; raise ResetLinkExpired or ResetLinkInvalid."""
        try:
            return ResetClaim(*_read(self._serializer, token))
        except SignatureExpired as error:
            raise ResetLinkExpired from error
        except BadData as error:
            raise ResetLinkInvalid from error


class EmailTokens:
    """Makes and reads tokens that confirm an address; they live one hour and die with what they are bound to."""

    def __init__(self, secret_key: str) -> None:
        self._serializer = _serializer(secret_key, EMAIL_SALT)

    def make(self, user_id: int, email: str, *standing: str) -> str:
        """Return a token by which this person takes the address ``email`` while ``standing`` is as it is."""
        return str(self._serializer.dumps([user_id, _fingerprint(*standing), email]))

    def read(self, token: str) -> EmailClaim:
        """Return what the token claims; raise EmailLinkExpired or EmailLinkInvalid."""
        try:
            return EmailClaim(*_read(self._serializer, token))
        except SignatureExpired as error:
            raise EmailLinkExpired from error
        except BadData as error:
            raise EmailLinkInvalid from error


def _serializer(secret_key: str, salt: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret_key, salt=salt, signer_kwargs={"digest_method": hashlib.sha256})


def _read(serializer: URLSafeTimedSerializer, token: str) -> list[Any]:
    return list(serializer.loads(token, max_age=LIFETIME_SECONDS))


def _fingerprint(*standing: str) -> str:
    # The token can be read by whoever holds it. The hash behind this digest holds a random salt, so that nothing of the
    # password can be guessed from it; half of the digest is plenty to tell two hashes apart.
    return hashlib.sha256("\0".join(standing).encode()).hexdigest()[:32]

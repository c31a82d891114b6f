"""The signed links by which somebody who forgot a password chooses another.

What belongs here: making and reading the link's token. Not here: mail, accounts, or what a valid token permits.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from itsdangerous import BadData, SignatureExpired, URLSafeTimedSerializer

from portal.errors import InvalidError

# A signature made for one purpose is worth nothing for another.
SALT = "reset-password"
LIFETIME_SECONDS = 60 * 60


class ResetLinkError(InvalidError):
    """A reset link cannot be used."""

    code = "reset_link"


class ResetLinkExpired(ResetLinkError):
    """The link was genuine, but is too old."""

    code = "reset_link_expired"

    def __init__(self) -> None:
        super().__init__("This link is more than an hour old. Ask for a new one.")


class ResetLinkInvalid(ResetLinkError):
    """The link was never ours, was altered, or has done its work."""

    code = "reset_link_invalid"

    def __init__(self) -> None:
        super().__init__("This link was already used or is no longer valid. Ask for a new one.")


@dataclass(frozen=True)
class ResetClaim:
    """What a genuine token says: whose password may be changed, and which password that was."""

    user_id: int
    fingerprint: str

    def fits(self, password_hash: str) -> bool:
        """Return whether the password is still the one the token was made for."""
        return hmac.compare_digest(self.fingerprint, _fingerprint(password_hash))


class ResetTokens:
    """Makes and reads reset tokens, which live one hour and die with the password they replace."""

    def __init__(self, secret_key: str) -> None:
        self._serializer = URLSafeTimedSerializer(
            secret_key, salt=SALT, signer_kwargs={"digest_method": hashlib.sha256}
        )

    def make(self, user_id: int, password_hash: str) -> str:
        """Return a token by which the password now hashed as ``password_hash`` may be replaced."""
        return str(self._serializer.dumps([user_id, _fingerprint(password_hash)]))

    def read(self, token: str) -> ResetClaim:
        """Return what the token claims; raise ResetLinkExpired or ResetLinkInvalid."""
        try:
            user_id, fingerprint = self._serializer.loads(token, max_age=LIFETIME_SECONDS)
        except SignatureExpired as error:
            raise ResetLinkExpired from error
        except BadData as error:
            raise ResetLinkInvalid from error
        return ResetClaim(user_id, fingerprint)


def _fingerprint(password_hash: str) -> str:
    # The token can be read by whoever holds it. The hash behind this digest holds a random salt, so that nothing of the
    # password can be guessed from it; half of the digest is plenty to tell two hashes apart.
    return hashlib.sha256(password_hash.encode()).hexdigest()[:32]

"""The signed ends of links to share.

What belongs here: making and reading a link's token. Not here: what a genuine token still opens (``sharing``).
"""

from __future__ import annotations

import hashlib
import hmac

from itsdangerous import BadSignature, Signer

# A signature made for one purpose is worth nothing for another.
SALT = "share-link"


class ShareTokens:
    """Makes and reads tokens: a link's id and a signature, so that neither guessing nor the database gives one."""

    def __init__(self, secret_key: str) -> None:
        self._signer = Signer(secret_key, salt=SALT, digest_method=hashlib.sha256)

    def make(self, link_id: str) -> str:
        """Return the token of a link."""
        return self._signer.sign(link_id).decode()

    def read(self, token: str) -> str | None:
        """Return the link a genuine token is of; None for any other."""
        given = token.encode("utf-8", "replace")
        try:
            link_id = self._signer.unsign(given)
        except BadSignature:
            return None
        # Base64's last letter has bits that mean nothing: a link has one token, not four that read alike.
        return link_id.decode() if hmac.compare_digest(self._signer.sign(link_id), given) else None

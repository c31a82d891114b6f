"""Keeping a person's access token usable, and noting when it cannot be any more.

What belongs here: refreshing, requests that refresh at the same moment, the end of a consent. Not here: how consent is
given (``service``) or what a token is used for.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import select, update
from sqlalchemy.orm import Session, scoped_session

from portal.language import _, translated
from portal.models import SpotifyAccount, utc_now
from portal.ports import Grant, SourceError
from portal.spotify.tokens import TokenBox, Tokens, UnreadableTokenError
from portal.spotify.values import GRANT_ENDED, PROBLEMS, UNREADABLE, AccountApi, NotConnectedError

LOOKS, LOOK_SECONDS = 5, 0.2
"""How often, and how far apart, to look whether another request has refreshed meanwhile."""

Result = TypeVar("Result")


@dataclass(frozen=True)
class Kept:
    """What the row of an account holds, as it was read."""

    token: bytes
    problem: str | None
    consented_at: datetime


class TokenKeeper:
    """Lends people's access tokens, each to calls of its own person alone."""

    def __init__(self, session: Session | scoped_session[Any], box: TokenBox) -> None:
        self._session = session
        self._box = box

    def locked(self, user_id: int, grant: Grant) -> bytes:
        """Return what a row keeps of a grant."""
        return self._box.lock(user_id, Tokens.of(grant))

    def using(self, user_id: int, call: Callable[[str], Result], *, api: AccountApi, ends_at: float) -> Result:
        """Return what the call does with the person's access token, which is refreshed where it has to be.

        Raises NotConnectedError, and SourceError as the call and the refresh do.
        """
        kept = self._kept(user_id)
        tokens = self._unlocked(user_id, kept)
        if not tokens.fresh:
            return call(self._refreshed(user_id, kept, tokens, api, ends_at))
        try:
            return call(tokens.access)
        except SourceError as error:
            if error.code != "keys_refused":
                raise
            # The token may have been taken back before its time; a refresh finds out.
            return call(self._refreshed(user_id, kept, tokens, api, ends_at))

    def _kept(self, user_id: int) -> Kept:
        columns = (SpotifyAccount.token, SpotifyAccount.problem, SpotifyAccount.consented_at)
        found = self._session.execute(select(*columns).where(SpotifyAccount.user_id == user_id)).one_or_none()
        self._session.commit()
        if found is None:
            raise NotConnectedError(_("Connect your Spotify account first."))
        if found.problem:
            raise NotConnectedError(translated(PROBLEMS.get(found.problem, PROBLEMS[GRANT_ENDED])))
        return Kept(*found)

    def _unlocked(self, user_id: int, kept: Kept) -> Tokens:
        try:
            return self._box.unlock(user_id, kept.token)
        except UnreadableTokenError as error:
            self._drop(user_id, kept, UNREADABLE)
            raise NotConnectedError(translated(PROBLEMS[UNREADABLE])) from error

    def _refreshed(self, user_id: int, kept: Kept, tokens: Tokens, api: AccountApi, ends_at: float) -> str:
        try:
            grant = api.refresh(tokens.refresh, seconds=ends_at - time.monotonic())
        except SourceError as error:
            if error.code != GRANT_ENDED:
                raise
            return self._after_refusal(user_id, kept)
        # Success wins, even over a refusal that another request met meanwhile; but not over a newer consent.
        same_consent = (SpotifyAccount.user_id == user_id, SpotifyAccount.consented_at == kept.consented_at)
        self._session.execute(
            update(SpotifyAccount)
            .where(*same_consent)
            .values(token=self.locked(user_id, grant), problem=None, changed_at=utc_now())
        )
        self._session.commit()
        return grant.access_token

    def _after_refusal(self, user_id: int, kept: Kept) -> str:
        """Return the token that another request got at the same moment: a refresh token may work only once."""
        for _look in range(LOOKS):
            time.sleep(LOOK_SECONDS)
            now = self._kept(user_id)
            if now.token != kept.token:
                return self._unlocked(user_id, now).access
        self._drop(user_id, kept, GRANT_ENDED)
        raise NotConnectedError(translated(PROBLEMS[GRANT_ENDED]))

    def _drop(self, user_id: int, kept: Kept, problem: str) -> None:
        same = (SpotifyAccount.user_id == user_id, SpotifyAccount.token == kept.token)
        self._session.execute(
            update(SpotifyAccount).where(*same).values(token=b"", problem=problem, changed_at=utc_now())
        )
        self._session.commit()

"""A person's own Spotify account: connected, kept usable, disconnected.

What belongs here: the rules of consent, and the rows that keep it. Not here: how its tokens are kept usable
(``keeper``) or encrypted (``tokens``), what is saved (``saving``), requests or pages.
"""

from __future__ import annotations

import time
from calendar import monthrange
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

from sqlalchemy import delete
from sqlalchemy.orm import Session, scoped_session

from portal.language import translated
from portal.models import SpotifyAccount, SpotifyCopy, utc_now
from portal.ports import Grant, ShownPlaylist, SourceError
from portal.spotify.keeper import TokenKeeper
from portal.spotify.saving import copies, save
from portal.spotify.tokens import TokenBox, begin_consent, begun, challenge
from portal.spotify.values import (
    GRANT_ENDED,
    LONGEST_PLAYLIST,
    MONTHS,
    PROBLEMS,
    AccountApi,
    Consent,
    Copy,
    EmptyPlaylistError,
    NoSuchPlaylistError,
    NotOfferedError,
    OwnPlaylists,
    SpotifyTroubleError,
    Standing,
)

SCOPE = "playlist-modify-private"
"""All that is asked for: making private playlists."""
CALLBACK = "/spotify/callback"
SECONDS = 2.8
"""What all of Spotify's answers to one request of ours may take together."""
LONGEST_CODE = 2048
MAX_ACCOUNT_ID, MAX_SCOPE = 80, 300

Result = TypeVar("Result")


class SpotifyAccounts:
    """Keeps people's connections to Spotify. ``api`` is None where the operator offers none."""

    def __init__(
        self,
        session: Session | scoped_session[Any],
        api: AccountApi | None,
        box: TokenBox,
        playlists: OwnPlaylists,
        public_url: str,
    ) -> None:
        self._session = session
        self._offered_api = api
        self._keeper = TokenKeeper(session, box)
        self._playlists = playlists
        self.public_url = public_url
        self.redirect_uri = public_url + CALLBACK

    @property
    def offered(self) -> bool:
        """Return whether accounts can be connected here."""
        return self._offered_api is not None

    @property
    def address_refused(self) -> bool:
        """Return whether Spotify sends nobody back to this portal: without encryption it wants this machine's number.

        ``localhost`` is a name, and refused like any other.
        """
        parts = urlsplit(self.public_url)
        return parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "::1")

    def standing(self, user_id: int) -> Standing | None:
        """Return how the person's connection stands, None where there is none."""
        account = self._session.get(SpotifyAccount, user_id)
        if account is None:
            return None
        asks_again_at = months_later(account.consented_at, MONTHS)
        problem = account.problem or (GRANT_ENDED if asks_again_at <= utc_now() else "")
        return Standing(
            account_id=account.account_id,
            consented_at=account.consented_at,
            asks_again_at=asks_again_at,
            problem=translated(PROBLEMS.get(problem)),
            copies=copies(self._session, user_id),
        )

    def begin(self, user_id: int) -> tuple[str, Consent]:
        """Return where the person consents, and what has to be kept in their session until they come back."""
        consent = begin_consent(user_id)
        url = self._api.consent_url(
            state=consent.state, challenge=challenge(consent), scope=SCOPE, redirect_uri=self.redirect_uri
        )
        return url, consent

    def answered(self, user_id: int, kept: Any, state: str) -> Consent:
        """Return the begun consent that this answer of Spotify's belongs to; raise ConsentInvalidError."""
        self._check_offered()
        return begun(kept, user_id=user_id, state=state)

    def finish(self, consent: Consent, code: str) -> None:
        """Connect the account that the code stands for, in place of an older one; raise SpotifyTroubleError."""
        if not 0 < len(code) <= LONGEST_CODE:
            raise SpotifyTroubleError(SourceError(GRANT_ENDED))
        ends_at = time.monotonic() + SECONDS
        grant, account_id = self._asked(lambda: self._granted(consent, code, ends_at))
        older = self._session.get(SpotifyAccount, consent.user_id)
        if older and older.account_id != account_id:
            # What was saved to another account cannot be gone on with in this one.
            self._session.execute(delete(SpotifyCopy).where(SpotifyCopy.user_id == consent.user_id))
        self._session.merge(self._connected(consent.user_id, grant, account_id))
        self._session.commit()

    def disconnect(self, user_id: int) -> None:
        """Forget the person's tokens and all that was kept about their account."""
        for model in (SpotifyAccount, SpotifyCopy):
            self._session.execute(delete(model).where(model.user_id == user_id))
        self._session.commit()

    def save(self, user_id: int, playlist_id: str) -> Copy:
        """Save a playlist to the person's account, or go on with it; look at ``remaining`` for whether it is done.

        Raises NoSuchPlaylistError, EmptyPlaylistError, BusyError, NotConnectedError or SpotifyTroubleError. What was
        saved before an error stays so.
        """
        self._check_offered()
        playlist = self._playlist(user_id, playlist_id)
        ends_at = time.monotonic() + SECONDS

        def saving(access: str) -> Copy:
            return save(self._session, self._api, user_id, playlist, access=access, ends_at=ends_at)

        return self._asked(lambda: self._keeper.using(user_id, saving, api=self._api, ends_at=ends_at))

    def _playlist(self, user_id: int, playlist_id: str) -> ShownPlaylist:
        own = self._playlists.owned_by(user_id, playlist_id)
        playlist = self._playlists.shown(playlist_id, limit=LONGEST_PLAYLIST) if own else None
        if playlist is None:
            raise NoSuchPlaylistError
        if not playlist.entries:
            raise EmptyPlaylistError
        return playlist

    @property
    def _api(self) -> AccountApi:
        if self._offered_api is None:
            raise NotOfferedError
        return self._offered_api

    def _check_offered(self) -> None:
        if not self.offered:
            raise NotOfferedError

    def _asked(self, call: Callable[[], Result]) -> Result:
        # Whatever was read is read: no transaction stays open while somebody else's server takes its time.
        self._session.commit()
        try:
            return call()
        except SourceError as error:
            self._session.rollback()
            raise SpotifyTroubleError(error) from error

    def _granted(self, consent: Consent, code: str, ends_at: float) -> tuple[Grant, str]:
        grant = self._api.exchange(
            code, verifier=consent.verifier, redirect_uri=self.redirect_uri, seconds=ends_at - time.monotonic()
        )
        if not grant.refresh_token:
            raise SourceError("bad_answer")
        account_id = self._api.account_id(grant.access_token, seconds=ends_at - time.monotonic())
        return grant, account_id[:MAX_ACCOUNT_ID]

    def _connected(self, user_id: int, grant: Grant, account_id: str) -> SpotifyAccount:
        now = utc_now()
        return SpotifyAccount(
            user_id=user_id,
            account_id=account_id,
            token=self._keeper.locked(user_id, grant),
            scope=(grant.scope or SCOPE)[:MAX_SCOPE],
            problem=None,
            consented_at=now,
            changed_at=now,
        )


def months_later(moment: datetime, months: int) -> datetime:
    """Return the same day so many months later, or the last of that month where it has no such day."""
    year, month = divmod(moment.month - 1 + months, 12)
    year, month = moment.year + year, month + 1
    return moment.replace(year=year, month=month, day=min(moment.day, monthrange(year, month)[1]))

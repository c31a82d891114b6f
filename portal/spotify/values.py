"""What the parts of this feature hand each other, and what can go wrong, by name.

What belongs here: frozen values, the borders to who keeps the playlists and who speaks with Spotify, named errors with
their sentences. Not here: queries, calls or pages.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from portal.errors import ConflictError, NotFoundError, PortalError
from portal.language import N_, _, ngettext, translated
from portal.ports import Grant, PlaylistReader, SourceError

PEOPLE = 5
"""How many people Spotify lets use an app in development mode, all named by its owner beforehand."""
MONTHS = 6
"""After how many months Spotify ends a consent, however often its tokens were refreshed."""
LONGEST_PLAYLIST = 100
GRANT_ENDED = "grant_ended"
UNREADABLE = "unreadable"


class AccountApi(Protocol):
    """Speaks with Spotify for one person at a time; each call raises SourceError and takes ``seconds`` at the most."""

    def consent_url(self, *, state: str, challenge: str, scope: str, redirect_uri: str) -> str:
        """Return the address of the page on which the person consents."""

    def exchange(self, code: str, *, verifier: str, redirect_uri: str, seconds: float) -> Grant:
        """Return what the code of a consent is worth."""

    def refresh(self, refresh_token: str, *, seconds: float) -> Grant:
        """Return a new access token."""

    def account_id(self, access_token: str, *, seconds: float) -> str:
        """Return the stable name of whose token this is."""

    def find(self, access_token: str, *, artist: str, title: str, seconds: float) -> str:
        """Return the id of a track, empty if there is none."""

    def create_playlist(self, access_token: str, *, name: str, description: str, seconds: float) -> str:
        """Make a private playlist and return its id."""

    def add(self, access_token: str, *, playlist_id: str, track_ids: Sequence[str], seconds: float) -> None:
        """Add tracks to the end of a playlist."""


class OwnPlaylists(PlaylistReader, Protocol):
    """Knows a person's playlists."""

    def owned_by(self, user_id: int, playlist_id: str) -> bool:
        """Return whether the person has a playlist of that id."""


@dataclass(frozen=True)
class Consent:
    """A consent that was begun: what its answer must bring, what proves that it is ours, whose it is, and since when.

    ``begun_at`` is in seconds since 1970.
    """

    state: str
    verifier: str
    user_id: int
    begun_at: float


@dataclass(frozen=True)
class Copy:
    """A playlist on its way to Spotify: of ``asked`` songs ``remaining`` were not looked up yet.

    ``missing`` names those that Spotify does not have; ``url`` leads to what was saved, empty where there is nothing.
    """

    playlist_id: str
    name: str
    url: str
    asked: int
    remaining: int
    total: int
    missing: tuple[str, ...]

    @property
    def saved(self) -> int:
        """Return how many songs are there."""
        return self.asked - self.remaining - len(self.missing)


@dataclass(frozen=True)
class Standing:
    """How a person's connection stands; ``problem`` is a sentence, empty while it works."""

    account_id: str
    consented_at: datetime
    asks_again_at: datetime
    problem: str
    copies: tuple[Copy, ...]


class NotOfferedError(NotFoundError):
    """The operator does not let people connect their accounts."""

    def __init__(self) -> None:
        super().__init__(_("Accounts of Spotify cannot be connected on this installation."))


class NoSuchPlaylistError(NotFoundError):
    """The person has no playlist of that id."""

    def __init__(self) -> None:
        super().__init__(_("You have no such playlist."))


class EmptyPlaylistError(ConflictError):
    """There is nothing in the playlist."""

    code = "empty_playlist"

    def __init__(self) -> None:
        super().__init__(_("There are no songs in this playlist yet, so that there is nothing to save."))


class BusyError(ConflictError):
    """The playlist is being saved by another request."""

    code = "busy"

    def __init__(self) -> None:
        super().__init__(_("This playlist is being saved already, perhaps in another window. Wait a moment."))


class PlaylistGoneError(ConflictError):
    """The playlist that was begun at Spotify is not there any more."""

    code = "playlist_gone"

    def __init__(self) -> None:
        super().__init__(_("The playlist that was begun there is gone. Save it again to begin a new one."))


class NotConnectedError(ConflictError):
    """The person's account has to be connected first, or again."""

    code = "not_connected"


class ConsentInvalidError(PortalError):
    """What came back from Spotify is no answer to anything that this person began a short while ago."""

    code = "consent_invalid"

    def __init__(self) -> None:
        super().__init__(
            _(
                "What came back from Spotify does not belong to anything you began here in the last ten minutes. "
                "Nothing was connected. Please begin again."
            )
        )


class SpotifyTroubleError(PortalError):
    """Spotify did not do as asked. ``status`` is what our answer says of it, ``wait`` the seconds it asked for."""

    def __init__(self, error: SourceError) -> None:
        self.code = error.code
        self.status, sentence = TROUBLES.get(error.code, TROUBLES["bad_answer"])
        self.wait = error.retry_after
        super().__init__(sentence(error.retry_after) if callable(sentence) else translated(sentence))


def _asked_to_wait(seconds: float | None) -> str:
    minutes, hours = _wait(seconds)
    if hours:
        return ngettext(
            "Spotify asks us to wait %(num)d hour. Nothing is lost: go on after that.",
            "Spotify asks us to wait %(num)d hours. Nothing is lost: go on after that.",
            hours,
        )
    if minutes:
        return ngettext(
            "Spotify asks us to wait a minute. Nothing is lost: go on after that.",
            "Spotify asks us to wait %(num)d minutes. Nothing is lost: go on after that.",
            minutes,
        )
    return _("Spotify asks us to wait a while. Nothing is lost: go on after that.")


def _no_more_for(seconds: float | None) -> str:
    minutes, hours = _wait(seconds)
    if hours:
        return ngettext(
            "Spotify lets us do no more for %(num)d hour. Nothing is lost: go on after that.",
            "Spotify lets us do no more for %(num)d hours. Nothing is lost: go on after that.",
            hours,
        )
    if minutes:
        return ngettext(
            "Spotify lets us do no more for a minute. Nothing is lost: go on after that.",
            "Spotify lets us do no more for %(num)d minutes. Nothing is lost: go on after that.",
            minutes,
        )
    return _("Spotify lets us do no more for a while. Nothing is lost: go on after that.")


def _wait(seconds: float | None) -> tuple[int, int]:
    """Return minutes or hours, the other one 0; both are where nobody knows."""
    if seconds is None:
        return 0, 0
    minutes = max(1, round(seconds / 60))
    # Beyond that, hours say it better.
    return (minutes, 0) if minutes < 90 else (0, round(minutes / 60))  # noqa: PLR2004


TROUBLES: dict[str, tuple[int, str | Callable[[float | None], str]]] = {
    "keys_refused": (502, N_("Spotify refused what this installation sent. If it stays so, its operator has to look.")),
    "owner_needs_premium": (
        502,
        N_("Spotify answers no more: the owner of this installation's app needs an active Premium subscription."),
    ),
    "not_allowed": (
        403,
        N_(
            "Spotify does not let your account in: its operator has to name you among the five people of this app "
            "first."
        ),
    ),
    GRANT_ENDED: (400, N_("Spotify did not take the consent, perhaps because the page was loaded twice. Begin again.")),
    "rate_limited": (503, _asked_to_wait),
    "quota_exceeded": (503, _no_more_for),
    "timeout": (504, N_("Spotify took too long to answer. Nothing is lost: try again.")),
    "unreachable": (502, N_("Spotify cannot be reached at the moment. Nothing is lost: try again later.")),
    "bad_request": (502, N_("Spotify did not accept what we asked. It may have changed; the operator should know.")),
    "bad_answer": (502, N_("Spotify answered something that we do not understand. Try again later.")),
}
"""Code of a SourceError -> the status of our answer and its sentence, which may say how long to wait."""

PROBLEMS = {
    GRANT_ENDED: N_(
        "Spotify has ended your consent: it does so after six months, or when you remove GenreGenie from the apps of "
        "your Spotify account. Connect it again to go on."
    ),
    UNREADABLE: N_(
        "The key that locked your connection away has changed on this installation. Connect it again to go on."
    ),
}
"""Code of what is wrong with an account -> its sentence."""

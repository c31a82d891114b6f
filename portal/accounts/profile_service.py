"""What people change about their own account: name, password, address, time zone; and ending all sessions with these.

What belongs here: the rules of these changes. Not here: signing up and logging in (``service``), single sessions
(``sessions``), how long audio is kept (``retention``), forms, pages.
"""

from __future__ import annotations

import logging
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from portal.accounts.passwords import PasswordHasher, check_password
from portal.accounts.service import WrongPassword, clean_name, normal_email
from portal.accounts.sessions import end_all
from portal.accounts.tokens import EmailLinkInvalid, EmailTokens
from portal.errors import InvalidError, NotFoundError
from portal.language import N_, Lazy, _, lazy
from portal.models.user import User, new_session_token
from portal.ports import Mail, Mailer, MailError

DEFAULT_ZONE = "UTC"
AREAS = (
    N_("Africa"),
    N_("America"),
    N_("Antarctica"),
    N_("Arctic"),
    N_("Asia"),
    N_("Atlantic"),
    N_("Australia"),
    N_("Europe"),
    N_("Indian"),
    N_("Pacific"),
)
"""Where people live. What the time zone database holds besides are names of old, and clocks that no place has."""

# No mail holds a name: that is free text, by which somebody could write to strangers.
CONFIRM_SUBJECT = lazy("Confirm your new address for GenreGenie")
CONFIRM_BODY = lazy("""Hello,

somebody, hopefully you, wants to use this address for their GenreGenie account.
Open this link within one hour, logged in to that account, to confirm it. It works once.

%(link)s

If it was not you, there is nothing to do: the link is of no use without that account's password.
""")
TAKEN_SUBJECT = lazy("Your address and GenreGenie")
TAKEN_BODY = lazy("""Hello,

somebody, perhaps you, wanted to use this address for another GenreGenie account. It has an account already, so nothing
was changed. Log in to the account of this address here:

%(link)s

If it was not you, there is nothing to do.
""")
NOTICE_SUBJECT = lazy("Your GenreGenie address may change")
NOTICE_BODY = lazy("""Hello,

somebody, hopefully you, asked to change the address of your GenreGenie account to %(email)s.
Nothing changes before that is confirmed by a link sent there.

If it was not you, somebody knows your password. Choose another one at once, which also makes that link worthless:

%(link)s
""")

logger = logging.getLogger(__name__)


class SameEmail(InvalidError):
    """The address is the person's own already."""

    code = "same_email"

    def __init__(self) -> None:
        super().__init__(_("This is your address already."))


class UnknownZone(InvalidError):
    """There is no such time zone, or no place has it."""

    code = "unknown_zone"

    def __init__(self) -> None:
        super().__init__(_("Choose a time zone from the list."))


@cache
def zones() -> dict[str, tuple[str, ...]]:
    """Return the time zones to choose from, by area."""
    known = sorted(available_timezones())
    areas = {area: tuple(name for name in known if name.startswith(f"{area}/")) for area in AREAS}
    return {DEFAULT_ZONE: (DEFAULT_ZONE,)} | {area: names for area, names in areas.items() if names}


def known_zone(name: str) -> str:
    """Return the name if it is among ``zones``; raise UnknownZone."""
    if not any(name in names for names in zones().values()):
        raise UnknownZone
    return name


class ProfileService:
    """Changes an account on its owner's behalf."""

    def __init__(
        self,
        session: Session | scoped_session[Any],
        hasher: PasswordHasher,
        tokens: EmailTokens,
        mailer: Mailer,
        public_url: str,
    ) -> None:
        self._session = session
        self._hasher = hasher
        self._tokens = tokens
        self._mailer = mailer
        self._public_url = public_url

    def rename(self, user_id: int, name: str) -> None:
        """Give the person another name; raise InvalidName."""
        self._user(user_id).name = clean_name(name)
        self._session.commit()

    def choose_zone(self, user_id: int, zone: str) -> None:
        """Show dates as they are in that time zone from now on; raise UnknownZone."""
        self._user(user_id).time_zone = known_zone(zone)
        self._session.commit()

    def change_password(self, user_id: int, current: str, new: str) -> User:
        """Replace the password and end all sessions; raise WrongPassword or WeakPassword."""
        user = self._proven(user_id, current)
        check_password(new, email=user.email, name=user.name)
        if not self._change(user, password_hash=self._hasher.hash(new)):
            raise WrongPassword
        return user

    def end_sessions(self, user_id: int) -> User:
        """End all sessions of the person, and what "remember me" kept of them."""
        user = self._user(user_id)
        user.session_token = new_session_token()
        end_all(self._session, user_id)
        self._session.commit()
        return user

    def request_email(self, user_id: int, email: str, password: str) -> None:
        """Mail a link that confirms the new address, and a notice to the present one.

        Raises InvalidEmail, WrongPassword or SameEmail. Nothing returned, raised or mailed to the person tells whether
        the address has an account; who has that is told by a mail of another kind.
        """
        user, wanted = self._proven(user_id, password), normal_email(email)
        if wanted == user.email:
            raise SameEmail
        if self._session.scalar(select(User.id).where(User.email == wanted)) is None:
            token = self._tokens.make(user.id, wanted, *_standing(user))
            self._send(wanted, CONFIRM_SUBJECT, CONFIRM_BODY, f"profile/email/{token}")
        else:
            self._send(wanted, TAKEN_SUBJECT, TAKEN_BODY, "login")
        self._send(user.email, NOTICE_SUBJECT, NOTICE_BODY, "reset-password", email=wanted)

    def check_email_token(self, user_id: int, token: str) -> str:
        """Return the address that the token lets this person take; raise EmailLinkExpired or EmailLinkInvalid.

        Only the person who asked may use the link, logged in: it went to an address that may be somebody else's.
        """
        claim = self._tokens.read(token)
        if claim.user_id != user_id or not claim.fits(*_standing(self._user(user_id))):
            raise EmailLinkInvalid
        return claim.email

    def confirm_email(self, user_id: int, token: str) -> User:
        """Give the account the token's address and end all its sessions; raise EmailLinkExpired or EmailLinkInvalid."""
        email = self.check_email_token(user_id, token)
        user = self._user(user_id)
        try:
            changed = self._change(user, email=email)
        except IntegrityError as error:
            # Somebody signed up with it since the link was sent.
            self._session.rollback()
            raise EmailLinkInvalid from error
        if not changed:
            raise EmailLinkInvalid
        return user

    def _change(self, user: User, **values: str) -> bool:
        """Change what protects the account, and the session token with it; False if another request was quicker."""
        email, password_hash, session_token = _standing(user)
        unchanged = (User.email == email, User.password_hash == password_hash, User.session_token == session_token)
        changed = self._session.execute(
            update(User)
            .where(User.id == user.id, *unchanged)
            .values(**values, session_token=new_session_token())
            .returning(User.id)
        ).one_or_none()
        if changed is not None:
            end_all(self._session, user.id)
        self._session.commit()
        return changed is not None

    def _proven(self, user_id: int, password: str) -> User:
        user = self._user(user_id)
        if not self._hasher.verify(user.password_hash, password):
            raise WrongPassword
        return user

    def _user(self, user_id: int) -> User:
        user = self._session.get(User, user_id)
        if user is None:
            raise NotFoundError
        return user

    def _send(self, to: str, subject: Lazy, body: Lazy, path: str, **said: str) -> None:
        link = f"{self._public_url}/{path}"
        try:
            self._mailer.send(Mail(to, str(subject), body % {"link": link, **said}, link))
        except MailError:
            logger.exception("a mail (%s) was not handed over", subject.message)


def _standing(user: User) -> tuple[str, str, str]:
    """Return what a link that confirms an address is bound to: with any of these it dies.

    The session token is new after each use, so that a link stays dead even if the old address comes back.
    """
    return user.email, user.password_hash, user.session_token

"""Accounts: signing up, proving who one is, and getting back in after forgetting the password.

What belongs here: the rules, and the named errors of breaking them. Not here: cookies, sessions, forms, pages.
"""

from __future__ import annotations

import logging
import unicodedata
from typing import Any

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from portal.accounts.passwords import PasswordHasher, check_password
from portal.accounts.sessions import end_all
from portal.accounts.tokens import ResetLinkInvalid, ResetTokens
from portal.errors import ConflictError, InvalidError
from portal.language import _, lazy
from portal.models.user import User, new_session_token
from portal.ports import Mail, Mailer, MailError

MAX_EMAIL_LENGTH = 254
MAX_NAME_LENGTH = 80
# Controls, lone surrogates, line and paragraph ends; and the marks that turn the direction of the text around a name.
REFUSED_CATEGORIES = {"Cc", "Cs", "Zl", "Zp"}
DIRECTION_MARKS = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

# The mail names nobody: a name is free text, and whoever signs up with a stranger's address would write to them by it.
RESET_SUBJECT = lazy("GenreGenie password reset")
RESET_BODY = lazy("""Hello,

somebody, hopefully you, asked to choose a new password for the GenreGenie account of this address.
Open this link within one hour to do so. It works once.

%(link)s

If it was not you, there is nothing to do: the password stays as it is.
""")

logger = logging.getLogger(__name__)


class InvalidEmail(InvalidError):
    """What was given is no email address."""

    code = "invalid_email"

    def __init__(self) -> None:
        super().__init__(_("This does not look like an email address."))


class InvalidName(InvalidError):
    """What was given cannot be shown as a name."""

    code = "invalid_name"


class EmailTaken(ConflictError):
    """Somebody signed up with this address already."""

    code = "email_taken"

    def __init__(self) -> None:
        super().__init__(_("There is an account with this address already. Log in, or choose a new password."))


class WrongPassword(InvalidError):
    """Somebody who is logged in did not prove who they are."""

    code = "wrong_password"

    def __init__(self) -> None:
        super().__init__(_("This is not your present password."))


class WrongCredentials(InvalidError):
    """The address is unknown or the password is not its own; which of the two is not told."""

    code = "wrong_credentials"

    def __init__(self) -> None:
        super().__init__(_("That email and password do not belong together."))


class AccountService:
    """Makes accounts and tells whose they are."""

    def __init__(
        self,
        session: Session | scoped_session[Any],
        hasher: PasswordHasher,
        tokens: ResetTokens,
        mailer: Mailer,
        public_url: str,
    ) -> None:
        self._session = session
        self._hasher = hasher
        self._tokens = tokens
        self._mailer = mailer
        self._public_url = public_url

    def sign_up(self, email: str, name: str, password: str) -> User:
        """Make an account; raise InvalidEmail, InvalidName, WeakPassword or EmailTaken."""
        user = User(email=normal_email(email), name=clean_name(name))
        check_password(password, email=user.email, name=user.name)
        user.password_hash = self._hasher.hash(password)
        self._session.add(user)
        try:
            self._session.commit()
        except IntegrityError as error:
            # Only the constraint can decide: two people may ask for the same address at the same moment.
            self._session.rollback()
            raise EmailTaken from error
        return user

    def authenticate(self, email: str, password: str) -> User:
        """Return whose credentials these are; raise WrongCredentials."""
        user = self._by_email(email)
        # An unknown address is checked against a decoy, so that the time taken does not tell it from a known one.
        fits = self._hasher.verify(user.password_hash if user else self._hasher.decoy, password)
        if user is None or not fits:
            raise WrongCredentials
        if self._hasher.needs_rehash(user.password_hash):
            user.password_hash = self._hasher.hash(password)
            self._session.commit()
        return user

    def request_reset(self, email: str) -> None:
        """Mail a reset link if the address has an account; raise InvalidEmail, and nothing else.

        Nothing returned or raised tells a known address from an unknown one. Neither does the time taken, as long as
        the mailer only takes the mail in (see ``BackgroundMailer``): what is left is a signature's fraction of a
        millisecond.
        """
        user = self._by_email(normal_email(email))
        if user is None:
            return
        link = f"{self._public_url}/reset-password/{self._tokens.make(user.id, user.password_hash)}"
        try:
            self._mailer.send(Mail(user.email, str(RESET_SUBJECT), RESET_BODY % {"link": link}, link))
        except MailError:
            logger.exception("the reset mail for user %d was not handed over", user.id)

    def check_reset_token(self, token: str) -> User:
        """Return whose password the token may change; raise ResetLinkExpired or ResetLinkInvalid."""
        claim = self._tokens.read(token)
        user = self._one(User.id == claim.user_id)
        if user is None or not claim.fits(user.password_hash):
            raise ResetLinkInvalid
        return user

    def reset_password(self, token: str, new_password: str) -> User:
        """Give the account a new password and end all its sessions; raise ResetLinkError or WeakPassword."""
        user = self.check_reset_token(token)
        check_password(new_password, email=user.email, name=user.name)
        # Two requests may bring the same link at once: the database lets only the first replace the old password.
        replaced = self._session.execute(
            update(User)
            .where(User.id == user.id, User.password_hash == user.password_hash)
            .values(password_hash=self._hasher.hash(new_password), session_token=new_session_token())
            .returning(User.id)
        ).one_or_none()
        if replaced is not None:
            end_all(self._session, user.id)
        self._session.commit()
        if replaced is None:
            raise ResetLinkInvalid
        return user

    def _by_email(self, email: str) -> User | None:
        try:
            return self._one(User.email == normal_email(email))
        except InvalidEmail:
            return None

    def _one(self, condition: Any) -> User | None:
        return self._session.scalars(select(User).where(condition)).one_or_none()


def normal_email(raw: str) -> str:
    """Return the one spelling of an address that we keep: lower case, its domain in ASCII; raise InvalidEmail."""
    text = raw.strip()
    # The length comes first, since the validator's own limits come last. Names of the domain .test are let through,
    # for trying the portal out. Letters beyond ASCII before the @ are refused: few mail servers would take our mail.
    if len(text) > MAX_EMAIL_LENGTH:
        raise InvalidEmail
    try:
        valid = validate_email(
            text, check_deliverability=False, allow_smtputf8=False, strict=True, test_environment=True
        )
    except EmailNotValidError as error:
        raise InvalidEmail from error
    return str(valid.ascii_email).lower()


def clean_name(raw: str) -> str:
    """Return the name without space around it; raise InvalidName."""
    name = raw.strip()
    if not 1 <= len(name) <= MAX_NAME_LENGTH:
        raise InvalidName(_("A name has between 1 and %(most)s characters.", most=MAX_NAME_LENGTH))
    if any(unicodedata.category(letter) in REFUSED_CATEGORIES or letter in DIRECTION_MARKS for letter in name):
        raise InvalidName(_("This name has characters that cannot be shown."))
    if not any(letter.isprintable() and not letter.isspace() for letter in name):
        raise InvalidName(_("This name has no characters that can be seen."))
    return name

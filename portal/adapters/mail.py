"""Handing mail over: to an SMTP server, or into a folder where there is none.

What belongs here: the only use of ``smtplib``, and the mail's headers. Not here: what a mail says, or to whom.
"""

from __future__ import annotations

import logging
import os
import re
import secrets
import smtplib
import ssl
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid, parseaddr
from pathlib import Path
from urllib.parse import unquote, urlsplit

from portal.config import SettingError
from portal.ports import Mail, Mailer, MailError

TIMEOUT_SECONDS = 10
# 587 is the port by which programs submit mail; 465 is the same with encryption from the first byte.
DEFAULT_PORTS = {"smtp": 587, "smtps": 465}
OWN_MACHINE = ("localhost", "127.0.0.1", "::1")

# One plain ASCII address. The standard library's parser would read a comma as the start of a second recipient.
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")

logger = logging.getLogger(__name__)


class SmtpMailer:
    """Hands mail to the server named by ``smtp://[user:password@]host[:port]`` or ``smtps://…``."""

    def __init__(self, url: str, *, sender: str) -> None:
        try:
            parts = urlsplit(url)
            self._host = parts.hostname or ""
            self._port = parts.port or DEFAULT_PORTS[parts.scheme]
        except (ValueError, KeyError):
            self._host = ""
        if not self._host:
            # Without naming the cause, in which the password may stand.
            raise SettingError("SMTP_URL must look like smtp://user:password@host:port")
        self._encrypted = parts.scheme == "smtps"
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")
        self._sender = _checked_sender(sender)

    def send(self, mail: Mail) -> None:
        """Hand the mail over; raise MailError when that fails."""
        message = _message(mail, self._sender)
        try:
            with self._connect() as server:
                self._secure(server)
                server.send_message(message)
        except (OSError, ValueError) as error:  # smtplib's own errors are OSErrors, its refusals of text ValueErrors
            raise MailError(f"{self._host}:{self._port} did not take the mail: {error}") from error

    def _connect(self) -> smtplib.SMTP:
        if self._encrypted:
            return smtplib.SMTP_SSL(
                self._host, self._port, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context()
            )
        return smtplib.SMTP(self._host, self._port, timeout=TIMEOUT_SECONDS)

    def _secure(self, server: smtplib.SMTP) -> None:
        server.ehlo_or_helo_if_needed()
        encrypted = self._encrypted
        if not encrypted and server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
            encrypted = True
        if self._user:
            # Whoever sits on the line can hide the server's offer of encryption, and must not get the password so.
            if not encrypted and self._host not in OWN_MACHINE:
                raise MailError(f"{self._host} offers no encryption, so that the password was not sent")
            server.login(self._user, self._password)


class OutboxMailer:
    """Writes each mail into a folder and its link on the console, so that all works without a mail server."""

    def __init__(self, folder: Path, *, sender: str) -> None:
        self._folder = folder
        self._sender = _checked_sender(sender)

    def send(self, mail: Mail) -> None:
        """Keep the mail as one ``.eml`` file; raise MailError when that fails."""
        content = _message(mail, self._sender).as_bytes()
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}-{secrets.token_hex(4)}"
        try:
            # A reset link opens an account: the folder is its owner's alone.
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            unfinished = self._folder / f"{name}.part"
            with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
            unfinished.rename(self._folder / f"{name}.eml")
        except OSError as error:
            raise MailError(f"the mail could not be written into {self._folder}: {error}") from error
        # Written straight to the console: a log's level or format must not swallow what somebody is waiting for.
        sys.stderr.write(f"{mail.subject} for {mail.to}: {mail.link}\n")
        sys.stderr.flush()


class BackgroundMailer:
    """Takes mail in at once and hands it to another mailer from a thread of its own.

    A visitor then waits equally long whether or not there was anything to send. A mail still waiting when the process
    ends is sent first; one that cannot be handed over is named in the log, since nobody is left to be told.
    """

    def __init__(self, mailer: Mailer) -> None:
        self._mailer = mailer
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="mail")

    def send(self, mail: Mail) -> None:
        """Take the mail in; never fails."""
        self._threads.submit(self._hand_over, mail)

    def _hand_over(self, mail: Mail) -> None:
        try:
            self._mailer.send(mail)
        except Exception:  # the thread's end is the last place where any error can be seen
            logger.exception("a mail (%s) was not handed over", mail.subject)


def _checked_sender(sender: str) -> str:
    if not sender.isprintable() or not ADDRESS.fullmatch(parseaddr(sender)[1]):
        raise SettingError("MAIL_FROM must look like Name <name@example.org>")
    return sender


def _message(mail: Mail, sender: str) -> EmailMessage:
    if not ADDRESS.fullmatch(mail.to):
        raise MailError("the recipient is not one plain address")
    message = EmailMessage()
    try:
        message["To"] = mail.to
        message["From"] = sender
        message["Subject"] = mail.subject
        message["Date"] = format_datetime(datetime.now(UTC))
        # The domain is named, for the default would ask the network for this machine's.
        message["Message-ID"] = make_msgid(domain=parseaddr(sender)[1].rpartition("@")[2])
        message["Auto-Submitted"] = "auto-generated"
        # Plain text goes as it is: quoted-printable would break the link in two for whoever reads the file.
        message.set_content(mail.body, cte="7bit" if mail.body.isascii() else None)
    except ValueError as error:  # a line break in a header
        raise MailError(f"the mail cannot be written: {error}") from error
    return message

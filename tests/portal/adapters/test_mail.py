from __future__ import annotations

import email
import logging
import socketserver
import stat
import threading
from base64 import b64decode
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.adapters import mail as module
from portal.adapters.mail import BackgroundMailer, OutboxMailer, SmtpMailer
from portal.config import SettingError
from portal.ports import Mail, MailError

SENDER = "GenreGenie <genie@example.org>"
LINK = "http://127.0.0.1:8000/reset-password/" + "t" * 120
MAIL = Mail("carol@example.org", "Password reset", f"Hello,\n\n{LINK}\n", LINK)


def test_the_server_receives_the_mail_with_its_headers(server):
    SmtpMailer(server.url(), sender=SENDER).send(MAIL)

    message = email.message_from_bytes(server.mails[0], policy=default)
    assert (message["From"], message["To"]) == (SENDER, "carol@example.org")
    assert message["Subject"] == "Password reset"
    assert message["Date"].datetime.tzinfo
    assert message["Message-ID"].endswith("@example.org>")
    assert LINK in message.get_content()


def test_the_envelope_names_one_recipient_and_the_bare_sender(server):
    SmtpMailer(server.url(), sender=SENDER).send(MAIL)

    assert [line for line in server.commands if line.startswith("rcpt")] == ["rcpt TO:<carol@example.org>"]
    assert any(line.startswith("mail FROM:<genie@example.org>") for line in server.commands)


def test_user_and_password_of_the_url_are_decoded_and_sent(server):
    server.offers = ["AUTH PLAIN"]

    SmtpMailer(server.url("carol%40home:p%3Aw%2F"), sender=SENDER).send(MAIL)

    [login] = [line for line in server.commands if line.startswith("AUTH")]
    assert b64decode(login.split()[-1]) == b"\0carol@home\0p:w/"
    assert len(server.mails) == 1


def test_the_password_is_not_sent_unencrypted_to_another_machine(server, monkeypatch):
    monkeypatch.setattr(module, "OWN_MACHINE", ())
    server.offers = ["AUTH PLAIN"]

    with pytest.raises(MailError, match="no encryption"):
        SmtpMailer(server.url("carol:secret"), sender=SENDER).send(MAIL)
    assert not any(line.startswith("AUTH") for line in server.commands)
    assert server.mails == []


def test_offered_encryption_is_used_and_a_failing_one_sends_nothing(server):
    server.offers = ["STARTTLS"]

    with pytest.raises(MailError):
        SmtpMailer(server.url(), sender=SENDER).send(MAIL)
    assert server.commands[-1] == "STARTTLS"
    assert server.mails == []


def test_an_encrypted_url_does_not_fall_back_to_plain_text(server):
    with pytest.raises(MailError):
        SmtpMailer(server.url().replace("smtp:", "smtps:"), sender=SENDER).send(MAIL)
    assert server.mails == []


@pytest.mark.parametrize("refused", ["mail", "rcpt", "data"])
def test_a_refusing_server_is_a_mail_error_that_says_why(server, refused):
    server.refuses = refused

    with pytest.raises(MailError, match="not today"):
        SmtpMailer(server.url(), sender=SENDER).send(MAIL)


def test_no_server_is_a_mail_error(server):
    url = server.url()
    server.shutdown()
    server.server_close()

    with pytest.raises(MailError, match="did not take the mail"):
        SmtpMailer(url, sender=SENDER).send(MAIL)


def test_a_silent_server_is_given_up(server, monkeypatch):
    monkeypatch.setattr(module, "TIMEOUT_SECONDS", 0.2)
    server.silent = True

    with pytest.raises(MailError, match="timed out"):
        SmtpMailer(server.url(), sender=SENDER).send(MAIL)
    server.released.set()


@pytest.mark.parametrize(
    "url", ["smtp://", "smtp:///path", "http://host", "host:25", "smtp://host:port", "smtp://[::1"]
)
def test_a_wrong_url_fails_at_start_by_the_settings_name(url):
    with pytest.raises(SettingError, match="SMTP_URL"):
        SmtpMailer(url, sender=SENDER)


@pytest.mark.parametrize("sender", ["", "GenreGenie", "genie@example.org\nBcc: all@example.org"])
def test_a_wrong_sender_fails_at_start_by_the_settings_name(sender, tmp_path):
    with pytest.raises(SettingError, match="MAIL_FROM"):
        OutboxMailer(tmp_path, sender=sender)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "carol",
        "carol@example.org\r\nBcc: dave@example.org",
        "carol@example.org\n",
        "carol@example.org, dave@example.org",
        "Carol <carol@example.org>",
        "carol@[127.0.0.1]",
        '"a b"@example.org',
        "carol@example.org\0",
    ],
)
def test_whatever_is_not_one_plain_address_gets_no_mail(outbox, tmp_path, address):
    with pytest.raises(MailError, match="recipient"):
        outbox.send(Mail(address, MAIL.subject, MAIL.body, LINK))
    assert list(tmp_path.rglob("*.*")) == []


def test_a_line_break_in_the_subject_is_refused(outbox):
    with pytest.raises(MailError, match="cannot be written"):
        outbox.send(Mail(MAIL.to, "Hello\nBcc: dave@example.org", MAIL.body, LINK))


@given(st.text(), st.text(), st.text())
def test_any_mail_is_written_or_a_mail_error(to, subject, body):
    try:
        message = email.message_from_bytes(module._message(Mail(to, subject, body, LINK), SENDER).as_bytes())
    except MailError:
        return
    assert "Bcc" not in message


def test_a_mail_without_server_is_a_file_with_the_unbroken_link(outbox, tmp_path):
    outbox.send(MAIL)

    [file] = (tmp_path / "outbox").iterdir()
    assert file.suffix == ".eml"
    assert LINK in file.read_text().splitlines()
    assert email.message_from_bytes(file.read_bytes(), policy=default)["To"] == MAIL.to


def test_a_mail_beyond_ascii_reads_back(outbox, tmp_path):
    outbox.send(Mail(MAIL.to, "Gr\u00fc\u00dfe", f"Sch\u00f6n: {LINK}\n", LINK))

    [file] = (tmp_path / "outbox").iterdir()
    message = email.message_from_bytes(file.read_bytes(), policy=default)
    assert message["Subject"] == "Gr\u00fc\u00dfe"
    assert message.get_content() == f"Sch\u00f6n: {LINK}\n"


def test_the_link_is_printed_on_one_line_of_the_console(outbox, capsys):
    outbox.send(MAIL)

    assert capsys.readouterr().err == f"Password reset for carol@example.org: {LINK}\n"


def test_mails_of_one_moment_stay_apart_and_in_order(outbox, tmp_path):
    for number in range(20):
        outbox.send(Mail(MAIL.to, f"Mail {number}", MAIL.body, LINK))

    files = sorted((tmp_path / "outbox").iterdir())
    subjects = [email.message_from_bytes(file.read_bytes())["Subject"] for file in files]
    assert subjects == [f"Mail {number}" for number in range(20)]


def test_nobody_else_may_read_the_outbox(outbox, tmp_path):
    outbox.send(MAIL)

    [file] = (tmp_path / "outbox").iterdir()
    assert stat.S_IMODE((tmp_path / "outbox").stat().st_mode) == 0o700
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_folder_that_cannot_be_made_is_a_mail_error(tmp_path, capsys):
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(MailError, match="could not be written"):
        OutboxMailer(tmp_path / "file" / "outbox", sender=SENDER).send(MAIL)
    assert LINK not in capsys.readouterr().err


def test_mail_in_the_background_is_taken_in_at_once_and_handed_over_later():
    slow = SlowMailer()
    background = BackgroundMailer(slow)

    background.send(MAIL)

    assert slow.sent == []
    slow.may_go_on.set()
    background._threads.shutdown()
    assert slow.sent == [MAIL]


def test_mail_that_fails_in_the_background_is_logged_without_its_link(caplog):
    background = BackgroundMailer(BrokenMailer())

    with caplog.at_level(logging.ERROR):
        background.send(MAIL)
        background._threads.shutdown()

    assert "the post is on strike" in caplog.text
    assert LINK not in caplog.text


class SlowMailer:
    def __init__(self):
        self.may_go_on = threading.Event()
        self.sent = []

    def send(self, mail):
        assert self.may_go_on.wait(10)
        self.sent.append(mail)


class BrokenMailer:
    def send(self, mail):
        raise MailError("the post is on strike")


class Conversation(socketserver.StreamRequestHandler):
    """One SMTP client's talk with the server below."""

    def handle(self):
        if self.server.silent:
            self.server.released.wait(10)
            return
        self.say("220 hello")
        while line := self.rfile.readline().decode(errors="replace").rstrip("\r\n"):
            self.server.commands.append(line)
            if not self.answer(line.split()[0].lower()):
                return

    def answer(self, word):
        if word == self.server.refuses:
            self.say("554 not today")
        elif word == "ehlo":
            lines = ["127.0.0.1", *self.server.offers]
            self.say(*(f"250{'-' if number < len(lines) else ' '}{line}" for number, line in enumerate(lines, 1)))
        elif word == "data":
            self.say("354 go on")
            self.server.mails.append(b"".join(iter(self.rfile.readline, b".\r\n")))
            self.say("250 taken")
        else:
            self.say({"auth": "235 welcome", "starttls": "220 go on", "quit": "221 bye"}.get(word, "250 fine"))
        return word not in ("starttls", "quit")

    def say(self, *lines):
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())


class SmtpServer(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Conversation)
        self.mails, self.commands, self.offers = [], [], []
        self.refuses, self.silent, self.released = None, False, threading.Event()

    def url(self, login=""):
        return f"smtp://{login}{'@' if login else ''}127.0.0.1:{self.server_address[1]}"


@pytest.fixture
def server():
    server = SmtpServer()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def outbox(tmp_path):
    return OutboxMailer(tmp_path / "outbox", sender=SENDER)

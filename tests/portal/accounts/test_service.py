from __future__ import annotations

import time
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete

from portal.accounts.passwords import PasswordHasher, WeakPassword
from portal.accounts.service import (
    AccountService,
    EmailTaken,
    InvalidEmail,
    InvalidName,
    WrongCredentials,
    clean_name,
    normal_email,
)
from portal.accounts.tokens import ResetLinkInvalid, ResetTokens
from portal.adapters.mail import OutboxMailer
from portal.models import User
from portal.ports import MailError

NEW_PASSWORD = "nine kettles under ferns"


def test_signing_up_keeps_a_hash_and_not_the_password(session, accounts, password):
    user = accounts.sign_up("carol@example.org", " Carol ", password)

    kept = session.get(User, user.id)
    assert (kept.email, kept.name) == ("carol@example.org", "Carol")
    assert kept.password_hash.startswith("$argon2id$")
    assert password not in kept.password_hash


@pytest.mark.parametrize("spelling", ["carol@example.org", "CAROL@Example.ORG", "  carol@example.org "])
def test_an_address_signs_up_once_in_whatever_spelling(accounts, carol, password, spelling):
    with pytest.raises(EmailTaken, match="already"):
        accounts.sign_up(spelling, "Another", password)
    assert accounts.authenticate("carol@example.org", password).name == "Carol"


def test_the_service_works_on_after_a_refused_sign_up(accounts, carol, password):
    with pytest.raises(EmailTaken):
        accounts.sign_up("carol@example.org", "Another", password)

    assert accounts.sign_up("dave@example.org", "Dave", password).id != carol.id


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        (("no address", "Carol", "blue giraffe waits"), InvalidEmail),
        (("carol@example.org", "   ", "blue giraffe waits"), InvalidName),
        (("carol@example.org", "Carol", "password1234"), WeakPassword),
        (("carol@example.org", "Carol", "carol@example.org"), WeakPassword),
    ],
)
def test_a_broken_rule_makes_no_account(session, accounts, answers, error):
    with pytest.raises(error):
        accounts.sign_up(*answers)
    assert session.query(User).count() == 0


def test_the_right_password_in_any_spelling_of_the_address_is_accepted(accounts, carol, password):
    assert accounts.authenticate(" Carol@EXAMPLE.org", password) is carol


def test_wrong_password_and_unknown_address_are_told_alike(accounts, carol, password):
    messages = set()
    for email, attempt in (
        ("carol@example.org", "not her password"),
        ("nobody@example.org", password),
        ("no address", password),
        ("nul\0@example.org", password),
        ("carol@example.org", ""),
        ("carol@example.org", "x" * 100_000),
    ):
        with pytest.raises(WrongCredentials) as caught:
            accounts.authenticate(email, attempt)
        messages.add(str(caught.value))
    assert len(messages) == 1


def test_an_unknown_address_takes_as_long_as_a_wrong_password(make_accounts):
    # Cost enough for the hash to outweigh all else, and little enough to measure it some times.
    accounts = make_accounts(PasswordHasher(time_cost=1, memory_kib=8 * 1024))
    accounts.sign_up("carol@example.org", "Carol", "blue giraffe waits")

    def seconds(email):
        started = time.perf_counter()
        with pytest.raises(WrongCredentials):
            accounts.authenticate(email, "not her password")
        return time.perf_counter() - started

    known, unknown = zip(
        *((seconds("carol@example.org"), seconds("nobody@example.org")) for _ in range(15)), strict=True
    )
    assert 0.5 < median(known) / median(unknown) < 2


def test_logging_in_renews_a_hash_of_older_parameters(session, make_accounts, carol, password):
    session_id, before = carol.get_id(), carol.password_hash
    stronger = make_accounts(PasswordHasher(time_cost=2, memory_kib=16))

    stronger.authenticate("carol@example.org", password)

    session.expire_all()
    assert carol.password_hash != before
    assert "m=16,t=2" in carol.password_hash
    assert carol.get_id() == session_id
    assert stronger.authenticate("carol@example.org", password) is carol


def test_asking_for_a_reset_mails_a_link_that_works(accounts, carol, mails, mailed_link):
    accounts.request_reset("Carol@Example.org")

    assert [mail["To"] for mail in mails()] == ["carol@example.org"]
    assert accounts.check_reset_token(token_of(mailed_link())) is carol


def test_asking_for_an_unknown_address_mails_nothing_and_says_nothing(accounts, carol, mails):
    accounts.request_reset("nobody@example.org")

    assert mails() == []


def test_the_mail_says_nothing_that_somebody_else_chose(accounts, password, mails):
    accounts.sign_up("dave@example.org", "Win at http://evil.example", password)

    accounts.request_reset("dave@example.org")

    assert "evil" not in mails()[-1].as_string()


def test_mail_that_is_not_handed_over_is_logged_and_not_told(make_accounts, hasher, carol, caplog):
    accounts = make_accounts(hasher, mailer=BrokenMailer())

    accounts.request_reset("carol@example.org")

    assert f"user {carol.id}" in caplog.text
    assert "the post is on strike" in caplog.text


def test_a_reset_changes_the_password_and_ends_all_sessions(accounts, sessions, carol, password, mailed_link):
    token = carol.session_token
    sessions.begin(carol, "")
    accounts.request_reset("carol@example.org")

    assert accounts.reset_password(token_of(mailed_link()), NEW_PASSWORD) is carol

    assert sessions.find(carol.session_key) is None
    assert sessions.inherit(token, "", "") is None
    assert accounts.authenticate("carol@example.org", NEW_PASSWORD) is carol
    with pytest.raises(WrongCredentials):
        accounts.authenticate("carol@example.org", password)


def test_a_used_link_is_refused(accounts, carol, mailed_link):
    accounts.request_reset("carol@example.org")
    token = token_of(mailed_link())
    accounts.reset_password(token, NEW_PASSWORD)

    for use in (accounts.check_reset_token, lambda token: accounts.reset_password(token, "six lamps beneath snow")):
        with pytest.raises(ResetLinkInvalid, match="already used"):
            use(token)


def test_all_links_die_when_one_is_used(accounts, carol, mails):
    accounts.request_reset("carol@example.org")
    accounts.request_reset("carol@example.org")
    first, second = (token_of(mail.get_content().split("reset-password/")[1].split()[0]) for mail in mails())
    accounts.reset_password(second, NEW_PASSWORD)

    with pytest.raises(ResetLinkInvalid):
        accounts.reset_password(first, "six lamps beneath snow")


def test_of_two_uses_at_the_same_moment_one_is_refused(make_accounts, accounts, carol, mailed_link):
    accounts.request_reset("carol@example.org")
    token = token_of(mailed_link())
    overtaken = make_accounts(OvertakenHasher(lambda: accounts.reset_password(token, NEW_PASSWORD)))

    with pytest.raises(ResetLinkInvalid):
        overtaken.reset_password(token, "six lamps beneath snow")
    assert accounts.authenticate("carol@example.org", NEW_PASSWORD) is carol


def test_a_weak_new_password_leaves_the_link_usable(accounts, carol, mailed_link):
    accounts.request_reset("carol@example.org")
    token = token_of(mailed_link())

    with pytest.raises(WeakPassword):
        accounts.reset_password(token, "carol12345")
    accounts.reset_password(token, NEW_PASSWORD)


def test_the_link_of_a_deleted_account_is_refused(session, accounts, carol, mailed_link):
    accounts.request_reset("carol@example.org")
    session.execute(delete(User))

    with pytest.raises(ResetLinkInvalid):
        accounts.check_reset_token(token_of(mailed_link()))


def test_a_link_changes_only_its_own_account(accounts, carol, password, mailed_link):
    accounts.sign_up("dave@example.org", "Dave", password)
    accounts.request_reset("dave@example.org")
    accounts.reset_password(token_of(mailed_link()), NEW_PASSWORD)

    assert accounts.authenticate("carol@example.org", password) is carol


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("Carol@Example.ORG", "carol@example.org"),
        (" carol+songs@example.org\n", "carol+songs@example.org"),
        ("carol@ex\u00e4mple.org", "carol@xn--exmple-cua.org"),
        ("carol@songs.test", "carol@songs.test"),
    ],
)
def test_an_address_has_one_spelling(raw, kept):
    assert normal_email(raw) == kept


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "carol",
        "carol@",
        "@example.org",
        "carol@localhost",
        "carol@example.org, dave@example.org",
        "carol@example.org\nBcc: dave@example.org",
        "Carol <carol@example.org>",
        '"car ol"@example.org',
        "carol@[127.0.0.1]",
        "c\u00e4rol@example.org",
        "carol\0@example.org",
        f"{'c' * 65}@example.org",
        f"carol@{'e' * 250}.org",
        "@" * 500_000,
    ],
)
def test_what_is_no_address_is_refused(raw):
    with pytest.raises(InvalidEmail):
        normal_email(raw)


@pytest.mark.parametrize(
    "name", ["C", "Carol O'Neil-Smith", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "N" * 80]
)
def test_a_name_may_be_anything_that_shows(name):
    assert clean_name(f" {name} ") == name


@pytest.mark.parametrize(
    "name",
    ["", " \t ", "N" * 81, "Ca\0rol", "Ca\nrol", "Ca\u2028rol", "\u202elorac", "Ca\ud800rol", "\u200d", "\u200b\u2060"],
)
def test_a_name_that_cannot_be_shown_is_refused(name):
    with pytest.raises(InvalidName):
        clean_name(name)


@given(st.text())
def test_an_accepted_address_is_ascii_and_stays_itself(raw):
    try:
        kept = normal_email(f"{raw}@example.org")
    except InvalidEmail:
        return
    assert kept.isascii()
    assert normal_email(kept) == kept


class BrokenMailer:
    def send(self, mail):
        raise MailError("the post is on strike")


class OvertakenHasher(PasswordHasher):
    """Lets another request finish while the password is being hashed."""

    def __init__(self, other_request):
        super().__init__(time_cost=1, memory_kib=8)
        self._other_request = other_request

    def hash(self, password):
        self._other_request()
        return super().hash(password)


def token_of(link):
    return link.rpartition("/")[2]


@pytest.fixture
def make_accounts(session, settings):
    """Return a factory of services on the same database and secret as the app's own."""

    def make(hasher, mailer=None):
        mailer = mailer or OutboxMailer(settings.instance_path / "outbox", sender=settings.mail_from)
        return AccountService(session, hasher, ResetTokens(settings.secret_key), mailer, settings.public_url)

    return make

from __future__ import annotations

import pytest
from sqlalchemy import update

from portal.accounts.profile_service import UnknownZone, known_zone
from portal.accounts.service import WrongPassword
from portal.accounts.tokens import EmailLinkExpired, EmailLinkInvalid, EmailTokens, ResetTokens
from portal.models import User

NEW_PASSWORD = "nine kettles under ferns"
OTHER_PASSWORD = "seven lanterns over hills"


def test_of_two_new_passwords_at_once_the_first_stays(profile, accounts, carol, password, session, hasher):
    meanwhile = hasher.hash(NEW_PASSWORD)

    class Overtaken:
        """Another request replaces the password between this one's check and its change."""

        def verify(self, *args):
            fits = hasher.verify(*args)
            session.execute(
                update(User).values(password_hash=meanwhile), execution_options={"synchronize_session": False}
            )
            return fits

        hash = staticmethod(hasher.hash)

    profile._hasher = Overtaken()
    with pytest.raises(WrongPassword):
        profile.change_password(carol.id, password, OTHER_PASSWORD)
    assert accounts.authenticate("carol@example.org", NEW_PASSWORD).id == carol.id


def test_an_address_that_was_taken_since_the_link_was_sent_stays_its_owners(profile, accounts, carol, token, password):
    accounts.sign_up("carla@example.org", "Carla", password)

    with pytest.raises(EmailLinkInvalid):
        profile.confirm_email(carol.id, token)
    assert accounts.authenticate("carol@example.org", password).id == carol.id


def test_a_link_stays_dead_when_the_old_address_comes_back(profile, carol, token, link_to):
    profile.confirm_email(carol.id, token)
    profile.confirm_email(carol.id, link_to("carol@example.org"))

    with pytest.raises(EmailLinkInvalid):
        profile.confirm_email(carol.id, token)


@pytest.mark.parametrize("change", ["password", "sessions"])
def test_what_answers_an_intruder_also_ends_the_link_they_asked_for(profile, carol, token, password, change):
    if change == "password":
        profile.change_password(carol.id, password, NEW_PASSWORD)
    else:
        profile.end_sessions(carol.id)

    with pytest.raises(EmailLinkInvalid):
        profile.check_email_token(carol.id, token)


def test_another_persons_link_is_refused(profile, carol, bob, token):
    with pytest.raises(EmailLinkInvalid):
        profile.confirm_email(bob.id, token)


def test_a_link_older_than_an_hour_is_refused_as_that(profile, carol, token, monkeypatch):
    monkeypatch.setattr("portal.accounts.tokens.LIFETIME_SECONDS", -1)

    with pytest.raises(EmailLinkExpired, match="more than an hour"):
        profile.confirm_email(carol.id, token)


def test_a_reset_token_confirms_no_address(profile, carol, settings):
    reset = ResetTokens(settings.secret_key).make(carol.id, carol.password_hash)

    with pytest.raises(EmailLinkInvalid):
        profile.check_email_token(carol.id, reset)


def test_a_token_shows_nothing_of_what_it_is_bound_to():
    tokens = EmailTokens("a secret of the test")
    claim = tokens.read(tokens.make(7, "carla@example.org", "carol@example.org", "a hash"))

    assert (claim.user_id, claim.email) == (7, "carla@example.org")
    assert "hash" not in claim.fingerprint
    assert claim.fits("carol@example.org", "a hash")
    assert not claim.fits("carol@example.org", "another hash")


def test_a_password_that_was_not_proven_sends_no_mail(profile, carol, mails):
    with pytest.raises(WrongPassword):
        profile.request_email(carol.id, "carla@example.org", "wrong")
    assert mails() == []


def test_time_zones_are_places_and_utc():
    assert known_zone("America/Argentina/Ushuaia")
    assert known_zone("UTC")
    for other in ("Factory", "Etc/GMT+5", "EST5EDT", "europe/berlin"):
        with pytest.raises(UnknownZone):
            known_zone(other)


@pytest.fixture
def profile(services):
    return services.profile


@pytest.fixture
def link_to(profile, carol, password, mails):
    """Return a function that asks for an address and gives the token mailed there."""

    def ask(email):
        profile.request_email(carol.id, email, password)
        return mails()[-2].get_content().split("/profile/email/")[1].split()[0]

    return ask


@pytest.fixture
def token(link_to):
    return link_to("carla@example.org")

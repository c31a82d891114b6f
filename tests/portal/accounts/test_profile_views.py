from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta

import pytest

from portal.extensions import db
from portal.models import JobState, Song, User, utc_now

NEW_PASSWORD = "nine kettles under ferns"
POSTS = ("name", "password", "email", "zone", "audio", "audio/delete", "sessions/end", "sessions/x/end")


# Who may


@pytest.mark.parametrize("path", POSTS)
def test_a_stranger_changes_nothing(client, path):
    answer = client.post(f"/profile/{path}")

    assert answer.status_code == 302
    assert answer.location.startswith("/login")


@pytest.mark.parametrize("path", POSTS)
def test_a_form_without_its_token_is_refused(app, as_carol, path):
    app.config["WTF_CSRF_ENABLED"] = True

    assert as_carol.post(f"/profile/{path}").status_code == 400


def test_the_name_in_the_header_leads_to_the_profile(as_carol):
    page = as_carol.get("/profile").text

    assert '<a href="/profile" title="Carol" aria-label="Profile of Carol" aria-current="page">' in page
    assert "carol@example.org" in page


def test_each_form_shows_its_own_mistakes_alone(as_carol):
    page = as_carol.post("/profile/email", data={"email": "nothing", "password": ""}).text

    assert page.count("field-error") == 2
    assert 'value="nothing"' in page
    assert 'value="Carol"' in page


def test_no_id_occurs_twice_on_the_page(as_carol):
    ids = re.findall(r'\sid="([^"]+)"', as_carol.get("/profile").text)

    assert len(ids) == len(set(ids))


# The name


@pytest.mark.parametrize("name", ["Lakshmi", "\u0645\u0631\u064a\u0645", "<b>Eve</b>", "\U0001f3b8", "n" * 80])
def test_any_name_that_can_be_shown_is_taken(as_carol, name):
    answer = as_carol.post("/profile/name", data={"name": f" {name} "}, follow_redirects=True)

    assert answer.status_code == 200
    assert "Your name has been changed." in answer.text
    assert "<b>Eve" not in answer.text
    assert kept(as_carol).name == name


@pytest.mark.parametrize("name", ["", "   ", "n" * 300, "Ca\0rol", "Ca\u202erol"])
def test_a_name_that_cannot_be_shown_is_told_at_its_field(as_carol, name):
    answer = as_carol.post("/profile/name", data={"name": name})

    assert answer.status_code == 422
    assert 'id="name-error"' in answer.text
    assert kept(as_carol).name == "Carol"


# The password


def test_a_new_password_ends_all_sessions_but_this_one(app, as_carol, carol, password):
    elsewhere = logged_in(app, "carol@example.org", password)

    answer = change_password(as_carol, password)

    assert answer.status_code == 303
    assert is_logged_in(as_carol)
    assert not is_logged_in(elsewhere)
    assert is_logged_in(logged_in(app, "carol@example.org", NEW_PASSWORD))
    assert not is_logged_in(logged_in(app, "carol@example.org", password))


def test_a_remembered_session_is_still_remembered_after_the_change(app, carol, password):
    client = logged_in(app, "carol@example.org", password, remember="y")

    change_password(client, password)

    client.delete_cookie("session")
    assert is_logged_in(client)


def test_a_wrong_present_password_is_told_at_its_field(as_carol, carol):
    answer = change_password(as_carol, "not the password at all")

    assert answer.status_code == 422
    assert "This is not your present password." in answer.text
    assert 'id="current-error"' in answer.text


@pytest.mark.parametrize(
    ("new", "again", "sentence"),
    [
        ("carol12345", "carol12345", "This password is easy to guess."),
        (NEW_PASSWORD, "another one", "The two passwords are not the same."),
        ("", "", "Choose a password."),
        ("n" * 300, "n" * 300, "at most 128 characters"),
        ("\0" * 12, "\0" * 12, "too few different characters"),
    ],
)
def test_a_refused_password_changes_nothing(as_carol, password, new, again, sentence):
    answer = as_carol.post("/profile/password", data={"current": password, "password": new, "confirm": again})

    assert answer.status_code == 422
    assert sentence in answer.text
    assert password not in answer.text
    assert change_password(as_carol, password).status_code == 303


# The address


def test_a_link_to_the_new_address_moves_the_account_there(app, as_carol, carol, password, mails):
    elsewhere = logged_in(app, "carol@example.org", password)
    ask(as_carol, "Carla@Example.org", password)
    confirm, notice = mails()

    assert (confirm["To"], notice["To"]) == ("carla@example.org", "carol@example.org")
    assert "carla@example.org" in notice.get_content()
    assert "Carol" not in confirm.get_content()

    link = link_of(confirm)
    assert "carla@example.org" in as_carol.get(link).text
    assert as_carol.post(link).status_code == 303
    assert is_logged_in(as_carol)
    assert not is_logged_in(elsewhere)
    assert is_logged_in(logged_in(app, "carla@example.org", password))
    assert not is_logged_in(logged_in(app, "carol@example.org", password))


def test_looking_at_the_link_changes_nothing(as_carol, carol, password, mails):
    ask(as_carol, "carla@example.org", password)
    as_carol.get(link_of(mails()[0]))

    assert kept(as_carol).email == "carol@example.org"


def test_a_taken_address_gets_the_same_answer_and_its_owner_another_mail(as_carol, carol, bob, password, mails):
    taken = ask(as_carol, "bob@example.org", password, follow_redirects=True)
    free = ask(as_carol, "bab@example.org", password, follow_redirects=True)

    assert without_tokens(taken.text) == without_tokens(free.text.replace("bab@", "bob@"))
    to_bob, notice, to_bab, other_notice = mails()
    assert "has an account already" in to_bob.get_content()
    assert "/profile/email/" not in to_bob.get_content()
    assert "/profile/email/" in to_bab.get_content()
    assert notice.get_content() == other_notice.get_content().replace("bab@", "bob@")


def without_tokens(page):
    """Return the page without its CSRF tokens, which hold the second they were made in."""
    return re.sub(r'(value|content)="[\w.-]{40,}"', "", page)


@pytest.mark.parametrize(
    ("email", "typed", "field"),
    [
        ("carla@example.org", "wrong password", "email-password"),
        ("carla@example.org", "", "email-password"),
        ("carla", None, "email"),
        ("", None, "email"),
        ("c" * 300 + "@example.org", None, "email"),
        ("car\0la@example.org", None, "email"),
        ("carla@example.org\nBcc: bob@example.org", None, "email"),
        ("CAROL@example.org", None, "email"),
    ],
)
def test_what_cannot_be_asked_for_is_told_at_its_field_and_sends_no_mail(
    as_carol, carol, password, mails, email, typed, field
):
    answer = ask(as_carol, email, password if typed is None else typed)

    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert mails() == []


def test_the_answer_is_the_same_when_the_mail_fails(as_carol, settings, password, caplog):
    (settings.instance_path / "outbox").write_text("in the way")

    assert ask(as_carol, "carla@example.org", password).status_code == 303
    assert "was not handed over" in caplog.text


def test_a_used_a_foreign_an_altered_and_a_nonsensical_link_are_refused(app, as_carol, as_bob, carol, password, mails):
    ask(as_carol, "carla@example.org", password)
    link = link_of(mails()[0])

    assert as_bob.get(link).status_code == as_bob.post(link).status_code == 400
    as_carol.post(link)
    for bad in (link, f"{link[:-1]}A", "/profile/email/nonsense", "/profile/email/%00", "/profile/email/\u00e9.\u00e9"):
        for answer in (as_carol.get(bad), as_carol.post(bad)):
            assert answer.status_code == 400
            assert "This link was already used or is no longer valid." in answer.text


def test_whoever_is_not_logged_in_comes_back_to_the_link(client, as_carol, carol, password, mails):
    ask(as_carol, "carla@example.org", password)
    link = link_of(mails()[0])

    asked = client.get(link)
    answer = client.post(asked.location, data={"email": "carol@example.org", "password": password})

    assert answer.location == link


# Logging out elsewhere


def test_logging_out_everywhere_spares_this_session(app, as_carol, carol, password, as_bob):
    elsewhere = logged_in(app, "carol@example.org", password)
    remembered = logged_in(app, "carol@example.org", password, remember="y")
    remembered.delete_cookie("session")

    assert as_carol.post("/profile/sessions/end").status_code == 303

    assert is_logged_in(as_carol)
    assert not is_logged_in(elsewhere)
    assert not is_logged_in(remembered)
    assert is_logged_in(as_bob)


# The time zone


def test_days_are_shown_as_they_are_in_ones_time_zone(client, carol, password, make_song, session):
    song = make_song(carol, created_at=datetime(2026, 3, 1, 23, 30, tzinfo=UTC))
    client.post("/login", data={"email": "carol@example.org", "password": password})

    assert "1 Mar 2026" in client.get(f"/songs/{song.id}").text
    client.post("/profile/zone", data={"zone": "Asia/Kolkata"})

    for page in ("/history", f"/songs/{song.id}"):
        assert "2 Mar 2026" in client.get(page).text
    assert '<option selected value="Asia/Kolkata">Kolkata</option>' in client.get("/profile").text


def test_a_zone_that_is_no_longer_known_costs_nobody_a_page(client, carol, password, make_song, session):
    make_song(carol)
    carol.time_zone = "Atlantic/Atlantis"
    session.commit()
    client.post("/login", data={"email": "carol@example.org", "password": password})

    assert client.get("/history").status_code == client.get("/profile").status_code == 200


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../../etc/passwd", "Europe/\0", "z" * 300, "Etc/GMT+5"])
def test_no_other_text_is_a_time_zone(as_carol, zone):
    answer = as_carol.post("/profile/zone", data={"zone": zone})

    assert answer.status_code == 422
    assert "Choose a time zone from the list." in answer.text
    assert kept(as_carol).time_zone == "UTC"


# The audio


def test_thirty_days_are_the_default_and_told_at_upload(as_carol):
    assert "We delete the audio after 30 days; the result stays." in as_carol.get("/upload").text
    assert re.search(r'checked[^>]*value="month"', as_carol.get("/profile").text)


@pytest.mark.parametrize(
    ("choice", "sentence"),
    [("forever", "We keep the audio until you delete it."), ("analysed", "right after the analysis; the result stays")],
)
def test_another_choice_is_told_at_upload(as_carol, choice, sentence):
    assert as_carol.post("/profile/audio", data={"keep": choice}).status_code == 303
    assert sentence in as_carol.get("/upload").text


@pytest.mark.parametrize("choice", ["", "year", "\0", "m" * 300])
def test_no_other_text_is_a_choice(as_carol, choice):
    answer = as_carol.post("/profile/audio", data={"keep": choice})

    assert answer.status_code == 422
    assert "Choose how long your audio is kept." in answer.text


def test_a_song_without_audio_says_so_keeps_its_result_and_is_not_analysed_again(as_carol, carol, make_song):
    song = make_song(carol, audio_deleted_at=datetime(2026, 3, 1, tzinfo=UTC))
    failed = make_song(carol, state=JobState.FAILED, audio_deleted_at=utc_now())

    page = as_carol.get(f"/songs/{song.id}").text

    assert "The audio was deleted on" in page
    assert "1 Mar 2026</time>; the result stays." in page
    assert "Jazz" in page
    for path in (f"/songs/{song.id}/again", f"/songs/{failed.id}/retry"):
        answer = as_carol.post(path)
        assert answer.status_code == 409
        assert "Upload the same file once more to bring it back." in answer.text


def test_deleting_all_audio_takes_it_from_the_storage_and_an_upload_brings_it_back(as_carol, services, carol, session):
    as_carol.post("/upload", data={"songs": (io.BytesIO(b"sound"), "song.mp3")})
    song = session.query(Song).one()
    song.job.state = JobState.DONE
    session.commit()
    assert "the audio of one song, 5\N{NO-BREAK SPACE}bytes" in as_carol.get("/profile").text

    answer = as_carol.post("/profile/audio/delete", follow_redirects=True)
    services.retention.sweep()

    assert "The audio of one song is being deleted" in answer.text
    assert "We have no audio of yours." in answer.text
    assert session.get(Song, song.id, populate_existing=True).audio_deleted_at

    as_carol.post("/upload", data={"songs": (io.BytesIO(b"sound"), "again.mp3")})
    assert "the audio of one song, 5\N{NO-BREAK SPACE}bytes" in as_carol.get("/profile").text
    assert session.query(Song).count() == 1


def test_without_audio_there_is_nothing_to_delete(as_carol):
    assert "There was no audio" in as_carol.post("/profile/audio/delete", follow_redirects=True).text


def test_one_persons_choices_leave_the_others_alone(as_carol, bob, make_song, session):
    song = make_song(bob, audio_expires_at=utc_now() + timedelta(days=5))

    as_carol.post("/profile/audio/delete")
    as_carol.post("/profile/audio", data={"keep": "forever"})

    assert session.get(Song, song.id, populate_existing=True).audio_expires_at > utc_now()


# Too many of them


def test_after_ten_wrong_passwords_the_right_one_is_refused_too_in_both_forms(limited_client, password):
    limited_client.post("/login", data={"email": "carol@example.org", "password": password})
    for _ in range(5):
        assert change_password(limited_client, "wrong").status_code == 422
        assert ask(limited_client, "carla@example.org", "wrong").status_code == 422

    assert change_password(limited_client, password).status_code == 429
    assert ask(limited_client, "carla@example.org", password).status_code == 429


def test_a_new_password_that_was_mistyped_is_not_counted(limited_client, password):
    limited_client.post("/login", data={"email": "carol@example.org", "password": password})
    for _ in range(12):
        limited_client.post("/profile/password", data={"current": password, "password": "a", "confirm": "b"})

    assert change_password(limited_client, password).status_code == 303


def test_many_mails_to_one_address_are_refused(limited_client, password, mails):
    limited_client.post("/login", data={"email": "carol@example.org", "password": password})
    answers = [ask(limited_client, "carla@example.org", password).status_code for _ in range(6)]

    assert answers == [303] * 5 + [429]


def change_password(client, current):
    return client.post(
        "/profile/password", data={"current": current, "password": NEW_PASSWORD, "confirm": NEW_PASSWORD}
    )


def ask(client, email, password, **options):
    return client.post("/profile/email", data={"email": email, "password": password}, **options)


def kept(client):
    return db.session.get(User, client.user_id, populate_existing=True)


def link_of(mail):
    return re.search(r"http://127\.0\.0\.1:8000(/profile/email/\S+)", mail.get_content())[1]


def logged_in(app, email, password, **fields):
    client = app.test_client()
    client.post("/login", data={"email": email, "password": password, **fields})
    return client


def is_logged_in(client):
    return client.get("/profile").status_code == 200


@pytest.fixture
def as_carol(app, carol, password):
    client = logged_in(app, "carol@example.org", password)
    client.user_id = carol.id
    return client

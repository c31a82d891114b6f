"""The profile: one page of small forms, each of which changes one thing about one's own account.

What belongs here: reading forms, calling the services, answering. Not here: any rule or query (``profile_service``,
``retention``).
"""

from __future__ import annotations

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import COOKIE_NAME, current_user

from portal.accounts.forms import AudioForm, EmailForm, NameForm, PasswordForm, ProfileForm, ZoneForm
from portal.accounts.passwords import WeakPassword
from portal.accounts.profile_service import SameEmail
from portal.accounts.retention import UnknownChoice
from portal.accounts.service import WrongPassword
from portal.accounts.tokens import EmailLinkError
from portal.accounts.views import account_typed, begin_session, end_session, was_accepted
from portal.errors import NotFoundError
from portal.extensions import limiter, login_manager
from portal.language import _, ngettext
from portal.web import current_user_id, services

profile_pages = Blueprint("profile", __name__, url_prefix="/profile")

UNPROCESSABLE = 422


def _person() -> str:
    return f"user {current_user_id()}"


def _guessed_wrong(_response: Response) -> bool:
    # Not by the status, which a mistyped new password has too.
    return bool(g.get("guessed_wrong"))


# Whoever finds a browser logged in must not find out the password there, in whichever of the forms.
guesses = limiter.shared_limit("10 per 15 minutes", scope="own password", key_func=_person, deduct_when=_guessed_wrong)


@profile_pages.before_request
def _let_in() -> ResponseReturnValue | None:
    return None if current_user.is_authenticated else login_manager.unauthorized()


@profile_pages.get("")
def show() -> ResponseReturnValue:
    """Show all that can be changed."""
    return _page()


@profile_pages.post("/name")
def rename() -> ResponseReturnValue:
    """Take another name."""
    form = NameForm()
    if not form.validate_on_submit():
        return _page(name_form=form)
    services().profile.rename(current_user_id(), form.name.data)
    return _done(_("Your name has been changed."))


@profile_pages.post("/password")
@guesses
@limiter.limit("60 per minute", key_func=_person)
def change_password() -> ResponseReturnValue:
    """Replace the password."""
    form = _password_form()
    if not form.validate_on_submit():
        return _page(password_form=form)
    try:
        user = services().profile.change_password(current_user_id(), form.current.data, form.password.data)
    except WrongPassword as error:
        g.guessed_wrong = True
        form.current.errors.append(str(error))
    except WeakPassword as error:
        form.password.errors.append(str(error))
    else:
        _stay_logged_in(user)
        return _done(_("Your password has been changed. You are logged out everywhere else."))
    return _page(password_form=form)


# Each accepted request sends mail, and to an address that may be a stranger's.
@profile_pages.post("/email")
@guesses
@limiter.limit("60 per minute", key_func=_person)
@limiter.limit("10 per hour", key_func=_person, deduct_when=was_accepted)
@limiter.limit("5 per hour", key_func=account_typed, deduct_when=was_accepted)
def change_email() -> ResponseReturnValue:
    """Ask for another address."""
    form = EmailForm()
    if not form.validate_on_submit():
        return _page(email_form=form)
    try:
        services().profile.request_email(current_user_id(), form.email.data, form.password.data)
    except WrongPassword as error:
        g.guessed_wrong = True
        form.password.errors.append(str(error))
    except SameEmail as error:
        form.email.errors.append(str(error))
    else:
        return _done(
            _(
                "A mail is on its way to %(email)s. Open its link within an hour to confirm the address.",
                email=form.email.data,
            )
        )
    return _page(email_form=form)


@profile_pages.route("/email/<token>", methods=["GET", "POST"])
def confirm_email(token: str) -> ResponseReturnValue:
    """Ask whether the new address is to be used, and use it."""
    if request.method == "GET":
        email = services().profile.check_email_token(current_user_id(), token)
        return render_template("accounts/email_confirm.html", email=email)
    _stay_logged_in(services().profile.confirm_email(current_user_id(), token))
    return _done(_("Your address has been changed. You are logged out everywhere else."))


@profile_pages.post("/zone")
def choose_zone() -> ResponseReturnValue:
    """Choose the time zone that dates are shown in."""
    form = ZoneForm()
    if not form.validate_on_submit():
        return _page(zone_form=form)
    services().profile.choose_zone(current_user_id(), form.zone.data)
    return _done(_("Dates are shown in your time zone now."))


@profile_pages.post("/audio")
def keep_audio() -> ResponseReturnValue:
    """Choose how long audio is kept."""
    form = AudioForm()
    try:
        services().retention.choose(current_user_id(), form.keep.data or "")
    except UnknownChoice as error:
        form.keep.errors = [str(error)]
        return _page(audio_form=form)
    return _done(_("How long your audio is kept has been changed."))


@profile_pages.post("/audio/delete")
def delete_audio() -> ResponseReturnValue:
    """Delete all audio now."""
    count = services().retention.delete_all(current_user_id())
    if not count:
        return _done(_("There was no audio of yours to delete."))
    return _done(
        ngettext(
            "The audio of one song is being deleted, which takes about a minute. The results stay.",
            "The audio of %(num)d songs is being deleted, which takes about a minute. The results stay.",
            count,
        )
    )


@profile_pages.post("/sessions/end")
def end_sessions() -> ResponseReturnValue:
    """Log out everywhere but here."""
    _stay_logged_in(services().profile.end_sessions(current_user_id()))
    return _done(_("You are logged out everywhere else."))


@profile_pages.post("/sessions/<session_id>/end")
def end_one(session_id: str) -> ResponseReturnValue:
    """Log out in one place, which may be here."""
    if "\0" in session_id:  # PostgreSQL takes none in any text
        raise NotFoundError
    if services().sessions.end(current_user_id(), session_id) == current_user.session_key:
        end_session()
        return redirect(url_for("home"), 303)
    return _done(_("That browser is logged out."))


@profile_pages.errorhandler(EmailLinkError)
def _link_refused(error: EmailLinkError) -> ResponseReturnValue:
    return render_template("accounts/email_invalid.html", message=str(error)), 400


def _page(**sent: ProfileForm) -> ResponseReturnValue:
    """Return the page; a form that was sent and not accepted comes with what was typed and what is wrong with it."""
    forms = {
        "name_form": NameForm(name=current_user.name),
        "email_form": EmailForm(),
        "password_form": _password_form(),
        "zone_form": ZoneForm(zone=current_user.time_zone),
        "audio_form": AudioForm(keep=current_user.keeps_audio),
    }
    kept = services().retention.kept(current_user_id())
    told = {"kept": kept, "places": services().sessions.places(current_user)}
    return render_template("accounts/profile.html", **told, **(forms | sent)), UNPROCESSABLE if sent else 200


def _password_form() -> PasswordForm:
    return PasswordForm(current_user.email, current_user.name)


def _stay_logged_in(user: object) -> None:
    """Begin this session anew where all were ended, for as long as it was to last."""
    begin_session(user, remember=COOKIE_NAME in request.cookies)


def _done(sentence: str) -> ResponseReturnValue:
    flash(sentence, "success")
    return redirect(url_for(".show"), 303)

"""The pages of accounts: sign up, log in and out, choose another password.

What belongs here: reading forms, calling the service, answering. Not here: any rule or query (``service``).
"""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user

from portal.accounts.forms import ChoosePasswordForm, LoginForm, ResetRequestForm, SignupForm
from portal.accounts.passwords import WeakPassword
from portal.accounts.service import EmailTaken, WrongCredentials
from portal.accounts.tokens import ResetLinkError
from portal.extensions import limiter
from portal.forms import TextForm
from portal.language import _
from portal.web import safe_next, services

signup_pages = Blueprint("signup", __name__)
login_pages = Blueprint("login", __name__)
reset_pages = Blueprint("reset_password", __name__)

POST = ["POST"]
UNAUTHORIZED = 401
UNPROCESSABLE = 422


def account_typed() -> str:
    """Return the key of a limit on what is done about the address in the form, known or not."""
    # As a digest, so that the limits hold no addresses, nor a megabyte that somebody sent as one.
    email = request.form.get("email", "").strip().lower()
    return "account:" + hashlib.sha256(email.encode("utf-8", "replace")).hexdigest()


def _guessed_wrong(response: Response) -> bool:
    return response.status_code == UNAUTHORIZED


def was_accepted(response: Response) -> bool:
    """Return whether a form did something: only then does it count."""
    # Correcting a form costs nothing: whoever needs six tries for a good password must not wait an hour.
    return response.status_code != UNPROCESSABLE


@signup_pages.route("/signup", methods=["GET", "POST"])
@limiter.limit("30 per hour", methods=POST, deduct_when=was_accepted)
def signup() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return redirect(_onward())
    form = SignupForm()
    if not form.validate_on_submit():
        return _page("accounts/signup.html", form)
    try:
        user = services().accounts.sign_up(form.email.data, form.name.data, form.password.data)
    except EmailTaken as error:
        # Told openly: as long as no mail has to be answered before the first login, sign-up cannot hide it anyway.
        form.email.errors.append(str(error))
        return _page("accounts/signup.html", form, 409)
    begin_session(user)
    flash(_("Welcome. Your account is ready."), "success")
    return redirect(_onward())


# Three limits: what one address may cost us, how fast it may guess, and how often an account may be guessed at, from
# wherever. The last shuts out the owner too for a while, but not for good, and the reset link stays open.
@login_pages.route("/login", methods=["GET", "POST"])
@limiter.limit("60 per minute", methods=POST)
@limiter.limit("10 per minute", methods=POST, deduct_when=_guessed_wrong)
@limiter.limit("10 per 15 minutes", methods=POST, deduct_when=_guessed_wrong, key_func=account_typed)
def login() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return redirect(_onward())
    form = LoginForm()
    if not form.validate_on_submit():
        return _page("accounts/login.html", form)
    try:
        user = services().accounts.authenticate(form.email.data, form.password.data)
    except WrongCredentials as error:
        form.password.errors.append(str(error))
        return _page("accounts/login.html", form, UNAUTHORIZED)
    begin_session(user, remember=form.remember.data)
    return redirect(_onward())


@login_pages.post("/logout")
def logout() -> ResponseReturnValue:
    end_session()
    return redirect(url_for("home"))


@reset_pages.route("/reset-password", methods=["GET", "POST"])
@limiter.limit("20 per hour", methods=POST, deduct_when=was_accepted)
@limiter.limit("5 per hour", methods=POST, deduct_when=was_accepted, key_func=account_typed)
def request_link() -> ResponseReturnValue:
    form = ResetRequestForm()
    if not form.validate_on_submit():
        return _page("accounts/reset_request.html", form)
    services().accounts.request_reset(form.email.data)
    return render_template("accounts/reset_sent.html", email=form.email.data)


@reset_pages.route("/reset-password/<token>", methods=["GET", "POST"])
def choose(token: str) -> ResponseReturnValue:
    services().accounts.check_reset_token(token)
    form = ChoosePasswordForm()
    if not form.validate_on_submit():
        return _page("accounts/reset_choose.html", form)
    try:
        services().accounts.reset_password(token, form.password.data)
    except WeakPassword as error:
        form.password.errors.append(str(error))
        return _page("accounts/reset_choose.html", form)
    # Not logged in by the link alone: whoever reads the mailbox later finds a used link and no open session.
    end_session()
    flash(_("Your password has been changed. Log in with the new one."), "success")
    return redirect(url_for("login.login"))


@reset_pages.errorhandler(ResetLinkError)
def _link_refused(error: ResetLinkError) -> ResponseReturnValue:
    return render_template("accounts/reset_invalid.html", message=str(error)), 400


def _page(template: str, form: TextForm, status: int | None = None) -> ResponseReturnValue:
    return render_template(template, form=form), status or (UNPROCESSABLE if form.errors else 200)


def _onward() -> str:
    return safe_next(request.values.get("next"), url_for("upload.upload"))


def begin_session(user: Any, *, remember: bool = False) -> None:
    """Log the person in. Nothing of the visitor's session is carried over: nobody can prepare one for another."""
    session.clear()
    services().sessions.begin(user, request.user_agent.string)
    login_user(user, remember=remember)


def end_session() -> None:
    """Log the person out here, if anybody is logged in."""
    if current_user.is_authenticated:
        services().sessions.forget(current_user.session_key)
    # In this order: logging out leaves a note in the session that the "remember me" cookie is to be removed.
    session.clear()
    logout_user()

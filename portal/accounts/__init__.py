"""Accounts: signing up, logging in, choosing another password, the profile.

What belongs here: binding the feature to the app, how Flask-Login finds who is logged in, and in whose time zone dates
are shown.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import click
from flask import Flask, abort, flash, redirect, request, session
from flask.cli import AppGroup
from flask_login import COOKIE_NAME, login_url
from werkzeug.wrappers import Response

from portal.accounts.profile_views import profile_pages
from portal.accounts.views import login_pages, reset_pages, signup_pages
from portal.errors import NotFoundError
from portal.extensions import login_manager
from portal.language import lazy
from portal.web import current_zone, services, wants_json

if TYPE_CHECKING:
    from portal.models import User

REMEMBERED_FOR = timedelta(days=30)

commands = AppGroup("user", help="Look after people's accounts.")


def init_app(app: Flask) -> None:
    """Register the pages and the commands, and tell Flask-Login how to find people."""
    app.cli.add_command(commands)
    for pages in (signup_pages, login_pages, reset_pages, profile_pages):
        app.register_blueprint(pages)
    app.config["REMEMBER_COOKIE_DURATION"] = REMEMBERED_FOR
    # Flask-Login's own protection ties a session to an IP address, which changes whenever a phone leaves the house.
    # A stolen cookie is answered by ending its session instead, which the profile and another password do.
    login_manager.session_protection = None
    login_manager.login_view = "login.login"
    login_manager.login_message = lazy("Please log in to see this page.")
    login_manager.login_message_category = "info"
    login_manager.user_loader(_load_user)
    login_manager.unauthorized_handler(_ask_to_log_in)


def show_local_days(app: Flask) -> None:
    """Let the templates' filter ``day`` count days where the reader is: in UTC for who is not logged in."""
    day = app.jinja_env.filters["day"]
    app.add_template_filter(lambda moment: day(moment.astimezone(current_zone())), "day")
    app.add_template_filter(lambda moment: f"{moment.astimezone(current_zone()):%H:%M}", "time_of_day")


def _load_user(session_id: str) -> User | None:
    return services().sessions.find(session_id) or _inherit(session_id)


def _inherit(token: str) -> User | None:
    """Take over a session from before each had a key of its own; its cookies get the key."""
    user = services().sessions.inherit(token, request.user_agent.string, session.get("_id", ""))
    if user is not None:
        session["_user_id"] = user.get_id()
        if COOKIE_NAME in request.cookies:
            session["_remember"] = "set"
    return user


def _ask_to_log_in() -> Response:
    if wants_json():
        abort(401)
    flash(str(login_manager.login_message), login_manager.login_message_category)
    # Only what was asked for with GET can be asked for again after logging in.
    return redirect(login_url(login_manager.login_view, request.url if request.method == "GET" else None))


@commands.command()
@click.argument("email")
def promote(email: str) -> None:
    """Make the person of this address a moderator."""
    _appoint(email, admin=True)
    click.echo(f"{email} is a moderator now.")


@commands.command()
@click.argument("email")
def demote(email: str) -> None:
    """Make the person of this address a moderator no more."""
    _appoint(email, admin=False)
    click.echo(f"{email} is no moderator now.")


def _appoint(email: str, *, admin: bool) -> None:
    try:
        services().community.moderation.appoint(email, admin=admin)
    except NotFoundError as error:
        raise click.ClickException(f"There is no account of {email}.") from error

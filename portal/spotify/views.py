"""The page of one's own Spotify account: connect it, disconnect it, save a playlist to it.

What belongs here: reading requests and choosing answers. Not here: consent, tokens and saving (``service``).
"""

from __future__ import annotations

from dataclasses import asdict
from math import ceil
from typing import Any
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    Response,
    flash,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from portal.dates import long_day
from portal.errors import ConflictError, NotFoundError, PortalError
from portal.extensions import limiter
from portal.handlers import CONTENT_POLICY
from portal.language import _, ngettext
from portal.spotify.values import LONGEST_PLAYLIST, PEOPLE, ConsentInvalidError, SpotifyTroubleError
from portal.web import current_user_id, services, wants_json

blueprint = Blueprint("spotify", __name__)

blueprint.add_app_template_filter(long_day)

CONSENT = "spotify_consent"
MAX_WORD = 4096


@blueprint.url_value_preprocessor
def _refuse_null_characters(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    # PostgreSQL takes no null character in any text, so there is no need to ask it for such an id.
    if values and "\0" in values.get("playlist_id", ""):
        raise NotFoundError


@blueprint.after_request
def _let_the_form_lead_to_spotify(response: Response) -> Response:
    """Allow the button's form to end on Spotify's page: browsers hold a form's redirects to its own page's policy."""
    if services().spotify.offered:
        parts = urlsplit(services().settings.spotify.authorize_url)
        targets = f"form-action 'self' {parts.scheme}://{parts.netloc}"
        policy = CONTENT_POLICY.format(images="'self' data:").replace("form-action 'self'", targets)
        response.headers["Content-Security-Policy"] = policy
    return response


def _person() -> str:
    return f"spotify {current_user_id()}" if current_user.is_authenticated else "spotify of strangers"


@blueprint.get("/spotify")
@login_required
def index() -> str:
    return _page()


@blueprint.post("/spotify/connect")
@limiter.limit("20 per hour", key_func=_person)
@login_required
def connect() -> ResponseReturnValue:
    url, consent = services().spotify.begin(current_user_id())
    session[CONSENT] = asdict(consent)
    return redirect(url, 303)


@blueprint.get("/spotify/callback")
@login_required
def callback() -> ResponseReturnValue:
    # Taken out first: whatever this answer is, there is no second one to the same question.
    kept, state = session.pop(CONSENT, None), request.args.get("state", "")[:MAX_WORD]
    consent = services().spotify.answered(current_user_id(), kept, state)
    if request.args.get("error") == "access_denied":
        flash(_("You did not give your consent, so nothing was connected."), "info")
        return redirect(url_for(".index"), 303)
    services().spotify.finish(consent, request.args.get("code", ""))
    flash(_("Your Spotify account is connected."), "success")
    return redirect(url_for(".index"), 303)


@blueprint.post("/spotify/disconnect")
@login_required
def disconnect() -> ResponseReturnValue:
    services().spotify.disconnect(current_user_id())
    flash(_("Your Spotify account is disconnected, and all that was kept about it is deleted."), "success")
    return redirect(url_for(".index"), 303)


@blueprint.post("/spotify/playlists/<playlist_id>")
@limiter.limit("30 per minute", key_func=_person)
@login_required
def save(playlist_id: str) -> ResponseReturnValue:
    copy = services().spotify.save(current_user_id(), playlist_id)
    if copy.remaining:
        flash(
            ngettext(
                '%(done)s of %(num)d song of "%(name)s" is done. Go on below.',
                '%(done)s of %(num)d songs of "%(name)s" are done. Go on below.',
                copy.asked,
                done=copy.asked - copy.remaining,
                name=copy.name,
            ),
            "info",
        )
    else:
        flash(
            ngettext(
                '%(saved)s of %(num)d song of "%(name)s" is saved to Spotify.',
                '%(saved)s of %(num)d songs of "%(name)s" are saved to Spotify.',
                copy.asked,
                saved=copy.saved,
                name=copy.name,
            ),
            "success",
        )
    return redirect(url_for(".index"), 303)


@blueprint.errorhandler(SpotifyTroubleError)
def _trouble(error: SpotifyTroubleError) -> ResponseReturnValue:
    response = _told(error, error.status)
    if error.wait is not None:
        response.headers["Retry-After"] = str(ceil(error.wait))
    return response


@blueprint.errorhandler(ConflictError)
def _conflict(error: ConflictError) -> ResponseReturnValue:
    return _told(error, 409)


@blueprint.errorhandler(ConsentInvalidError)
def _consent_invalid(error: ConsentInvalidError) -> ResponseReturnValue:
    return _told(error, 400)


def _told(error: PortalError, status: int) -> Response:
    if wants_json():
        return make_response(jsonify(error=error.code, message=str(error)), status)
    return make_response(_page(trouble=str(error)), status)


def _page(trouble: str = "") -> str:
    accounts = services().spotify
    return render_template(
        "spotify/index.html",
        offered=accounts.offered,
        standing=accounts.standing(current_user_id()),
        trouble=trouble,
        address_refused=accounts.address_refused,
        public_url=accounts.public_url,
        elsewhere=urlsplit(accounts.public_url).netloc != request.host,
        people=PEOPLE,
        longest=LONGEST_PLAYLIST,
    )

"""The pages of links to share: making, listing and revoking them, and what they lead to.

What belongs here: reading requests and choosing answers. Not here: any rule (``sharing``).
"""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.community.blueprint import blueprint, identity, onward, person
from portal.community.forms import ShareForm
from portal.community.sharing import Thing
from portal.extensions import limiter
from portal.language import _
from portal.web import current_user_id, page_number, services

LINKS = "60 per hour"
UNPROCESSABLE = 422


@blueprint.get("/share")
def share_form() -> ResponseReturnValue:
    """Show the open links to one thing, and the form for another."""
    if not _asked():
        return redirect(url_for(".shares"))
    return _page(_thing(), ShareForm(), 200)


@blueprint.post("/share")
@limiter.limit(LINKS, key_func=person)
def create_share() -> ResponseReturnValue:
    """Make a link and show it."""
    thing, form = _thing(), ShareForm()
    if not form.validate():
        return _page(thing, form, UNPROCESSABLE)
    sharing = services().community.sharing
    link_id = sharing.share(current_user_id(), thing, form.days.data, shows_name=form.shows_name.data)
    return redirect(url_for(".share_form", song=thing.song_id, playlist=thing.playlist_id, new=link_id), 303)


@blueprint.get("/shares")
def shares() -> str:
    """List all links the person made."""
    page = services().community.sharing.links(current_user_id(), page_number(request.args.get("page")))
    return render_template("community/shares.html", page=page)


@blueprint.post("/shares/<link_id>/revoke")
@limiter.limit(LINKS, key_func=person)
def revoke(link_id: str) -> ResponseReturnValue:
    """Let a link open nothing any more."""
    services().community.sharing.revoke(current_user_id(), link_id)
    flash(_("The link was revoked. It opens nothing any more."), "success")
    return onward(url_for(".shares"))


@blueprint.get("/s/<token>")
def shared(token: str) -> str:
    """Show a stranger what the link leads to."""
    return render_template("community/shared.html", opened=services().community.sharing.open(token))


def _asked() -> dict[str, str]:
    """Return which song or playlist the request names."""
    named = {kind: identity(request.values.get(kind)) for kind in ("song", "playlist")}
    return {kind: value for kind, value in named.items() if value}


def _thing() -> Thing:
    asked = _asked()
    return services().community.sharing.thing(current_user_id(), asked.get("song"), asked.get("playlist"))


def _page(thing: Thing, form: ShareForm, status: int) -> ResponseReturnValue:
    links = services().community.sharing.links_to(current_user_id(), thing)
    profile = services().community.people.profile(current_user_id())
    page = render_template("community/share.html", thing=thing, form=form, links=links, profile=profile)
    return page, status

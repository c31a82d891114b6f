"""The pages of what is public, and the buttons of likes, following and being seen.

What belongs here: reading requests and choosing answers. Not here: links to share (``sharing_views``), moderators
(``moderation_views``), any rule.
"""

from __future__ import annotations

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from classifier import MOODS
from portal.community.blueprint import blueprint, onward, person
from portal.community.discover import Filters
from portal.community.forms import NameForm
from portal.community.likes import Liking
from portal.community.people import NameTakenError
from portal.community.publishing import Standing
from portal.community.service import Community
from portal.extensions import limiter
from portal.language import _
from portal.web import current_user_id, page_number, safe_next, services, wants_json

CHANGES = "120 per hour"
LIKES = "300 per hour"
UNPROCESSABLE = 422


def parts() -> Community:
    """Return the community's services."""
    return services().community


def song_standing(song_id: str) -> Standing:
    """Return how one's own song stands with others; for the templates of other features' pages."""
    return parts().publishing.standing(current_user_id(), song_id)


def playlist_standing(playlist_id: str) -> Standing:
    """Return how one's own playlist stands with others; for the templates of other features' pages."""
    return parts().publishing.playlist_standing(current_user_id(), playlist_id)


@blueprint.get("/discover")
def discover() -> str:
    asked = {name: request.args.get(name, "") for name in ("genre", "mood", "sort", "show")}
    genres = parts().discover.genres()
    filters = Filters(**asked, following=request.args.get("following") == "1", genres=genres)
    list_of = parts().discover.playlists if filters.show == "playlists" else parts().discover.songs
    page = list_of(current_user_id(), filters, page_number(request.args.get("page")))
    return render_template("community/discover.html", page=page, filters=filters, genres=genres, moods=MOODS)


@blueprint.get("/discover/songs/<song_id>")
def song(song_id: str) -> str:
    return render_template("community/song.html", shown=parts().discover.song(current_user_id(), song_id))


@blueprint.get("/discover/playlists/<playlist_id>")
def playlist(playlist_id: str) -> str:
    return render_template("community/playlist.html", shown=parts().discover.playlist(current_user_id(), playlist_id))


@blueprint.get("/people/<profile_id>")
def person_page(profile_id: str) -> str:
    shown = parts().people.person(current_user_id(), profile_id)
    page = parts().discover.songs_of(current_user_id(), profile_id, page_number(request.args.get("page")))
    playlists = parts().discover.playlists_of(profile_id)
    return render_template("community/person.html", person=shown, page=page, playlists=playlists)


@blueprint.post("/people/<profile_id>/follow")
@limiter.limit(CHANGES, key_func=person)
def follow(profile_id: str) -> ResponseReturnValue:
    parts().people.follow(current_user_id(), profile_id)
    return onward(url_for(".person_page", profile_id=profile_id))


@blueprint.post("/people/<profile_id>/unfollow")
@limiter.limit(CHANGES, key_func=person)
def unfollow(profile_id: str) -> ResponseReturnValue:
    parts().people.unfollow(current_user_id(), profile_id)
    return onward(url_for(".person_page", profile_id=profile_id))


@blueprint.route("/me/public", methods=["GET", "POST"])
@limiter.limit(CHANGES, methods=["POST"], key_func=person)
def me() -> ResponseReturnValue:
    profile = parts().people.profile(current_user_id())
    form = NameForm(display_name=profile.display_name if profile else "")
    if not form.validate_on_submit():
        return _name_page(form, UNPROCESSABLE if form.errors else 200)
    try:
        profile = parts().people.choose_name(current_user_id(), form.display_name.data)
    except NameTakenError as error:
        form.display_name.errors.append(str(error))
        return _name_page(form, 409)
    flash(_('Others see you as "%(name)s" now.', name=profile.display_name), "success")
    return redirect(safe_next(request.values.get("next"), url_for(".me")), 303)


@blueprint.post("/songs/<song_id>/publish")
@limiter.limit(CHANGES, key_func=person)
def publish_song(song_id: str) -> ResponseReturnValue:
    parts().publishing.publish_song(current_user_id(), song_id)
    flash(_("This result is public now. Others find it on Discover."), "success")
    return onward(url_for("history.song", song_id=song_id))


@blueprint.post("/songs/<song_id>/unpublish")
@limiter.limit(CHANGES, key_func=person)
def unpublish_song(song_id: str) -> ResponseReturnValue:
    parts().publishing.unpublish_song(current_user_id(), song_id)
    flash(_("This result is private again."), "success")
    return onward(url_for("history.song", song_id=song_id))


@blueprint.post("/playlists/<playlist_id>/publish")
@limiter.limit(CHANGES, key_func=person)
def publish_playlist(playlist_id: str) -> ResponseReturnValue:
    parts().publishing.publish_playlist(current_user_id(), playlist_id)
    flash(_("This playlist is public now. Others find it on Discover."), "success")
    return onward(url_for("playlists.show", playlist_id=playlist_id))


@blueprint.post("/playlists/<playlist_id>/unpublish")
@limiter.limit(CHANGES, key_func=person)
def unpublish_playlist(playlist_id: str) -> ResponseReturnValue:
    parts().publishing.unpublish_playlist(current_user_id(), playlist_id)
    flash(_("This playlist is private again."), "success")
    return onward(url_for("playlists.show", playlist_id=playlist_id))


@blueprint.post("/songs/<song_id>/like")
@limiter.limit(LIKES, key_func=person)
def like(song_id: str) -> ResponseReturnValue:
    return _liked(parts().likes.like(current_user_id(), song_id))


@blueprint.post("/songs/<song_id>/unlike")
@limiter.limit(LIKES, key_func=person)
def unlike(song_id: str) -> ResponseReturnValue:
    return _liked(parts().likes.unlike(current_user_id(), song_id))


def _liked(liking: Liking) -> ResponseReturnValue:
    if wants_json():
        return jsonify(liked=liking.liked, likes=liking.likes)
    return onward(url_for(".discover"))


def _name_page(form: NameForm, status: int) -> ResponseReturnValue:
    profile = parts().people.profile(current_user_id())
    onwards = safe_next(request.values.get("next"), "")
    return render_template("community/me.html", form=form, profile=profile, next=onwards), status

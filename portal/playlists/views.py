"""The pages of playlists: all of them, one of them, adding to one, and downloads.

What belongs here: reading requests and choosing answers. Not here: rules (``service``) or file formats (``export``).
"""

from __future__ import annotations

import io

from flask import (
    Blueprint,
    Response,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import login_required

from portal.errors import NotFoundError
from portal.language import _
from portal.playlists.export import FORMATS, Track, Tracklist, file_name
from portal.playlists.forms import NewNameForm, PlaylistForm
from portal.playlists.service import page_of
from portal.playlists.values import Added, Contents, NothingChosenError, Row
from portal.web import current_user_id, page_number, safe_next, services, wants_json

blueprint = Blueprint("playlists", __name__)

UNPROCESSABLE = 422


@blueprint.get("/playlists")
@login_required
def index() -> ResponseReturnValue:
    return _list(PlaylistForm())


@blueprint.post("/playlists")
@login_required
def create() -> ResponseReturnValue:
    form = PlaylistForm()
    if not form.validate():
        return _list(form), UNPROCESSABLE
    playlist_id = services().playlists.create(current_user_id(), form.name.data, form.description.data)
    flash(_('"%(name)s" is ready. Add songs to it from their pages.', name=form.name.data), "success")
    return redirect(url_for(".show", playlist_id=playlist_id), 303)


@blueprint.post("/playlists/refresh")
@login_required
def refresh() -> ResponseReturnValue:
    services().playlists.refresh(current_user_id())
    flash(_("Your curated playlists are as new."), "success")
    return redirect(url_for(".index"), 303)


@blueprint.get("/playlists/add")
@login_required
def choose() -> ResponseReturnValue:
    return _choice(NewNameForm(), request.args.get("item", ""), request.args.get("next"))


@blueprint.post("/playlists/add")
@login_required
def add() -> ResponseReturnValue:
    item, onward, playlist_id = (request.form.get(name, "") for name in ("item", "next", "playlist"))
    if playlist_id:
        return _added(services().playlists.add(current_user_id(), playlist_id, item), onward)
    if "name" not in request.form:
        raise NothingChosenError
    form = NewNameForm()
    if not form.validate():
        return _choice(form, item, onward), UNPROCESSABLE
    return _added(services().playlists.add_to_new(current_user_id(), form.name.data, item), onward)


@blueprint.get("/playlists/<playlist_id>")
@login_required
def show(playlist_id: str) -> ResponseReturnValue:
    contents = _contents(playlist_id)
    return _page(contents, PlaylistForm(name=contents.name, description=contents.description))


@blueprint.get("/playlists/<playlist_id>.<extension>")
@login_required
def export(playlist_id: str, extension: str) -> ResponseReturnValue:
    kind = FORMATS.get(extension)
    if kind is None:
        raise NotFoundError
    name, description, rows = services().playlists.everything(current_user_id(), playlist_id)
    content = kind.write(Tracklist(name, description, [_track(row) for row in rows]))
    download = send_file(
        io.BytesIO(content), kind.content_type, as_attachment=True, download_name=file_name(name, extension)
    )
    download.headers["Cache-Control"] = "no-store"
    return download


@blueprint.post("/playlists/<playlist_id>/move")
@login_required
def move(playlist_id: str) -> ResponseReturnValue:
    entry, before = (request.form.get(name, "") for name in ("entry", "before"))
    place = services().playlists.move(current_user_id(), playlist_id, entry, before)
    if wants_json():
        return jsonify(entry=entry, place=place)
    number = page_of(place)
    return redirect(url_for(".show", playlist_id=playlist_id, page=number, _anchor=f"entry-{entry}"), 303)


@blueprint.post("/playlists/<playlist_id>/remove")
@login_required
def remove(playlist_id: str) -> ResponseReturnValue:
    title = services().playlists.remove(current_user_id(), playlist_id, request.form.get("entry", ""))
    flash(_('"%(title)s" was removed from the playlist.', title=title), "success")
    number = page_number(request.form.get("page"))
    return redirect(url_for(".show", playlist_id=playlist_id, page=number if number > 1 else None), 303)


@blueprint.post("/playlists/<playlist_id>/edit")
@login_required
def edit(playlist_id: str) -> ResponseReturnValue:
    form = PlaylistForm()
    if not form.validate():
        return _page(_contents(playlist_id), form), UNPROCESSABLE
    services().playlists.edit(current_user_id(), playlist_id, form.name.data, form.description.data)
    flash(_("Saved."), "success")
    return redirect(url_for(".show", playlist_id=playlist_id), 303)


@blueprint.post("/playlists/<playlist_id>/copy")
@login_required
def copy(playlist_id: str) -> ResponseReturnValue:
    copied = services().playlists.copy(current_user_id(), playlist_id)
    flash(_("This is your own copy: rename it, put it in order, remove what you like."), "success")
    return redirect(url_for(".show", playlist_id=copied), 303)


@blueprint.post("/playlists/<playlist_id>/delete")
@login_required
def delete(playlist_id: str) -> ResponseReturnValue:
    name = services().playlists.delete(current_user_id(), playlist_id)
    flash(_('"%(name)s" was deleted. Its songs are still there.', name=name), "success")
    return redirect(url_for(".index"), 303)


def _list(form: PlaylistForm) -> str:
    return render_template("playlists/index.html", lists=services().playlists.overview(current_user_id()), form=form)


def _choice(form: NewNameForm, reference: str, onward: str | None) -> str:
    item = services().playlists.item(current_user_id(), reference)
    choices = services().playlists.choices(current_user_id(), item)
    back = safe_next(onward, url_for(".index"))
    return render_template("playlists/add.html", item=item, choices=choices, back=back, form=form)


def _added(added: Added, onward: str) -> Response:
    names = {"title": added.title, "playlist": added.playlist}
    if added.new:
        flash(_('"%(title)s" was added to "%(playlist)s".', **names), "success")
    else:
        flash(_('"%(title)s" is in "%(playlist)s" already.', **names), "info")
    target = safe_next(onward, url_for(".show", playlist_id=added.playlist_id))
    return redirect(target, 303)  # type: ignore[return-value]


def _contents(playlist_id: str) -> Contents:
    return services().playlists.contents(current_user_id(), playlist_id, page_number(request.args.get("page")))


def _page(contents: Contents, form: PlaylistForm) -> str:
    return render_template(
        "playlists/show.html",
        playlist=contents,
        form=form,
        formats=FORMATS,
        link=_link,
        can_save=services().settings.spotify.connectable,
    )


def _link(row: Row, *, absolute: bool = False) -> str:
    """Return where a row leads: one's own song, what others see of a song, or the page of a suggestion."""
    if row.own:
        return url_for("history.song", song_id=row.song_id, _external=absolute)
    if row.song_id:
        return url_for("community.song", song_id=row.song_id, _external=absolute)
    return row.url


def _track(row: Row) -> Track:
    return Track(
        title=row.title,
        artist=row.artist,
        genre=row.genre,
        mood=row.mood,
        seconds=row.seconds,
        file=row.filename,
        link=_link(row, absolute=True),
        source=row.source or "portal",
        added_at=row.added_at.isoformat(timespec="seconds"),
    )

"""What people say: whether a verdict is right, whether we may learn from it, and how useful the portal is to them.

What belongs here: registration on the app, and the command that writes the file to learn from.
"""

from __future__ import annotations

from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup

from portal.feedback.export import Exported, NothingToExportError
from portal.feedback.views import blueprint, song_feedback
from portal.web import services

__all__ = ["init_app"]

commands = AppGroup("feedback", help="Look after what people said of their songs.")

LEFT_OUT = {
    "gone": "the audio is not kept any more",
    "unreadable": "the audio could not be measured",
    "unknown": "the genre is not one of those learned",
}


def init_app(app: Flask) -> None:
    """Register the pages, the command, and what the song's page asks for."""
    app.cli.add_command(commands)
    app.add_template_global(song_feedback)
    app.register_blueprint(blueprint)


@commands.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def write_corrections(file: Path) -> None:
    """Write the corrections of all who consented to FILE (.npz), for "python -m classifier train --corrections FILE".

    Each song is measured anew from its stored audio. The file holds features, genres and a number for each artist,
    and nothing that leads back to a person.
    """
    try:
        told = services().feedback.corrections.write(file, _show_progress)
    except NothingToExportError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{file} could not be written: {error.strerror}.") from error
    click.echo(_said(told, file))


def _show_progress(done: int, count: int) -> None:
    click.echo(f"{done} of {count} measured", err=True)


def _said(told: Exported, file: Path) -> str:
    songs, people = _counted(told.songs, "song", "songs"), _counted(told.people, "person", "people")
    lines = [f"{songs} of {people}, {_counted(told.windows, 'window', 'windows')}, written to {file}."]
    for name, reason in LEFT_OUT.items():
        if count := getattr(told, name):
            lines.append(f"{_counted(count, 'song', 'songs')} left out: {reason}.")
    return "\n".join(lines)


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"

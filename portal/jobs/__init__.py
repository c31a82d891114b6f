"""The analysis of songs: queued, run behind a wall, recovered.

What belongs here: binding the feature to the app, which is the ``flask jobs`` command; the pages are the history's.
"""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import AppGroup

from portal.web import services

commands = AppGroup("jobs", help="Look after the analysis jobs.")


def init_app(app: Flask) -> None:
    """Register the commands."""
    app.cli.add_command(commands)


@commands.command()
def recover() -> None:
    """Queue again what dead workers left and what the queue lost."""
    count = services().jobs.recover()
    click.echo(f"{count} {'job' if count == 1 else 'jobs'} recovered.")

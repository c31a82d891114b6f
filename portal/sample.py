"""The result that the landing page shows: a real one, of a song that may be shown to everybody.

What belongs here: the kept verdict, and the command that makes it anew. Not here: audio, of which there is none; or how
a verdict is drawn (``history``).

After the shipped model has changed, make it anew (a test says when)::

    flask --app wsgi sample sugar-plum-fairy.m4a --title "Dance of the Sugar Plum Fairy" --artist "Kevin MacLeod" \
        --source https://incompetech.com --licence "CC BY 4.0" --terms https://creativecommons.org/licenses/by/4.0/
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import click
from flask import Flask

from classifier import AudioError, ModelError

KEPT = Path(__file__).with_name("sample.json")


@dataclass(frozen=True)
class SampleVerdict:
    """What the partials of a result read of a verdict; fields as in ``models.PredictionRecord``."""

    genre: str
    genres: list[str]
    confidence: float
    sure: bool
    music: bool
    truncated: bool
    scores: dict[str, float]
    segments: list[dict[str, Any]]
    mood: str | None
    moods: dict[str, float]
    traits: dict[str, Any]
    peaks: list[int]
    tempo: float | None
    duration: float
    model_version: str


@dataclass(frozen=True)
class Sample:
    """A song with its verdict, and by whose leave it is shown: ``terms`` is the address of the ``licence``."""

    title: str
    artist: str
    source: str
    licence: str
    terms: str
    prediction: SampleVerdict


def init_app(app: Flask) -> None:
    """Register the command that makes the sample."""
    app.cli.add_command(write_sample)


@cache
def load_sample() -> Sample:
    """Return the kept sample."""
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    return Sample(**kept | {"prediction": SampleVerdict(**kept["prediction"])})


def analyse(audio: Path, about: Mapping[str, str]) -> Sample:
    """Return the sample that the song at ``audio`` makes with the shipped model.

    Parameters
    ----------
    audio : Path
        A file of any kind that we read.
    about : mapping of str to str
        Title, artist, source, licence and terms.

    Raises
    ------
    AudioError, ModelError
        Where the song or the model cannot be used.
    """
    # Imported here, for they load NumPy, and the web process that serves the landing page never classifies.
    from classifier import classify, load_model

    found = classify(audio, load_model())
    verdict = found.to_dict() | {"peaks": list(found.peaks)}
    return Sample(**about, prediction=SampleVerdict(**verdict | {"model_version": verdict.pop("model")}))


@click.command("sample")
@click.argument("audio", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--title", required=True)
@click.option("--artist", required=True)
@click.option("--source", required=True, help="Where the song can be had.")
@click.option("--licence", required=True, help="The licence under which its result may be shown.")
@click.option("--terms", required=True, help="The licence's address.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default=KEPT, help="Another file to write.")
def write_sample(audio: Path, out: Path, **about: str) -> None:
    """Keep the verdict on AUDIO as what the landing page shows: numbers and names, none of its sound."""
    try:
        sample = analyse(audio, about)
    except (AudioError, ModelError) as error:
        raise click.ClickException(str(error)) from error
    out.write_text(json.dumps(asdict(sample), ensure_ascii=False) + "\n", encoding="utf-8")
    click.echo(f"{out}: {sample.title}, {sample.prediction.genre} ({sample.prediction.confidence:.0%})")

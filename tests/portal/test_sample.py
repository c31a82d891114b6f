"""The landing page's sample: a real verdict of the model that is shipped, with thanks to whose music it is."""

from __future__ import annotations

import json
from dataclasses import fields

import pytest

from classifier import GENRES, model_version
from portal.models import PredictionRecord
from portal.sample import KEPT, SampleVerdict, load_sample
from tests.support.audio import music_like, write_wav

OWN = {"id", "song_id", "created_at"}
"""What a verdict in the database has of its own."""


def test_the_sample_is_what_the_shipped_model_says():
    assert load_sample().prediction.model_version == model_version(), "make it anew: see portal/sample.py"


def test_the_sample_is_shaped_as_any_other_verdict():
    columns = {column.key for column in PredictionRecord.__table__.columns} - OWN
    assert {field.name for field in fields(SampleVerdict)} == columns


def test_the_sample_holds_together():
    verdict = load_sample().prediction
    assert set(verdict.scores) == set(GENRES)
    assert sum(verdict.scores.values()) == pytest.approx(1, abs=1e-3)
    assert verdict.confidence == verdict.scores[verdict.genre] == max(verdict.scores.values())
    assert verdict.segments[0]["start"] == 0
    assert verdict.segments[-1]["end"] == pytest.approx(verdict.duration, abs=0.1)
    assert 0 < len(verdict.peaks) <= 1200
    assert max(verdict.peaks) == 100


def test_the_landing_page_draws_it_and_says_whose_it_is(client):
    page = client.get("/").text
    sample = load_sample()
    assert sample.title in page
    assert sample.artist in page
    assert f'href="{sample.terms}"' in page
    assert page.count("wave-run") >= len({segment["genre"] for segment in sample.prediction.segments})


def test_it_can_be_made_anew_of_any_song(app, tmp_path):
    song = write_wav(tmp_path / "song.wav", music_like(12.0), 22_050)
    about = {
        "title": "A tune",
        "artist": "Nobody",
        "source": "https://example.org",
        "licence": "CC0",
        "terms": "https://x",
    }
    options = [word for name, value in about.items() for word in (f"--{name}", value)]
    out = tmp_path / "sample.json"
    result = app.test_cli_runner().invoke(args=["sample", str(song), *options, "--out", str(out)])
    assert result.exit_code == 0, result.output
    made = json.loads(out.read_text(encoding="utf-8"))
    assert {name: made[name] for name in about} == about
    assert made["prediction"].keys() == json.loads(KEPT.read_text(encoding="utf-8"))["prediction"].keys()


def test_what_is_no_song_is_refused_with_its_reason(app, tmp_path):
    (tmp_path / "words.mp3").write_text("no music")
    about = [word for name in ("title", "artist", "source", "licence", "terms") for word in (f"--{name}", "x")]
    out = tmp_path / "sample.json"
    result = app.test_cli_runner().invoke(args=["sample", str(tmp_path / "words.mp3"), *about, "--out", str(out)])
    assert result.exit_code == 1
    assert "not audio we can read" in result.output
    assert not out.exists()

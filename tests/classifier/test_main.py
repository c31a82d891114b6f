"""The command line, run as a user runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from classifier import GENRES, MOODS
from classifier.predict import AUDIO_SUFFIXES, sentence
from tests.support.audio import PYAV, SOUNDFILE, encode, music_like, write_wav

ROOT = Path(__file__).parents[2]


def test_a_song_is_named_in_one_line(songs):
    result = run("predict", songs / "tune.wav")
    assert result.returncode == 0
    (line,) = result.stdout.splitlines()
    assert any(f": {genre} " in line for genre in GENRES)
    assert any(f", {mood}, " in line for mood in MOODS)


def test_two_genres_are_named_together_and_a_mood_only_where_there_is_one():
    told = {"path": "a.mp3", "confidence": 0.41, "sure": False, "music": True, "tempo": 120.4, "duration": 30.0}
    both = sentence(told | {"genre": "jazz", "genres": ["jazz", "blues"], "mood": "calm"})
    alone = sentence(told | {"genre": "jazz", "genres": ["jazz"], "mood": None, "tempo": None})
    assert both == "a.mp3: jazz with blues 41% (not sure), calm, 120 BPM, 30.0 s"
    assert alone == "a.mp3: jazz 41% (not sure), no steady pulse, 30.0 s"


def test_json_gives_one_object_a_line_with_the_agreed_keys(songs):
    (line,) = run("predict", "--json", songs / "tune.wav").stdout.splitlines()
    found = json.loads(line)
    agreed = ["path", "genre", "confidence", "sure", "music", "scores", "segments", "tempo", "duration", "model"]
    assert [key for key in found if key in agreed] == agreed
    assert set(found["segments"][0]) == {"start", "end", "genre", "scores"}


def test_a_folder_is_walked_and_errors_stop_nothing(songs):
    result = run("predict", "--json", songs, "--jobs", "2")
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.returncode == 1
    assert [Path(line["path"]).name for line in lines] == ["broken.mp3", "deep.mp3", "tune.wav"]
    assert [line.get("error") for line in lines] == ["unreadable", None, None]
    assert set(lines[0]) == {"path", "error", "message"}


def test_every_format_that_can_be_decoded_is_picked_up_in_a_folder():
    files = {f".{name}" for name in (*SOUNDFILE, *PYAV)} - {".alac"}  # which comes as m4a
    assert files <= AUDIO_SUFFIXES


def test_progress_goes_to_stderr(songs):
    assert "3/3" in run("predict", songs).stderr


def test_a_file_that_is_not_there_is_an_error_of_its_own(songs):
    result = run("predict", "--json", songs / "nowhere.mp3", songs / "tune.wav")
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.returncode == 1
    assert ["error" in line for line in lines] == [True, False]


def test_a_file_that_kills_its_process_costs_one_line(songs, tmp_path):
    # Whoever imports this finds an analysis that dies on the file with the fatal name.
    (tmp_path / "sitecustomize.py").write_text(KILLER)
    (songs / "fatal.wav").write_bytes((songs / "tune.wav").read_bytes())
    result = run("predict", "--json", songs, "--jobs", "2", PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}")
    lines = {Path(line["path"]).name: line for line in map(json.loads, result.stdout.splitlines())}
    (songs / "fatal.wav").unlink()
    assert lines["fatal.wav"]["error"] == "crashed"
    assert lines["tune.wav"]["genre"] in GENRES
    assert lines["deep.mp3"]["genre"] in GENRES


def test_a_folder_without_songs_says_so(tmp_path):
    result = run("predict", tmp_path)
    assert (result.returncode, result.stdout) == (0, "")
    assert "No songs were found" in result.stderr


def test_a_missing_model_is_told_once(songs):
    result = run("predict", songs, "--model", "nowhere.npz")
    assert result.returncode == 2
    assert result.stderr.startswith("error: There is no model")
    assert result.stdout == ""


def test_a_pickle_in_place_of_a_model_is_refused_and_told(songs, tmp_path):
    (tmp_path / "evil.npz").write_bytes(b"\x80\x04N.")
    card = {"version": "x", "sha256": "", "feature_version": 1, "genres": []}
    (tmp_path / "evil.json").write_text(json.dumps(card))
    result = run("predict", songs / "tune.wav", "--model", tmp_path / "evil.npz")
    assert result.returncode == 2
    assert "evil.npz is a pickle" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["predict"],
        ["predict", "x", "--jobs", "0"],
        ["sing"],
        ["predict", "x", "--backend", "dask"],
        ["predict", "x", "--scheduler", "tcp://127.0.0.1:8786"],
        ["predict", "x", "--backend", "abacus"],
    ],
)
def test_wrong_arguments_are_told(arguments):
    result = run(*arguments)
    assert result.returncode == 2
    assert "usage" in result.stderr


@pytest.mark.parametrize("command", ["compare", "train"])
def test_training_needs_a_dataset(tmp_path, command):
    result = run(command, "--dataset", tmp_path, "--cache", tmp_path / "cache")
    assert result.returncode == 2
    assert "tracks.csv" in result.stderr
    assert "Traceback" not in result.stderr


KILLER = """
import os
import classifier.predict as module
classify = module.classify
def deadly(source, model):
    if "fatal" in str(source):
        os.abort()
    return classify(source, model)
module.classify = deadly
"""


def run(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "classifier", *map(str, arguments)],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture(scope="module")
def songs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("songs")
    (folder / "inside").mkdir()
    write_wav(folder / "tune.wav", music_like(6.0), 22_050)
    encode(folder / "inside" / "deep.mp3", music_like(5.0, seed=1), 44_100, "mp3")
    (folder / "broken.mp3").write_bytes(b"this is text, renamed\n" * 50)
    (folder / "cover.jpg").write_bytes(b"\xff\xd8\xff")
    return folder

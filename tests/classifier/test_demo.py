"""The demo page says what the model says, calls nobody, and leaves nothing behind."""

from __future__ import annotations

import importlib.util
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from classifier import GENRES, Prediction, Segment
from classifier.__main__ import main
from classifier.demo import INSTALL, timeline_html, verdict_html

ROOT = Path(__file__).resolve().parents[2]
MOODS = {"lively": 0.1, "tense": 0.1, "sad": 0.2, "calm": 0.6}
needs_gradio = pytest.mark.skipif(importlib.util.find_spec("gradio") is None, reason="gradio is not installed")

CALLS_NOBODY = """
import os, socket, sys, urllib.request
from pathlib import Path

called = []
connect, resolve = socket.socket.connect, socket.getaddrinfo

def is_here(host):
    return host in (None, "", "localhost") or str(host).startswith(("127.", "::1", "/"))

def watched_connect(self, address):
    if not is_here(address[0] if isinstance(address, tuple) else "/"):
        called.append(address)
        raise OSError("no network")
    return connect(self, address)

def watched_resolve(host, *rest, **options):
    if not is_here(host):
        called.append(host)
        raise socket.gaierror("no network")
    return resolve(host, *rest, **options)

socket.socket.connect, socket.getaddrinfo = watched_connect, watched_resolve
from classifier import load_model
from classifier.demo import serving

with serving(load_model(), host="127.0.0.1", port=int(sys.argv[1])) as url:
    with urllib.request.urlopen(url) as answer:
        assert b"gradio" in answer.read()
        policy = answer.headers["Content-Security-Policy"]
    folder = Path(os.environ["GRADIO_TEMP_DIR"])
    (folder / "left.wav").write_bytes(b"RIFF")
assert "default-src 'self'" in policy, policy
assert not folder.exists()
assert not called, called
print("nobody was called")
"""


def test_the_verdict_has_genre_confidence_mood_tempo_and_model():
    page = verdict_html(prediction(mood="calm", moods=MOODS))
    assert all(part in page for part in ("Rock", "70% sure", "calm", "121 BPM", "1:10", "model-7"))


def test_a_second_genre_is_named_after_the_first():
    assert "with some blues" in verdict_html(prediction(genres=("rock", "blues")))
    assert "with some" not in verdict_html(prediction())


def test_doubt_names_the_two_likeliest():
    page = verdict_html(prediction(sure=False))
    assert "Not sure: rock or hip-hop" in page
    assert "sure</p>" not in page


def test_what_is_no_music_is_said_to_be_none_and_has_no_mood():
    page = verdict_html(prediction(sure=False, music=False, mood="calm", moods=MOODS))
    assert "This does not sound like music" in page
    assert "calm" not in page


def test_an_unclear_mood_is_two_and_a_missing_tempo_is_said():
    moods = {"lively": 0.1, "tense": 0.1, "sad": 0.38, "calm": 0.42}
    page = verdict_html(prediction(mood="calm", moods=moods, tempo=None, truncated=True))
    assert "calm or sad" in page
    assert "no steady pulse" in page
    assert "breaks off" in page


def test_names_from_a_model_are_text_and_never_markup():
    scores = {"<b>x</b>": 0.9, "rock": 0.1}
    segments = tuple(Segment(10.0 * n, 10.0 * n + 10, "<b>x</b>", scores) for n in range(2))
    page = prediction(genre="<b>x</b>", scores=scores, segments=segments, model="<i>")
    for html in (verdict_html(page), timeline_html(page)):
        assert "<b>x" not in html
        assert "<i>" not in html


def test_the_timeline_has_a_lane_a_genre_the_longest_first():
    page = timeline_html(prediction())
    assert page.index("Rock</span>") < page.index("Blues</span>")
    assert page.count('class="block"') == 7
    assert "Jazz" not in page


def test_a_song_of_one_window_has_no_timeline():
    assert timeline_html(prediction(segments=(Segment(0.0, 10.0, "rock", scores_of(rock=0.7)),))) == ""


def test_without_gradio_the_command_says_what_to_install(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "gradio", None)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    assert main(["demo", "--port", "1"]) == 2
    assert capsys.readouterr().err == f"error: {INSTALL}\n"
    assert 'pip install "genregenie[demo]"' in INSTALL


def test_a_model_that_cannot_be_used_is_named_before_anything_is_served(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("signal.signal", lambda *_: None)
    assert main(["demo", "--model", str(tmp_path / "none.npz")]) == 2
    assert "There is no model" in capsys.readouterr().err


@needs_gradio
def test_nobody_is_called_and_no_upload_outlives_the_page():
    result = run("-c", CALLS_NOBODY, str(free_port()))
    assert result.stdout.strip().endswith("nobody was called"), result.stderr


@needs_gradio
def test_a_port_that_is_taken_is_named_in_one_line():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = run("-m", "classifier", "demo", "--port", str(port))
    assert result.returncode == 2
    assert result.stderr.strip().endswith(
        f"error: The page cannot be served on 127.0.0.1:{port}: the port is taken, or the address is not ours."
    )


def test_the_rest_of_the_classifier_needs_no_gradio():
    program = "import sys, classifier.demo; sys.exit('gradio' in sys.modules)"
    assert run("-c", program).returncode == 0


def prediction(**changes):
    scores = changes.pop("scores", scores_of(rock=0.7, hiphop=0.11))
    names = ("rock", "rock", "blues", "rock", "blues", "rock", "rock")
    facts = {
        "genre": "rock",
        "confidence": 0.7,
        "sure": True,
        "music": True,
        "segments": tuple(Segment(10.0 * n, 10.0 * n + 10, name, scores) for n, name in enumerate(names)),
        "tempo": 121.0,
        "duration": 70.0,
        "model": "model-7",
    }
    return Prediction(scores=scores, **facts | changes)


def scores_of(**shares):
    rest = (1 - sum(shares.values())) / (len(GENRES) - len(shares))
    return dict.fromkeys(GENRES, rest) | shares


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def run(*arguments):
    """Run Python by itself: gradio leaves event loops and warnings behind that are not ours to answer for."""
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False, timeout=120
    )

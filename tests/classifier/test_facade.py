"""The facade: every name is there, and nobody pays for more than is asked for."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

import classifier


@pytest.mark.parametrize("name", classifier.__all__)
def test_every_name_it_promises_is_there(name):
    assert getattr(classifier, name) is not None


def test_a_name_it_does_not_have_is_refused_as_any_module_does():
    with pytest.raises(AttributeError, match="no attribute 'clasify'"):
        _ = classifier.clasify


def test_naming_the_genres_loads_no_numpy():
    code = "from classifier import GENRES, mood_words, usual_traits; mood_words({}, None); usual_traits()"
    assert loaded_by(code) & {"numpy", "av", "scipy"} == set()


def test_neighbours_are_found_without_a_decoder_and_without_what_measures():
    found = loaded_by("from classifier import Neighbours; Neighbours([[1.0, 2.0]]).nearest([1.0, 2.0], 1)")
    assert "numpy" in found
    assert found & {"av", "scipy", "soxr", "python_speech_features", "faiss"} == set()


def test_a_model_is_loaded_without_the_decoder_and_without_what_measures():
    found = loaded_by("import classifier; classifier.load_model()")
    assert "numpy" in found
    assert found & {"av", "scipy", "soxr", "python_speech_features"} == set()


def test_the_version_of_a_model_is_read_without_the_model():
    assert classifier.model_version() == classifier.load_model().version


def test_the_web_application_loads_nothing_that_hears(tmp_path):
    found = loaded_by(
        "from portal import create_app; create_app()",
        INSTANCE_PATH=str(tmp_path),
    )
    assert "flask" in found
    assert found & {"numpy", "pandas", "av", "scipy"} == set()


def test_after_a_warm_up_a_song_imports_nothing_more(tmp_path):
    code = f"""
        import sys, classifier
        from tests.support.audio import music_like, write_wav
        song = write_wav({str(tmp_path / "song.wav")!r}, music_like(3.0), 22_050)
        model = classifier.load_model()
        classifier.warm_up(model)
        before = set(sys.modules)
        classifier.classify(song, model)
        assert set(sys.modules) == before, set(sys.modules) - before
    """
    loaded_by("\n".join(line.strip() for line in code.splitlines()))


def loaded_by(code, **environment):
    """Return the top-level modules that a new process has loaded after ``code``."""
    report = "\nimport sys; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    done = subprocess.run(
        [sys.executable, "-c", code + report],
        capture_output=True,
        text=True,
        env=os.environ | environment,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())

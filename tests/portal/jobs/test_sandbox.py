"""However an analysis ends, it ends in a verdict or in a named error with its sentence."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

import classifier
from portal.jobs.sandbox import (
    AnalysisError,
    AnalysisTimeoutError,
    AudioRefusedError,
    DecoderCrashedError,
    ModelUnusableError,
    OutOfMemoryError,
    SandboxedClassifier,
)

SONG = Path("song.mp3")


def test_the_verdict_comes_back(verdict):
    assert sandbox(lambda _path, _progress: verdict).classify(SONG, ignore) == verdict


def test_the_classifier_is_given_the_path():
    assert sandbox(lambda path, _progress: {"path": str(path)}).classify(SONG, ignore) == {"path": "song.mp3"}


def test_progress_is_passed_on():
    def classify(_path, progress):
        progress("decode", 0.5)
        progress("model", 1.0)
        return {}

    beats = []
    sandbox(classify).classify(SONG, lambda *beat: beats.append(beat))
    assert beats == [("decode", 0.5), ("model", 1.0)]


def test_a_quiet_second_repeats_where_things_stand():
    beats = []
    sandbox(lambda _path, progress: progress("decode", 0.5) or time.sleep(1.1) or {}).classify(
        SONG, lambda *beat: beats.append(beat)
    )
    assert beats == [("decode", 0.5), ("decode", 0.5)]


def test_a_refusal_keeps_the_classifiers_code_and_sentence():
    refused = {"refused": {"code": "silent", "message": "The song is silent."}}
    with pytest.raises(AudioRefusedError, match=r"The song is silent\.") as caught:
        sandbox(lambda _path, _progress: refused).classify(SONG, ignore)
    assert (caught.value.code, caught.value.permanent) == ("silent", True)


def test_the_version_is_that_of_the_model_that_would_judge():
    assert SandboxedClassifier(None, 10).version() == classifier.load_model().version


def test_an_unusable_model_has_no_version(tmp_path):
    assert SandboxedClassifier(tmp_path / "none.npz", 10).version() is None


def test_a_crash_is_named():
    with pytest.raises(DecoderCrashedError, match=r"The decoder crashed on this file\."):
        sandbox(lambda _path, _progress: os.kill(os.getpid(), signal.SIGSEGV)).classify(SONG, ignore)


def test_a_hang_is_named_with_the_limit():
    with pytest.raises(AnalysisTimeoutError, match=r"The analysis took longer than 0\.2 seconds\."):
        sandbox(lambda _path, _progress: time.sleep(60), timeout=0.2).classify(SONG, ignore)


def test_the_limit_reads_as_a_whole_number():
    assert str(AnalysisTimeoutError(120.0)) == "The analysis took longer than 120 seconds."


def test_a_want_of_memory_is_named():
    with pytest.raises(OutOfMemoryError):
        sandbox(lambda _path, _progress: len(bytearray(2**33))).classify(SONG, ignore)


def test_any_other_error_may_be_tried_again():
    with pytest.raises(AnalysisError) as caught:
        sandbox(lambda _path, _progress: 1 / 0).classify(SONG, ignore)
    assert (caught.value.code, caught.value.permanent) == ("analysis_failed", False)
    assert "ZeroDivisionError" in str(caught.value.__cause__)


def test_the_classifiers_own_refusal_is_understood(tmp_path):
    (tmp_path / "song.mp3").write_bytes(b"no audio at all")
    with pytest.raises(AudioRefusedError, match="This file is not audio we can read") as caught:
        sandbox(None).classify(tmp_path / "song.mp3", ignore)
    assert caught.value.code == "unreadable"


def test_a_missing_model_is_the_operators_matter(tmp_path):
    with pytest.raises(ModelUnusableError, match=r"cannot be used\.") as caught:
        SandboxedClassifier(tmp_path / "nothing.npz", 10).prepare()
    assert caught.value.permanent


def test_the_files_own_tags_come_with_the_verdict(monkeypatch, verdict):
    monkeypatch.setattr("portal.jobs.sandbox.read_tags", lambda path: {"title": path.name})
    tags = []
    sandbox(lambda _path, _progress: verdict).classify(SONG, ignore, tags.append)
    assert tags == [{"title": "song.mp3"}]


@pytest.mark.parametrize(
    "hostile", [lambda _path: os.kill(os.getpid(), signal.SIGSEGV), lambda _path: time.sleep(60), lambda _path: 1 / 0]
)
def test_hostile_tags_cost_nothing_but_the_tags(monkeypatch, verdict, hostile):
    monkeypatch.setattr("portal.jobs.sandbox.read_tags", hostile)
    monkeypatch.setattr("portal.jobs.sandbox.TAGS_SECONDS", 0.2)
    tags = []
    assert sandbox(lambda _path, _progress: verdict).classify(SONG, ignore, tags.append) == verdict
    assert tags == []


def test_hostile_tags_hide_no_refusal(monkeypatch):
    monkeypatch.setattr("portal.jobs.sandbox.read_tags", lambda _path: os.kill(os.getpid(), signal.SIGSEGV))
    with pytest.raises(AudioRefusedError):
        sandbox(lambda _path, _progress: {"refused": {"code": "silent", "message": "Silence."}}).classify(SONG, ignore)


def ignore(_stage, _progress):
    pass


def sandbox(classify, timeout=10):
    return SandboxedClassifier(None, timeout, classify=classify)

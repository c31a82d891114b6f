"""``predict`` on many files: order, what is kept of a run, and going on after one that was killed."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from classifier.constants import MAX_BYTES
from classifier.predict import sentence, walk
from classifier.results import Results, ResultsError, content_hash
from tests.support.audio import music_like, write_wav

ROOT = Path(__file__).parents[2]

NOTING = """
import os
import classifier.predict as module
classify = module.classify
def noting(source, model):
    with open(os.environ["NOTES"], "a") as notes:
        notes.write(source.name + chr(10))
    if "fatal" in source.name and not os.path.exists(os.environ["NOTES"] + ".cured"):
        os.abort()
    if "odd" in source.name:
        raise ZeroDivisionError("nobody thought of this")
    return classify(source, model)
module.classify = noting
"""
"""Whoever imports this notes each file that it analyses, and dies of those with a fatal name."""


def test_a_folder_is_walked_in_the_order_of_its_paths(tmp_path):
    for name in ("b/z.mp3", "b/a.FLAC", "a.wav", "c.txt", "b.ogg", "b-side/x.opus", "b/deeper/y.m4a"):
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).touch()
    found = list(walk([tmp_path]))
    assert found == sorted(found)
    assert len(found) == 6


def test_what_is_named_outright_is_kept_whatever_it_is(tmp_path):
    assert list(walk([tmp_path / "gone", tmp_path])) == [tmp_path / "gone"]


def test_two_jobs_give_the_same_lines_as_one(songs):
    one, two = (predict(songs, "--json", "--jobs", jobs).stdout for jobs in (1, 2))
    assert one == two
    assert [Path(json.loads(line)["path"]).name for line in one.splitlines()] == sorted(
        path.name for path in songs.iterdir()
    )


def test_no_mistake_of_ours_stops_the_rest(songs, noted, tmp_path):
    (tmp_path / "songs" / "odd.wav").write_bytes((songs / "tune0.wav").read_bytes())
    (tmp_path / "songs" / "tune.wav").write_bytes((songs / "tune0.wav").read_bytes())
    result = predict(tmp_path / "songs", "--json", "--jobs", 2, **noted)
    first, second = map(json.loads, result.stdout.splitlines())
    assert (first["error"], "genre" in second) == ("failed", True)
    assert first["message"].endswith("ZeroDivisionError: nobody thought of this.")


def test_each_result_is_kept_with_the_hash_of_its_content(songs, tmp_path):
    out = tmp_path / "results.jsonl"
    printed = [json.loads(line) for line in predict(songs, "--json", "--out", out).stdout.splitlines()]
    kept = read(out)
    assert [line["sha256"] for line in kept] == [content_hash(Path(line["path"])) for line in kept]
    assert [{key: line[key] for key in said} for line, said in zip(kept, printed, strict=True)] == printed
    assert set(printed[0]) == {"path", "error", "message"}
    assert len({line["model"] for line in kept}) == 1


def test_what_was_done_is_not_done_again_and_printed_all_the_same(songs, noted, tmp_path):
    out = tmp_path / "results.jsonl"
    first = predict(songs, "--json", "--out", out, **noted)
    written, count = out.read_bytes(), len(notes(noted))
    second = predict(songs, "--json", "--out", out, "--jobs", 2, **noted)
    assert second.stdout == first.stdout
    assert second.returncode == first.returncode == 1  # A failure that is known still is one.
    assert out.read_bytes() == written
    assert len(notes(noted)) == count == 5


def test_copies_of_a_recording_are_analysed_once_and_each_gets_its_line(songs, noted, tmp_path):
    out = tmp_path / "results.jsonl"
    for name in ("a.wav", "b.wav", "c.wav"):
        (tmp_path / "songs" / name).write_bytes((songs / "tune0.wav").read_bytes())
    predict(tmp_path / "songs", "--out", out, "--jobs", 2, **noted)
    kept = read(out)
    assert [Path(line["path"]).name for line in kept] == ["a.wav", "b.wav", "c.wav"]
    assert len({line["sha256"] for line in kept}) == 1
    assert len({str(line["scores"]) for line in kept}) == 1
    assert notes(noted) == ["a.wav"]


def test_a_song_that_moved_gets_a_line_under_its_new_name_without_being_analysed(songs, noted, tmp_path):
    out = tmp_path / "results.jsonl"
    old, new = tmp_path / "songs" / "old.wav", tmp_path / "songs" / "new.wav"
    old.write_bytes((songs / "tune0.wav").read_bytes())
    predict(old, "--out", out, **noted)
    old.rename(new)
    predict(new, "--out", out, **noted)
    assert [Path(line["path"]).name for line in read(out)] == ["old.wav", "new.wav"]
    assert notes(noted) == ["old.wav"]


def test_a_run_killed_half_way_goes_on_where_it_was(songs, noted, tmp_path):
    out = tmp_path / "results.jsonl"
    process = subprocess.Popen(
        command(songs, "--out", out), cwd=ROOT, env=os.environ | noted, stdout=subprocess.DEVNULL
    )
    while not out.exists() or out.read_bytes().count(b"\n") < 2:
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    done = [Path(line["path"]).name for line in read(out)]
    out.write_bytes(out.read_bytes() + b'{"path": "/music/torn.mp3", "sha')
    Path(noted["NOTES"]).unlink()
    predict(songs, "--out", out, "--jobs", 2, **noted)
    kept = [Path(line["path"]).name for line in read(out)]
    assert kept == sorted(path.name for path in songs.iterdir())
    assert not set(done) & set(notes(noted))


def test_what_crashed_is_tried_again_by_the_next_run_and_what_is_no_music_only_when_asked(songs, noted, tmp_path):
    out = tmp_path / "results.jsonl"
    (tmp_path / "songs" / "fatal.wav").write_bytes((songs / "tune0.wav").read_bytes())
    (tmp_path / "songs" / "text.mp3").write_bytes((songs / "broken.mp3").read_bytes())
    predict(tmp_path / "songs", "--out", out, **noted)
    assert [line["error"] for line in read(out)] == ["crashed", "unreadable"]
    Path(noted["NOTES"] + ".cured").touch()
    Path(noted["NOTES"]).unlink()
    again = predict(tmp_path / "songs", "--json", "--out", out, **noted)
    assert ["error" in json.loads(line) for line in again.stdout.splitlines()] == [False, True]
    assert notes(noted) == ["fatal.wav"]
    assert [line.get("error") for line in read(out)] == ["crashed", "unreadable", None]
    predict(tmp_path / "songs", "--out", out, "--retry", **noted)
    assert notes(noted) == ["fatal.wav", "text.mp3"]


def test_a_file_that_cannot_be_opened_is_an_ordinary_error_and_tried_again(songs, tmp_path):
    out = tmp_path / "results.jsonl"
    assert predict(tmp_path / "late.wav", "--out", out).returncode == 1
    assert read(out)[0]["sha256"] is None
    write_wav(tmp_path / "late.wav", music_like(4.0), 22_050)
    assert predict(tmp_path / "late.wav", "--out", out).returncode == 0
    assert [line.get("error") for line in read(out)] == ["unreadable", None]


def test_two_runs_do_not_write_one_file(songs, tmp_path):
    out = tmp_path / "results.jsonl"
    with out.open("ab") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        result = predict(songs, "--out", out)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith(f"error: Another run is writing {out}")


@pytest.mark.parametrize("place", ["nowhere/results.jsonl", ".", "/dev/null"])
def test_a_place_that_cannot_be_written_is_told_before_any_work(songs, tmp_path, place):
    result = predict(songs, "--out", tmp_path / place)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("error: ")
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    "content",
    [
        b"dear diary\n",
        b"no line at all",
        b'["a list"]\n',
        b'{"path": "a.mp3"}\n',
        b'{"path": "a.mp3", "sha256": null, "model": "m"}\n\xff\xfe\n',
    ],
)
def test_somebody_elses_file_is_refused_and_left_as_it_is(tmp_path, content):
    out = tmp_path / "diary.txt"
    out.write_bytes(content)
    with pytest.raises(ResultsError, match=r"^Line \d of .*diary.txt was not written by predict"):
        Results(out, "m")
    assert out.read_bytes() == content


@pytest.mark.parametrize("torn", [b"{", b'{"path": "/music/a.mp3', b'{"path": "a.mp3", "sha256": null, "model": "m"}'])
def test_a_torn_last_line_is_cut_off(tmp_path, torn):
    out = tmp_path / "results.jsonl"
    whole = b'{"path": "b.mp3", "sha256": null, "model": "m"}\n'
    out.write_bytes(whole + torn)
    with Results(out, "m"):
        pass
    assert out.read_bytes() == whole


def test_verdicts_of_another_model_are_not_taken(tmp_path):
    digest = "ab" * 32
    with Results(tmp_path / "results.jsonl", "old") as results:
        results.add({"path": "a.mp3", "genre": "jazz"}, digest)
        assert digest in results
    with Results(tmp_path / "results.jsonl", "new") as results:
        assert digest not in results
        results.add({"path": "a.mp3", "genre": "rock"}, digest)
        assert results.line(digest, "b.mp3") == {"path": "b.mp3", "genre": "rock", "model": "new"}
    assert [line["genre"] for line in read(tmp_path / "results.jsonl")] == ["jazz", "rock"]


def test_what_would_not_be_analysed_is_not_hashed(tmp_path):
    with (tmp_path / "huge.wav").open("wb") as huge:
        huge.truncate(MAX_BYTES + 1)
    os.mkfifo(tmp_path / "pipe.mp3")
    assert content_hash(tmp_path / "huge.wav") is None
    assert content_hash(tmp_path / "pipe.mp3") is None
    assert content_hash(tmp_path / "gone.wav") is None
    assert content_hash(tmp_path) is None


def test_names_that_are_no_utf_8_are_told_all_the_same(songs, tmp_path):
    (tmp_path / "songs").mkdir()
    name = os.fsencode(tmp_path) + b"/songs/na\xefve.wav"
    Path(os.fsdecode(name)).write_bytes((songs / "tune0.wav").read_bytes())
    out = tmp_path / "results.jsonl"
    (line,) = predict(tmp_path / "songs", "--json", "--out", out).stdout.splitlines()
    assert os.fsencode(json.loads(line)["path"]) == name
    assert read(out)[0]["path"] == json.loads(line)["path"]
    assert (
        sentence({"path": os.fsdecode(b"na\xefve"), "error": "silent", "message": "Silent."}) == "na\ufffdve: Silent."
    )


def test_a_reader_that_leaves_early_is_no_error_of_ours(songs):
    process = subprocess.Popen(
        command(songs, "--json"), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    process.stdout.readline()
    process.stdout.close()
    assert "Traceback" not in process.stderr.read()
    process.stderr.close()
    assert process.wait() == 1


def test_a_single_file_does_not_pay_for_what_many_need(songs):
    script = (
        "import sys; from classifier.__main__ import main; "
        f"main(['predict', {str(songs / 'tune0.wav')!r}]); "
        "print({'joblib', 'tqdm', 'distributed', 'multiprocessing'} & set(sys.modules))"
    )
    result = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[-1] == "set()"
    assert result.stderr == ""


def test_progress_does_not_flood_a_log(songs):
    told = predict(songs, "--jobs", 2).stderr
    assert "5/5" in told
    assert told.count("\r") <= 3


def predict(*arguments, **environment):
    return subprocess.run(
        command(*arguments),
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def command(*arguments):
    return [sys.executable, "-m", "classifier", "predict", *map(str, arguments)]


def read(out):
    return [json.loads(line) for line in out.read_text().splitlines()]


def notes(noted):
    return sorted(Path(noted["NOTES"]).read_text().splitlines())


@pytest.fixture(scope="module")
def songs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("songs")
    for number in range(4):
        write_wav(folder / f"tune{number}.wav", music_like(4.0, seed=number), 22_050)
    (folder / "broken.mp3").write_bytes(b"this is text, renamed\n" * 50)
    return folder


@pytest.fixture
def noted(tmp_path):
    """Return the environment in which each analysis is noted."""
    (tmp_path / "songs").mkdir()
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "sitecustomize.py").write_text(NOTING)
    return {"PYTHONPATH": f"{tmp_path / 'code'}{os.pathsep}{ROOT}", "NOTES": str(tmp_path / "notes")}

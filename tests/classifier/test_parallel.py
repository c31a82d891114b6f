"""Handing out files: to processes of this machine, and to a real Dask cluster of two workers."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from classifier.cluster import Cluster, ClusterError, on_cluster
from classifier.errors import TooShort
from classifier.parallel import AHEAD, Crashed, FileTrouble, gather, workers
from classifier.training.extract import extract
from tests.support.audio import encode, music_like, write_wav

ROOT = Path(__file__).parents[2]

KILLER = """
import os, signal
import classifier.predict as module
classify = module.classify
def deadly(source, model):
    if "fatal" in str(source):
        os.kill(os.getpid(), signal.SIGKILL)
    return classify(source, model)
module.classify = deadly
"""
"""Whoever imports this finds an analysis that dies on files with a fatal name."""


def doubled(number):
    return 2 * number


def slower_the_smaller(number):
    time.sleep(0.02 * (8 - number))
    return number


def process_of(_number):
    return os.getpid()


def deadly(number, *, fatal):
    if number in fatal:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def too_short(_number):
    raise TooShort(2.0)


def not_there(_number):
    return Path("/nowhere/song.mp3").read_bytes()


def threads(_number):
    return os.environ["OMP_NUM_THREADS"], os.environ["OPENBLAS_NUM_THREADS"]


def mistaken(_number):
    raise KeyError("a mistake in the program")


def test_answers_come_in_the_order_of_the_items_whoever_is_first():
    with workers(2) as there:
        assert list(there.each(slower_the_smaller, range(8))) == [(number, number) for number in range(8)]


def test_the_work_is_done_in_other_processes_with_one_thread_each():
    with workers(2) as there:
        assert os.getpid() not in {process for _item, process in there.each(process_of, range(20))}
        assert [answer for _item, answer in there.each(threads, range(1))] == [("1", "1")]


def test_no_more_items_are_taken_in_advance_than_are_needed():
    taken = []
    endless = (taken.append(number) or number for number in itertools.count())
    with workers(2) as there:
        answers = there.each(doubled, endless)
        assert [answer for _item, answer in itertools.islice(answers, 3)] == [0, 2, 4]
        assert len(taken) <= 2 * AHEAD + 3


@pytest.mark.parametrize("jobs", [1, 2])
def test_whoever_kills_its_process_costs_itself_only(jobs):
    with workers(jobs) as there:
        found = [answer for _item, answer in there.each(partial(deadly, fatal=(3, 18)), range(20))]
    assert ["died" if isinstance(answer, Crashed) else answer for answer in found] == [
        "died" if number in {3, 18} else number for number in range(20)
    ]


def test_two_maps_at_once_survive_a_crash_of_one():
    with workers(2) as there:
        first = there.each(partial(deadly, fatal=(2,)), range(30))
        second = there.each(doubled, (item for item, _answer in first))
        assert [answer for _item, answer in second] == [2 * number for number in range(30)]


@pytest.mark.parametrize("jobs", [None, 2])
def test_named_errors_are_answers(jobs):
    with workers(jobs) as there:
        ((_item, error),) = there.each(too_short, [0])
    assert isinstance(error, TooShort)
    assert str(error) == "The song is shorter than 2 seconds."


@pytest.mark.parametrize("jobs", [None, 2])
def test_trouble_with_a_file_is_told_by_its_name(jobs):
    with workers(jobs) as there:
        ((_item, error),) = there.each(not_there, [0])
    assert isinstance(error, FileTrouble)
    assert str(error) == "/nowhere/song.mp3: No such file or directory."


@pytest.mark.parametrize("jobs", [1, 2])
def test_mistakes_of_the_program_are_not_hidden(jobs):
    with pytest.raises(KeyError, match="a mistake"):
        gather(mistaken, [0], jobs=jobs, what="mistakes")


@pytest.mark.parametrize("jobs", [None, 2])
def test_what_needs_no_work_keeps_its_place(jobs):
    with workers(jobs) as there:
        found = list(there.each(doubled, range(6), lambda number: number % 2 == 0))
    assert found == [(0, 0), (1, None), (2, 4), (3, None), (4, 8), (5, None)]


@pytest.mark.parametrize("jobs", [1, 2])
def test_gathering_stops_at_an_error_and_says_whose_it_is(jobs):
    with pytest.raises(TooShort, match=r"^song 7: The song is shorter"):
        gather(too_short, ["song 7"], jobs=jobs, what="errors")


def test_gathering_can_put_something_in_the_place_of_a_crash():
    work = partial(deadly, fatal=(1,))
    assert gather(work, range(3), jobs=2, what="deaths", crashed=lambda _error: "died") == [0, "died", 2]
    with pytest.raises(Crashed, match=r"^1: The decoder crashed"):
        gather(work, range(3), jobs=2, what="deaths")


def test_processes_end_with_the_one_that_started_them(tmp_path):
    script = (
        "import os, tests.classifier.test_parallel as t\n"
        "from classifier.parallel import workers\n"
        "with workers(2) as there:\n"
        f"    found = there.each(t.noted, [{str(tmp_path)!r}] * 1000)\n"
        "    next(found)\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False, timeout=60)
    started = [int(file.name) for file in tmp_path.iterdir()]
    assert started
    assert wait_until(lambda: not any(map(runs, started)))


def noted(folder):
    (Path(folder) / str(os.getpid())).touch()
    time.sleep(0.1)


def runs(process):
    try:
        return "Z" not in Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False


def test_the_cluster_gives_the_same_verdicts_as_this_machine_and_the_same_errors(cluster, songs):
    here = predict("--json", songs, "--jobs", "2")
    there = predict("--json", songs, "--backend", "dask", "--scheduler", cluster)
    assert there.returncode == here.returncode == 1, there.stderr
    lines, expected = (list(map(json.loads, result.stdout.splitlines())) for result in (there, here))
    assert [line.get("error") for line in lines] == ["unreadable", None, None, None]
    assert lines[0] == expected[0]
    for found, known in zip(lines[1:], expected[1:], strict=True):
        assert {key: found[key] for key in ("path", "genre", "sure", "music", "mood", "tempo", "model")}.items() <= (
            known.items()
        )
        assert found["scores"] == pytest.approx(known["scores"], abs=1e-3)


def test_the_results_of_a_cluster_are_kept_and_known_to_this_machine(cluster, songs, tmp_path):
    out = tmp_path / "results.jsonl"
    there = predict("--json", songs, "--out", out, "--backend", "dask", "--scheduler", cluster)
    written = out.read_text()
    here = predict("--json", songs, "--out", out, "--jobs", "2")
    assert there.stdout == here.stdout
    assert out.read_text() == written
    assert len(written.splitlines()) == 4


def test_a_file_the_workers_lack_is_an_ordinary_error(cluster, songs):
    result = predict(
        "--json", songs / "gone.wav", songs / "jazz" / "tune0.wav", "--backend", "dask", "--scheduler", cluster
    )
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line.get("error") for line in lines] == ["unreadable", None]


def test_a_file_that_kills_workers_costs_one_line(cluster, songs, tmp_path):
    for name in ("a.wav", "fatal.wav", "z.wav"):
        (tmp_path / name).write_bytes((songs / "jazz" / "tune0.wav").read_bytes())
    result = predict("--json", tmp_path, "--backend", "dask", "--scheduler", cluster)
    assert [json.loads(line).get("error") for line in result.stdout.splitlines()] == [None, "crashed", None]


def test_training_measures_the_same_on_the_cluster(cluster, songs, tmp_path):
    files = [str(song) for song in sorted(songs.rglob("tune*"))]
    here = extract(files, copies=1, seed=1, jobs=1, cache=tmp_path / "here")
    with on_cluster(cluster):
        there = extract(files, copies=1, seed=1, jobs=1, cache=tmp_path / "there")
    np.testing.assert_allclose(there.rows, here.rows, rtol=1e-4, atol=1e-4)  # Sums of floats vary with alignment.
    np.testing.assert_array_equal(there.track, here.track)
    np.testing.assert_array_equal(there.copy, here.copy)
    np.testing.assert_allclose(np.concatenate(there.patches), np.concatenate(here.patches), atol=2e-2)


def test_the_command_that_cleans_takes_the_cluster_too(cluster, songs, tmp_path):
    tables = []
    for name, backend in {"here": ["--jobs", "1"], "there": ["--backend", "dask", "--scheduler", cluster]}.items():
        out = tmp_path / f"{name}.csv"
        result = run("clean", "--dataset", songs, "--out", out, "--cache", tmp_path / name, *backend)
        assert result.returncode == 0, result.stderr
        tables.append(out.read_text())
    assert tables[0] == tables[1]
    assert "corrupt" in tables[0]


def test_mistakes_of_the_program_are_not_hidden_on_the_cluster(cluster):
    with on_cluster(cluster), pytest.raises(KeyError, match="a mistake"):
        gather(mistaken, [0, 1], jobs=2, what="mistakes")


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("tcp://127.0.0.1:1", "No Dask scheduler answers at tcp://127.0.0.1:1"),
        ("nonsense", "'nonsense' is no address of a scheduler"),
        ("smoke://signals:1", "'smoke://signals:1' is no address of a scheduler"),
    ],
)
def test_a_cluster_that_is_not_there_is_told_at_once(songs, address, told):
    result = predict(songs, "--backend", "dask", "--scheduler", address)
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.startswith(f"error: {told}")
    assert "Traceback" not in result.stderr


def test_without_dask_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ClusterError, match=r'pip install "genregenie\[dask\]"'):
        Cluster("tcp://127.0.0.1:8786")


def test_workers_without_this_program_are_told_of(tmp_path, songs):
    with started(tmp_path, count=1, cwd=tmp_path, PYTHONPATH="") as scheduler:
        result = predict(songs, "--backend", "dask", "--scheduler", scheduler)
    assert result.returncode == 2
    assert "lacks what this program needs: No module named 'classifier'" in result.stderr


def test_a_cluster_that_is_lost_half_way_is_told(tmp_path, songs):
    with started(tmp_path, count=1) as scheduler, on_cluster(scheduler), workers(1) as there:
        found = there.each(time.sleep, itertools.repeat(0.05))
        next(found)
        os.kill(int((tmp_path / "scheduler.pid").read_text()), signal.SIGKILL)
        with pytest.raises(ClusterError, match="was lost"):
            list(found)


def predict(*arguments):
    return run("predict", *arguments)


def run(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "classifier", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture(scope="module")
def songs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("songs") / "jazz"
    folder.mkdir()
    for number in range(2):
        write_wav(folder / f"tune{number}.wav", music_like(6.0, seed=number), 22_050)
    encode(folder / "tune2.mp3", music_like(8.0, seed=2), 22_050, "mp3")
    (folder / "broken.mp3").write_bytes(b"this is text, renamed\n" * 50)
    return folder.parent


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cluster")
    (folder / "sitecustomize.py").write_text(KILLER)
    with started(folder, count=2, PYTHONPATH=f"{folder}{os.pathsep}{ROOT}") as scheduler:
        yield scheduler


@contextmanager
def started(folder, *, count, cwd=ROOT, **environment):
    """Start a scheduler and so many workers, each a process of its own, and yield the scheduler's address."""
    address = folder / "scheduler.json"
    usual = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1", "PYTHONPATH": str(ROOT)}
    known = ["--scheduler-file", str(address), "--no-dashboard"]
    with ExitStack() as stack:

        def start(name, *arguments):
            log = stack.enter_context((folder / f"{name}.log").open("w"))
            command = [sys.executable, "-m", "dask", name, *known, *arguments]
            process = subprocess.Popen(
                command, cwd=cwd, env=os.environ | usual | environment, stdout=log, stderr=subprocess.STDOUT
            )
            stack.callback(end, process)
            return process

        scheduler = start("scheduler", "--host", "127.0.0.1", "--port", "0")
        (folder / "scheduler.pid").write_text(str(scheduler.pid))
        assert wait_until(address.exists), (folder / "scheduler.log").read_text()
        start("worker", "--nworkers", str(count), "--nthreads", "1", "--local-directory", str(folder))
        log = folder / "scheduler.log"
        assert wait_until(lambda: log.read_text().count("Register worker") >= count), log.read_text()
        yield json.loads(address.read_text())["address"]


def end(process):
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def wait_until(true, seconds=60):
    for _ in range(seconds * 10):
        if true():
            return True
        time.sleep(0.1)
    return False

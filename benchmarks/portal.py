"""How fast the portal is beside what it is made of: ``python -m benchmarks.portal [MEASURE...]``.

``throughput``  songs a second from upload to stored verdict, beside ``predict --jobs 2`` of the same files
``latency``     what a page takes 50 people with 1000 songs each, with both workers busy beside with both idle
``verdict``     from an upload's last byte to the verdict, beside ``classify`` of the same file in a warm process
``history``     a page of 10 000 songs, beside the same page of 100

Each starts a portal as `make run` does, on an instance folder of its own, and speaks HTTP with it; each takes medians
of ``rounds`` runs that alternate between the two sides, so that both see the same machine.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from benchmarks.seeds import PASSWORD, add_history, add_uploads, add_user, busy_workers, song_bytes, wait_until_idle
from benchmarks.table import Row, markdown
from benchmarks.visitors import Visitor, crowd
from portal import create_app
from portal.config import Settings
from portal.extensions import db
from tests.support.portal import running_portal

WORKERS = 2
SEARCH = "by search"
"""Has no target: each of a person's titles has to be read."""

HISTORIES = {
    "first page": "",
    "last page": "?page={last}",
    "by genre": "?genre=jazz",
    "by state": "?state=failed",
    SEARCH: "?q=artist+song",
}
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def throughput(*, songs: int = 20, rounds: int = 5) -> list[Row]:
    """Upload a folder of songs and wait until the last verdict is stored; beside it the command on that folder."""
    contents = [song_bytes() + bytes(number) for number in range(songs)]
    ours, command = [], []
    with tempfile.TemporaryDirectory() as folder, portal() as url:
        for number, content in enumerate(contents):
            (Path(folder) / f"{number:03}.mp3").write_bytes(content)
        for number in range(rounds):
            # A person each round: the same bytes of the same person are not analysed twice.
            ours.append(songs / seconds_of_uploads(newcomer(url, f"uploader{number}"), contents))
            command.append(songs / seconds_of_predict(folder))
    return [row("songs a second through the portal", ours, command, "predict --jobs 2", "1/s", 0.8, 0.9, at_most=False)]


def latency(*, users: int = 50, songs: int = 1000, rounds: int = 5, seconds: float = 10.0) -> list[Row]:
    """Let a crowd browse while the workers rest and while they work; the 95th percentile of each window counts."""
    with portal() as url:
        cookies = [newcomer(url, f"user{number}", songs).cookies for number in range(users)]
        pile = add_uploads(add_user("busy").id, 4 * WORKERS)
        wait_until_idle()
        crowd(url, seconds / 2, cookies)
        idle, busy = [], []
        for _ in range(rounds):
            idle.append(1000 * percentile95(crowd(url, seconds, cookies)))
            with busy_workers(pile):
                busy.append(1000 * percentile95(crowd(url, seconds, cookies)))
    return [row("p95 of pages, both workers busy", busy, idle, "both idle", "ms", 3.0)]


def verdict(*, rounds: int = 5) -> list[Row]:
    """Upload one song at a time to an idle portal; beside it the same file in a process that did so before."""
    ours, classified = [], []
    with tempfile.TemporaryDirectory() as folder, portal() as url, warm_process() as process:
        path = Path(folder) / "song.mp3"
        path.write_bytes(song_bytes())
        visitor = newcomer(url, "waiting")
        token = visitor.token("/upload")
        for number in range(rounds + 1):
            address, sent = visitor.upload(song_bytes() + bytes(number), token)
            ours.append(1000 * (visitor.wait(address) - sent))
            classified.append(1000 * process.submit(seconds_of_classify, path).result())
    return [row("upload's last byte to the verdict", ours[1:], classified[1:], "classify, warm", "ms", 1.5)]


def history(*, many: int = 10_000, few: int = 100, rounds: int = 30) -> list[Row]:
    """Ask for the same pages of a long and a short history in turn."""
    taken = {}
    with portal() as url:
        visitors = [(newcomer(url, f"of-{songs}-songs", songs), songs // 20) for songs in (many, few)]
        for name, query in HISTORIES.items():
            both = [[] for _ in visitors]
            for _ in range(rounds + 1):
                for found, (visitor, last) in zip(both, visitors, strict=True):
                    found.append(1000 * seconds_of_page(visitor, query.format(last=last)))
            taken[name] = [found[1:] for found in both]
    other = f"of {few} songs"
    return [
        row(f"history of {many} songs, {name}", *both, other, "ms", None if name == SEARCH else 1.3)
        for name, both in taken.items()
    ]


MEASURES = {"throughput": throughput, "latency": latency, "verdict": verdict, "history": history}


def row(measure, ours, other, other_name, unit, target, stretch=None, *, at_most=True):
    mine, theirs = statistics.median(ours), statistics.median(other)
    return Row(measure, mine, theirs, mine / theirs, target, stretch, at_most, unit, other_name)


@contextmanager
def portal():
    """Lend a running portal's address, inside the context of an app on the same instance folder."""
    with tempfile.TemporaryDirectory() as folder, running_portal(Path(folder)) as running:
        app = create_app(Settings.from_env(os.environ | {"INSTANCE_PATH": folder}))
        with app.app_context():
            yield running.url
            db.session.remove()
            db.engine.dispose()


def newcomer(url, name, songs=0):
    """Return a new person, logged in, with a history of so many songs."""
    user = add_user(name)
    if songs:
        add_history(user.id, songs)
    return Visitor(url).log_in(user.email, PASSWORD)


@contextmanager
def warm_process():
    """Lend a fresh process that computes in one thread, as the workers do."""
    os.environ.update(ONE_THREAD)
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        yield process


@cache
def model():
    from classifier import load_model

    return load_model()


def seconds_of_classify(path):
    from classifier import classify

    model()
    started = time.perf_counter()
    classify(path, model())
    return time.perf_counter() - started


def seconds_of_predict(folder):
    command = [sys.executable, "-m", "classifier", "predict", "--jobs", str(WORKERS), "--json", str(folder)]
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=os.environ | ONE_THREAD)
    return time.perf_counter() - started


def seconds_of_uploads(visitor, contents):
    token = visitor.token("/upload")
    started = time.time()
    for content in contents:
        visitor.upload(content, token)
    return wait_until_idle() - started


def seconds_of_page(visitor, query):
    started = time.perf_counter()
    content = visitor.page(f"/history{query}")
    taken = time.perf_counter() - started
    assert content.count(b"<tr role=") == 21, "a head and twenty songs"
    return taken


def percentile95(values):
    return statistics.quantiles(values, n=20)[-1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("measures", nargs="*", metavar="MEASURE", help="one or several of these; all by default")
    for name in parser.parse_args().measures or MEASURES:
        print(markdown(MEASURES[name]()), flush=True)


if __name__ == "__main__":
    main()

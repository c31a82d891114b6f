"""``predict``: a line for each song of files and folders, in their order.

What belongs here: walking, asking for verdicts, what was done before, printing. Not here: arguments
(``classifier.__main__``), how work is spread (``parallel``), the file of results (``results``).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from functools import cache, partial
from pathlib import Path
from typing import Any

from classifier.artifact import load_model
from classifier.errors import ClassifierError, ModelMismatch
from classifier.model import GenreModel
from classifier.parallel import Workers, progress, workers
from classifier.pipeline import classify
from classifier.results import Results, content_hash

AUDIO_SUFFIXES = frozenset(
    f".{name}"
    for name in "aac aif aifc aiff ape au flac m4a m4b mka mp3 mp4 oga ogg opus wav wave webm wma wv".split()  # noqa: SIM905
)
"""What is picked up when a folder is walked; a file named outright is tried whatever its suffix."""

Line = dict[str, Any]


def predict_command(options: argparse.Namespace) -> int:
    """Print a line for each song and return the exit code.

    Parameters
    ----------
    options : Namespace
        ``paths`` (Path), ``json`` (bool), ``jobs`` (int), ``model`` (Path, or None for the shipped one), ``out`` (Path
        or None) and ``retry`` (bool).

    Returns
    -------
    int
        1 if any file failed, else 0.

    Raises
    ------
    ModelError, ResultsError, ClusterError
        If the model, the file of results or the cluster cannot be used; the first two before any work.
    """
    version = _loaded(options.model).version  # A broken model is told once, not once a file.
    with Results(options.out, version, retry=options.retry) if options.out else nullcontext() as results:
        # Walked twice, so that the bar knows the end and a million paths need not be kept.
        count = sum(1 for _path in walk(options.paths))
        if not count:
            print("No songs were found.", file=sys.stderr)  # noqa: T201 - a command's word
        found = _lines(walk(options.paths), count, partial(verdict, options.model, version), options.jobs, results)
        return _print(found, count, _as_json if options.json else sentence)


def walk(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield the files among ``paths``, and of each folder all songs in it, sorted, however deep."""
    for path in paths:
        if path.is_dir():
            yield from _songs(path)
        else:
            yield path


def sentence(line: Line) -> str:
    """Return a line as people read it."""
    path = line["path"].encode(errors="surrogateescape").decode(errors="replace")  # A name may be no UTF-8.
    if "error" in line:
        return f"{path}: {line['message']}"
    doubt = "" if line["sure"] else " (not sure)" if line["music"] else " (may not be music)"
    tempo = f"{line['tempo']:.0f} BPM" if line["tempo"] else "no steady pulse"
    second = f" with {line['genres'][1]}" if len(line["genres"]) > 1 else ""
    mood = f", {line['mood']}" if line["mood"] else ""
    verdict = f"{line['genre']}{second} {line['confidence']:.0%}{doubt}{mood}"
    return f"{path}: {verdict}, {tempo}, {line['duration']:.1f} s"


def _lines(
    paths: Iterator[Path], count: int, ask: Callable[[Path], Line], jobs: int, results: Results | None
) -> Iterator[Line]:
    """Yield a line a file, in order. Files are analysed in processes of their own, so that a crash costs one line."""
    with workers(min(jobs, count) if count > 1 else None) as there:
        if results is None:
            for path, answer in there.each(ask, paths):
                yield _line(path, answer)
        else:
            yield from _new_lines(paths, there, ask, results)


def _new_lines(paths: Iterator[Path], there: Workers, ask: Callable[[Path], Line], results: Results) -> Iterator[Line]:
    """Hash each file, analyse those whose content is new, and keep what was found."""
    begun: set[str] = set()

    def is_new(hashed: tuple[Path, str | None]) -> bool:
        digest = hashed[1]
        if digest is None:
            return True
        if digest in begun or digest in results:
            return False
        begun.add(digest)
        return True

    for (path, digest), answer in there.each(partial(_of_hashed, ask), _hashed(paths, there), is_new):
        line = results.line(str(digest), str(path)) if answer is None else _line(path, answer)
        results.add(line, digest)
        begun.discard(str(digest))
        yield line


def _hashed(paths: Iterator[Path], there: Workers) -> Iterator[tuple[Path, str | None]]:
    for path, digest in there.each(content_hash, paths):
        yield path, None if isinstance(digest, ClassifierError) else digest


def _of_hashed(ask: Callable[[Path], Line], hashed: tuple[Path, str | None]) -> Line:
    return ask(hashed[0])


def verdict(model: Path | None, version: str, path: Path) -> Line:
    """Analyse one file; runs in the workers, which load the model once each.

    Parameters
    ----------
    model : Path or None
        Where the worker finds it; None for the shipped one.
    version : str
        That the worker's model must have.
    path : Path
        The song.

    Returns
    -------
    dict
        The verdict without its path, or ``error`` and ``message`` where something nobody thought of went wrong.

    Raises
    ------
    AudioError, ModelError
        As ``classify`` and ``load_model`` do.
    """
    loaded = _loaded(model)
    if loaded.version != version:
        raise ModelMismatch(f"This worker has the model {loaded.version}, not {version}.")
    try:
        return classify(path, loaded).to_dict()
    except ClassifierError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one of a million files must not stop the rest
        return {"error": "failed", "message": f"The analysis failed on this file: {type(error).__name__}: {error}."}


def _line(path: Path, answer: Line | ClassifierError) -> Line:
    if isinstance(answer, ClassifierError):
        return {"path": str(path), "error": answer.code, "message": str(answer)}
    return {"path": str(path), **answer}


@cache
def _loaded(model: Path | None) -> GenreModel:
    return load_model(model)


def _print(lines: Iterator[Line], count: int, said: Callable[[Line], str]) -> int:
    failed = 0
    with progress(count) as bar:
        # Where both go to one screen, the bar steps aside for each line.
        say = bar.write if sys.stdout.isatty() and sys.stderr.isatty() else print
        for line in lines:
            failed += "error" in line
            say(said(line))
            sys.stdout.flush()
            bar.update()
    return 1 if failed else 0


def _as_json(line: Line) -> str:
    text = json.dumps(line, ensure_ascii=False)
    # A name that is no UTF-8 can be written in JSON's own escapes only.
    return text if text.isprintable() else json.dumps(line)


def _songs(folder: Path) -> Iterator[Path]:
    """Yield a folder's songs in the order of their paths, keeping no more than one folder's names at a time."""
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        path = folder / entry.name
        if entry.is_dir(follow_symlinks=False):
            yield from _songs(path)
        elif path.suffix.lower() in AUDIO_SUFFIXES and entry.is_file():
            yield path

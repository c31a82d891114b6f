"""The command line: ``python -m classifier predict | compare | train``.

What belongs here: arguments, printing, exit codes. Not here: the work itself. Training is imported only when asked
for, because it needs scikit-learn and pandas.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import cache, partial
from pathlib import Path
from typing import Any

from classifier import ClassifierError, GenreModel, ModelError, classify, load_model
from classifier.artifact import SHIPPED

AUDIO_SUFFIXES = frozenset(
    f".{name}"
    for name in "aac aif aifc aiff ape flac m4a m4b mka mp3 mp4 oga ogg opus wav wave webm wma wv".split()  # noqa: SIM905
)
"""What is picked up when a folder is walked; a file named outright is tried whatever its suffix."""

CRASHED = "The decoder crashed on this file."


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except ModelError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m classifier", description="The genre of songs.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    predict = commands.add_parser("predict", help="name the genre of files and of all songs in folders")
    predict.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    predict.add_argument("--json", action="store_true", help="one JSON object a line")
    predict.add_argument("--jobs", type=_positive, default=1, metavar="N", help="processes (default 1)")
    predict.add_argument("--model", type=Path, default=None, help="another model than the shipped one (.npz)")
    predict.set_defaults(run=_predict)
    for name, help_text in (
        ("compare", "compare the algorithms by artist-grouped cross-validation"),
        ("train", "compare, then fit the model that is shipped and write its card"),
    ):
        command = commands.add_parser(name, help=help_text)
        command.add_argument("--dataset", type=Path, required=True, metavar="FOLDER", help="holds tracks.csv")
        command.add_argument("--seed", type=int, default=1)
        command.add_argument("--copies", type=int, default=3, help="altered copies of each track (default 3)")
        command.add_argument("--folds", type=int, default=5)
        command.add_argument("--jobs", type=_positive, default=2, metavar="N", help="processes (default 2)")
        command.add_argument("--cache", type=Path, default=Path(".cache/features"), help="keeps measured features")
        if name == "train":
            command.add_argument("--model", type=Path, default=SHIPPED, help="where the model goes (.npz)")
            command.add_argument("--card", type=Path, default=Path("docs/model-card.md"), help="where its page goes")
        command.set_defaults(run=partial(_train, write=name == "train"))
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive whole number")
    return int(text)


def _train(options: argparse.Namespace, *, write: bool) -> int:
    from classifier.training.commands import compare_command, train_command
    from classifier.training.dataset import DatasetError
    from classifier.training.split import TooFewArtistsError

    try:
        (train_command if write else compare_command)(options)
    except (DatasetError, TooFewArtistsError, ClassifierError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def _predict(options: argparse.Namespace) -> int:
    load_model(options.model)  # A broken model is told once, not once a file.
    paths = list(_walk(options.paths))
    if not paths:
        print("No songs were found.", file=sys.stderr)
    failed = 0
    for number, line in enumerate(_verdicts(paths, options.model, options.jobs), start=1):
        failed += "error" in line
        print(json.dumps(line, ensure_ascii=False) if options.json else _sentence(line), flush=True)
        if len(paths) > 1:
            print(f"\r{number}/{len(paths)}", end="", file=sys.stderr, flush=True)
    if len(paths) > 1:
        print(file=sys.stderr)
    return 1 if failed else 0


def _walk(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            found = (file for file in path.rglob("*") if file.suffix.lower() in AUDIO_SUFFIXES and file.is_file())
            yield from sorted(found)
        else:
            yield path


def _verdicts(paths: list[Path], model: Path | None, jobs: int) -> Iterator[dict[str, Any]]:
    """Yield a line a file, in order. Files are analysed in processes of their own, so that a crash costs one line."""
    work = partial(_verdict, model=model)
    if len(paths) == 1:
        yield work(paths[0])
        return
    remaining = paths
    while remaining:
        done = 0
        for line in _until_crash(work, remaining, jobs):
            yield line
            done += 1
        remaining = remaining[done:]
        if remaining:
            # The pool does not tell which file broke it, so the next one is tried alone; if it is innocent it passes.
            yield next(_until_crash(work, remaining[:1], 1), _failure(remaining[0], "crashed", CRASHED))
            remaining = remaining[1:]


def _until_crash(work: Callable[[Path], dict[str, Any]], paths: list[Path], jobs: int) -> Iterator[dict[str, Any]]:
    """Yield lines in order until a process of the pool dies."""
    with ProcessPoolExecutor(min(jobs, len(paths))) as pool:
        futures = [pool.submit(work, path) for path in paths]
        for future in futures:
            try:
                yield future.result()
            except BrokenProcessPool:
                return


def _verdict(path: Path, model: Path | None) -> dict[str, Any]:
    try:
        return {"path": str(path), **classify(path, _loaded(model)).to_dict()}
    except ClassifierError as error:
        return _failure(path, error.code, str(error))


def _failure(path: Path, code: str, message: str) -> dict[str, Any]:
    return {"path": str(path), "error": code, "message": message}


@cache
def _loaded(model: Path | None) -> GenreModel:
    return load_model(model)


def _sentence(line: dict[str, Any]) -> str:
    if "error" in line:
        return f"{line['path']}: {line['message']}"
    doubt = "" if line["sure"] else " (not sure)" if line["music"] else " (may not be music)"
    tempo = f"{line['tempo']:.0f} BPM" if line["tempo"] else "no steady pulse"
    return f"{line['path']}: {line['genre']} {line['confidence']:.0%}{doubt}, {tempo}, {line['duration']:.1f} s"


if __name__ == "__main__":
    sys.exit(main())

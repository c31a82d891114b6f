"""The command line: ``python -m classifier predict | compare | train | evaluate | demo``.

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
    for name in "aac aif aifc aiff ape au flac m4a m4b mka mp3 mp4 oga ogg opus wav wave webm wma wv".split()  # noqa: SIM905
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
    _add_compare(commands)
    _add_train(commands)
    _add_evaluate(commands)
    _add_demo(commands)
    _add_datasets(commands)
    _add_clean(commands)
    _add_explore(commands)
    _add_sounds(commands)
    return parser


def _add_compare(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("compare", help="compare many algorithms, honestly and leaking, and write the pages")
    _add_learning(command)
    command.add_argument(
        "--task", choices=("genre", "mood", "extended", "folder"), default="genre", help="which labels"
    )
    command.add_argument(
        "--protocol",
        action="append",
        choices=("artist", "fault-filtered", "random"),
        help="how to split; may be given more than once (default: all that the dataset allows; random leaks)",
    )
    command.add_argument("--only", action="append", metavar="NAME", help="an algorithm; may be given more than once")
    command.add_argument("--importance", action="store_true", help="tell what each group of features brings")
    command.add_argument("--out", type=Path, default=Path("docs/comparison"), metavar="FOLDER", help="for the pages")
    command.set_defaults(run=_compare)


def _add_train(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("train", help="cross-validate and fit the model that is shipped, and write its card")
    _add_learning(command)
    command.add_argument("--task", choices=("genre", "extended"), default="genre", help="ten genres, or more")
    command.add_argument("--other", type=Path, metavar="FOLDER", help="recorded sounds that are no music (see sounds)")
    command.add_argument("--corrections", type=Path, metavar="FILE", help="what users said (.npz)")
    command.add_argument("--epochs", type=int, default=16, help="of the network; 0 leaves it out (default 16)")
    command.add_argument("--model", type=Path, default=SHIPPED, help="where the model goes (.npz)")
    command.add_argument("--card", type=Path, default=Path("docs/model-card.md"), help="where its page goes")
    command.add_argument("--force", action="store_true", help="replace the present model even by a worse one")
    command.set_defaults(run=_train)


def _add_learning(command: argparse.ArgumentParser) -> None:
    command.add_argument("--dataset", type=Path, required=True, metavar="FOLDER", help="labelled recordings")
    command.add_argument("--seed", type=int, default=1)
    command.add_argument("--copies", type=int, default=3, help="altered copies of each track (default 3)")
    command.add_argument("--folds", type=int, default=5)
    command.add_argument("--jobs", type=_positive, default=2, metavar="N", help="processes (default 2)")
    command.add_argument("--cache", type=Path, default=Path(".cache/features"), help="keeps what was measured")


def _add_evaluate(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("evaluate", help="judge a model on a labelled dataset that it did not learn from")
    command.add_argument("--dataset", type=Path, required=True, metavar="FOLDER", help="labelled recordings")
    command.add_argument("--model", type=Path, default=None, help="another model than the shipped one (.npz)")
    command.add_argument("--json", type=Path, default=None, metavar="FILE", help="where the figures are written too")
    command.add_argument("--include-learned", action="store_true", help="judge what was learned from too: it leaks")
    command.add_argument("--jobs", type=_positive, default=2, metavar="N", help="processes (default 2)")
    command.add_argument("--seed", type=int, default=1, help="of the intervals (default 1)")
    command.set_defaults(run=_evaluate)


def _add_demo(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("demo", help="serve a page where a song can be dropped")
    command.add_argument("--host", default="127.0.0.1", help="address to serve on (default 127.0.0.1: this machine)")
    command.add_argument("--port", type=_positive, default=7860, help="default 7860")
    command.add_argument("--model", type=Path, default=None, help="another model than the shipped one (.npz)")
    command.set_defaults(run=_demo)


def _evaluate(options: argparse.Namespace) -> int:
    from classifier.training.dataset import DatasetError
    from classifier.training.evaluation import evaluate_command

    try:
        evaluate_command(options)
    except (DatasetError, ClassifierError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def _demo(options: argparse.Namespace) -> int:
    from classifier.demo import DemoError, demo_command

    try:
        demo_command(options)
    except DemoError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def _add_datasets(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("datasets", help="where to get the public datasets, and whether a folder is complete")
    command.add_argument("--check", type=Path, default=None, metavar="FOLDER", help="compare counts and checksums")
    command.set_defaults(run=_datasets)


def _add_clean(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("clean", help="list corrupt, silent, clipped and duplicate tracks of a dataset")
    command.add_argument("--dataset", type=Path, required=True, metavar="FOLDER", help="labelled recordings")
    command.add_argument("--out", type=Path, required=True, metavar="FILE", help="where the table goes (.csv)")
    command.add_argument("--strict", action="store_true", help="drop what is merely doubtful too")
    command.add_argument("--jobs", type=_positive, default=2, metavar="N", help="processes (default 2)")
    command.add_argument("--cache", type=Path, default=Path(".cache/fingerprints"), help="keeps fingerprints")
    command.set_defaults(run=_clean)


def _add_explore(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("explore", help="show what a dataset looks like: tables, plots, one page")
    command.add_argument("--dataset", type=Path, required=True, metavar="FOLDER", help="labelled recordings")
    command.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where the page and its tables go")
    command.add_argument(
        "--task", choices=("genre", "mood", "extended", "folder"), default="folder", help="which labels"
    )
    command.add_argument("--sample", type=int, default=400, help="tracks that are measured, 0 for all (default 400)")
    command.add_argument("--seed", type=int, default=1, help="of the sample and the map (default 1)")
    command.add_argument("--jobs", type=_positive, default=2, metavar="N", help="processes (default 2)")
    command.add_argument("--cache", type=Path, default=Path(".cache/features"), help="keeps measured features")
    command.set_defaults(run=_explore)


def _add_sounds(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("sounds", help="fetch recorded speech and animals, which are no music, by apt")
    command.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where packages and clips go")
    command.add_argument("--seed", type=int, default=1, help="of the clips (default 1)")
    command.set_defaults(run=_sounds)


def _datasets(options: argparse.Namespace) -> int:
    from classifier.training.sources import datasets_command

    return _about_data(datasets_command, options)


def _clean(options: argparse.Namespace) -> int:
    from classifier.training.clean import clean_command

    return _about_data(clean_command, options)


def _explore(options: argparse.Namespace) -> int:
    from classifier.training.explore import explore_command

    return _about_data(explore_command, options)


def _sounds(options: argparse.Namespace) -> int:
    from classifier.training.sounds import sounds_command

    return _about_data(sounds_command, options)


def _about_data(command: Callable[[argparse.Namespace], int | None], options: argparse.Namespace) -> int:
    from classifier.training.dataset import DatasetError

    try:
        return command(options) or 0
    except (DatasetError, ClassifierError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive whole number")
    return int(text)


def _compare(options: argparse.Namespace) -> int:
    from classifier.training.compare_command import compare_command
    from classifier.training.comparison import UnknownAlgorithmError

    def run(options: argparse.Namespace) -> None:
        compare_command(options)

    return _learning(run, options, UnknownAlgorithmError)


def _train(options: argparse.Namespace) -> int:
    from classifier.training.commands import train_command
    from classifier.training.network import TorchMissingError

    return _learning(train_command, options, TorchMissingError)


def _learning(command: Callable[[argparse.Namespace], None], options: argparse.Namespace, own: type[Exception]) -> int:
    from classifier.training.dataset import DatasetError
    from classifier.training.split import SplitError

    try:
        command(options)
    except (DatasetError, SplitError, ClassifierError, own) as error:
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
    second = f" with {line['genres'][1]}" if len(line["genres"]) > 1 else ""
    mood = f", {line['mood']}" if line["mood"] else ""
    verdict = f"{line['genre']}{second} {line['confidence']:.0%}{doubt}{mood}"
    return f"{line['path']}: {verdict}, {tempo}, {line['duration']:.1f} s"


if __name__ == "__main__":
    sys.exit(main())

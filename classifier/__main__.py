"""The command line: ``python -m classifier predict | compare | train | evaluate | demo``.

What belongs here: arguments, printing, exit codes. Not here: the work itself. Training is imported only when asked
for, because it needs scikit-learn and pandas.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from classifier import ClassifierError, ModelError
from classifier.artifact import SHIPPED
from classifier.cluster import ClusterError, on_cluster
from classifier.predict import predict_command
from classifier.results import ResultsError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    _check_backend(parser, options)
    try:
        with on_cluster(getattr(options, "scheduler", None)):
            return int(options.run(options))
    except (ModelError, ClusterError, ResultsError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Who read the lines has seen enough; what is left in the buffer goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m classifier", description="The genre of songs.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    predict = commands.add_parser("predict", help="name the genre of files and of all songs in folders")
    predict.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    predict.add_argument("--json", action="store_true", help="one JSON object a line")
    predict.add_argument("--jobs", type=_positive, default=1, metavar="N", help="processes (default 1)")
    _add_backend(predict)
    predict.add_argument("--model", type=Path, default=None, help="another model than the shipped one (.npz)")
    predict.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="append a JSON line for each song, its SHA-256 too; a song that stands there already, by content and "
        "model, is not analysed again, so a stopped run goes on where it was; files that cannot be read as music keep "
        "their error, those that crashed or could not be opened are tried again",
    )
    predict.add_argument("--retry", action="store_true", help="with --out, try all files again that failed before")
    predict.set_defaults(run=_predict)
    _add_compare(commands)
    _add_train(commands)
    _add_evaluate(commands)
    _add_demo(commands)
    _add_datasets(commands)
    _add_clean(commands)
    _add_explore(commands)
    _add_sounds(commands)
    _add_usual(commands)
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
    _add_backend(command)
    command.add_argument("--cache", type=Path, default=Path(".cache/features"), help="keeps what was measured")


def _add_evaluate(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("evaluate", help="judge a model on a labelled dataset that it did not learn from")
    command.add_argument("--dataset", type=Path, required=True, metavar="FOLDER", help="labelled recordings")
    command.add_argument("--model", type=Path, default=None, help="another model than the shipped one (.npz)")
    command.add_argument("--json", type=Path, default=None, metavar="FILE", help="where the figures are written too")
    command.add_argument("--include-learned", action="store_true", help="judge what was learned from too: it leaks")
    command.add_argument("--jobs", type=_positive, default=2, metavar="N", help="processes (default 2)")
    _add_backend(command)
    command.add_argument("--seed", type=int, default=1, help="of the intervals (default 1)")
    command.set_defaults(run=_evaluate)


def _add_usual(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("usual", help="write what is usual in each genre into the card of a trained model")
    command.add_argument("--dataset", type=Path, required=True, metavar="FOLDER", help="what the model learned from")
    command.add_argument("--task", choices=("genre", "extended"), default="genre", help="ten genres, or more")
    command.add_argument("--model", type=Path, default=SHIPPED, help="the model whose card it is (.npz)")
    command.add_argument("--jobs", type=_positive, default=2, metavar="N", help="processes (default 2)")
    _add_backend(command)
    command.add_argument("--cache", type=Path, default=Path(".cache/features"), help="keeps what was measured")
    command.set_defaults(run=_usual)


def _usual(options: argparse.Namespace) -> int:
    from classifier.training.dataset import DatasetError
    from classifier.training.usual import usual_command

    try:
        usual_command(options)
    except (DatasetError, ClassifierError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def _add_demo(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("demo", help="serve a page where a song can be dropped")
    command.add_argument("--host", default="127.0.0.1", help="address to serve on (default 127.0.0.1: this machine)")
    command.add_argument("--port", type=_positive, default=7860, help="default 7860")
    command.add_argument("--model", type=Path, default=None, help="another model than the shipped one (.npz)")
    command.set_defaults(run=_demo)


def _add_backend(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--backend",
        choices=("processes", "dask"),
        default="processes",
        help="who works on the files: processes of this machine (default), or a Dask cluster, which --jobs says "
        "nothing of and whose workers must find the files under the same paths",
    )
    command.add_argument("--scheduler", metavar="ADDRESS", help="of the Dask cluster, as tcp://host:8786")


def _check_backend(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    if "backend" in options and (options.backend == "dask") != (options.scheduler is not None):
        parser.error("--backend dask and --scheduler ADDRESS belong together")


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
    _add_backend(command)
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
    _add_backend(command)
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
    return predict_command(options)


if __name__ == "__main__":
    sys.exit(main())

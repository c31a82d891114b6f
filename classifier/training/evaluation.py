"""``evaluate``: how well a model that exists does on a labelled dataset, and how much of that can be believed.

What belongs here: asking the model and telling the figures. Not here: choosing what may be judged (``unheard``), the
figures themselves (``evaluate``) or arguments (``classifier.__main__``).
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from classifier.artifact import load_model, read_card
from classifier.constants import MOODS
from classifier.errors import AudioError, ClassifierError
from classifier.model import GenreModel
from classifier.parallel import FileTrouble, answers
from classifier.pipeline import classify
from classifier.training.dataset import load_tracks
from classifier.training.evaluate import Figures, judge
from classifier.training.unheard import Choice, Learned, choose
from classifier.values import Prediction

MACRO = {"macro_precision": "precision", "macro_recall": "recall", "macro_f1": "f1"}


class NothingToJudge(ClassifierError):
    """After all that must be left out, no recording remains."""

    code = "nothing_to_judge"

    def __init__(self, counts: Mapping[str, int]) -> None:
        reasons = ", ".join(f"{count} {reason}" for reason, count in counts.items() if count)
        super().__init__(
            f"There is nothing to judge the model on: {reasons or 'the dataset has no labels'}. To judge it on what it "
            "learned from all the same, use --include-learned; the result is then marked as leaking."
        )


@dataclass(frozen=True, eq=False)
class Hearing:
    """What the model said: predictions by row of the tracks, and what could not be read."""

    predictions: dict[int, Prediction]
    unreadable: list[dict[str, str]]


def evaluate_command(options: argparse.Namespace) -> dict[str, Any]:
    """Judge a model on a labelled dataset, print the figures and write them where ``--json`` says.

    Parameters
    ----------
    options : Namespace
        ``dataset``, ``model`` (None for the shipped one), ``json`` (or None), ``include_learned``, ``jobs``, ``seed``.

    Returns
    -------
    dict
        What was written: JSON-ready.

    Raises
    ------
    DatasetError
        If the folder is no dataset.
    ModelError
        If the model cannot be used.
    NothingToJudge
        If no recording remains.
    """
    card = read_card(options.model)
    version = load_model(options.model).version
    choice = choose(
        load_tracks(options.dataset),
        labels=card["genres"],
        learned=Learned.of(card),
        include_learned=options.include_learned,
    )
    if choice.tracks.empty:
        raise NothingToJudge(choice.counts | {"of genres the model does not know": sum(choice.unknown.values())})
    hearing = hear(list(choice.tracks["path"]), options.model, options.jobs)
    if not hearing.predictions:
        raise NothingToJudge(choice.counts | {"that cannot be read": len(hearing.unreadable)})
    result = {"model": version, **findings(choice, hearing, tuple(card["genres"]), seed=options.seed)}
    if options.json is not None:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(result, indent=2, ensure_ascii=False, allow_nan=False) + "\n")
    print(summary(result))  # noqa: T201 - the command's answer
    return result


def hear(paths: Sequence[str], model: Path | None, jobs: int) -> Hearing:
    """Classify every file in processes of their own; what cannot be read, or crashes a decoder, is listed."""
    predictions: dict[int, Prediction] = {}
    unreadable = []
    work = partial(_answer, model=model)
    for row, (path, answer) in enumerate(answers(work, paths, jobs=jobs, what="verdicts")):
        if isinstance(answer, Prediction):
            predictions[row] = answer
        elif isinstance(answer, (AudioError, FileTrouble)):
            unreadable.append({"path": path, "message": str(answer)})
        else:
            raise answer
    return Hearing(predictions, unreadable)


def findings(choice: Choice, hearing: Hearing, labels: tuple[str, ...], *, seed: int) -> dict[str, Any]:
    """Return everything there is to say, JSON-ready."""
    heard = choice.tracks.loc[list(hearing.predictions)]
    genres, moods = heard[heard["label"] != ""], heard[heard["mood"].isin(MOODS)]
    said = hearing.predictions
    return {
        "protocol": _protocol(choice.leaking),
        "leaking": choice.leaking,
        "recordings": {
            "judged": len(genres),
            "artists judged": len(set(_groups(genres))),
            "of unknown artist": int((genres["artist_group"] == "").sum()),
            "left out": choice.counts,
            "left out for a genre the model does not know": choice.unknown,
            "unreadable": hearing.unreadable,
        },
        "figures": _figures(genres["label"], [said[row].scores for row in genres.index], _groups(genres), labels, seed),
        "verdicts": _verdicts(genres["label"], [said[row] for row in genres.index]),
        "mood": _mood_figures(moods, said, seed),
    }


def summary(result: Mapping[str, Any]) -> str:
    """Return the findings as the command prints them."""
    recordings = result["recordings"]
    lines = [f"{result['model']}: {result['protocol']}", ""]
    lines += [
        f"{recordings['judged']} recordings by {recordings['artists judged']} artists judged"
        + (f", {recordings['of unknown artist']} of them of unknown artist" if recordings["of unknown artist"] else "")
    ]
    lines += [f"left out: {count} {reason}" for reason, count in recordings["left out"].items() if count]
    lines += [
        f"left out: {count} labelled {label}, which the model does not know"
        for label, count in recordings["left out for a genre the model does not know"].items()
    ]
    lines += [f"unreadable: {entry['path']}: {entry['message']}" for entry in recordings["unreadable"]]
    if result["figures"] is not None:
        lines += ["", *_figure_lines(result["figures"]), *_verdict_lines(result["verdicts"])]
    if result["mood"] is not None:
        lines += ["", "mood", "", *_figure_lines(result["mood"])]
    return "\n".join(lines)


def _answer(path: str, model: Path | None) -> Prediction:
    return classify(Path(path), _loaded(model))


@cache
def _loaded(model: Path | None) -> GenreModel:
    return load_model(model)


def _protocol(leaking: bool | None) -> str:
    if leaking is None:
        return (
            "the model's card does not say what it learned from, so nobody can tell whether these recordings are among "
            "it: if they are, the figures LEAK"
        )
    if leaking:
        return (
            "LEAKING: the model learned from some of these recordings or from their artists; the figures are too good"
        )
    return "recordings and artists that the model did not learn from, as far as bytes and artists' names tell"


def _groups(tracks: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.object_]]:
    """Return each track's artist; where none is known, the track is drawn by itself."""
    return (
        tracks["artist_group"].where(tracks["artist_group"] != "", "unknown: " + tracks["path"]).to_numpy(dtype=object)
    )


def _figures(
    truth: pd.Series, scores: list[Mapping[str, float]], groups: Any, labels: tuple[str, ...], seed: int
) -> dict[str, Any] | None:
    if not scores:
        return None
    numbers = np.array([labels.index(name) for name in truth], dtype=np.intp)
    probabilities = np.array([[score[name] for name in labels] for score in scores])
    return _of_those_present(judge(numbers, probabilities, groups, labels=labels, seed=seed))


def _of_those_present(figures: Figures) -> dict[str, Any]:
    """Return the figures with their means over labels taken only over those that the dataset has."""
    present = figures.by_label[figures.by_label["tracks"] > 0]
    found = figures.to_dict() | {macro: round(float(present[name].mean()), 4) for macro, name in MACRO.items()}
    found["labels without recordings"] = [str(name) for name in figures.by_label.index.difference(present.index)]
    if found["labels without recordings"]:
        # Its rounds count an absent label that was guessed, which the mean above leaves out.
        del found["intervals_95"]["macro_f1"]
    plain: dict[str, Any] = _without_nan(found)
    return plain


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nan(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_without_nan(entry) for entry in value]
    return None if isinstance(value, float) and math.isnan(value) else value


def _verdicts(truth: pd.Series, predictions: list[Prediction]) -> dict[str, float | None] | None:
    """Return how the verdicts as shown to people did: how often sure and then right, and how often called no music."""
    if not predictions:
        return None
    right = np.array([prediction.genre == name for prediction, name in zip(predictions, truth, strict=True)])
    sure = np.array([prediction.sure for prediction in predictions])
    return {
        "sure": round(float(sure.mean()), 4),
        "right where sure": round(float(right[sure].mean()), 4) if sure.any() else None,
        "called no music": round(float(np.mean([not prediction.music for prediction in predictions])), 4),
    }


def _mood_figures(tracks: pd.DataFrame, said: Mapping[int, Prediction], seed: int) -> dict[str, Any] | None:
    tracks = tracks[[bool(said[row].moods) for row in tracks.index]] if len(tracks) else tracks
    return _figures(tracks["mood"], [said[row].moods for row in tracks.index], _groups(tracks), MOODS, seed)


def _figure_lines(figures: Mapping[str, Any]) -> list[str]:
    intervals = figures["intervals_95"]
    lines = []
    for name in ("accuracy", "macro_precision", "macro_recall", "macro_f1"):
        low, high = intervals.get(name, (None, None))
        known = f" (95 % interval {low:.1%} to {high:.1%})" if low is not None else ""
        lines.append(f"{name.replace('_', ' ')}: {figures[name]:.1%}{known}")
    lines.append(f"expected calibration error: {figures['expected_calibration_error']:.3f}")
    lines.append(f"accuracy on the half it is surest of: {figures['accuracy_on_the_surest_half']:.1%}")
    absent = figures["labels without recordings"]
    table = pd.DataFrame.from_dict(figures["by_genre"], orient="index").drop(index=absent).astype({"tracks": int})
    confusion = pd.DataFrame.from_dict(figures["confusion"], orient="index").drop(index=absent)
    return [
        *lines,
        "",
        table.to_string(na_rep="-"),
        "",
        "rows: what it is; columns: what it was called",
        confusion.to_string(),
    ]


def _verdict_lines(verdicts: Mapping[str, float | None]) -> list[str]:
    right = "" if verdicts["right where sure"] is None else f", right in {verdicts['right where sure']:.1%} of those"
    return ["", f"sure of {verdicts['sure']:.1%}{right}; {verdicts['called no music']:.1%} called no music"]

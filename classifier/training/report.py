"""Figures as pages: the comparison table and the model card, written from the run's own output.

What belongs here: Markdown. Not here: any figure that was not handed in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from classifier.training.evaluate import Figures


def comparison_table(figures: Mapping[str, Figures]) -> str:
    """Return one row an algorithm as a Markdown table, best macro F1 first, with 95 % intervals over artists."""
    lines = [
        "| algorithm | accuracy | macro precision | macro recall | macro F1 | calibration error |",
        "|---|---|---|---|---|---|",
    ]
    for name, found in sorted(figures.items(), key=lambda item: -item[1].macro_f1):
        lines.append(
            f"| {name} | {_with_interval(found, 'accuracy')} | {found.macro_precision:.1%} "
            f"| {_with_interval(found, 'macro_recall')} | {_with_interval(found, 'macro_f1')} "
            f"| {found.calibration_error:.3f} |"
        )
    return "\n".join(lines)


def model_card(card: Mapping[str, Any], figures: Mapping[str, Figures], shipped: str) -> str:
    """Return the model card as a Markdown page."""
    found = figures[shipped]
    sure = card["sure"]
    data = card["data"]
    return f"""# Model card: {card["version"]}

This page is written by the command that trains the model; do not edit it.

**What it does.** It names one of ten genres for a recording: {", ".join(found.by_genre.index)}. It listens to windows of
about ten seconds, averages what {" and ".join(card["algorithms"])} say of each, and calibrates the result on artists that
were held out.

**How it was made.** `{card["command"]}` (seed {card["seed"]}; {_seconds(card["seconds"])}; {card["machine"]}).

## What can be expected

{card["protocol"].capitalize()}: {data["judged"]} recordings by {data["artists judged"]} artists, each judged by a model that
never heard its artist. In brackets the 95 % interval of a bootstrap over artists. Temperatures are fitted on the other folds.

{comparison_table(figures)}

The shipped model is **{shipped}**. Its hyper-parameters and its members were chosen by looking at such folds, so the figures
lean a little to the optimistic side.

It calls itself sure from a confidence of {sure["from confidence"]:.0%} on: {sure["share of songs"]:.0%} of the songs, of
which {sure["right among them"]:.0%} are right.

By set: {", ".join(f"{name} {value:.1%}" for name, value in card["by set"].items())}.

### By genre

{_genre_table(found, data["artists by genre"])}

### Confusion

Rows are the truth, columns the verdict, numbers are recordings.

{_markdown(found.confusion)}

## What it learned from, and the faults of that

{data["judged"]} recordings that may be judged on ({", ".join(f"{count} of {name}" for name, count in data["recordings by set"].items())})
and {data["only learned from"]} more that are only learned from, each with {data["altered copies of each"]} altered copies: speed
up to 6 % off, tilted and low-passed spectra, noise, other levels, MP3 and Vorbis at low rates. All are mono excerpts of at
most 30 seconds; more than half of the GTZAN ones last only 2 to 3 seconds. Blues, jazz and reggae come from few artists.
Labels of some metal, pop and rock recordings were judged from the artist. Genre goes along with set and bandwidth to some
degree, which the altered copies and the missing level features work against but do not remove.

## What it is bad at

The genres with the lowest recall above, and music outside its ten genres: it will still name one of them, with low
confidence at best. Live recordings, speech over music and very short excerpts were hardly tested.

## Licence

The recordings are not part of this repository and not ours to publish. The model holds statistics of them, no audio.
"""


def _with_interval(found: Figures, name: str) -> str:
    low, high = found.intervals[name]
    return f"{getattr(found, name):.1%} [{low:.1%}, {high:.1%}]"


def _genre_table(found: Figures, artists: Mapping[str, int]) -> str:
    table = found.by_genre.copy()
    for column in ("precision", "recall", "f1"):
        table[column] = [f"{value:.1%}" for value in table[column]]
    table["artists"] = [artists[str(genre)] for genre in table.index]
    return _markdown(table)


def _markdown(table: pd.DataFrame) -> str:
    lines = [
        "| | " + " | ".join(map(str, table.columns)) + " |",
        "|---" * (len(table.columns) + 1) + "|",
    ]
    lines += [f"| {name} | " + " | ".join(map(str, row)) + " |" for name, row in zip(table.index, table.to_numpy(), strict=True)]
    return "\n".join(lines)


def _seconds(seconds: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:.0f} s" for name, value in seconds.items())

"""Figures as pages: the comparison table and the model card, written from the run's own output.

What belongs here: Markdown. Not here: any figure that was not handed in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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

**What it does.** It names one of ten genres for a recording: {", ".join(found.by_genre.index)}. It listens to
windows of about ten seconds, averages what {" and ".join(card["algorithms"])} says of each, and calibrates the result
on artists that were held out.

**How it was made.** `{card["command"]}` ({_seconds(card["seconds"])}; {card["machine"]}).

## What can be expected

{card["protocol"].capitalize()}: {data["judged"]} recordings by {data["artists judged"]} artists, each judged by a
model that never heard its artist. In brackets the 95 % interval of a bootstrap over artists. Each fold is calibrated by
the others.

{comparison_table(figures)}

The shipped model is **{shipped}**. With the artists dealt to the folds in other ways (seeds
{_dealt(card["other folds"])}) it reaches {_each(card["other folds"], "accuracy")} accuracy and
{_each(card["other folds"], "macro_recall")} macro recall. Its settings were chosen by looking at such folds, so all
figures lean a little to the optimistic side.

It calls itself sure from a confidence of {sure["from confidence"]:.0%} on: that is {sure["share of songs"]:.0%} of the
songs, of which {sure["right among them"]:.0%} are right.

Before the genre it asks whether a sound is music at all. It turned {card["music"]["held-out music turned away"]:.1%}
of the held-out music away, and let {card["music"]["unheard made-up sounds let pass"]:.1%} of windows of made-up noise,
tones, clicks and sweeps pass that it had not learned from (the same program made both, so this is the easy case).

By set: {_list(card["by set"], "{} {:.1%}")}.

### By genre

{_genre_table(found, data["artists by genre"])}

### Confusion

Rows are the truth, columns the verdict, numbers are recordings.

{_markdown(found.confusion)}

## What it learned from, and the faults of that

Judged on were {_list(data["recordings by set"], "{1} recordings of {0}")}; {data["only learned from"]} more were only
learned from. Each came with {data["altered copies of each"]} altered copies: speed up to 6 % off, tilted and low-passed
spectra, noise, other levels, MP3 and Vorbis at low rates.

{data["share shorter than 15 s"]:.0%} of the judged recordings are shorter than 15 seconds, which makes them harder
than whole songs. The fewest artists stand behind {_list(_fewest(data["artists by genre"]), "{} ({})")}: their figures
are the least certain, and what was learned of them is the most likely to be those artists' manner. Labels are those of
the sets, with their mistakes. Genre goes along with set and bandwidth to some degree; altered copies and features that
hold no level work against that and do not remove it.

## What it is bad at

{_list(_weakest(found), "{} (recall {:.0%})").capitalize()}; and all music outside its ten genres, for which it still
names one of them, often with less confidence. Recorded speech mostly passes as music: it was not learned from as
something to turn away. Speech over music, live recordings and excerpts of a few seconds were not tested on their own.

## Licence

The recordings are not part of this repository and not ours to publish. The model holds statistics of them, no audio.
"""


def _dealt(others: Sequence[Mapping[str, float]]) -> str:
    return " and ".join(str(other["seed"]) for other in others)


def _each(others: Sequence[Mapping[str, float]], name: str) -> str:
    return " and ".join(f"{other[name]:.1%}" for other in others)


def _list(values: Mapping[str, Any], form: str) -> str:
    return ", ".join(form.format(name, value) for name, value in values.items())


def _fewest(artists: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(artists.items(), key=lambda item: item[1])[:3])


def _weakest(found: Figures) -> dict[str, float]:
    recall = found.by_genre["recall"].sort_values()[:3]
    return {str(genre): float(value) for genre, value in recall.items()}


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
    lines += [
        f"| {name} | " + " | ".join(map(str, row)) + " |"
        for name, row in zip(table.index, table.to_numpy(), strict=True)
    ]
    return "\n".join(lines)


def _seconds(seconds: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:.0f} s" for name, value in seconds.items())

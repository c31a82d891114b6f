"""The comparison as pages: Markdown and CSV here, and the HTML page of ``comparison_html``, written into a folder.

What belongs here: the Markdown's wording and the files. Not here: any figure of its own, or tables (their module).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from classifier.training.comparison import Comparison
from classifier.training.comparison_html import html_page
from classifier.training.comparison_tables import (
    LEAKING_MARK,
    ablation_words,
    by_label_table,
    figures_table,
    honest_first,
    leak_table,
    mark,
    pairs,
    ranking_table,
    recall_table,
    which_words,
)
from classifier.training.comparison_words import (
    ABLATION_NOTE,
    CONFUSION_NOTE,
    FEATURES_NOTE,
    GROUPS_NOTE,
    TITLES,
    Facts,
    about,
    leak_sentence,
    protocol_title,
)
from classifier.training.importance import Importance


def write_report(comparison: Comparison, facts: Facts, importance: Importance | None, folder: Path) -> list[Path]:
    """Write all pages into ``folder``, named after the task, and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    pages = {
        f"{facts.task}.html": html_page(comparison, facts, importance),
        f"{facts.task}.md": markdown_page(comparison, facts, importance),
        f"{facts.task}.csv": figures_table(comparison).to_csv(index=False),
        f"{facts.task}-by-label.csv": by_label_table(comparison).to_csv(index=False),
    }
    if importance:
        pages[f"{facts.task}-ablation.csv"] = importance.ablation.round(4).to_csv()
        pages[f"{facts.task}-features.csv"] = importance.features.round(4).to_csv(index=False)
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in pages]


def ranking_markdown(comparison: Comparison, protocol: str) -> str:
    """Return the ranking of one protocol as a Markdown table under its name."""
    split = comparison.splits[protocol]
    leaking = f" ({LEAKING_MARK})" if split.leaking else ""
    table = _markdown(ranking_table(comparison.ranked(protocol)))
    return f"**Protocol {protocol}{leaking}**: {split.description}.\n\n{table}"


def markdown_page(comparison: Comparison, facts: Facts, importance: Importance | None) -> str:
    """Return the comparison as a Markdown page."""
    names = honest_first(comparison)
    best = comparison.ranked(names[0])[0]
    confusion = _markdown(_named(best.figures.confusion))
    recall = (100 * recall_table(comparison, best.protocol)).round().astype(int)
    parts = [
        f"# Comparison of algorithms: {TITLES.get(facts.task, facts.task)}",
        "This page is written by the command below; do not edit it.",
        f"`{facts.command}`",
        about(facts),
        *(f"## {protocol_title(comparison, name)}\n\n{ranking_markdown(comparison, name)}" for name in names),
    ]
    if both := pairs(comparison):
        parts.append(f"## Honest beside leaking\n\n{leak_sentence(both)}\n\n{_markdown(leak_table(both))}")
    parts += [
        f"## Confusion of {best.algorithm}{mark(best)}\n\n{CONFUSION_NOTE}\n\n{confusion}",
        f"## Recall of each label, %{mark(best)}\n\n{_markdown(_named(recall))}",
        *(_importance_markdown(importance) if importance else ()),
    ]
    if comparison.left_out:
        parts.append("## Left out\n\n" + "\n".join(f"- {name}: {why}" for name, why in comparison.left_out.items()))
    return "\n\n".join(parts) + "\n"


def _importance_markdown(importance: Importance) -> Iterator[str]:
    ablation = _markdown(ablation_words(importance.ablation))
    yield f"## What each group of features brings\n\n{ABLATION_NOTE}\n\n{ablation}"
    groups = _markdown(_named((100 * importance.groups).round(1)))
    which = _markdown(which_words(importance))
    yield f"## What each label is told by\n\n{GROUPS_NOTE}\n\n{groups}\n\n{FEATURES_NOTE}\n\n{which}"


def _named(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with its index as a first column without a head."""
    return table.rename_axis("").reset_index()


def _markdown(table: pd.DataFrame) -> str:
    lines = ["| " + " | ".join(map(str, table.columns)) + " |", "|---" * len(table.columns) + "|"]
    lines += ["| " + " | ".join(map(str, row)) + " |" for row in table.astype(object).to_numpy()]
    return "\n".join(lines)

"""Tables of the comparison, for whatever page shows them.

What belongs here: rows in, pandas tables out; either of numbers, for files, or of words, for readers. Not here: pages
(``comparison_report``, ``comparison_html``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from classifier.training.comparison import Comparison, Row
from classifier.training.importance import Importance

LEAKING_MARK = "LEAKING"
"""Stands beside every figure of a protocol that leaks."""


def mark(row: Row) -> str:
    """Return what stands behind a name whose figures leak."""
    return f" ({LEAKING_MARK})" if row.leaking else ""


def honest_first(comparison: Comparison) -> list[str]:
    """Return the protocols, honest ones first."""
    return sorted(comparison.splits, key=lambda name: comparison.splits[name].leaking)


def pairs(comparison: Comparison) -> list[tuple[Row, Row]]:
    """Return each algorithm's row under the first honest and under the first leaking protocol, best honest first."""
    names = honest_first(comparison)
    honest, leaking = names[0], names[-1]
    if comparison.splits[honest].leaking or not comparison.splits[leaking].leaking:
        return []
    rows = sorted(comparison.ranked(honest), key=lambda row: -row.figures.accuracy)
    return [(row, comparison.row(leaking, row.algorithm)) for row in rows]


def figures_table(comparison: Comparison) -> pd.DataFrame:
    """Return every figure of every row, honest protocols first, best macro F1 first within each."""
    return pd.DataFrame([_figures(row) for protocol in comparison.splits for row in comparison.ranked(protocol)])


def by_label_table(comparison: Comparison) -> pd.DataFrame:
    """Return precision, recall, F1 and AUC of every label for every row, long."""
    parts = []
    for protocol in comparison.splits:
        for row in comparison.ranked(protocol):
            table = row.figures.by_label.rename_axis("label").reset_index()
            table.insert(0, "algorithm", row.algorithm)
            table.insert(0, "leaking", row.leaking)
            table.insert(0, "protocol", row.protocol)
            parts.append(table)
    return pd.concat(parts, ignore_index=True).round(4)


def recall_table(comparison: Comparison, protocol: str) -> pd.DataFrame:
    """Return the recall of each label (columns) by each algorithm (rows), 0 to 1."""
    rows = comparison.ranked(protocol)
    return pd.DataFrame({row.algorithm: row.figures.by_label["recall"] for row in rows}).T


def ranking_table(rows: Sequence[Row]) -> pd.DataFrame:
    """Return the ranking in words, a leaking row marked as such."""
    return pd.DataFrame([_ranking(row) for row in rows])


def leak_table(pairs: Sequence[tuple[Row, Row]]) -> pd.DataFrame:
    """Return what the leak is worth to each algorithm, in words."""
    return pd.DataFrame(
        [
            {
                "algorithm": honest.algorithm,
                "honest accuracy": f"{honest.figures.accuracy:.1%}",
                f"{LEAKING_MARK} accuracy": f"{leaking.figures.accuracy:.1%}",
                "the leak is worth": f"{100 * (leaking.figures.accuracy - honest.figures.accuracy):+.1f} points",
            }
            for honest, leaking in pairs
        ]
    )


def cost_table(rows: Sequence[Row]) -> pd.DataFrame:
    """Return times and sizes in words, quickest first."""
    table = [
        {
            "algorithm": row.algorithm,
            "search, s": _short(row.search_seconds),
            "fit, s": _short(row.fit_seconds),
            "a song, ms": _short(1000 * row.predict_seconds),
            "size": _bytes(row.size),
        }
        for row in sorted(rows, key=lambda row: row.fit_seconds)
    ]
    return pd.DataFrame(table)


def settings_table(rows: Sequence[Row]) -> pd.DataFrame:
    """Return what the search chose for each algorithm that has settings, and in how many folds."""
    found = []
    for row in rows:
        if row.settings and any(row.settings):
            said = pd.Series([_setting(setting) for setting in row.settings]).value_counts()
            chosen = "; ".join(f"{setting} ({count})" for setting, count in said.items())
            found.append({"algorithm": row.algorithm, "chosen": chosen})
    return pd.DataFrame(found, columns=["algorithm", "chosen"])


def ablation_words(table: pd.DataFrame) -> pd.DataFrame:
    """Return the ablation table in words."""
    words = {"group": table.index, "columns": table["columns"].to_numpy()}
    for name in table.columns[1:]:
        words[name] = ["" if pd.isna(value) else f"{value:.1%}" for value in table[name]]
    return pd.DataFrame(words)


def which_words(importance: Importance) -> pd.DataFrame:
    """Return the features that say each label, in words."""
    rows = []
    for label, part in importance.features.groupby("label", sort=False):
        said = ", ".join(f"{name} ({loss:.2f})" for name, loss in zip(part["feature"], part["loss"], strict=True))
        rows.append({"label": label, "features that say so": said})
    return pd.DataFrame(rows)


def _figures(row: Row) -> dict[str, Any]:
    found = row.figures
    table: dict[str, Any] = {"protocol": row.protocol, "leaking": row.leaking, "algorithm": row.algorithm}
    for name in ("accuracy", "macro_precision", "macro_recall", "macro_f1", "auc"):
        low, high = found.intervals[name]
        table |= {name: round(getattr(found, name), 4), f"{name}_low": round(low, 4), f"{name}_high": round(high, 4)}
    return table | {
        "calibration_error": round(found.calibration_error, 4),
        "surest_half_accuracy": round(found.surest_half_accuracy, 4),
        "search_seconds": round(row.search_seconds, 3),
        "fit_seconds": round(row.fit_seconds, 3),
        "predict_milliseconds_a_song": round(1000 * row.predict_seconds, 3),
        "bytes": row.size,
    }


def _ranking(row: Row) -> dict[str, str]:
    found = row.figures
    auc_low, auc_high = found.intervals["auc"]
    return {
        "algorithm": row.algorithm + mark(row),
        "accuracy": _with_interval(row, "accuracy"),
        "macro precision": f"{found.macro_precision:.1%}",
        "macro recall": _with_interval(row, "macro_recall"),
        "macro F1": _with_interval(row, "macro_f1"),
        "AUC": f"{found.auc:.3f} [{auc_low:.3f}, {auc_high:.3f}]",
        "calibration error": f"{found.calibration_error:.3f}",
        "surest half": f"{found.surest_half_accuracy:.1%}",
        "fit, s": _short(row.fit_seconds),
        "a song, ms": _short(1000 * row.predict_seconds),
        "size": _bytes(row.size),
    }


def _with_interval(row: Row, name: str) -> str:
    low, high = row.figures.intervals[name]
    return f"{getattr(row.figures, name):.1%} [{low:.1%}, {high:.1%}]"


def _setting(setting: Mapping[str, Any]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in setting.items())


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.2g}"  # noqa: PLR2004 - two digits are all a time can bear


def _bytes(count: float) -> str:
    return f"{count / 2**20:.1f} MB" if count >= 2**20 / 10 else f"{count / 2**10:.0f} kB"

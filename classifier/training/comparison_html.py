"""The comparison as one HTML page with its style and plots in it, for light and dark, wide screens and phones.

What belongs here: layout. Not here: figures (``comparison``), their wording (``comparison_words``) or drawing
(``plots``).
"""

from __future__ import annotations

from html import escape
from typing import Any

import pandas as pd

from classifier.training import plots
from classifier.training.comparison import Comparison, Row
from classifier.training.comparison_tables import (
    LEAKING_MARK,
    ablation_words,
    cost_table,
    honest_first,
    mark,
    pairs,
    ranking_table,
    recall_table,
    settings_table,
    which_words,
)
from classifier.training.comparison_words import (
    ABLATION_NOTE,
    CONFUSION_NOTE,
    FEATURES_NOTE,
    GROUPS_NOTE,
    SETTINGS_NOTE,
    TITLES,
    Facts,
    about,
    leak_sentence,
    protocol_title,
    warning_of,
)
from classifier.training.importance import Importance


def html_page(comparison: Comparison, facts: Facts, importance: Importance | None) -> str:
    """Return the comparison as one HTML page with everything in it."""
    names = honest_first(comparison)
    best = comparison.ranked(names[0])[0]
    title = f"Comparison of algorithms: {TITLES.get(facts.task, facts.task)}"
    parts = [_opening(comparison, best, facts), *(_ranking_section(comparison, name) for name in names)]
    if both := pairs(comparison):
        parts.append(_section("Honest beside leaking", leak_sentence(both), plots.honest_and_leaking(both)))
    parts += _sections_of_best(best)
    parts += _sections_of_all(comparison, best, facts)
    if importance:
        parts += _importance_sections(importance)
    if comparison.left_out:
        items = "".join(f"<li><b>{escape(name)}</b>: {escape(why)}" for name, why in comparison.left_out.items())
        parts.append(_section("Left out", "", f"<ul>{items}</ul>"))
    parts.append(_section("Make it again", about(facts), f"<pre>{escape(facts.command)}</pre>"))
    return PAGE.format(title=escape(title), body="\n".join(parts), style=STYLE)


def _opening(comparison: Comparison, best: Row, facts: Facts) -> str:
    found = best.figures
    low, high = found.intervals["accuracy"]
    tiles = [
        ("accuracy", f"{found.accuracy:.1%}", f"95 %: {low:.1%} to {high:.1%}"),
        ("macro F1", f"{found.macro_f1:.1%}", f"recall {found.macro_recall:.1%}"),
        ("surest half", f"{found.surest_half_accuracy:.1%}", "right on the songs it is surest of"),
        ("calibration error", f"{found.calibration_error:.3f}", f"AUC {found.auc:.3f}"),
    ]
    boxes = "".join(f"<div><dt>{a}<dd>{b}<small>{c}</small></div>" for a, b, c in tiles)
    warning = f'<p class="leak"><b>{LEAKING_MARK}.</b> No honest protocol was asked for.</p>' if best.leaking else ""
    count = len(comparison.ranked(best.protocol))
    title = escape(TITLES.get(facts.task, facts.task)).capitalize()
    return (
        f"<header><p class=over>Comparison of algorithms</p><h1>{title}</h1>"
        f"<p>Best of {count} under protocol <b>{escape(best.protocol)}</b>: <b>{escape(best.algorithm)}</b>. "
        f"{escape(about(facts))}</p>{warning}<dl class=tiles>{boxes}</dl></header>"
    )


def _ranking_section(comparison: Comparison, name: str) -> str:
    split, table = comparison.splits[name], ranking_table(comparison.ranked(name))
    if split.leaking:
        warning = f'<p class="leak"><b>{LEAKING_MARK}.</b> {escape(warning_of(comparison, name))}.</p>'
        return _section(protocol_title(comparison, name), "", warning + _html_table(table, kind="leaking"))
    return _section(protocol_title(comparison, name), f"{split.description.capitalize()}.", _html_table(table))


def _sections_of_best(best: Row) -> list[str]:
    reliability = (
        f"{best.algorithm}{mark(best)}: how often it is right at each confidence. The number beside a point counts its "
        "songs; on the dashed line confidence is exactly right. The calibration error, "
        f"{best.figures.calibration_error:.3f}, is the mean distance from it."
    )
    confusion = _heat_table(best.figures.confusion, by_row=True)
    return [
        _section(
            "Does confidence mean what it says?",
            reliability,
            f"<div class=square>{plots.reliability_diagram(best)}</div>",
        ),
        _section(f"What {best.algorithm} confuses{mark(best)}", CONFUSION_NOTE, confusion),
    ]


def _sections_of_all(comparison: Comparison, best: Row, facts: Facts) -> list[str]:
    rows = comparison.ranked(best.protocol)
    recall = (100 * recall_table(comparison, best.protocol)).round().astype(int)
    found = f"Share of each label's songs that are found, in per cent, under protocol {best.protocol}{mark(best)}."
    times = (
        f"Wall time of one fold on {facts.machine}, the search for settings apart; features are not included. An "
        "ensemble costs the sum of its members."
    )
    return [
        _section("Recall of each label", found, _heat_table(recall, by_row=False)),
        _section("Time and size", times, plots.time_and_size(rows) + _html_table(cost_table(rows))),
        _section("Settings the search chose", SETTINGS_NOTE, _html_table(settings_table(rows))),
    ]


def _importance_sections(importance: Importance) -> list[str]:
    groups = (100 * importance.groups).round().astype(int)
    ablation = _html_table(ablation_words(importance.ablation))
    return [
        _section("What each group of features brings", ABLATION_NOTE, ablation),
        _section("What each label is told by", GROUPS_NOTE, _heat_table(groups, by_row=False)),
        _section("Which features say it", FEATURES_NOTE, _html_table(which_words(importance))),
    ]


def _section(title: str, note: str, content: str) -> str:
    told = f"<p>{escape(note)}</p>" if note else ""
    return f"<section><h2>{escape(title)}</h2>{told}{content}</section>"


def _html_table(table: pd.DataFrame, kind: str = "") -> str:
    """Return the table with its first column as heads of the rows; an interval stands small below its figure."""
    heads = "".join(f"<th scope=col>{escape(str(name))}" for name in table.columns)
    rows = "".join(
        f"<tr><th scope=row>{escape(str(row[0]))}" + "".join(f"<td>{_cell(value)}" for value in row[1:])
        for row in table.astype(object).to_numpy()
    )
    return f'<div class="scroll"><table class="{kind}"><thead><tr>{heads}<tbody>{rows}</table></div>'


def _cell(value: Any) -> str:
    text = escape(str(value))
    if text.endswith("]") and " [" in text:
        figure, _, interval = text.partition(" [")
        return f"{figure}<small>{interval[:-1].replace(', ', ' to ')}</small>"
    return text


def _heat_table(table: pd.DataFrame, *, by_row: bool) -> str:
    """Return a table whose cells are the darker the larger their share of their row's sum, or of the largest value."""
    heads = "<th>" + "".join(f"<th scope=col><span>{escape(str(name))}</span>" for name in table.columns)
    rows = []
    for name, values in zip(table.index, table.to_numpy(), strict=True):
        whole = values.sum() if by_row else table.to_numpy().max()
        cells = "".join(f'<td style="--share:{max(0.0, value / max(whole, 1)):.2f}">{value}' for value in values)
        rows.append(f"<tr><th scope=row>{escape(str(name))}{cells}")
    return f'<div class="scroll"><table class="heat"><thead><tr>{heads}<tbody>{"".join(rows)}</table></div>'


PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
<main>
{body}
</main>
</html>
"""


STYLE = """
:root { color-scheme: light dark;
  --paper: light-dark(#f4f5f9, #10131c); --surface: light-dark(#fff, #191d2a); --ink: light-dark(#161b2e, #eef0f6);
  --ink-soft: light-dark(#515970, #aab1c5); --line: light-dark(#dde0e9, #2c3246);
  --honest: light-dark(#2b3fa8, #8fa2ff); --leaking: light-dark(#c2410c, #ff9b6a);
  --leak-paper: light-dark(#fff1e9, #38231a); }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 -apple-system, "Segoe UI", Roboto,
  "Noto Sans", "Liberation Sans", system-ui, sans-serif; }
main { max-width: 68rem; margin: 0 auto; padding: clamp(1rem, 4vw, 3rem); display: grid; gap: 1.5rem;
  grid-template-columns: minmax(0, 1fr); }
section { background: var(--surface); border: 1px solid var(--line); border-radius: 1.1rem;
  padding: clamp(1rem, 3vw, 1.75rem); }
h1 { font-size: clamp(1.9rem, 1.4rem + 2.4vw, 3rem); line-height: 1.1; margin: 0 0 1rem; letter-spacing: -0.02em; }
h2 { font-size: 1.25rem; line-height: 1.25; margin: 0 0 0.5rem; letter-spacing: -0.01em; }
p { max-width: 46rem; margin: 0 0 1rem; color: var(--ink-soft); text-wrap: pretty; }
p b { color: var(--ink); }
.over { margin: 0; text-transform: uppercase; letter-spacing: 0.09em; font-size: 0.78rem; font-weight: 600; }
.leak { border-left: 4px solid var(--leaking); background: var(--leak-paper); padding: 0.6rem 0.9rem;
  border-radius: 0 0.5rem 0.5rem 0; }
.leak b { color: var(--leaking); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(10.5rem, 1fr)); gap: 0.75rem;
  margin: 1.25rem 0 0; }
.tiles div { background: var(--surface); border: 1px solid var(--line); border-radius: 1.1rem; padding: 0.9rem 1.1rem; }
dt { color: var(--ink-soft); font-size: 0.85rem; } dd { margin: 0; font-size: 1.75rem; font-weight: 650;
  font-variant-numeric: tabular-nums; letter-spacing: -0.02em; line-height: 1.25; }
small { display: block; color: var(--ink-soft); font-size: 0.78rem; font-weight: 400; letter-spacing: 0; }
.tiles small { white-space: normal; }
.scroll { overflow-x: auto; margin: 0 calc(-1 * clamp(0rem, 1vw, 0.5rem)); }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; font-variant-numeric: tabular-nums; }
th, td { padding: 0.45rem 0.6rem; text-align: right; vertical-align: top; }
td { white-space: nowrap; } thead th { text-wrap: balance; }
thead th { color: var(--ink-soft); font-weight: 500; font-size: 0.8rem; border-bottom: 1px solid var(--line);
  vertical-align: bottom; }
tbody tr + tr > * { border-top: 1px solid var(--line); }
th:first-child { text-align: left; font-weight: 550; position: sticky; left: 0; background: var(--surface);
  min-width: 9rem; }
tbody tr:first-child th { color: var(--honest); }
table.leaking td, table.leaking tbody tr th { color: var(--leaking); }
table:not(.heat) :is(td, thead th):last-child:nth-child(2) { text-align: left; white-space: normal; }
.heat td { text-align: center; min-width: 2.6rem; border: 2px solid var(--surface) !important; border-radius: 0.4rem;
  background: color-mix(in srgb, var(--honest) calc(var(--share) * 62%), transparent); }
.heat thead th { text-align: center; border: 0; } .heat tbody tr > * { border-top: 0; }
.heat tbody tr:first-child th { color: inherit; }
svg { display: block; width: 100%; max-width: 46rem; height: auto; margin: 0 auto; overflow: visible; }
.square svg { max-width: 30rem; }
svg text { font-family: inherit; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--paper); padding: 0.8rem 1rem;
  border-radius: 0.6rem; margin: 0; font-size: 0.85rem; }
ul { margin: 0; padding-left: 1.2rem; }
svg + .scroll { margin-top: 1.5rem; }
@media (max-width: 40rem) {
  th:first-child { min-width: 6.5rem; }
  .heat td { min-width: 1.9rem; padding: 0.35rem 0.2rem; }
  .heat thead th { font-size: 0.68rem; padding-inline: 0.15rem; }
}
@media print { body { background: none; } section { break-inside: avoid; } }
"""

"""The page that shows the exploration: one HTML file beside its plots, light and dark.

What belongs here: words and markup. Not here: numbers (``explore``) or drawing (``explore_plots``).
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import pandas as pd

PLOTS = {
    "balance": "How many tracks there are of each label",
    "durations": "How long they are",
    "measures": "What they sound like",
    "correlations": "What goes along with what",
    "map": "A map of the songs",
    "map-sets": "The same map, by set",
}
"""Every plot with its heading."""

WORDS = {
    "balance": """Bars are stacked by set; behind each stands the number of artists. A label with few artists is
learned as those artists' manner, and its figures are uncertain however many tracks there are.""",
    "durations": """A dot a track, coloured by set. Short excerpts are harder; where length goes along with a label, it
must not be learned from.""",
    "measures": """Boxes hold the middle half of a label's tracks, the line is the median, whiskers reach from the 5th
to the 95th percentile. Bandwidth tells codecs and transfers rather than music: where it differs, a model may learn the
tape.""",
    "correlations": """Spearman's rank correlation over the sampled tracks: +1 rises together, -1 in opposite
directions, 0 neither.""",
    "map": """Every dot is a song; features were reduced by PCA to at most 50 dimensions and laid out in two by t-SNE,
which did not know the labels. Neighbours sound alike to the features. How far apart groups lie, how large or dense they
are and which way is up mean nothing, and another seed draws another map. Overlap here is no measure of how well labels
can be told apart.""",
    "map-sets": """Where songs of one set lie apart from others of their label, the features hear the set: its encoder,
its bandwidth, its time. What is learned there is not music, and figures over such sets flatter.""",
}
"""What each plot does and does not say."""

STYLE = """
:root { color-scheme: light dark; --paper: #ffffff; --ink: #1d2733; --soft: #5b6876; --line: #d9dee5; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #161b22; --ink: #e3e8ef; --soft: #9aa7b5; --line: #39424e; }
}
body { margin: 0 auto; max-width: 62rem; padding: 2rem 1.25rem 4rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, sans-serif; }
h1 { font-size: 1.7rem; margin: 0 0 .3rem; } h2 { font-size: 1.2rem; margin: 2.4rem 0 .3rem; }
p { max-width: 44rem; margin: .3rem 0 .8rem; } .soft, caption { color: var(--soft); }
img { display: block; max-width: 100%; height: auto; }
.wide { overflow-x: auto; } table { border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding-bottom: .4rem; }
th, td { padding: .25rem .7rem .25rem 0; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; } thead th { font-weight: 600; vertical-align: bottom; }
"""


def page(name: str, task: str, notes: Sequence[str], balance: pd.DataFrame, durations: pd.DataFrame) -> str:
    """Return the page; it shows the plots that ``explore_plots.draw_all`` writes beside it.

    Parameters
    ----------
    name, task : str
        What was explored.
    notes : sequence of str
        Sentences for the head of the page.
    balance, durations : DataFrame
        Tables shown as such.
    """
    counts = balance[[column for column in balance.columns if not str(column).startswith("set ")]]
    told = "\n".join(f"<p class=soft>{escape(note)}</p>" for note in notes)
    plots = "\n".join(_plot(plot, heading, WORDS[plot]) for plot, heading in PLOTS.items())
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(name)}: {escape(task)}</title>
<style>{STYLE}</style>
<h1>{escape(name)}: {escape(task)}</h1>
{told}
{plots}
<h2>In numbers</h2>
{_table(counts.reset_index(), "Tracks and artists; the last column is the share of the most frequent artist.")}
<br>
{_table(durations.reset_index(), "Seconds, by label and set, over the sampled tracks.")}
<p class=soft>The full tables lie beside this page: balance.csv, durations.csv, measured.csv, correlations.csv,
telling.csv (feature columns that differ most between labels) and tracks.csv (every sampled track and its place on the
map).</p>
</html>
"""


def _plot(name: str, heading: str, text: str) -> str:
    return f"""<h2>{escape(heading)}</h2>
<p>{escape(text)}</p>
<picture>
<source srcset="{name}-dark.png" media="(prefers-color-scheme: dark)">
<img src="{name}-light.png" alt="{escape(heading)}: see the tables below for the numbers." loading="lazy">
</picture>"""


def _table(table: pd.DataFrame, caption: str) -> str:
    head = "".join(f"<th scope=col>{escape(str(column))}</th>" for column in table.columns)
    rows = "\n".join(
        "<tr>" + "".join(f"<td>{escape(_cell(value))}</td>" for value in row) + "</tr>" for row in table.to_numpy()
    )
    return (
        f"<div class=wide><table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>\n"
        f"<tbody>{rows}</tbody></table></div>"
    )


def _cell(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)

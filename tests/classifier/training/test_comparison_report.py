"""The pages say what was found, and mark every figure that leaks."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest

from classifier.training.comparison import Comparison, Row, Split
from classifier.training.comparison_html import html_page
from classifier.training.comparison_report import markdown_page, ranking_markdown, write_report
from classifier.training.comparison_tables import figures_table
from classifier.training.comparison_words import Facts
from classifier.training.evaluate import judge
from classifier.training.importance import Importance
from classifier.training.plots import honest_and_leaking, reliability_diagram, time_and_size

LABELS = ("blues", "R&B <soul>", "jazz")


def test_all_files_are_written(comparison, tmp_path):
    written = write_report(comparison, FACTS, IMPORTANCE, tmp_path)
    assert {path.name for path in written} == {path.name for path in tmp_path.iterdir()}
    assert {"genre.html", "genre.md", "genre.csv", "genre-by-label.csv"} <= {path.name for path in written}
    table = pd.read_csv(tmp_path / "genre.csv")
    assert len(table) == 4
    assert table.loc[0, "accuracy_low"] <= table.loc[0, "accuracy"] <= table.loc[0, "accuracy_high"]


def test_the_best_stands_first(comparison):
    page = ranking_markdown(comparison, "artist")
    assert page.index("| good |") < page.index("| poor |")


def test_every_leaking_line_says_so(comparison):
    lines = ranking_markdown(comparison, "random").splitlines()
    assert "LEAKING" in lines[0]
    assert all("(LEAKING)" in line for line in lines[4:])
    assert "LEAKING" not in ranking_markdown(comparison, "artist")
    table = figures_table(comparison)
    assert table.loc[table["protocol"] == "random", "leaking"].all()


def test_a_page_with_nothing_honest_warns_at_once(comparison):
    leaking = replace(
        comparison,
        splits={"random": comparison.splits["random"]},
        rows=tuple(row for row in comparison.rows if row.leaking),
    )
    assert "No honest protocol was asked for" in html_page(leaking, FACTS, None)
    assert "## Confusion of good (LEAKING)" in markdown_page(leaking, FACTS, None)


def test_the_leak_is_told_in_points(comparison):
    page = markdown_page(comparison, FACTS, None)
    honest, leaking = (comparison.row(name, "good").figures.accuracy for name in ("artist", "random"))
    assert f"{100 * (leaking - honest):+.1f} points" in page


def test_the_page_needs_nothing_else(comparison):
    page = html_page(comparison, FACTS, IMPORTANCE)
    assert not re.findall(r'(?:src|href)="(?!#)', page)
    assert "@import" not in page
    assert "<script" not in page


def test_names_are_written_as_text(comparison):
    page = html_page(comparison, FACTS, None)
    assert "R&amp;B &lt;soul&gt;" in page
    assert "<soul>" not in page


def test_what_was_left_out_is_told(comparison):
    for page in (html_page(comparison, FACTS, None), markdown_page(comparison, FACTS, None)):
        assert "no torch here" in page


def test_what_says_a_label_is_told(comparison):
    for page in (html_page(comparison, FACTS, IMPORTANCE), markdown_page(comparison, FACTS, IMPORTANCE)):
        assert "mfcc.3 (0.25)" in page
        assert "What each group of features brings" in page
        assert not re.search(r"\bnan\b", page)


@pytest.mark.parametrize("draw", ["pairs", "reliability", "times"])
def test_plots_are_svg_in_the_colours_of_the_page(comparison, draw):
    honest, leaking = (comparison.row(name, "good") for name in ("artist", "random"))
    svg = {
        "pairs": lambda: honest_and_leaking([(honest, leaking)]),
        "reliability": lambda: reliability_diagram(honest),
        "times": lambda: time_and_size([honest, comparison.row("artist", "poor")]),
    }[draw]()
    root = ET.fromstring(svg)
    assert root.tag.endswith("svg")
    assert root.get("width") is None
    assert "var(--honest)" in svg
    assert "#0404" not in svg


FACTS = Facts(
    task="genre", judged=60, artists=20, only_learned_from=3, windows=120, columns=8, copies=0, folds=3,
    command="python -m classifier compare", machine="2 cores",
)  # fmt: skip

IMPORTANCE = Importance(
    ablation=pd.DataFrame(
        {"columns": [8, 4], "accuracy alone": [0.7, 0.5], "accuracy without": [np.nan, 0.6]},
        index=["all features", "mfcc"],
    ),
    groups=pd.DataFrame([[0.1, 0.0, -0.02]], index=["mfcc"], columns=list(LABELS)),
    features=pd.DataFrame({"label": ["blues"], "feature": ["mfcc.3"], "loss": [0.25]}),
)


@pytest.fixture(scope="module")
def comparison():
    splits = {
        "artist": Split((), leaking=False, description="no artist is learned from and tested on"),
        "random": Split((), leaking=True, description="LEAKING: artists stand on both sides"),
    }
    rows = [
        made_row(name, protocol, protocol == "random", right + 0.1 * (protocol == "random"))
        for protocol in splits
        for name, right in (("poor", 0.5), ("good", 0.8))
    ]
    return Comparison(LABELS, splits, tuple(rows), {"CNN": "no torch here"})


def made_row(name, protocol, leaking, right):
    rng = np.random.default_rng(0)
    truth = np.arange(60) % 3
    guess = np.where(rng.random(60) < right, truth, (truth + 1) % 3)
    probabilities = np.full((60, 3), 0.1)
    probabilities[np.arange(60), guess] = 0.8
    groups = np.array([f"artist {number // 3}" for number in range(60)], dtype=object)
    figures = judge(truth, probabilities, groups, labels=LABELS, seed=0)
    return Row(name, protocol, leaking, figures, truth, probabilities, 1.0, 2.0, 0.003, 4096, ({"penalty": 1.0},) * 3)

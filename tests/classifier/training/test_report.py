"""The page of a model says everything that its card says, and nothing else."""

from __future__ import annotations

import pytest

from classifier.training.report import model_card
from tests.classifier.training.test_card import HELP
from tests.support.material import LABELS
from tests.support.world import toy_card


def test_the_page_names_every_figure_of_the_card(card, page):
    for figures in (card["figures"], card["members"]["LDA"], card["mood"]["figures"]):
        for name in ("accuracy", "macro_recall", "macro_f1"):
            low, high = figures["intervals_95"][name]
            assert f"{figures[name]:.1%} [{low:.1%}, {high:.1%}]" in page
        assert f"| {figures['macro_precision']:.1%} |" in page
        assert f"| {figures['auc']:.3f} | {figures['expected_calibration_error']:.3f} |" in page
        assert f"| {figures['accuracy_on_the_surest_half']:.1%} |" in page


@pytest.mark.parametrize("which", ["figures", "mood"])
def test_every_label_has_its_row_of_figures_and_of_confusion(card, page, which):
    figures = card["figures"] if which == "figures" else card["mood"]["figures"]
    for label, found in figures["by_genre"].items():
        assert f"| {label} | {found['precision']:.1%} | {found['recall']:.1%} | {found['f1']:.1%} |" in page
        assert "| " + " | ".join([label, *map(str, figures["confusion"][label].values())]) + " |" in page


def test_the_page_tells_who_is_sure_what_is_shown_and_what_is_no_music(card, page):
    assert f"from a confidence of {card['sure']['from confidence']:.0%} on" in page
    assert f"of which {card['sure']['right among them']:.0%} are right" in page
    assert f"two genres for {card['pairs']['share of songs']:.0%} of the songs" in page
    assert f"right for {card['pairs']['one of the two right']:.0%} of them" in page
    assert f"turned {card['music']['held-out music turned away']:.1%} of the held-out music away" in page
    assert f"let {card['music']['unheard clips let pass']:.1%} of windows of made-up speech" in page


def test_the_page_tells_how_the_model_was_made_and_of_what(card, page):
    assert f"# Model card: {card['version']}" in page
    assert f"`{card['command']}`" in page
    assert card["machine"] in page
    assert "2 minutes" in page  # of two steps, 120 s together
    assert "features 90 s" in page
    assert "54 recordings of made-up" in page
    assert "2 duplicate" in page
    assert f"54 recordings by {card['data']['artists judged']} artists" in page
    assert "1 altered copies" in page


def test_the_weakest_genres_are_named_first_and_the_fewest_artists(card, page):
    recall = {label: found["recall"] for label, found in card["figures"]["by_genre"].items()}
    weakest = min(recall, key=recall.get)
    assert f"{weakest.capitalize()} (recall {recall[weakest]:.0%})" in page
    fewest = card["data"] | {"artists by genre": dict(zip(LABELS, (9, 2, 6), strict=True))}
    assert "stand behind middle (2), high (6), low (9)" in model_card(card | {"data": fewest})


def test_the_page_speaks_of_the_mood_only_where_the_model_knows_it(page, tmp_path):
    without = model_card(toy_card(tmp_path, moods=False))
    assert "## Mood" in page
    assert "lively" in page
    assert "## Mood" not in without
    assert "lively" not in without


def test_the_page_speaks_of_recorded_sounds_and_corrections_only_where_there_were_some(page, tmp_path):
    more = model_card(toy_card(tmp_path, helped=HELP, other="sounds"))
    assert "recorded and made-up speech" in more
    assert "corrections of 2 songs" in more
    assert "from 80.0% to 90.0% (did they help: yes)" in more
    assert "orrections" not in page


def test_a_network_is_spoken_of_only_where_there_is_one(card, page):
    assert "convolutional network" not in page
    with_network = card | {"algorithms": ["LDA", "CNN"], "members": card["members"] | {"CNN": card["figures"]}}
    assert "convolutional network" in model_card(with_network)
    assert "| LDA + CNN |" in model_card(with_network)


def test_the_page_tells_how_alike_neighbours_are_beside_chance_and_peers(card, page):
    found = card["neighbours"]
    assert "## Songs that sound alike" in page
    assert f"a point of {found['values']} values" in page
    for name in ("genre", "mood"):
        for peer, figures in found[name]["by"].items():
            low, high = figures["interval at 5"]
            assert f"{figures['precision at 5']:.1%} [{low:.1%}, {high:.1%}]" in page
            assert f"| {peer} |" in page
        assert f"{found[name]['chance']:.1%}" in page
        assert f"{found[name]['best possible at 10']:.1%} for {name}" in page
    assert "area under the ROC curve" not in page


def test_closeness_and_energy_are_spoken_of_where_they_were_measured(card):
    near = {peer: {"brightness": 0.81} for peer in card["neighbours"]["hubs"]}
    traits = {
        "recordings": 50,
        "songs with a mood": 40,
        "area under the curve": 0.876,
        "share of much energy": 0.31,
        "lively or tense among them": 0.92,
        "share of little energy": 0.33,
        "sad or calm among them": 0.94,
    }
    page = model_card(card | {"neighbours": card["neighbours"] | {"closeness": near}, "traits": traits})
    assert "song vector: brightness 0.81" in page
    assert "area under the ROC curve of 0.88: of the 31% with much of it (energetic) 92% are lively or tense" in page
    assert "of the 33% with little (calm) 94% sad or calm" in page


def test_a_card_of_an_older_model_has_a_page_without_neighbours(card):
    older = {name: value for name, value in card.items() if name not in ("neighbours", "traits")}
    assert "sound alike" not in model_card(older)


def test_every_table_has_rows_as_wide_as_its_head(page):
    tables = [part.splitlines() for part in page.split("\n\n") if part.startswith("|")]
    assert len(tables) == 7
    for rows in tables:
        assert len({row.count("|") for row in rows}) == 1


@pytest.fixture(scope="module")
def card(tmp_path_factory):
    return toy_card(tmp_path_factory.mktemp("card"))


@pytest.fixture(scope="module")
def page(card):
    return model_card(card)

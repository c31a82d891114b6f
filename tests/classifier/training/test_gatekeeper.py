"""A model replaces another only when it is not worse, measured alike."""

from __future__ import annotations

from copy import deepcopy

import pytest

from classifier.artifact import read_card
from classifier.training.gatekeeper import NotComparableError, WorseModelError, not_worse

CARD = {
    "protocol": "artist-grouped 5-fold cross-validation",
    "data": {"judged": 758, "artists judged": 346, "artists by genre": {"blues": 25}},
    "figures": {
        "accuracy": 0.70,
        "macro_recall": 0.69,
        "expected_calibration_error": 0.05,
        "intervals_95": {"accuracy": [0.66, 0.73]},
    },
    "genres": ["blues", "rock"],
}


def test_a_model_passes_the_gate_of_its_own_card():
    card = read_card()
    assert [(change.old, change.new) for change in not_worse(card, card, 0.0)] == [
        (card["figures"][name], card["figures"][name])
        for name in ("accuracy", "macro_recall", "expected_calibration_error")
    ]


def test_a_better_model_passes_with_its_figures():
    changes = not_worse(CARD, card(accuracy=0.75, macro_recall=0.74, expected_calibration_error=0.03))
    assert str(changes[0]) == "accuracy 0.7000 (95 % interval 0.6600 to 0.7300) becomes 0.7500"


@pytest.mark.parametrize(
    ("name", "value"), [("accuracy", 0.68), ("macro_recall", 0.67), ("expected_calibration_error", 0.07)]
)
def test_one_figure_that_is_worse_closes_the_gate_and_is_told(name, value):
    better = {"accuracy": 0.8, "macro_recall": 0.8, "expected_calibration_error": 0.01}
    with pytest.raises(WorseModelError) as refused:
        not_worse(CARD, card(**better | {name: value}), 0.01)
    assert f"{name.replace('_', ' ')} {CARD['figures'][name]:.4f}" in str(refused.value)
    assert f"becomes {value:.4f}" in str(refused.value)
    assert "--force" in str(refused.value)


def test_a_figure_may_be_worse_by_the_tolerance_and_no_more():
    not_worse(CARD, card(accuracy=0.69, macro_recall=0.68, expected_calibration_error=0.06), 0.01)
    with pytest.raises(WorseModelError):
        not_worse(CARD, card(accuracy=0.6899), 0.01)


@pytest.mark.parametrize("nothing", [None, float("nan")])
def test_a_figure_that_is_no_number_is_worse_than_any(nothing):
    with pytest.raises(WorseModelError):
        not_worse(CARD, card(accuracy=nothing), 1.0)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"protocol": "random 5-fold cross-validation"}, "the protocol"),
        ({"data": CARD["data"] | {"judged": 700}}, "judged"),
        ({"data": CARD["data"] | {"artists by genre": {"blues": 24}}}, "artists by genre"),
        ({"data": {}}, "the data"),
        ({"genres": ["blues", "polka"]}, "the genres"),
        ({"figures": {"accuracy": 0.9}}, "macro recall"),
    ],
)
def test_models_that_were_measured_otherwise_are_not_compared(changes, told):
    with pytest.raises(NotComparableError, match=told):
        not_worse(CARD, CARD | changes)


def test_a_new_card_may_say_more_of_its_data_and_need_not_name_its_genres_yet():
    new = card() | {"data": CARD["data"] | {"altered copies of each": 6}}
    del new["genres"]
    assert not_worse(CARD, new)


def card(**figures):
    new = deepcopy(CARD)
    new["figures"] |= figures
    return new

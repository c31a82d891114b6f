"""What a model says of itself, read without the model."""

from __future__ import annotations

import json

import pytest

from classifier import ModelAltered, ModelMissing, model_version, usual_traits

CARD = {"version": "v", "sha256": "", "feature_version": 1, "genres": ["jazz"]}


def test_a_card_tells_its_version_and_what_is_usual(tmp_path):
    model = card(tmp_path, CARD | {"usual": {"jazz": {"tempo": [1, 2, 3]}}})
    assert model_version(model) == "v"
    assert usual_traits(model) == {"jazz": {"tempo": (1, 2, 3)}}


def test_a_card_of_a_model_from_before_knows_nothing_usual(tmp_path):
    assert usual_traits(card(tmp_path, CARD)) == {}


def test_without_a_card_there_is_no_model(tmp_path):
    with pytest.raises(ModelMissing):
        usual_traits(tmp_path / "model.npz")


@pytest.mark.parametrize("usual", [[], "jazz", {"jazz": 3}, {"jazz": {"tempo": 3}}, {"jazz": {"tempo": ["fast"]}}])
def test_a_table_that_is_none_is_an_altered_card(tmp_path, usual):
    with pytest.raises(ModelAltered):
        usual_traits(card(tmp_path, CARD | {"usual": usual}))


def card(folder, said):
    (folder / "model.json").write_text(json.dumps(said))
    return folder / "model.npz"

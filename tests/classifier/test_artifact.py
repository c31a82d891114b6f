"""Model files: what is saved comes back, and what was tampered with does not."""

from __future__ import annotations

import hashlib
import json
import pickle
import re

import numpy as np
import pytest

from classifier import ModelAltered, ModelMismatch, ModelMissing, ModelUnsafe, load_model
from classifier.artifact import SHIPPED, read_card, save_model
from classifier.constants import FEATURE_VERSION, GENRES, MEL_BANDS
from classifier.features import feature_count
from tests.support.models import random_model


def test_the_shipped_model_loads_and_names_its_version():
    assert load_model().version == read_card()["version"]


def test_the_shipped_card_holds_honest_figures_and_how_to_make_them_again():
    card = read_card()
    assert "artist-grouped" in card["protocol"]
    assert card["command"].startswith("python -m classifier train")
    assert set(card["figures"]["by_genre"]) == set(GENRES)
    assert card["figures"]["intervals_95"]["accuracy"][0] < card["figures"]["accuracy"]


def test_what_is_saved_comes_back(saved):
    model = load_model(saved)
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(3, feature_count())).astype(np.float32)
    patches = list(rng.normal(size=(3, 50, MEL_BANDS)).astype(np.float32))
    found, expected = model.judge(rows, patches), random_model(feature_count()).judge(rows, patches)
    assert re.fullmatch("random-1-[0-9a-f]{8}", model.version)
    np.testing.assert_allclose(found.song, expected.song, atol=5e-3)
    np.testing.assert_allclose(found.moods, expected.moods, atol=5e-3)


def test_a_model_of_other_labels_and_without_moods_or_network_is_taken_as_it_is(tmp_path):
    labels = ("polka", "waltz", "tango")
    other = random_model(feature_count(), genres=labels, moods=False, network=False)
    card = save_model(tmp_path / "other.npz", other.to_arrays(), {"version": "other"})
    model = load_model(tmp_path / "other.npz")
    assert card["genres"] == ["polka", "waltz", "tango"]
    assert model.genre.labels == labels
    assert (model.mood, model.network) == (None, None)


def test_a_missing_model_is_told_by_its_path(tmp_path):
    with pytest.raises(ModelMissing, match=r"nowhere\.(npz|json)"):
        load_model(tmp_path / "nowhere.npz")


def test_one_flipped_bit_is_noticed(saved):
    content = bytearray(saved.read_bytes())
    content[len(content) // 2] ^= 1
    saved.write_bytes(content)
    with pytest.raises(ModelAltered, match="checksum"):
        load_model(saved)


def test_a_truncated_file_is_noticed(saved):
    saved.write_bytes(saved.read_bytes()[:1000])
    with pytest.raises(ModelAltered, match="checksum"):
        load_model(saved)


def test_a_truncated_file_is_told_as_such_even_with_a_fitting_checksum(saved):
    replace_content(saved, saved.read_bytes()[:1000])
    with pytest.raises(ModelAltered, match="cut short"):
        load_model(saved)


@pytest.mark.parametrize("start", [10, 200, 3000, -300, -30])
def test_an_archive_that_is_damaged_anywhere_is_told(saved, start):
    content = bytearray(saved.read_bytes())
    content[start : start + 25] = b"\x07" * 25
    replace_content(saved, bytes(content))
    with pytest.raises(ModelAltered, match=r"damaged|cut short|lacks"):
        load_model(saved)


@pytest.mark.parametrize(
    ("name", "array"), [("whitening", np.zeros(3)), ("genre_first_output", np.zeros(2)), ("limits", np.array(["a"]))]
)
def test_an_array_of_another_shape_or_kind_is_told(saved, tmp_path, name, array):
    np.savez(tmp_path / "odd.npz", **(random_model(feature_count()).to_arrays() | {name: array}))
    replace_content(saved, (tmp_path / "odd.npz").read_bytes())
    with pytest.raises(ModelAltered, match="lacks what a model needs"):
        load_model(saved)


def test_a_missing_array_is_told_by_its_name(saved, tmp_path):
    arrays = random_model(feature_count()).to_arrays()
    del arrays["whitening"]
    np.savez(tmp_path / "part.npz", **arrays)
    replace_content(saved, (tmp_path / "part.npz").read_bytes())
    with pytest.raises(ModelAltered, match=r"lacks what a model needs.*whitening"):
        load_model(saved)


def test_a_pickle_is_never_run_even_with_a_fitting_checksum(saved):
    ran = saved.parent / "ran"
    replace_content(saved, pickle.dumps(Trap(ran)))
    with pytest.raises(ModelUnsafe, match="is a pickle"):
        load_model(saved)
    assert not ran.exists()


def test_a_pickle_in_place_of_the_model_is_called_one_though_its_checksum_differs(saved):
    saved.write_bytes(pickle.dumps(Trap(saved.parent / "ran")))
    with pytest.raises(ModelUnsafe, match="never read"):
        load_model(saved)
    assert not (saved.parent / "ran").exists()


def test_an_array_of_objects_is_never_unpickled(saved, tmp_path):
    np.savez(tmp_path / "evil.npz", mean=np.array([Trap(tmp_path / "ran")], dtype=object))
    replace_content(saved, (tmp_path / "evil.npz").read_bytes())
    with pytest.raises(ModelUnsafe, match="holds a pickle"):
        load_model(saved)
    assert not (tmp_path / "ran").exists()


def test_features_of_another_version_are_told(saved):
    change_card(saved, feature_version=FEATURE_VERSION + 1)
    with pytest.raises(ModelMismatch, match=f"version {FEATURE_VERSION + 1}"):
        load_model(saved)


def test_a_card_that_names_other_genres_than_the_file_is_told(saved):
    change_card(saved, genres=["polka"])
    with pytest.raises(ModelAltered, match="other genres than its card"):
        load_model(saved)


def test_another_number_of_features_is_told(tmp_path):
    path = tmp_path / "small.npz"
    save_model(path, random_model(5).to_arrays(), {"version": "small"})
    with pytest.raises(ModelMismatch, match="expects 5 features"):
        load_model(path)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", "\x00"])
def test_a_card_that_is_none_is_told(saved, text):
    saved.with_suffix(".json").write_text(text)
    with pytest.raises(ModelAltered, match="no model card"):
        load_model(saved)


def test_the_shipped_model_is_small_enough_to_ship():
    assert SHIPPED.stat().st_size < 25 * 2**20


class Trap:
    """Its pickle writes a file when it is loaded."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (type(self.path).touch, (self.path,))


def replace_content(path, content):
    path.write_bytes(content)
    change_card(path, sha256=hashlib.sha256(content).hexdigest())


def change_card(path, **changes):
    beside = path.with_suffix(".json")
    beside.write_text(json.dumps(json.loads(beside.read_text()) | changes))


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "model.npz"
    save_model(path, random_model(feature_count()).to_arrays(), {"version": "random-1"})
    return path

"""The network learns what it is shown, the same way each time, and says so when PyTorch is not there."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from classifier.training import network
from classifier.training.lesson import Lesson
from classifier.training.network import TorchMissingError, convolutional_network
from tests.support.material import LABELS, toy_material


def test_it_learns_which_bands_are_loud(lesson, monkeypatch):
    pytest.importorskip("torch")
    monkeypatch.setattr(network, "CROP_FRAMES", 32)
    member = convolutional_network(lesson, epochs=8)
    assert np.mean(member.logits(originals(lesson)).argmax(axis=1) == lesson.label) > 0.9
    assert 100_000 < member.size < 1_000_000


def test_the_same_seed_gives_the_same_network(lesson, monkeypatch):
    pytest.importorskip("torch")
    monkeypatch.setattr(network, "CROP_FRAMES", 32)
    first, second = (convolutional_network(lesson, epochs=1).logits(originals(lesson)[:3]) for _ in range(2))
    np.testing.assert_allclose(first, second, atol=1e-4)


def test_patches_of_all_lengths_are_judged_in_their_order(lesson, monkeypatch):
    pytest.importorskip("torch")
    monkeypatch.setattr(network, "CROP_FRAMES", 32)
    member = convolutional_network(lesson, epochs=1)
    seen = originals(lesson)
    mixed = [seen[0][:5], seen[20], seen[0], seen[40][:33]]
    together = member.logits(mixed)
    alone = np.concatenate([member.logits([patch]) for patch in mixed])
    np.testing.assert_allclose(together, alone, atol=1e-4)


def test_without_pytorch_the_message_names_the_extra(lesson, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(TorchMissingError, match=r"pip install genregenie\[network\]"):
        convolutional_network(lesson)


def test_a_lesson_without_patches_is_refused(lesson):
    pytest.importorskip("torch")
    with pytest.raises(ValueError, match="has none"):
        convolutional_network(Lesson(lesson.rows, lesson.label, lesson.weight, 0, LABELS))


def originals(lesson):
    return [versions[0] for versions in lesson.patches]


@pytest.fixture
def lesson():
    material = toy_material(patches=True)
    windows = np.flatnonzero(material.table.copy == 0)
    rows = np.empty((len(windows), 0), dtype=np.float32)
    label = material.truth[material.table.track[windows]]
    return Lesson(rows, label, np.ones(len(windows)), 0, LABELS, material.table.versions(windows))

"""The network learns what it is shown, the same way each time, and says so when PyTorch is not there."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from classifier.training import network
from classifier.training.lesson import Lesson
from classifier.training.network import Question, TorchMissingError, convolutional_network, train_network
from tests.support.material import LABELS, toy_material
from tests.support.models import random_network


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


def test_several_questions_are_learned_at_once_and_one_that_is_not_asked_teaches_nothing(lesson, monkeypatch):
    pytest.importorskip("torch")
    monkeypatch.setattr(network, "CROP_FRAMES", 32)
    right = np.eye(3, dtype=np.float32)[lesson.label]
    middle = np.eye(2, dtype=np.float32)[(lesson.label == 1).astype(int)]
    nothing = np.zeros((len(right), 2), dtype=np.float32)
    questions = (Question(right), Question(nothing), Question(middle, importance=0.5))
    member = train_network(lesson.patches, questions, seed=0, epochs=8)
    outputs = member.logits(originals(lesson))
    assert outputs.shape[1] == 3 + 2 + 2
    assert np.mean(outputs[:, :3].argmax(axis=1) == lesson.label) > 0.9
    assert np.mean(outputs[:, 5:].argmax(axis=1) == (lesson.label == 1)) > 0.9


def test_a_network_is_kept_by_what_it_was_taught(lesson, monkeypatch, tmp_path):
    trained = []

    def untrained(_versions, questions, **options):
        trained.append(options)
        rng = np.random.default_rng(0)
        return random_network(lambda *shape: rng.normal(size=shape).astype(np.float32), questions[0].target.shape[1])

    monkeypatch.setattr(network, "train_network", untrained)
    target = np.eye(3, dtype=np.float32)[lesson.label]

    def asked(target=target, importance=1.0, seed=0, epochs=2):
        question = Question(target, importance)
        return network.kept_network(lesson.patches, (question,), seed=seed, epochs=epochs, folder=tmp_path)

    first, again = asked(), asked()
    np.testing.assert_array_equal(first.weights, again.weights)
    assert len(trained) == 1
    for changed in ({"target": target[::-1]}, {"importance": 0.5}, {"seed": 1}, {"epochs": 3}):
        asked(**changed)
    assert len(trained) == 5
    assert len(list(tmp_path.iterdir())) == 5


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

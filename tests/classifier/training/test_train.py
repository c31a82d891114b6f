"""The shipped model is fitted on what speaks for something, and judged by what it never heard."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from classifier.constants import MOODS
from classifier.network import Network
from classifier.training import network, train
from classifier.training.algorithms import linear_discriminant
from classifier.training.corrections import Corrections, add_corrections
from classifier.training.lesson import Lesson
from classifier.training.normalise import Normaliser, row_weights
from classifier.training.train import (
    GENRE_SHRINKAGE,
    MOOD_IMPORTANCE,
    MOOD_SHRINKAGE,
    TAG_IMPORTANCE,
    NothingLeftError,
    Trainer,
)
from tests.support.material import FEATURES, LABELS
from tests.support.models import random_network
from tests.support.world import TAGS, toy_curriculum, toy_other, toy_table


def test_every_recording_is_judged_once_by_a_model_that_never_heard_its_artist(trainer, folds, held):
    assert sorted(held.tracks) == list(range(len(trainer.curriculum.tracks)))
    for number, fold in enumerate(folds):
        np.testing.assert_array_equal(held.tracks[held.fold == number], fold.test)
    assert held.genre.shape == (1, len(held.tracks), len(LABELS))
    assert held.mood.shape == (1, len(held.tracks), len(MOODS))
    np.testing.assert_allclose(np.exp(held.genre).sum(axis=2), 1, atol=0.2)  # means of logarithms: about 1


def test_genre_and_mood_are_heard_and_other_sounds_turned_away(trainer, held):
    assert np.mean(held.genre[0].argmax(axis=1) == trainer.curriculum.judged_genre[held.tracks]) > 0.7
    assert np.mean(held.mood[0].argmax(axis=1) == trainer.curriculum.judged_mood[held.tracks]) > 0.8
    assert np.mean(held.musicality > 0) > 0.9
    assert held.other_passed < 0.1
    assert (held.strangeness > 0).all()


def test_half_of_each_vector_is_heard_by_the_model_that_never_heard_the_artist(trainer, folds, held):
    model, track = trainer.fit(folds[0].train, trainer.other.halves()[0]), folds[0].test[0]
    rows = trainer.table.rows[(trainer.table.track == track) & (trainer.table.copy == 0)]
    np.testing.assert_allclose(held.sound[0], model.likeness.sound(model.whiten(rows)), atol=1e-5)
    np.testing.assert_allclose(held.plain[0], model.standardise(rows).mean(axis=0), atol=1e-5)
    assert held.ear.shape == (len(held.tracks), 0)  # there is no network
    np.testing.assert_allclose(np.linalg.norm(held.sound, axis=1), 1, atol=1e-5)


def test_altered_copies_do_not_move_the_vector(trainer):
    everybody = np.arange(len(trainer.curriculum.tracks))
    rows = trainer.table.rows.copy()
    model = trainer.fit(everybody)
    assert model.likeness.sound.centre == pytest.approx(
        np.mean(
            [
                model.whiten(rows[(trainer.table.track == track) & (trainer.table.copy == 0)]).mean(axis=0)
                for track in everybody
            ],
            axis=0,
        ),
        abs=1e-4,
    )


def test_progress_is_told_fold_by_fold(trainer, folds):
    said = []
    trainer.cross_validate(folds[:2], said.append)
    assert said == ["fold 1 of 2", "fold 2 of 2"]


def test_a_fold_learns_from_half_of_the_other_sounds_and_is_judged_by_the_rest(trainer, folds, held):
    learned, unheard = trainer.other.halves()
    model = trainer.fit(folds[0].train, learned)
    passed = [np.mean(model.whiten(unheard.rows) @ model.gate_weights + model.gate_bias > 0)]
    assert trainer.cross_validate(folds[:1]).other_passed == pytest.approx(np.mean(passed))
    assert held.other_passed <= 1


def test_what_is_not_learned_from_changes_nothing(trainer, folds):
    before = trainer.fit(folds[0].train)
    rows = trainer.table.rows.copy()
    rows[np.isin(trainer.table.track, folds[0].test)] = 1e3
    after = replace(trainer, table=replace(trainer.table, rows=rows)).fit(folds[0].train)
    assert_same_arrays(before, after)


def test_a_recording_that_speaks_for_nothing_teaches_nothing(trainer):
    targets = {name: getattr(trainer.curriculum, name).copy() for name in ("genre", "mood", "tag")}
    for target in targets.values():
        target[7] = 0
    silent = replace(trainer, curriculum=replace(trainer.curriculum, **targets))
    everybody = np.arange(len(trainer.curriculum.tracks))
    assert_same_arrays(silent.fit(everybody), trainer.fit(np.delete(everybody, 7)))


def test_a_recording_may_speak_for_two_genres_by_halves(trainer):
    genre = trainer.curriculum.genre.copy()
    low = np.flatnonzero(genre[:, 0])[:9]
    genre[low] = [0.5, 0.5, 0.0]
    shared = replace(trainer, curriculum=replace(trainer.curriculum, genre=genre))
    everybody = np.arange(len(genre))
    before, after = (one.fit(everybody) for one in (trainer, shared))
    rows = trainer.table.rows[np.isin(trainer.table.track, low)]

    def middle(model):
        parts = model.genre.log_probabilities(model.whiten(rows), None)
        return np.exp(parts[0])[:, 1].mean()

    assert middle(after) > middle(before) + 0.1


def test_the_mood_said_in_the_genres_whitening_is_the_mood_said_in_its_own(trainer):
    table, curriculum = trainer.table, trainer.curriculum
    model = trainer.fit(np.arange(len(curriculum.tracks)))
    genre, mood = (np.array(judged)[table.track] for judged in (curriculum.judged_genre, curriculum.judged_mood))
    shared = Normaliser.fit(table.rows, genre, row_weights(genre, table.copy), GENRE_SHRINKAGE)
    weight = row_weights(mood, table.copy)
    own = shared.turned(table.rows, mood, weight, MOOD_SHRINKAGE)
    member = linear_discriminant(Lesson(own.whiten(table.rows), mood, weight, 0, MOODS))
    expected = member.logits(own.whiten(table.rows))
    assert np.abs(own.whitening - model.whitening).max() > 0.01
    np.testing.assert_allclose(model.mood.members[0].logits(model.whiten(table.rows)), expected, atol=1e-3)


def test_without_all_four_moods_the_model_knows_none(trainer):
    mood = trainer.curriculum.mood.copy()
    mood[:, 2] = 0
    some = replace(trainer, curriculum=replace(trainer.curriculum, mood=mood))
    model = some.fit(np.arange(len(mood)))
    assert model.mood is None
    assert some._judge(model, 0).mood.shape == (0, len(MOODS))


def test_a_mood_that_one_fold_could_not_learn_is_judged_in_none(trainer, folds):
    mood = trainer.curriculum.mood.copy()
    mood[np.setdiff1d(np.flatnonzero(mood[:, 2]), folds[0].test), 2] = 0  # the third mood is in the first fold's test
    some = replace(trainer, curriculum=replace(trainer.curriculum, mood=mood))
    assert some.fit(folds[0].train).mood is None
    assert some.fit(folds[1].train).mood is not None
    assert some.cross_validate(folds).mood.shape == (0, len(trainer.curriculum.tracks), len(MOODS))


def test_a_genre_that_nothing_is_left_to_learn_of_is_named(trainer):
    with pytest.raises(NothingLeftError, match="nothing is left to learn high, middle from"):
        trainer.fit(np.arange(10))


def test_without_epochs_there_is_no_network_and_one_member_a_head(trainer):
    model = trainer.fit(np.arange(len(trainer.curriculum.tracks)))
    assert model.network is None
    assert [(len(head.members), head.first_output, head.scales) for head in model.heads] == [(1, None, (1.0,))] * 2


def test_the_network_is_asked_only_what_each_window_speaks_for(trainer, asked):
    mood = trainer.curriculum.mood.copy()
    mood[::5] = 0
    some = replace(trainer, epochs=3, curriculum=replace(trainer.curriculum, mood=mood))
    learned = np.r_[0:7, 18:25, 36:42]
    model = some.fit(learned)
    versions, questions, options = asked[0]
    assert options["epochs"] == 3
    assert len(versions) == 20 * 2
    assert {len(window) for window in versions} == {2}  # the recording and its copy
    assert [question.importance for question in questions] == [1.0, MOOD_IMPORTANCE, TAG_IMPORTANCE]
    assert [question.target.shape[1] for question in questions] == [len(LABELS), len(MOODS), len(TAGS)]
    track = learned.repeat(2)
    np.testing.assert_array_equal(questions[1].target.any(axis=1), track % 5 != 0)
    np.testing.assert_array_equal(questions[2].target.any(axis=1), track % 3 == 0)
    assert questions[0].target.sum(axis=1).mean() == pytest.approx(1, rel=1e-5)
    assert len(model.network.bias) == len(LABELS) + len(MOODS)  # tags are not asked for when serving
    assert [head.first_output for head in model.heads] == [0, len(LABELS)]


def test_the_network_is_not_taught_by_corrections_which_have_rows_alone(trainer, asked):
    said = Corrections(np.zeros((3, FEATURES), np.float32), np.array([0, 0, 1]), ("low", "high"), ("", ""))
    tracks, table = add_corrections(trainer.curriculum.tracks, trainer.table, said)
    curriculum = trainer.curriculum.extended(tracks)
    taught = replace(trainer, curriculum=curriculum, table=table, epochs=1)
    model = taught.fit(np.arange(len(tracks)))
    assert len(asked[0][0]) == 2 * len(trainer.curriculum.tracks)
    assert np.abs(model.mean - trainer.fit(np.arange(len(tracks) - 2)).mean).max() > 1e-3  # the rows are learned from


def test_a_network_trained_before_is_taken_up_again(trainer, monkeypatch):
    pytest.importorskip("torch")
    monkeypatch.setattr(network, "CROP_FRAMES", 32)
    once = replace(trainer, epochs=1)
    learned = np.arange(0, len(trainer.curriculum.tracks), 3)
    first = once.fit(learned)
    monkeypatch.setattr(network, "train_network", lambda *_arguments, **_options: pytest.fail("trained again"))
    assert_same_arrays(first, once.fit(learned))
    with pytest.raises(pytest.fail.Exception, match="trained again"):
        replace(once, seed=2).fit(learned)


def test_with_a_network_every_head_has_two_members(trainer, folds, monkeypatch):
    pytest.importorskip("torch")
    monkeypatch.setattr(network, "CROP_FRAMES", 32)
    found = replace(trainer, epochs=1).cross_validate(folds[:1])
    assert found.genre.shape == (2, len(folds[0].test), len(LABELS))
    assert found.mood.shape == (2, len(folds[0].test), len(MOODS))
    assert np.abs(found.genre[0] - found.genre[1]).max() > 0.1


def assert_same_arrays(first, second):
    ours, theirs = first.to_arrays(), second.to_arrays()
    assert ours.keys() == theirs.keys()
    for name, array in ours.items():
        if array.dtype.kind == "f":
            np.testing.assert_allclose(array, theirs[name], rtol=1e-3, atol=1e-4, err_msg=name)


@pytest.fixture
def asked(monkeypatch):
    """Put a network with random weights in place of training, and return what it was to be trained on."""
    calls = []

    def untrained(versions, questions, **options) -> Network:
        calls.append((versions, questions, options))
        rng = np.random.default_rng(0)
        outputs = sum(question.target.shape[1] for question in questions)
        return random_network(lambda *shape: rng.normal(size=shape).astype(np.float32), outputs)

    monkeypatch.setattr(train, "kept_network", untrained)
    return calls


@pytest.fixture(scope="module")
def trainer(tmp_path_factory):
    return Trainer(toy_curriculum(), toy_table(), toy_other(), seed=1, epochs=0, kept=tmp_path_factory.mktemp("kept"))


@pytest.fixture(scope="module")
def folds(trainer):
    return trainer.curriculum.folds(3, seed=0)


@pytest.fixture(scope="module")
def held(trainer, folds):
    return trainer.cross_validate(folds)

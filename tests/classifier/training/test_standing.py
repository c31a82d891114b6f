"""How a model stands is told by what it said of artists it never heard, each fold calibrated by the others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from classifier.constants import MOODS
from classifier.model import softmax
from classifier.training.evaluate import fit_scales
from classifier.training.likeness import GENRE_SHARE, MOOD_SHARE, SOUND_SHARE
from classifier.training.standing import Answers, Standing, pair_confidence_for
from classifier.training.train import Held
from tests.support.material import LABELS
from tests.support.world import toy_curriculum

FOLDS = 3


def test_each_fold_is_weighed_by_the_others(answers):
    inside = answers.fold == 1
    scales = fit_scales(answers.truth[~inside], answers.parts[:, ~inside])
    expected = softmax(np.tensordot(scales, answers.parts[:, inside], axes=1))
    np.testing.assert_allclose(answers.probabilities[inside], expected)


def test_a_recordings_own_label_does_not_help_to_judge_it(answers):
    inside = answers.fold == 0
    truth = answers.truth.copy()
    truth[inside] = (truth[inside] + 1) % len(LABELS)
    np.testing.assert_allclose(replace(answers, truth=truth).probabilities[inside], answers.probabilities[inside])


def test_members_are_named_and_judged_alone(answers):
    assert list(answers.alone) == ["LDA", "CNN"]
    # The first was made to know, the second to guess.
    assert answers.alone["LDA"].accuracy > 0.9
    assert answers.alone["CNN"].accuracy < 0.6
    assert answers.figures.accuracy > 0.9
    assert answers.figures.accuracy == pytest.approx(answers.right.mean())


def test_a_model_without_a_network_has_one_member(standing):
    held = replace(standing.held, genre=standing.held.genre[:1])
    assert list(replace(standing, held=held).genre.alone) == ["LDA"]


def test_only_those_judge_who_may(standing):
    judged = standing.curriculum.judged_genre.copy()
    judged[::2] = -1
    some = replace(standing, curriculum=replace(standing.curriculum, judged_genre=judged))
    assert set(some.genre.tracks.tolist()) == set(range(1, len(judged), 2))
    np.testing.assert_array_equal(some.genre.truth, judged[some.genre.tracks])
    np.testing.assert_array_equal(some.genre.parts, standing.held.genre[:, 1::2])
    assert some.genre.figures.confusion.to_numpy().sum() == len(judged) // 2


def test_answers_belong_to_their_recordings_in_whatever_order_folds_come(standing):
    order = np.random.default_rng(1).permutation(len(standing.held.tracks))
    held = standing.held
    shuffled = replace(
        held, tracks=held.tracks[order], fold=held.fold[order], genre=held.genre[:, order], mood=held.mood[:, order]
    )
    other = replace(standing, held=shuffled)
    assert other.genre.figures.accuracy == standing.genre.figures.accuracy
    assert other.mood.figures.accuracy == standing.mood.figures.accuracy


def test_the_mood_is_judged_where_there_is_one(standing):
    assert standing.mood.labels == MOODS
    assert standing.mood.figures.accuracy > 0.9


def test_there_is_no_mood_where_none_was_judged_or_none_learned(standing):
    nobody = replace(standing.curriculum, judged_mood=np.full(len(standing.curriculum.tracks), -1))
    assert replace(standing, curriculum=nobody).mood is None
    held = replace(standing.held, mood=np.empty((0, len(standing.held.tracks), len(MOODS))))
    assert replace(standing, held=held).mood is None


def test_two_names_are_enough_from_where_one_of_them_is_right_often_enough():
    # In the order of their two best together: right, right, right, right, wrong. The last pair is not close.
    percent = np.array(
        [[50, 48, 2], [50, 45, 5], [45, 45, 10], [42, 40, 18], [40, 35, 25], [90, 8, 2]],
    )
    probabilities, truth = percent / 100, np.array([0, 1, 0, 1, 2, 2])
    assert pair_confidence_for(0.8, truth, probabilities) == pytest.approx(0.75)
    assert pair_confidence_for(0.81, truth, probabilities) == pytest.approx(0.82)
    assert pair_confidence_for(0.8, np.full(6, 2), probabilities) == 1.0


def test_where_no_two_are_close_no_pair_is_ever_named():
    assert pair_confidence_for(0.8, np.array([0, 1]), np.array([[0.9, 0.1], [0.2, 0.8]])) == 1.0


def test_the_gate_moves_no_further_than_held_out_music_allows(standing):
    assert 0 < np.mean(standing.held.musicality <= standing.gate_margin) < 0.05


def test_a_vector_holds_what_was_said_calibrated_by_other_folds_and_how_the_song_sounds(standing):
    vectors, labels = standing.vectors, len(standing.curriculum.genres)
    said = np.hstack([np.sqrt(GENRE_SHARE * standing.genre.probabilities),
                      np.sqrt(MOOD_SHARE * standing.mood.probabilities),
                      np.sqrt(SOUND_SHARE) * standing.held.sound])  # fmt: skip
    whole = np.sqrt(GENRE_SHARE + MOOD_SHARE + SOUND_SHARE)  # there is no network
    np.testing.assert_allclose(vectors, said / whole, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors.shape[1] == labels + 4 + standing.held.sound.shape[1]


def test_who_has_no_label_is_neither_asked_nor_found(standing):
    judged = standing.curriculum.judged_genre.copy()
    judged[:6] = -1
    asked, company = standing.company(judged)
    assert set(standing.held.tracks[asked]) == set(range(6, len(judged)))
    np.testing.assert_array_equal(company.label, judged[standing.held.tracks[asked]])
    assert len(set(company.group)) == standing.curriculum.tracks["artist_group"].iloc[6:].nunique()


@pytest.fixture
def answers(standing) -> Answers:
    return standing.genre


@pytest.fixture(scope="module")
def standing():
    curriculum = toy_curriculum()
    count, rng = len(curriculum.tracks), np.random.default_rng(0)
    fold = np.arange(count) // 3 % FOLDS  # whole artists
    return Standing(
        curriculum,
        Held(
            tracks=np.arange(count),
            fold=fold,
            genre=np.stack([said(curriculum.judged_genre, 3, 2.0, rng), said(curriculum.judged_genre, 3, 0.1, rng)]),
            mood=np.stack([said(curriculum.judged_mood, 4, 2.0, rng), said(curriculum.judged_mood, 4, 0.1, rng)]),
            strangeness=rng.uniform(0.5, 1.5, count),
            musicality=rng.uniform(1.0, 3.0, count),
            other_passed=0.02,
            sound=unit(rng.normal(size=(count, 5)) + 3 * np.eye(5)[curriculum.judged_genre]),
            ear=np.empty((count, 0), np.float32),
            plain=rng.normal(size=(count, 8)).astype(np.float32),
        ),
        held_windows=np.full(count, 2),
        seed=1,
    )


def unit(rows):
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def said(truth, labels, strength, rng):
    """Return log-probabilities that lean towards the truth."""
    logits = strength * np.eye(labels)[truth] * 3 + rng.normal(size=(len(truth), labels))
    return np.log(softmax(logits))

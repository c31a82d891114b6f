"""Rows are brought to one scale by what is learned from, and by nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from classifier.training.normalise import LABEL_BALANCE, Normaliser, row_weights


def test_standardised_rows_have_mean_zero_and_variance_one(rows, label):
    found = Normaliser.fit(rows, label, np.ones(len(rows))).standardise(rows)
    np.testing.assert_allclose(found.mean(axis=0), 0, atol=0.05)
    np.testing.assert_allclose(found.std(axis=0), 1, atol=0.1)


def test_without_shrinkage_whitened_rows_vary_alike_within_labels(rows, label):
    whitened = Normaliser.fit(rows, label, np.ones(len(rows)), 0.0).whiten(rows).astype(np.float64)
    centred = np.concatenate([whitened[label == k] - whitened[label == k].mean(axis=0) for k in (0, 1)])
    np.testing.assert_allclose(centred.T @ centred / len(centred), np.eye(5), atol=0.03)


def test_full_shrinkage_only_turns_the_rows(rows, label):
    found = Normaliser.fit(rows, label, np.ones(len(rows)), 1.0)
    product = found.whitening.T @ found.whitening
    np.testing.assert_allclose(product, np.eye(5) * product[0, 0], atol=0.03)


def test_what_altered_copies_differ_in_is_played_down(rows, label):
    moved = rows.copy()
    moved[:, 3] += 5
    weight = np.ones(len(rows))
    plain = Normaliser.fit(rows, label, weight)
    steadied = Normaliser.fit(rows, label, weight, altered=(moved, rows))

    def shift(found):
        return np.linalg.norm(found.whiten(moved) - found.whiten(rows), axis=1).mean()

    assert shift(steadied) < 0.7 * shift(plain)


def test_a_freak_value_is_cut(rows, label):
    found = Normaliser.fit(rows, label, np.ones(len(rows)))
    assert found.standardise(rows[:1] * 1e6).max() == found.clip


def test_a_column_that_never_changes_does_no_harm(rows, label):
    rows[:, 2] = 7.0
    assert np.isfinite(Normaliser.fit(rows, label, np.ones(len(rows))).whiten(rows)).all()


def test_a_weight_of_two_is_a_row_twice(rows, label):
    twice = np.concatenate([np.arange(len(rows)), np.arange(20)])
    weight = np.where(np.arange(len(rows)) < 20, 2.0, 1.0)
    by_weight = Normaliser.fit(rows, label, weight)
    by_copy = Normaliser.fit(rows[twice], label[twice], np.ones(len(twice)))
    np.testing.assert_allclose(by_weight.mean, by_copy.mean, rtol=1e-5)
    np.testing.assert_allclose(by_weight.spread, by_copy.spread, rtol=1e-4)


def test_whitening_within_other_labels_keeps_the_scale_and_whitens_those(rows, label):
    other = (np.arange(len(rows)) // 2) % 2
    weight = np.ones(len(rows))
    found = Normaliser.fit(rows, label, weight)
    turned = found.turned(rows, other, weight, 0.0)
    np.testing.assert_array_equal(turned.mean, found.mean)
    np.testing.assert_array_equal(turned.scale, found.scale)
    whitened = turned.whiten(rows).astype(np.float64)
    centred = np.concatenate([whitened[other == k] - whitened[other == k].mean(axis=0) for k in (0, 1)])
    np.testing.assert_allclose(centred.T @ centred / len(centred), np.eye(5), atol=0.03)


def test_a_row_that_speaks_for_two_labels_counts_half_for_each():
    weight = row_weights(np.array([0, 0, 1, 1]), np.zeros(4, dtype=np.intp), np.array([1.0, 0.5, 1.0, 0.5]))
    assert weight.mean() == pytest.approx(1)
    np.testing.assert_allclose(weight[[1, 3]] / weight[[0, 2]], 0.5)


def test_rare_labels_count_more_but_not_as_much_as_common_ones_together():
    weight = row_weights(np.array([0] * 9 + [1]), np.zeros(10, dtype=np.intp))
    assert weight.mean() == pytest.approx(1)
    assert weight[-1] / weight[0] == pytest.approx(9**LABEL_BALANCE)


def test_copies_together_count_less_than_the_recording():
    weight = row_weights(np.zeros(4, dtype=np.intp), np.arange(4))
    assert weight[1:].sum() < weight[0]


@pytest.fixture
def label():
    return np.arange(400) % 2


@pytest.fixture
def rows(label):
    rng = np.random.default_rng(0)
    mixed = rng.normal(size=(len(label), 5)) @ rng.normal(size=(5, 5))
    return (mixed + 3 * label[:, None] + 10).astype(np.float32)

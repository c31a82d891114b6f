"""Made-up sounds and the gate that turns them away."""

from __future__ import annotations

import numpy as np
import pytest

from classifier.training import nonmusic


@pytest.mark.parametrize("maker", nonmusic.MAKERS, ids=lambda maker: maker.__name__)
def test_every_kind_of_sound_is_finite_and_not_silent(maker):
    times = np.arange(22_050 * 3) / 22_050
    for seed in range(5):
        made = maker(times, np.random.default_rng(seed))
        assert made.shape == times.shape
        assert np.isfinite(made).all()
        assert np.ptp(made) > 0


def test_a_sound_stays_within_full_scale_and_its_length():
    for seed in range(10):
        made = nonmusic.sound(np.random.default_rng(seed))
        assert made.dtype == np.float32
        assert 0.009 < np.abs(made).max() <= 1.0
        assert nonmusic.SECONDS[0] <= len(made) / 22_050 <= nonmusic.SECONDS[1]


def test_the_same_seed_makes_the_same_rows():
    first, second = nonmusic.made_up_rows(3, sounds=2), nonmusic.made_up_rows(3, sounds=2)
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(first[:1], nonmusic.made_up_rows(4, sounds=1)[:1])


def test_the_gate_parts_what_can_be_parted_however_uneven_the_sides():
    rng = np.random.default_rng(0)
    music = rng.normal(1.0, 1.0, size=(500, 6)).astype(np.float32)
    other = rng.normal(-1.0, 1.0, size=(20, 6)).astype(np.float32)
    weights, bias = nonmusic.fit_gate(music, np.ones(500), other)
    assert np.mean(music @ weights + bias > 0) > 0.95
    assert np.mean(other @ weights + bias > 0) < 0.1

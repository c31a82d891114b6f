"""The network in numpy against PyTorch, and against sums by hand."""

from __future__ import annotations

import numpy as np
import pytest

from classifier.constants import MEL_BANDS
from classifier.network import SHORTEST, Convolution, Network
from classifier.training import network as training
from tests.support.models import random_network

OUTPUTS = 5


def test_it_says_what_pytorch_says_once_normalisation_is_folded_in(rng):
    torch = pytest.importorskip("torch")
    theirs, mean, scale = torch_network(torch, rng)
    ours = training._as_arrays(theirs, mean, scale)
    for frames in (32, 57, 200):
        patch = rng.normal(size=(frames, MEL_BANDS)).astype(np.float32)
        with torch.no_grad():
            expected = theirs(torch.from_numpy((patch - mean) / scale)[None, None]).numpy()
        np.testing.assert_allclose(ours.logits([patch]), expected, rtol=1e-3, atol=1e-3)


def test_a_convolution_is_a_sum_over_neighbours_its_maximum_over_squares_and_never_negative(rng):
    weights, bias = rng.normal(size=(2, 3, 3, 3)), rng.normal(size=2)
    planes = rng.normal(size=(5, 8, 3))
    found = Convolution(weights, bias, band_step=2)(planes)
    padded = np.pad(planes, ((1, 1), (1, 1), (0, 0))).transpose(2, 0, 1)
    sums = np.zeros((2, 4, 4))  # the fifth frame has no partner to be pooled with
    for out, frame, band in np.ndindex(sums.shape):
        around = padded[:, frame : frame + 3, 2 * band : 2 * band + 3]
        sums[out, frame, band] = np.sum(around * weights[out]) + bias[out]
    expected = np.zeros((2, 2, 2))
    for out, frame, band in np.ndindex(expected.shape):
        expected[out, frame, band] = max(0, sums[out, 2 * frame : 2 * frame + 2, 2 * band : 2 * band + 2].max())
    np.testing.assert_allclose(found, expected.transpose(1, 2, 0), atol=1e-9)


def test_a_short_patch_is_repeated_until_it_is_long_enough(network, rng):
    short = rng.normal(size=(12, MEL_BANDS))
    np.testing.assert_allclose(network.logits([short]), network.logits([np.tile(short, (3, 1))]), rtol=1e-5)
    assert len(np.tile(short, (3, 1))) >= SHORTEST
    assert np.isfinite(network.logits([short[:1]])).all()


def test_patches_of_all_lengths_are_judged_one_by_one(network, rng):
    patches = [rng.normal(size=(frames, MEL_BANDS)) for frames in (3, 32, 80)]
    together = network.logits(patches)
    assert together.shape == (3, OUTPUTS)
    for row, patch in zip(together, patches, strict=True):
        np.testing.assert_allclose(row, network.logits([patch])[0], rtol=1e-5)


def test_half_precision_patches_are_heard_alike(network, rng):
    patch = rng.normal(size=(40, MEL_BANDS)).astype(np.float32)
    found, expected = network.logits([patch.astype(np.float16)]), network.logits([patch])
    np.testing.assert_allclose(found, expected, rtol=0.05, atol=0.05 * np.abs(expected).max())


def test_arrays_carry_the_whole_network(network, rng):
    patch = rng.normal(size=(40, MEL_BANDS))
    copy = Network.from_arrays(network.to_arrays())
    np.testing.assert_array_equal(copy.logits([patch]), network.logits([patch]))
    assert [c.band_step for c in copy.convolutions] == [2, 1]
    assert copy.size == network.size > 4 * sum(c.weights.size for c in network.convolutions)


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("convolution_1", (6, 3, 3, 3)),  # another number of channels than come out of the first
        ("convolution_1", (6, 4, 2, 2)),  # even sizes have no middle
        ("convolution_1", (6, 4, 3, 5)),
        ("convolution_bias_0", (5,)),
        ("network_scale", (3,)),
        ("network_weights", (11, OUTPUTS)),
        ("network_bias", (OUTPUTS + 1,)),
    ],
)
def test_arrays_that_do_not_fit_are_an_error(network, name, shape):
    with pytest.raises(ValueError, match="fit"):
        Network.from_arrays(network.to_arrays() | {name: np.zeros(shape)})


@pytest.mark.parametrize("name", ["convolution_1", "convolution_bias_0", "network_mean", "network_band_steps"])
def test_a_missing_array_is_an_error(network, name):
    arrays = network.to_arrays()
    del arrays[name]
    with pytest.raises(KeyError, match=name):
        Network.from_arrays(arrays)


def torch_network(torch, rng):
    """Return a network whose normalisations have seen something, mean and scale."""
    torch.manual_seed(0)
    network = training._build(OUTPUTS)
    with torch.no_grad():
        for layer in network:
            if isinstance(layer, torch.nn.BatchNorm2d):
                layer.running_mean.normal_()
                layer.running_var.uniform_(0.5, 2.0)
                layer.weight.uniform_(0.5, 1.5)
                layer.bias.normal_()
    mean, scale = rng.normal(size=MEL_BANDS).astype(np.float32), rng.uniform(1, 2, MEL_BANDS).astype(np.float32)
    return network.eval(), mean, scale


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def network(rng):
    return random_network(lambda *shape: rng.normal(size=shape).astype(np.float32), OUTPUTS)

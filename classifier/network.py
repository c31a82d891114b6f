"""A small convolutional network as plain arrays: log-mel patches in, logits out, with nothing but numpy.

What belongs here: the forward pass. Not here: training (``training.network``) or measuring patches
(``features.patches``). Every convolution is one matrix product over the neighbourhoods of all points; batch
normalisation has been folded into its weights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Array = NDArray[np.float32]

SHORTEST = 32
"""Frames that the pooling needs; a shorter patch is repeated."""


@dataclass(frozen=True, eq=False)
class Convolution:
    """A convolution with bias, followed by rectifying and by the maximum over squares of two by two.

    Parameters
    ----------
    weights : ndarray, shape (channels out, channels in, size, size)
        Size is odd; edges are padded with zeros so that as many points come out as go in.
    bias : ndarray, shape (channels out,)
    band_step : int
        From one band looked at to the next.
    """

    weights: Array
    bias: Array
    band_step: int

    def __call__(self, planes: Array) -> Array:
        """Apply it to planes of shape (frames, bands, channels in)."""
        size = self.weights.shape[2]
        edge = size // 2
        padded = np.pad(planes, ((edge, edge), (edge, edge), (0, 0)))
        around = sliding_window_view(padded, (size, size), axis=(0, 1))[:, :: self.band_step]
        frames, bands = around.shape[:2]
        # Channels stand last, so that neighbours along the bands are copied in one run.
        points = around.transpose(0, 1, 3, 4, 2).reshape(frames * bands, -1)
        found = _pooled((points @ self._matrix).reshape(frames, bands, -1))
        # Bias and rectifying after the maximum are the same as before it, on a quarter of the points.
        found += self.bias
        return np.maximum(found, 0, out=found)

    @cached_property
    def _matrix(self) -> Array:
        """The weights as ``__call__`` multiplies by them, shape (size * size * channels in, channels out)."""
        return np.ascontiguousarray(self.weights.transpose(2, 3, 1, 0).reshape(-1, len(self.weights)))


@dataclass(frozen=True, eq=False)
class Network:
    """Convolutions, then mean and maximum over time of the mean over bands, then one linear layer.

    Parameters
    ----------
    mean, scale : ndarray, shape (MEL_BANDS,)
        Standardise a patch band by band.
    convolutions : tuple of Convolution
        One after the other.
    weights : ndarray, shape (2 * channels of the last, outputs)
    bias : ndarray, shape (outputs,)
    """

    mean: Array
    scale: Array
    convolutions: tuple[Convolution, ...]
    weights: Array
    bias: Array

    def __post_init__(self) -> None:
        channels = 1
        for convolution in self.convolutions:
            out, into, *sizes = convolution.weights.shape
            if into != channels or convolution.bias.shape != (out,) or sizes != [sizes[0]] * 2 or not sizes[0] % 2:
                raise ValueError("a convolution of the network does not fit the one before")
            channels = out
        if self.mean.shape != self.scale.shape or self.weights.shape != (2 * channels, len(self.bias)):
            raise ValueError("the arrays of the network do not fit each other")

    @property
    def size(self) -> int:
        """Bytes of its arrays."""
        return sum(array.nbytes for array in self.to_arrays().values())

    def logits(self, patches: Sequence[NDArray[np.floating]]) -> Array:
        """Score patches of shape (frames, MEL_BANDS), of any length each; the result has shape (n, outputs)."""
        return self.logits_of(self.summaries(patches))

    def logits_of(self, summaries: Array) -> Array:
        """Score what ``summaries`` gave; the result has shape (n, outputs)."""
        return summaries @ self.weights + self.bias

    def summaries(self, patches: Sequence[NDArray[np.floating]]) -> Array:
        """Return what the linear layer is given of each patch, shape (n, 2 * channels of the last)."""
        return np.stack([self._summary(patch) for patch in patches])

    def _summary(self, patch: NDArray[np.floating]) -> Array:
        standardised = ((patch - self.mean) / self.scale).astype(np.float32)
        repeated = np.tile(standardised, (-(-SHORTEST // len(patch)), 1)) if len(patch) < SHORTEST else standardised
        planes = repeated[:, :, None]
        for convolution in self.convolutions:
            planes = convolution(planes)
        over_bands = planes.mean(axis=1)
        return np.concatenate([over_bands.mean(axis=0), over_bands.max(axis=0)])

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays that ``from_arrays`` takes."""
        arrays: dict[str, NDArray[Any]] = {
            "network_mean": self.mean,
            "network_scale": self.scale,
            "network_weights": self.weights,
            "network_bias": self.bias,
            "network_band_steps": np.array([convolution.band_step for convolution in self.convolutions]),
        }
        for number, convolution in enumerate(self.convolutions):
            arrays[f"convolution_{number}"] = convolution.weights
            arrays[f"convolution_bias_{number}"] = convolution.bias
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Build a network; raise KeyError or ValueError if an array is missing or does not fit."""
        return cls(
            mean=_float32(arrays["network_mean"]),
            scale=_float32(arrays["network_scale"]),
            convolutions=tuple(
                Convolution(
                    _float32(arrays[f"convolution_{number}"]), _float32(arrays[f"convolution_bias_{number}"]), step
                )
                for number, step in enumerate(arrays["network_band_steps"].tolist())
            ),
            weights=_float32(arrays["network_weights"]),
            bias=_float32(arrays["network_bias"]),
        )


def _pooled(planes: Array) -> Array:
    """Return the maximum over squares of two frames by two bands, shape (frames // 2, bands // 2, channels)."""
    frames, bands = (length // 2 * 2 for length in planes.shape[:2])
    over_frames = np.maximum(planes[0:frames:2], planes[1:frames:2])
    return np.maximum(over_frames[:, 0:bands:2], over_frames[:, 1:bands:2])


def _float32(array: NDArray[Any]) -> Array:
    return np.ascontiguousarray(array, dtype=np.float32)

"""A convolutional network on log-mel patches, in PyTorch, which is imported only when a network is asked for.

What belongs here: the network, its training, and handing it over as plain arrays. Not here: measuring patches
(``classifier.features.patches``) or serving (``classifier.network``).
"""

from __future__ import annotations

import hashlib
import importlib.util
import inspect
import itertools
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.network import Convolution, Network
from classifier.training.lesson import Labels, Lesson

Patch = NDArray[np.floating]

CHANNELS = (24, 40, 64, 112)
"""Channels of the four blocks: about 110 000 weights, as much as a thousand recordings can bear."""

CROP_FRAMES = 112
"""Frames of a training crop, about 5 s at 46 ms."""

BATCH = 48
EPOCHS = 16
"""Passes in which every window is cropped once."""

PEAK_RATE = 4e-3
"""Highest learning rate of the one-cycle schedule (Smith & Topin 2019)."""

WEIGHT_DECAY = 0.02
DROPOUT = 0.3

MIXUP = 0.3
"""Parameter of the beta distribution that two crops are mixed by (Zhang et al. 2018)."""

BAND_MASK, FRAME_MASK = 10, 16
"""Widest bands and longest frames blotted out of a crop (SpecAugment, Park et al. 2019)."""

BAND_TILT = 0.5
"""Standard deviation of a random tilt over the bands: another room, another microphone."""


class TorchMissingError(Exception):
    """PyTorch is not installed."""


@dataclass(frozen=True, eq=False)
class Question:
    """What the network is to answer of every window.

    Parameters
    ----------
    target : ndarray, shape (windows, labels), float32
        Share of each label, times what the window counts; a row of zeros is not asked.
    importance : float
        What the question counts against others.
    """

    target: NDArray[np.float32]
    importance: float = 1.0


def torch_is_there() -> bool:
    """Tell whether PyTorch is installed, without importing it."""
    return importlib.util.find_spec("torch") is not None


def set_threads(count: int) -> None:
    """Let PyTorch use ``count`` threads of this process."""
    _torch().set_num_threads(count)


def convolutional_network(lesson: Lesson, *, epochs: int = EPOCHS) -> Network:
    """Train a network on the lesson's patches, on a GPU when there is one.

    Parameters
    ----------
    lesson : Lesson
        Its ``patches`` are learned from, its rows are not looked at.
    epochs : int
        Passes over the patches.

    Raises
    ------
    TorchMissingError
        If PyTorch is not installed.
    ValueError
        If the lesson has no patches.
    """
    if not lesson.patches:
        raise ValueError("the network learns from patches, and the lesson has none")
    target = np.eye(len(lesson.labels), dtype=np.float32)[lesson.label] * lesson.weight[:, None].astype(np.float32)
    return train_network(lesson.patches, (Question(target),), seed=lesson.seed, epochs=epochs)


def train_network(
    versions: Sequence[Sequence[Patch]], questions: Sequence[Question], *, seed: int, epochs: int = EPOCHS
) -> Network:
    """Train one network to answer several questions at once (Caruana 1997): what helps one often helps another.

    Parameters
    ----------
    versions : sequence of sequences of ndarray, shape (frames, MEL_BANDS)
        Of each window the recording's patch and those of its altered copies; each pass takes one of them.
    questions : sequence of Question
        Their labels' logits stand side by side in the network's outputs.
    seed : int
        Decides crops, masks, mixtures and first weights.
    epochs : int
        Passes over the windows.

    Returns
    -------
    Network
        Plain arrays.

    Raises
    ------
    TorchMissingError
        If PyTorch is not installed.
    """
    torch = _torch()
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    frames = np.concatenate([window[0].astype(np.float32) for window in versions])
    mean, scale = frames.mean(axis=0), frames.std(axis=0) + np.float32(1e-3)
    network = _build(sum(question.target.shape[1] for question in questions))
    network.to(device, memory_format=torch.channels_last)
    learner = _Learner(network, mean, scale, versions, tuple(questions), rng, device)
    learner.learn(epochs)
    return _as_arrays(network.cpu().eval(), mean, scale)


def kept_network(
    versions: Sequence[Sequence[Patch]], questions: Sequence[Question], *, seed: int, epochs: int, folder: Path
) -> Network:
    """Return what ``train_network`` made of equal arguments before, or train now and keep it in ``folder``."""
    digest = hashlib.sha256(repr((seed, epochs, [question.importance for question in questions])).encode())
    for part in itertools.chain(*versions, (question.target for question in questions)):
        digest.update(np.ascontiguousarray(part).tobytes() + b"|")
    digest.update(inspect.getsource(sys.modules[__name__]).encode())
    kept = folder / f"{digest.hexdigest()[:32]}.npz"
    if kept.exists():
        with np.load(kept, allow_pickle=False) as arrays:
            return Network.from_arrays(arrays)
    network = train_network(versions, questions, seed=seed, epochs=epochs)
    folder.mkdir(parents=True, exist_ok=True)
    partial_file = kept.with_suffix(f".{os.getpid()}.tmp.npz")
    np.savez(partial_file, allow_pickle=False, **network.to_arrays())
    partial_file.replace(kept)
    return network


@dataclass(frozen=True, eq=False)
class _Learner:
    """One training run."""

    network: Any
    mean: NDArray[np.float32]
    scale: NDArray[np.float32]
    versions: Sequence[Sequence[Patch]]
    questions: tuple[Question, ...]
    rng: np.random.Generator
    device: str

    def learn(self, epochs: int) -> None:
        torch = _torch()
        steps = epochs * -(-len(self.versions) // BATCH)
        optimiser = torch.optim.AdamW(self.network.parameters(), lr=PEAK_RATE, weight_decay=WEIGHT_DECAY)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=PEAK_RATE, total_steps=steps)
        self.network.train()
        for _epoch in range(epochs):
            order = self.rng.permutation(len(self.versions))
            for start in range(0, len(order), BATCH):
                optimiser.zero_grad(set_to_none=True)
                self._surprise(order[start : start + BATCH]).backward()
                optimiser.step()
                schedule.step()

    def _surprise(self, chosen: Labels) -> Any:
        """Return the mean cross-entropy of all questions on crops of the windows ``chosen``, mixed in pairs."""
        torch = _torch()
        share = self.rng.beta(MIXUP, MIXUP, len(chosen)).astype(np.float32)
        share = np.maximum(share, 1 - share)
        other = self.rng.permutation(len(chosen))
        crops = _blot(np.stack([self._crop(number) for number in chosen]), self.rng)
        mixed = share[:, None, None] * crops + (1 - share)[:, None, None] * crops[other]
        # Channels last is a quarter faster on a CPU.
        planes = torch.from_numpy(mixed[:, None]).to(self.device, memory_format=torch.channels_last)
        outputs = self.network(planes)
        surprise, first = 0.0, 0
        for question in self.questions:
            target = question.target[chosen]
            wanted = share[:, None] * target + (1 - share)[:, None] * target[other]
            answers = torch.log_softmax(outputs[:, first : first + target.shape[1]], dim=1)
            first += target.shape[1]
            given = torch.from_numpy(wanted).to(self.device)
            surprise = surprise - question.importance * (given * answers).sum(dim=1).mean()
        return surprise

    def _crop(self, number: int) -> NDArray[np.float32]:
        """Return CROP_FRAMES frames from a random place of a random version; what is shorter is repeated."""
        window = self.versions[number]
        patch = window[int(self.rng.integers(len(window)))]
        if len(patch) < CROP_FRAMES:
            patch = np.tile(patch, (-(-CROP_FRAMES // len(patch)), 1))
        start = self.rng.integers(len(patch) - CROP_FRAMES + 1)
        return np.asarray((patch[start : start + CROP_FRAMES] - self.mean) / self.scale, dtype=np.float32)


def _torch() -> Any:
    try:
        import torch  # Hundreds of megabytes, and only the network needs it.
    except ImportError as error:
        raise TorchMissingError("The network needs PyTorch: pip install genregenie[network]") from error
    return torch


def _build(outputs: int) -> Any:
    """Return four blocks of convolution, normalisation and pooling, then mean and maximum over time."""
    from torch import nn

    class Pooled(nn.Module):  # type: ignore[misc, unused-ignore]
        """Mean and maximum over frames of the mean over bands."""

        def forward(self, x: Any) -> Any:
            x = x.mean(dim=3)
            return _torch().cat([x.mean(dim=2), x.amax(dim=2)], dim=1)

    layers: list[nn.Module] = []
    before = 1
    for number, channels in enumerate(CHANNELS):
        size = 5 if number == 0 else 3
        layers += [
            nn.Conv2d(before, channels, size, padding=size // 2, stride=(1, 2) if number == 0 else 1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            nn.MaxPool2d(2),
        ]
        before = channels
    return nn.Sequential(*layers, Pooled(), nn.Dropout(DROPOUT), nn.Linear(2 * before, outputs))


def _as_arrays(network: Any, mean: NDArray[np.float32], scale: NDArray[np.float32]) -> Network:
    """Fold every normalisation into the convolution before it."""
    layers = list(network)
    convolutions = tuple(
        _folded(convolution, normalisation)
        for convolution, normalisation in zip(layers[0:-3:4], layers[1:-3:4], strict=True)
    )
    last = layers[-1]
    return Network(mean, scale, convolutions, _numpy(last.weight).T.copy(), _numpy(last.bias))


def _folded(convolution: Any, normalisation: Any) -> Convolution:
    gain = _numpy(normalisation.weight) / np.sqrt(_numpy(normalisation.running_var) + np.float32(normalisation.eps))
    weights = _numpy(convolution.weight) * gain[:, None, None, None]
    bias = _numpy(normalisation.bias) - _numpy(normalisation.running_mean) * gain
    return Convolution(weights, bias, convolution.stride[1])


def _numpy(tensor: Any) -> NDArray[np.float32]:
    return np.ascontiguousarray(tensor.detach().numpy(), dtype=np.float32)


def _blot(crops: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Tilt the bands of each crop, and blot out some bands and some frames."""
    count, frames, bands = crops.shape
    tilt = rng.normal(0, BAND_TILT, (count, 1, 1)) * np.linspace(-1, 1, bands)
    altered = (crops + tilt).astype(np.float32)
    for crop in altered:
        width, length = rng.integers(BAND_MASK + 1), rng.integers(FRAME_MASK + 1)
        band, frame = rng.integers(bands - width + 1), rng.integers(frames - length + 1)
        crop[:, band : band + width] = 0
        crop[frame : frame + length] = 0
    return altered

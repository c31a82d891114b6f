"""What passes between those who prepare rows and those who learn from them.

What belongs here: the lesson, the member that comes of it, and the recipe that says how one leads to the other.
Not here: any single algorithm (``algorithms``, ``network``) or the preparing (``material``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from classifier.constants import GENRES

Rows = NDArray[np.float32]
Labels = NDArray[np.intp]
Weights = NDArray[np.float64]
Patches = Sequence[Sequence[NDArray[np.floating]]]

View = Literal["whitened", "standardised", "patches"]
"""How an algorithm wants its material: rows that vary alike within labels, rows of unit variance, or log-mels."""


@dataclass(frozen=True, eq=False)
class Lesson:
    """What an algorithm learns from.

    Parameters
    ----------
    rows : ndarray, shape (n, features), float32
        Feature rows, whitened or standardised as the algorithm's recipe says; no columns where it wants patches.
    label : ndarray, shape (n,), int
        Index of each row's label.
    weight : ndarray, shape (n,)
        How much each row counts; 1 on average.
    seed : int
        For whatever is drawn at random.
    labels : tuple of str
        The names the indices stand for.
    patches : sequence of sequences of ndarray, shape (frames, bands), optional
        Log-mel spectrogram of each window and after it those of its altered copies, for algorithms that want those;
        frames differ from window to window.
    """

    rows: Rows
    label: Labels
    weight: Weights
    seed: int
    labels: tuple[str, ...] = GENRES
    patches: Patches | None = None


class Member(Protocol):
    """What has been learned."""

    def logits(self, x: Any) -> NDArray[Any]:
        """Score n rows (or patches); the result has shape (n, labels)."""


@dataclass(frozen=True, eq=False)
class Recipe:
    """How an algorithm is taught.

    Parameters
    ----------
    learn : callable
        ``learn(lesson, **setting)`` returns a Member.
    view : View
        What it wants to be given.
    grid : tuple of mapping
        Settings the search chooses from; with one there is nothing to choose. A setting named ``shrinkage`` belongs to
        the whitening and is not handed to ``learn``.
    copies_of : str, optional
        Name of the recipe whose chosen setting is taken over, to learn from altered copies as well.
    """

    learn: Callable[..., Member]
    view: View
    grid: tuple[Mapping[str, Any], ...] = ({},)
    copies_of: str | None = None

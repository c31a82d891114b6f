"""How alike the nearest songs are, on artists that were never heard: in genre, in mood, and in what can be measured.

What belongs here: vectors of held-out recordings in, figures out. Not here: what makes a vector (``likeness``), who is
held out (``split``) or wording (``report``).

A recording is asked for its neighbours among the other held-out recordings of its fold, without those of its own
artist and copies of itself: an album's next song is near in any space, and says nothing of likeness (Flexer & Schnitzer
2010).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.training.evaluate import mean_interval

Numbers = NDArray[np.floating]
Labels = NDArray[np.intp]

NEAREST = (5, 10)
"""How many neighbours are looked at."""


@dataclass(frozen=True, eq=False)
class Company:
    """The held-out recordings that may be asked, and be found.

    Parameters
    ----------
    label : ndarray, shape (n,), int
        Of each.
    fold : ndarray, shape (n,), int
        Only vectors of one fold's model can be compared.
    group : ndarray, shape (n,)
        Its artist; recordings of one group are never each other's neighbours. Drawn by the bootstrap.
    """

    label: Labels
    fold: Labels
    group: NDArray[np.object_]

    def __post_init__(self) -> None:
        candidates = np.concatenate([pairs.sum(axis=1) for _own, pairs in self.parts()])
        if candidates.min(initial=NEAREST[-1]) < 1:
            raise ValueError("a recording has nobody in its fold to be compared with")

    def parts(self) -> list[tuple[Labels, NDArray[np.bool_]]]:
        """Return for every fold its recordings, and which of them each may find, shape (m, m)."""
        inside = [np.flatnonzero(self.fold == number) for number in np.unique(self.fold)]
        return [(own, self.group[own][:, None] != self.group[own]) for own in inside]

    def found(self, vectors: Numbers) -> Labels:
        """Return the nearest of each, nearest first, shape (n, NEAREST[-1]); -1 where there are no more."""
        found = np.full((len(self.label), NEAREST[-1]), -1, dtype=np.intp)
        for own, allowed in self.parts():
            squares = np.sum(vectors[own].astype(np.float64) ** 2, axis=1)
            distance = squares[:, None] - 2 * (vectors[own] @ vectors[own].T).astype(np.float64) + squares
            distance[~allowed] = np.inf
            order = np.argsort(distance, axis=1, kind="stable")[:, : NEAREST[-1]]
            known = np.take_along_axis(allowed, order, axis=1)
            found[own, : order.shape[1]] = np.where(known, own[order], -1)
        return found

    def like_pairs(self) -> tuple[Labels, Labels]:
        """Return both recordings of every pair of one label by different artists in one fold."""
        first, second = [], []
        for own, allowed in self.parts():
            one, other = np.nonzero(allowed & (self.label[own][:, None] == self.label[own]))
            first.append(own[one])
            second.append(own[other])
        return np.concatenate(first), np.concatenate(second)

    def chances(self) -> tuple[float, float]:
        """Return the mean share of the own label among candidates, and the best precision at the last of NEAREST."""
        share, best = np.empty(len(self.label)), np.empty(len(self.label))
        for own, allowed in self.parts():
            same = ((self.label[own][:, None] == self.label[own]) & allowed).sum(axis=1)
            share[own] = same / allowed.sum(axis=1)
            best[own] = np.minimum(same, NEAREST[-1]) / NEAREST[-1]
        return float(share.mean()), float(best.mean())


def shared(company: Company, vectors: Numbers, *, seed: int) -> dict[str, Any]:
    """Return how many of the nearest share the label, with the 95 % interval of a bootstrap over artists.

    Parameters
    ----------
    company : Company
        Who is asked.
    vectors : ndarray, shape (n, d)
        Euclid's distance between them counts.
    seed : int
        Of the bootstrap.
    """
    found = company.found(vectors)
    same = (company.label[found] == company.label[:, None]) & (found >= 0)
    figures: dict[str, Any] = {}
    for count in NEAREST:
        precision = same[:, :count].mean(axis=1)
        low, high = mean_interval(precision, company.group, seed=seed)
        figures[f"precision at {count}"] = round(float(precision.mean()), 4)
        figures[f"interval at {count}"] = [round(low, 4), round(high, 4)]
    return figures


def closeness(company: Company, vectors: Numbers, aspects: Mapping[str, Numbers]) -> dict[str, float]:
    """Return how far neighbours lie apart in each aspect, against any two recordings of one label by different artists.

    1 says that neighbours are no more alike in it than the label alone would make them. Nothing is told where no two
    artists of one label stand in the same fold.
    """
    found = company.found(vectors)
    asked, place = np.nonzero(found >= 0)
    first, second = company.like_pairs()
    if not len(first):
        return {}

    def apart(values: Numbers, one: Labels, other: Labels) -> float:
        return float(np.abs(values[one] - values[other]).mean())

    near = found[asked, place]
    return {
        name: round(apart(values, asked, near) / apart(values, first, second), 3) for name, values in aspects.items()
    }


def hubs(company: Company, vectors: Numbers) -> dict[str, float]:
    """Return the skewness of how often each recording is a neighbour, and the share that never are.

    The more skewed, the more a few songs are everybody's neighbours (Radovanovic et al. 2010).
    """
    found = company.found(vectors)
    times = np.bincount(found[found >= 0], minlength=len(company.label))
    spread = (times - times.mean()) / max(times.std(), np.finfo(float).tiny)
    return {"skewness": round(float(np.mean(spread**3)), 3), "never found": round(float(np.mean(times == 0)), 4)}

"""Which candidates stand on the page, and why: Thompson sampling, with a bound on each genre's share.

What belongs here: drawing, spreading over genres, and reasons read off the same model. Not here: which events count
(``preference``), words (``wording``).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from portal.taste.account import Account
from portal.taste.reasons import Reasons, Shown
from portal.taste.regression import Posterior
from portal.taste.space import Rows, Space
from portal.taste.values import ASKED, Choice, Evidence, Piece

NOISE = 1.0
"""Standard deviation of a reward around what genres, moods and sound can tell."""

CURIOSITY = 0.15
"""Standard deviations of doubt that a draw is allowed: 1 is Thompson sampling by the book, 0 never tries anything."""

OWN = 0.03
"""How far a piece may be better or worse than all we know about it; also what tells equal candidates apart."""

SHARE = 2 / 3
"""Most of a page that one genre may take while there are others."""

Mask = NDArray[np.bool_]
Normal = NormalDist()


@dataclass(frozen=True)
class Question:
    """What is asked for: ``count`` pieces, fit for a context and a mood where these are given."""

    count: int
    seed: str
    context: str | None = None
    mood: str | None = None


def choose(evidence: Sequence[Evidence], candidates: Sequence[Piece], question: Question) -> list[Choice]:
    """Return the page, the best first."""
    if not candidates or question.count < 1:
        return []
    known = [one.piece for one in evidence]
    space = Space.over([*known, *candidates])
    names, sounds = space.names(candidates), space.sounds(candidates)
    rows = space.rows(names, sounds, space.acclaim(candidates), [question.context] * len(candidates))
    heard, heard_sounds = space.names(known), space.sounds(known)
    posterior = Posterior.of(
        space.rows(heard, heard_sounds, space.acclaim(known), [one.context for one in evidence]),
        np.array([one.reward for one in evidence], float),
        np.array([one.weight for one in evidence], float),
        NOISE,
        space.before(),
    )
    scores = drawn(posterior, question) @ rows.T + own(candidates, question.seed)
    reasons = Reasons(evidence, Account(evidence, space, heard), heard_sounds)

    def choice(place: int, index: int) -> Choice:
        added = rows[index] * posterior.mean
        shown = Shown(names[index], sounds[index], added, question.context, question.mood)
        return Choice(candidates[index], float(scores[place, index]), reasons.of(shown))

    chosen = page(scores, main_genres(space, names), tiers(space, names, question.mood))
    return [choice(place, index) for place, index in enumerate(chosen)]


def drawn(posterior: Posterior, question: Question) -> Rows:
    """Return effects that may well be, for each place of the page: the mean, and a seeded part of what is not known."""
    rng = np.random.default_rng(int.from_bytes(_digest(question.seed, "effects")))
    normals = rng.standard_normal((question.count, len(posterior.mean)))
    return posterior.mean + CURIOSITY * posterior.doubts(normals)


def own(candidates: Sequence[Piece], seed: str) -> Rows:
    """Return a seeded draw of what each piece has for itself; it does not depend on which others stand beside it."""
    digests = (int.from_bytes(_digest(seed, piece.key)) >> 12 for piece in candidates)
    return OWN * np.array([Normal.inv_cdf((digest + 0.5) / 2**52) for digest in digests])


def _digest(seed: str, key: str) -> bytes:
    return blake2b(f"{seed}\0{key}".encode("utf-8", "surrogatepass"), digest_size=8).digest()


def main_genres(space: Space, names: Rows) -> NDArray[np.int_]:
    """Return the number of each piece's strongest genre; -1 where none is told."""
    genres = names[:, : len(space.genres)]
    return np.where(genres.any(axis=1), genres.argmax(axis=1), -1) if space.genres else np.full(len(names), -1)


def tiers(space: Space, names: Rows, mood: str | None) -> list[Mask]:
    """Return who comes first: pieces that have the mood asked for, then all."""
    everyone = np.ones(len(names), bool)
    if mood not in space.moods:
        return [everyone]
    return [names[:, len(space.genres) + space.moods.index(mood)] >= ASKED, everyone]


def page(scores: Rows, genres: NDArray[np.int_], tiers: Sequence[Mask]) -> list[int]:
    """Return the best piece for each place, shape (places, pieces), no piece twice.

    Of each genre no more than its SHARE is taken, unless the tier has nothing else.
    """
    most = max(1, math.floor(len(scores) * SHARE))
    taken: Counter[int] = Counter()
    left = np.ones(len(genres), bool)
    varied = np.ones(len(genres), bool)
    chosen: list[int] = []
    for place in scores[: len(genres)]:
        pool = next(pool for tier in tiers for pool in (tier & left & varied, tier & left) if pool.any())
        index = int(np.where(pool, place, -np.inf).argmax())
        chosen.append(index)
        left[index] = False
        taken[genre := int(genres[index])] += 1
        if genre >= 0 and taken[genre] >= most:
            varied &= genres != genre
    return chosen

"""Does the preference model find what people like? ``python -m benchmarks.taste [--seeds N] [--write docs/taste.md]``.

Made-up listeners get a page of songs in every round, like or skip some of them, and change their taste midway. The same
listeners are served by our model, by what is popular with others, by their best-loved genre, by chance, and by an
oracle that knows them; the difference to the oracle is the regret. What our model gets is what the portal hands it:
events and candidates, through the same ``Taste.from_events(...).rank(...)``.

What belongs here: the policies, the rounds and the table. Not here: what listeners like (``listeners``).
"""

from __future__ import annotations

import os

# Before NumPy is loaded, which reads them once.
os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

import argparse
import math
import sys
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import numpy as np
from scipy import stats

from benchmarks import listeners, machine
from benchmarks.listeners import Catalogue
from benchmarks.timing import in_turns
from classifier import GENRES
from portal.taste.preference import HALF_LIFE, MOST_EVENTS, Taste
from portal.taste.values import CONTEXTS, Event, Piece

ROUNDS, SEEDS = 1_000, 20
FIRST_SEED = 3_000
"""The seeds of the table begin here; the model's constants were chosen on seeds below."""

CANDIDATES, PAGE = 60, 6
DAYS = 0.5
"""Between two rounds, so that the rounds take about a year and a half."""

OTHERS = 20
"""Other listeners, from whom popularity is learned: each reacts to a page of chance in every round."""

UNTOLD = 0.2
"""Share of rounds in which the listener does not say what the music is for."""

SKIPS = 0.5
"""Chance that a song which is not liked is skipped; otherwise nothing is told of it."""

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
BEGIN, END = "<!-- simulation: begin -->", "<!-- simulation: end -->"


@dataclass(frozen=True)
class Round:
    """What a policy may know: the moment, the songs to choose from, and what the listener says it is for."""

    number: int
    candidates: np.ndarray
    context: str | None

    @property
    def at(self) -> datetime:
        return BEGAN + timedelta(days=DAYS * self.number)


class Policy(Protocol):
    def choose(self, now: Round) -> Sequence[int]: ...

    def told(self, now: Round, song: int, liked: bool) -> None: ...


@dataclass
class Ours:
    """The portal's model, asked as the portal asks it."""

    catalogue: Catalogue
    seed: str
    means: np.ndarray  # (rounds, songs), the very ones that popularity goes by
    events: deque[Event] = field(default_factory=lambda: deque(maxlen=MOST_EVENTS))

    def choose(self, now: Round) -> Sequence[int]:
        taste = Taste.from_events(self.events, now.at)
        pieces = [self._piece(now, song) for song in now.candidates]
        choices = taste.rank(pieces, context=now.context, count=PAGE, seed=f"{self.seed}:{now.at:%F}")
        return [int(choice.piece.key) for choice in choices]

    def told(self, now: Round, song: int, liked: bool) -> None:
        self.events.append(Event("like" if liked else "skip", self._piece(now, song), now.at, now.context))

    def _piece(self, now: Round, song: int) -> Piece:
        return replace(self.catalogue.pieces[song], acclaim=float(self.means[now.number][song]))


@dataclass
class Popularity:
    """The best running mean among other listeners."""

    means: np.ndarray  # (rounds, songs)

    def choose(self, now: Round) -> Sequence[int]:
        return now.candidates[np.argsort(-self.means[now.number][now.candidates], kind="stable")[:PAGE]]

    def told(self, now: Round, song: int, liked: bool) -> None:
        """Learn nothing: what is popular is known from the others."""


@dataclass
class Chance:
    rng: np.random.Generator

    def choose(self, now: Round) -> Sequence[int]:
        return self.rng.choice(now.candidates, PAGE, replace=False)

    def told(self, now: Round, song: int, liked: bool) -> None:
        """Learn nothing."""


@dataclass
class GenreOnly:
    """The best-loved genre, counted with our half-life, by chance within it; now and then any song at all."""

    catalogue: Catalogue
    rng: np.random.Generator
    curiosity: float = 0.05
    likes: np.ndarray = field(default_factory=lambda: np.zeros(len(GENRES)))
    seen: np.ndarray = field(default_factory=lambda: np.zeros(len(GENRES)))

    def choose(self, now: Round) -> Sequence[int]:
        loved = (self.likes / worth(now) + 0.5) / (self.seen / worth(now) + 1.0)
        shuffled = self.rng.permutation(now.candidates)
        tried = np.arange(len(shuffled)) < self.rng.binomial(PAGE, self.curiosity)
        genres = self.catalogue.named[shuffled]
        return shuffled[np.argsort(np.where(tried, -np.inf, -loved[genres]), kind="stable")[:PAGE]]

    def told(self, now: Round, song: int, liked: bool) -> None:
        self.seen[self.catalogue.named[song]] += worth(now)
        self.likes[self.catalogue.named[song]] += worth(now) * liked


def worth(now: Round) -> float:
    """Return what an event of this round counts, when one of the first round counts 1."""
    return 2.0 ** (DAYS * now.number / HALF_LIFE)


@dataclass
class Oracle:
    chances: Callable[[int], np.ndarray]

    def choose(self, now: Round) -> Sequence[int]:
        return now.candidates[np.argsort(-self.chances(now.number)[now.candidates], kind="stable")[:PAGE]]

    def told(self, now: Round, song: int, liked: bool) -> None:
        """Know it already."""


@dataclass(frozen=True)
class World:
    """One listener among others, and all that chance decides, so that every policy meets the same luck."""

    seed: int
    catalogue: Catalogue
    chances: np.ndarray  # (before and after the drift, contexts, songs)
    contexts: np.ndarray
    untold: np.ndarray
    candidates: np.ndarray  # (rounds, CANDIDATES)
    luck: np.ndarray  # (rounds, songs), and beside it whether what is not liked would be skipped
    skips: np.ndarray
    popular: np.ndarray

    @classmethod
    def made(cls, seed: int, rounds: int) -> World:
        rng = np.random.default_rng(seed)
        catalogue = Catalogue.made(rng)
        songs = len(catalogue.pieces)
        contexts = rng.integers(len(CONTEXTS), size=(1 + OTHERS, rounds))
        chances = [phases(rng, catalogue) for _ in range(1 + OTHERS)]
        return cls(
            seed,
            catalogue,
            chances[0],
            contexts[0],
            rng.random(rounds) < UNTOLD,
            np.array([rng.choice(songs, CANDIDATES, replace=False) for _ in range(rounds)]),
            rng.random((rounds, songs)),
            rng.random((rounds, songs)) < SKIPS,
            popularity(rng, chances[1:], contexts[1:], rounds),
        )

    def rounds(self) -> list[Round]:
        return [
            Round(number, candidates, None if self.untold[number] else CONTEXTS[self.contexts[number]])
            for number, candidates in enumerate(self.candidates)
        ]

    def now(self, number: int) -> np.ndarray:
        """Return the hidden chances of all songs to be liked in this round."""
        return self.chances[phase(number, len(self.contexts)), self.contexts[number]]


def phase(number: int, rounds: int) -> int:
    return int(number >= rounds // 2)


def phases(rng: np.random.Generator, catalogue: Catalogue) -> np.ndarray:
    taste = listeners.Taste.made(rng, catalogue)
    return np.array([taste.chances(catalogue), taste.drifted(rng, catalogue).chances(catalogue)])


def popularity(rng: np.random.Generator, others: Sequence[np.ndarray], contexts: np.ndarray, rounds: int) -> np.ndarray:
    """Return the running mean of others' likes at the begin of each round, shape (rounds, songs)."""
    songs = others[0].shape[-1]
    likes, seen = np.zeros(songs), np.zeros(songs)
    means = np.empty((rounds, songs))
    for number in range(rounds):
        means[number] = (likes + 0.5) / (seen + 1.5)
        for chances, there in zip(others, contexts, strict=True):
            shown = rng.choice(songs, PAGE, replace=False)
            seen[shown] += 1
            likes[shown] += rng.random(PAGE) < chances[phase(number, rounds), there[number]][shown]
    return means


@dataclass(frozen=True)
class Result:
    """``likes``: songs liked; ``expected``: by the hidden chances; ``genres``: of all songs shown, how many of each.

    ``of_a_page`` is how many genres a page shows, on average.
    """

    likes: float
    expected: float
    genres: np.ndarray
    of_a_page: float

    @property
    def effective(self) -> float:
        """How many genres, were all shown equally often, would be as varied: the exponential of the entropy."""
        shares = self.genres[self.genres > 0] / self.genres.sum()
        return float(np.exp(-(shares * np.log(shares)).sum()))


def play(policy: Policy, world: World) -> Result:
    likes, expected, genres, of_pages = 0, 0.0, np.zeros(len(GENRES)), 0
    for now in world.rounds():
        chances = world.now(now.number)
        page = policy.choose(now)
        of_pages += len(set(world.catalogue.named[page]))
        for song in page:
            liked = bool(world.luck[now.number, song] < chances[song])
            likes += liked
            expected += float(chances[song])
            genres[world.catalogue.named[song]] += 1
            if liked or world.skips[now.number, song]:
                policy.told(now, song, liked)
    return Result(likes, expected, genres, of_pages / len(world.candidates))


def simulate(seeds: Sequence[int], rounds: int) -> dict[str, list[Result]]:
    """Let every policy serve the same listeners; one result for each seed."""
    results: dict[str, list[Result]] = {}
    for seed in seeds:
        world = World.made(seed, rounds)
        for name, policy in policies(world).items():
            results.setdefault(name, []).append(play(policy, world))
    return results


def policies(world: World) -> dict[str, Policy]:
    return {
        "ours": Ours(world.catalogue, str(world.seed), world.popular),
        "genre only": GenreOnly(world.catalogue, np.random.default_rng([world.seed, 1])),
        "popularity": Popularity(world.popular),
        "random": Chance(np.random.default_rng([world.seed, 2])),
        "oracle": Oracle(world.now),
    }


def table(results: dict[str, list[Result]]) -> str:
    lines = [
        "| chosen by | songs liked | ours ÷ it | ours - it | regret | genres | effective genres | genres a page |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    best, ours = expected(results["oracle"]), likes(results["ours"])
    for name, found in results.items():
        its = likes(found)
        cells = (
            name,
            interval(its),
            f"{ours.mean() / its.mean():.2f}",
            "" if name == "ours" else interval(ours - its),
            interval(best - expected(found)),
            f"{np.mean([(one.genres > 0).sum() for one in found]):.1f}",
            f"{np.mean([one.effective for one in found]):.1f}",
            f"{np.mean([one.of_a_page for one in found]):.1f}",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def likes(results: Sequence[Result]) -> np.ndarray:
    return np.array([one.likes for one in results], float)


def expected(results: Sequence[Result]) -> np.ndarray:
    return np.array([one.expected for one in results])


def interval(values: np.ndarray) -> str:
    """Return the mean with its 95% interval over the seeds, by Student's t."""
    if len(values) < 2:
        return f"{values.mean():,.0f}"
    half = stats.t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / math.sqrt(len(values))
    return f"{values.mean():,.0f} ± {half:,.0f}"


def milliseconds(candidates: int, events: int = MOST_EVENTS) -> float:
    """Return how long one page takes, from events and candidates to choices with reasons."""
    world = World.made(0, 2)
    pieces = world.catalogue.pieces
    known = [Event("like" if n % 3 else "skip", pieces[n], BEGAN, CONTEXTS[n % 4]) for n in range(events)]

    def page() -> None:
        Taste.from_events(known, BEGAN).rank(pieces[-candidates:], context="morning", count=PAGE, seed="a day")

    return 1e3 * in_turns(page)[0]


def report(seeds: int, rounds: int) -> str:
    """Play everything and return it as Markdown."""
    results = simulate(range(FIRST_SEED, FIRST_SEED + seeds), rounds)
    told = (
        f"{seeds} listeners, {rounds:,} rounds, {CANDIDATES} candidates and a page of {PAGE} a round; mean and 95% "
        f"interval over listeners. Of {rounds * PAGE:,} songs shown to each:"
    )
    speed = f"A page from {MOST_EVENTS} events and 300 candidates, reasons included: {milliseconds(300):.1f} ms."
    return "\n".join([told, "", table(results), speed, f"Measured on {machine.description()}"]).rstrip("\n")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.taste", description=__doc__)
    parser.add_argument("--seeds", type=int, default=SEEDS, metavar="N", help=f"listeners (default {SEEDS})")
    parser.add_argument("--rounds", type=int, default=ROUNDS, metavar="N", help=f"pages each sees (default {ROUNDS})")
    parser.add_argument("--write", type=Path, metavar="FILE", help="rewrite the table between the marks in this page")
    options = parser.parse_args()
    if options.seeds < 1 or options.rounds < 2:
        parser.error("--seeds must be 1 at least, and --rounds 2")
    if options.write and not marked(options.write.read_text()):
        parser.error(f"{options.write} lacks the marks {BEGIN} and {END}")
    page = report(options.seeds, options.rounds)
    print(page)
    if options.write:
        before, _begin, rest = options.write.read_text().partition(BEGIN)
        after = rest.partition(END)[2]
        options.write.write_text(f"{before}{BEGIN}\n{page}\n{END}{after}")
    return 0


def marked(page: str) -> bool:
    return BEGIN in page and END in page.partition(BEGIN)[2]


if __name__ == "__main__":
    sys.exit(main())

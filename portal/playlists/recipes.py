"""What is curated: recipes as values, and pure functions from a person's own songs to lists of them.

What belongs here: the table, and which songs fit how well. Not here: the database (``curation``), or learning from what
somebody likes (``taste``): a recipe looks at what songs sound like, and at nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.language import N_, translated

MOST_SONGS = 100
FEWEST_SONGS = 3
"""One or two songs are no list of a kind."""

NEW_FOR = timedelta(days=7)

CLOSE_ENOUGH = 0.7
"""How near to its aims, on the whole, a song must lie for a moment of the day; 1 is right on all of them."""

SLOW, FAST = 60.0, 180.0
"""Beats a minute that count as the slow end and the fast end."""

GENRE_WORDS = {
    "blues": N_("blues"),
    "classical": N_("classical"),
    "country": N_("country"),
    "disco": N_("disco"),
    "hiphop": N_("hip-hop"),
    "jazz": N_("jazz"),
    "metal": N_("metal"),
    "pop": N_("pop"),
    "reggae": N_("reggae"),
    "rock": N_("rock"),
}
"""What the usual genres are called within a sentence."""

GENRE = "genre:"
"""What the keys of recipes for a genre begin with."""

GENRE_NAME = N_("Your %(genre)s")
GENRE_DESCRIPTION = N_("Your songs that we hear as %(genre)s, the surest first.")


@dataclass(frozen=True)
class HeardSong:
    """A song with a verdict, as recipes look at it; ``energy`` and ``brightness`` run from 0 to 1.

    What the model that heard it did not say is None, or empty.
    """

    id: str
    uploaded_at: datetime
    genre: str
    confidence: float
    sure: bool
    mood: str | None
    moods: Mapping[str, float]
    tempo: float | None
    energy: float | None
    brightness: float | None
    mode: str | None


Fit = Callable[[HeardSong, datetime], float | None]
"""How well a song fits at a moment, more is better; None where it does not belong."""


@dataclass(frozen=True)
class Recipe:
    """One curated playlist: what it is called, which songs belong, and how few of them are worth a list.

    Name and description are kept in English; ``titled`` says them to whoever reads them.
    """

    key: str
    name: str
    description: str
    fit: Fit
    fewest: int = FEWEST_SONGS


@dataclass(frozen=True)
class Setting:
    """What music for a moment of the day is like: its moods, and what to aim at, each from 0 to 1; None does not count.

    ``pace`` is the tempo between SLOW and FAST.
    """

    moods: tuple[str, ...]
    pace: float | None = None
    energy: float | None = None
    brightness: float | None = None
    mode: str | None = None


def curate(songs: Sequence[HeardSong], now: datetime) -> dict[Recipe, tuple[str, ...]]:
    """Return the ids of the songs for each recipe, the best first; none where too few fit."""
    return {recipe: chosen(recipe, songs, now) for recipe in recipes(song.genre for song in songs)}


def recipes(genres: Iterable[str]) -> tuple[Recipe, ...]:
    """Return all recipes for somebody whose songs were heard as these genres, in the order they are shown in."""
    return (NEW, *map(by_genre, sorted(set(genres))), *MOMENTS)


def rank(key: str) -> tuple[int, str]:
    """Return what to sort recipes' keys by."""
    kind = key.partition(":")[0]
    return (("new", "genre", "mood").index(kind) if kind in {"new", "genre", "mood"} else 3), key


def chosen(recipe: Recipe, songs: Iterable[HeardSong], now: datetime) -> tuple[str, ...]:
    """Return the ids of the songs that fit, the best first; none where too few do."""
    fits = [(fit, song) for song in songs if (fit := recipe.fit(song, now)) is not None]
    # Equals stand newest first, and at last by their id, so that a list does not change with the database's mood.
    fits.sort(key=lambda pair: (pair[0], pair[1].uploaded_at, pair[1].id), reverse=True)
    return tuple(song.id for _, song in fits[:MOST_SONGS]) if len(fits) >= recipe.fewest else ()


def by_genre(genre: str) -> Recipe:
    """Return the recipe for one's songs of a genre: those that are sure lead, the surest first."""

    def fit(song: HeardSong, _now: datetime) -> float | None:
        return song.sure + song.confidence if song.genre == genre else None

    said = {"genre": genre_words(genre)}
    return Recipe(f"{GENRE}{genre}", GENRE_NAME % said, GENRE_DESCRIPTION % said, fit)


def genre_words(genre: str) -> str:
    """Return what a genre is called within an English sentence."""
    return GENRE_WORDS.get(genre, genre.replace("_", " "))


def titled(recipe: str | None, name: str, description: str = "") -> tuple[str, str]:
    """Return name and description of a playlist as they are read.

    Nobody can rename a curated one, so what is kept of it are its recipe's English words; they are said in the language
    that is spoken. What people wrote themselves, where ``recipe`` is None, stays as it is.
    """
    if recipe is None:
        return name, description
    if not recipe.startswith(GENRE):
        return translated(name), translated(description)
    said = {"genre": translated(genre_words(recipe.removeprefix(GENRE)))}
    return translated(GENRE_NAME) % said, translated(GENRE_DESCRIPTION) % said


def for_moment(setting: Setting) -> Fit:
    """Return how well songs fit a moment of the day."""

    def fit(song: HeardSong, _now: datetime) -> float | None:
        near = closeness(song, setting)
        if song.mood not in setting.moods or near < CLOSE_ENOUGH:
            return None
        return near * sum(song.moods.get(mood, 0.0) for mood in setting.moods)

    return fit


def closeness(song: HeardSong, setting: Setting) -> float:
    """Return how near a song lies to the aims, 0 to 1, on the mean of those that are known of it; 1 if none is."""
    pairs = (
        (pace(song.tempo), setting.pace),
        (song.energy, setting.energy),
        (song.brightness, setting.brightness),
    )
    near = [1 - abs(is_ - aim) for is_, aim in pairs if is_ is not None and aim is not None]
    if song.mode is not None and setting.mode is not None:
        near.append(float(song.mode == setting.mode))
    return sum(near) / len(near) if near else 1.0


def pace(tempo: float | None) -> float | None:
    """Return a tempo in beats a minute on the way from SLOW to FAST, 0 to 1."""
    return None if tempo is None else min(max((tempo - SLOW) / (FAST - SLOW), 0.0), 1.0)


def _newness(song: HeardSong, now: datetime) -> float | None:
    return song.uploaded_at.timestamp() if now - song.uploaded_at <= NEW_FOR else None


NEW = Recipe(
    "new", N_("New this week"), N_("What you added in the last seven days, the newest first."), _newness, fewest=1
)

EVENING = Setting(("calm", "sad"), pace=0.1, energy=0.15, brightness=0.3)
WORKOUT = Setting(("lively", "tense"), pace=0.7, energy=0.9)
FOCUS = Setting(("calm", "tense"), pace=0.45, energy=0.4, brightness=0.4)
MORNING = Setting(("lively", "calm"), pace=0.5, energy=0.55, brightness=0.75, mode="major")

MOMENTS = (
    Recipe("mood:bright:morning", N_("Morning, bright"), N_("Cheerful and clear, not too hard."), for_moment(MORNING)),
    Recipe(
        "mood:calm:focus", N_("Focus, steady"), N_("An even pace that does not ask for attention."), for_moment(FOCUS)
    ),
    Recipe("mood:lively:workout", N_("Workout, lively"), N_("Fast, and full of energy."), for_moment(WORKOUT)),
    Recipe(
        "mood:calm:evening", N_("Evening, calm"), N_("Slow and quiet, for the end of the day."), for_moment(EVENING)
    ),
)

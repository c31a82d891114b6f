"""How numbers and names of a verdict are said to people: the filters of the templates.

What belongs here: pure functions from values to text, or to the few numbers a drawing needs. Not here: markup
(``templates``), queries (``service``) or any rule about what a song is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import Any, Protocol

from babel.dates import format_date, format_skeleton
from babel.numbers import format_percent, get_decimal_symbol

from classifier import GENRES
from portal.language import N_, _, lazy, locale, translated

NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
EN_DASH = "\N{EN DASH}"

VERY_SURE = 0.85
QUITE_SURE = 0.6

GENRE_NAMES = {
    "blues": lazy("Blues"),
    "classical": lazy("Classical"),
    "country": lazy("Country"),
    "disco": lazy("Disco"),
    "hiphop": lazy("Hip-hop"),
    "jazz": lazy("Jazz"),
    "metal": lazy("Metal"),
    "pop": lazy("Pop"),
    "reggae": lazy("Reggae"),
    "rock": lazy("Rock"),
}
"""The names of the usual genres; others are called by their keys."""

GENRES_IN_SENTENCE = {
    "blues": lazy("blues"),
    "classical": lazy("classical"),
    "country": lazy("country"),
    "disco": lazy("disco"),
    "hiphop": lazy("hip-hop"),
    "jazz": lazy("jazz"),
    "metal": lazy("metal"),
    "pop": lazy("pop"),
    "reggae": lazy("reggae"),
    "rock": lazy("rock"),
}
"""The same within a sentence, where some languages write them otherwise."""

MOOD_NAMES = {
    "bright": N_("bright"),
    "calm": N_("calm"),
    "dark": N_("dark"),
    "energetic": N_("energetic"),
    "lively": N_("lively"),
    "sad": N_("sad"),
    "tense": N_("tense"),
}
"""Moods as they stand within a sentence."""

OTHER_COLOURS = 6
"""How many colours ``tokens.css`` has for genres beyond the usual ones."""

CLEAR_MOOD = 0.5
"""Probability from which a song has one mood; below, the two likeliest are named."""

STATE_NAMES = {
    "queued": lazy("Waiting"),
    "running": lazy("Analysing"),
    "done": lazy("Done"),
    "failed": lazy("Failed"),
    "cancelled": lazy("Cancelled"),
}

STAGE_NAMES = {"decode": lazy("Decoding"), "features": lazy("Listening"), "model": lazy("Deciding")}

SIZE_UNITS = (lazy("bytes"), lazy("KB"), lazy("MB"), lazy("GB"))

TICK_STEPS = (5, 10, 15, 30, 60, 120, 300, 600)
"""Seconds between two marks of a time axis, from which the first that is not too dense is taken."""

MOST_TICKS = 4

SOURCE = "en"
"""The language that the sentences here are in, and whose figures are written in our own way."""


class Verdict(Protocol):
    """What the words about a verdict are taken from."""

    genre: str
    genres: list[Any] | None
    confidence: float
    sure: bool
    music: bool
    scores: dict[str, Any]


@dataclass(frozen=True)
class Block:
    """One segment as drawn: ``x`` and ``width`` are percent of the song, ``score`` the probability of its genre."""

    start: float
    end: float
    x: float
    width: float
    score: float


@dataclass(frozen=True)
class Lane:
    """All blocks of one genre, one row of the timeline."""

    genre: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Run:
    """A stretch of neighbouring segments that agree on the genre; times in seconds."""

    genre: str
    start: float
    end: float


@dataclass(frozen=True)
class Arc:
    """One genre's part of the ring: where it starts and how far it runs, in percent of the circle."""

    genre: str
    start: float
    length: float


@dataclass(frozen=True)
class Tick:
    """A mark of the time axis at ``x`` percent of the song."""

    x: float
    label: str


def genre_name(genre: str) -> str:
    """Return the genre as shown to people; capitals of its own, as in R&B, are left as they are."""
    return str(GENRE_NAMES.get(genre) or sentence(genre.replace("_", " ")))


def genre_in_sentence(genre: str) -> str:
    """Return the genre's name as it stands within a sentence: an abbreviation keeps its capitals."""
    if genre in GENRES_IN_SENTENCE:
        return str(GENRES_IN_SENTENCE[genre])
    name = genre_name(genre)
    # Nouns are small in English only; the name itself is English wherever the catalogue does not know it.
    small = locale().language == "en" and name[1:] == name[1:].lower()
    return name.lower() if small else name


def sentence(text: str) -> str:
    """Return the text with a capital at its start, and all others left alone."""
    return text[:1].upper() + text[1:]


def genre_class(genre: str, scored: Iterable[str] = ()) -> str:
    """Return the class that gives the genre its colour.

    Genres beyond the usual ones take turns at the other colours, in the order of the alphabet among all that were
    scored together, so that no two of a song look alike while the colours last.
    """
    if genre in GENRES:
        return f"genre-{genre}"
    others = sorted({genre, *scored} - set(GENRES))
    return f"genre-other-{others.index(genre) % OTHER_COLOURS + 1}"


def mood_in_sentence(mood: str) -> str:
    """Return the mood's name as it stands within a sentence."""
    return translated(MOOD_NAMES.get(mood, mood))


def mood_name(mood: str) -> str:
    """Return the mood as shown to people."""
    return sentence(mood_in_sentence(mood))


def second_words(prediction: Verdict) -> str:
    """Return "with some blues" for a second genre that may be relied on too; nothing where there is none."""
    seconds = (prediction.genres or [])[1:]
    if not (seconds and prediction.sure and prediction.music):
        return ""
    several = reduce(
        lambda some, genre: _("%(some)s and %(another)s", some=some, another=genre), map(genre_in_sentence, seconds)
    )
    return _("with some %(genre)s", genre=several)


def verdict_name(prediction: Verdict) -> str:
    """Return what to call the song: "Rock", or "Rock, with some blues"."""
    return ", ".join(filter(None, (genre_name(prediction.genre), second_words(prediction))))


def mood_words(moods: Mapping[str, float]) -> str:
    """Return "Mostly calm", or "Between calm and sad" where no mood is clear."""
    first, *others = ranked(moods)
    mood = mood_in_sentence(first[0])
    if first[1] >= CLEAR_MOOD or not others:
        return _("Mostly %(mood)s", mood=mood)
    return _("Between %(mood)s and %(other)s", mood=mood, other=mood_in_sentence(others[0][0]))


def ranked(scores: Mapping[str, float]) -> list[tuple[str, float]]:
    """Return genres and scores, the likeliest first; equals stand in the order of the alphabet."""
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))


def confidence_words(prediction: Verdict) -> str:
    """Say how far the verdict is to be relied on, in words that fit into a sentence."""
    if not prediction.music:
        return _("this may not be music")
    if not prediction.sure:
        likeliest = [genre_in_sentence(genre) for genre, _score in ranked(prediction.scores)[:2]]
        return _(
            "not sure: %(genres)s",
            genres=reduce(lambda one, other: _("%(one)s or %(other)s", one=one, other=other), likeliest),
        )
    if prediction.confidence >= VERY_SURE:
        return _("very sure")
    return _("quite sure") if prediction.confidence >= QUITE_SURE else _("fairly sure")


def percent(share: float) -> str:
    """Return 0.873 as "87 %", its space unbreakable, or as the language of the page writes it."""
    if locale().language == SOURCE:
        return f"{share * 100:.0f}{NO_BREAK_SPACE}%"
    return format_percent(share, locale=locale())


def decimal(value: float, digits: int) -> str:
    """Return the number with so many digits behind the sign that the language of the page has there."""
    return f"{value:.{digits}f}".replace(".", get_decimal_symbol(locale()))


def clock(seconds: float | None) -> str:
    """Return seconds as "3:07", or "1:02:05" from an hour on; nothing where the length is unknown."""
    if seconds is None:
        return ""
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def span(part: Run | Block) -> str:
    """Return the stretch of time as "0:10-0:30", with a proper dash."""
    return f"{clock(part.start)}{EN_DASH}{clock(part.end)}"


def tempo_text(tempo: float | None) -> str:
    """Return the tempo in beats a minute, or that none was found."""
    if tempo is None:
        return _("no steady pulse")
    beats = _("BPM")
    return f"{tempo:.0f}{NO_BREAK_SPACE}{beats}"


def state_text(state: str) -> str:
    """Return a job's state as shown to people."""
    return str(STATE_NAMES.get(state, state.capitalize()))


def stage_text(stage: str) -> str:
    """Return what a running job is doing; a stage we do not know is simply being analysed."""
    return str(STAGE_NAMES.get(stage, STATE_NAMES["running"]))


def file_size(size_bytes: int) -> str:
    """Return a size in the unit a person would choose."""
    power = min(max(size_bytes.bit_length() - 1, 0) // 10, len(SIZE_UNITS) - 1)
    size = size_bytes / 1024**power
    digits = 1 if power and size < 10 else 0  # noqa: PLR2004 - two significant digits are enough
    return f"{decimal(size, digits)}{NO_BREAK_SPACE}{SIZE_UNITS[power]}"


def day(moment: datetime) -> str:
    """Return the date as "7 Nov 2026", or as the language of the page writes it."""
    if locale().language == SOURCE:
        return format_date(moment, "d MMM y", locale=locale())
    return format_skeleton("yMMMd", moment, locale=locale())


def runs(segments: Iterable[Mapping[str, Any]]) -> list[Run]:
    """Join neighbouring segments of one genre, for the timeline in words."""
    joined: list[Run] = []
    for segment in segments:
        if joined and joined[-1].genre == segment["genre"]:
            joined[-1] = Run(segment["genre"], joined[-1].start, segment["end"])
        else:
            joined.append(Run(segment["genre"], segment["start"], segment["end"]))
    return joined


def lanes(segments: Sequence[Mapping[str, Any]]) -> list[Lane]:
    """Lay the segments out in one lane a genre, the genre with most of the song first."""
    total = max((segment["end"] for segment in segments), default=0.0)
    by_genre: dict[str, list[Block]] = {}
    for segment in segments:
        by_genre.setdefault(segment["genre"], []).append(_block(segment, total))
    rows = [Lane(genre, tuple(blocks)) for genre, blocks in by_genre.items()]
    return sorted(rows, key=lambda lane: -sum(block.width for block in lane.blocks))


def _block(segment: Mapping[str, Any], total: float) -> Block:
    start, end = segment["start"], segment["end"]
    return Block(
        start=start,
        end=end,
        x=round(100 * start / total, 3),
        width=round(100 * (end - start) / total, 3),
        score=segment["scores"][segment["genre"]],
    )


def ticks(seconds: float) -> list[Tick]:
    """Return the marks of a time axis over ``seconds``, so few that their labels never touch."""
    step = next((step for step in TICK_STEPS if seconds / step <= MOST_TICKS), TICK_STEPS[-1])
    # A mark so near the end that its centred label would stick out is left off.
    return [Tick(round(100 * at / seconds, 3), clock(at)) for at in range(0, int(seconds * 0.96) + 1, step)]


def arcs(scores: Mapping[str, float]) -> list[Arc]:
    """Lay the scores around a circle, the likeliest first; below half a percent nothing would be seen."""
    placed, start = [], 0.0
    for genre, score in ranked(scores):
        length = 100 * score
        if length >= 0.5:  # noqa: PLR2004 - see above
            placed.append(Arc(genre, round(start, 2), round(length, 2)))
        start += length
    return placed


FILTERS: dict[str, Callable[..., object]] = {
    "arcs": arcs,
    "clock": clock,
    "confidence_words": confidence_words,
    "day": day,
    "decimal": decimal,
    "file_size": file_size,
    "genre_class": genre_class,
    "genre_in_sentence": genre_in_sentence,
    "genre_name": genre_name,
    "lanes": lanes,
    "mood_in_sentence": mood_in_sentence,
    "mood_name": mood_name,
    "mood_words": mood_words,
    "percent": percent,
    "ranked": ranked,
    "runs": runs,
    "second_words": second_words,
    "sentence": sentence,
    "span": span,
    "stage_text": stage_text,
    "state_text": state_text,
    "tempo_text": tempo_text,
    "ticks": ticks,
    "verdict_name": verdict_name,
}
"""Name in the templates -> function; ``history.init_app`` registers them."""

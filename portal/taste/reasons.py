"""Why a piece is suggested, read off the effects it was ranked by and held to plain counts of what was liked.

What belongs here: choosing what may truly be said. Not here: words (``wording``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from portal.taste.account import DOUBT, Account
from portal.taste.space import Rows
from portal.taste.values import ASKED, Evidence, Reason

BELONGS = 0.25
"""Strength from which a piece is said to be of a genre."""

SAYABLE = 0.05
"""Reward that something must be expected to add before it is given as a reason."""

ALIKE = 0.5
"""Cosine from which a piece is said to sound like another."""

HEARD = 0.5
"""Evidence below which a genre is new to somebody."""


@dataclass(frozen=True)
class Shown:
    """A piece on the page: its names and sound, what each column adds to its expected reward, and where it is shown."""

    names: Rows
    sound: Rows
    added: Rows
    context: str | None
    mood: str | None


class Reasons:
    """Finds reasons in one person's evidence."""

    def __init__(self, evidence: Sequence[Evidence], account: Account, sounds: Rows) -> None:
        self._account = account
        self._space = account.space
        liked = [index for index, one in enumerate(evidence) if one.reward > 0]
        self._liked = [evidence[index].piece.key for index in liked]
        self._liked_sounds = sounds[liked]

    def of(self, shown: Shown) -> Reason:
        """Return what adds most to this piece's expected reward; where nothing does, what else is true of it."""
        liked, by_names = self._names(shown)
        like, by_sound = self._sound(shown)
        by_others = float(shown.added[-1])
        if by_others >= SAYABLE and by_others > max(by_names, by_sound):
            return Reason("others")
        if like is not None and by_sound > by_names:
            return Reason("sound", like=like)
        if liked is not None:
            return liked
        return self._otherwise(shown)

    def _names(self, shown: Shown) -> tuple[Reason | None, float]:
        """Return the genre and mood that add most, as far as they were liked together, and what they add."""
        whole, within = self._effects(shown)
        cut = len(self._space.genres)
        columns: list[int] = []
        for kind, least in ((range(cut), BELONGS), (range(cut, self._space.named), ASKED)):
            fit = [column for column in kind if shown.names[column] >= least and whole[column] >= SAYABLE]
            best = max(fit, key=lambda column: whole[column], default=None)
            if best is not None and self._is_liked(*columns, best, context=shown.context):
                columns.append(best)
        said = self._said(columns, within, shown.context) if columns else None
        return (None, 0.0) if said is None else (said, float(whole[columns].sum()))

    def _effects(self, shown: Shown) -> tuple[Rows, Rows]:
        """Return what each name adds here, and how much of that it adds in this context only."""
        added = shown.added[None]
        within = self._space.of_context(added, shown.context)[0]
        return self._space.of_names(added)[0] + within, within

    def _said(self, columns: Sequence[int], within: Rows, context: str | None) -> Reason | None:
        """Return these names as a reason, with the context if it matters; None if without it they are not liked."""
        special = context is not None and self._is_liked_more(columns, context) and within[list(columns)].sum() > 0
        if not special and self._account.liking(*columns)[0] <= 0:
            return None
        names = (*self._space.genres, *self._space.moods)
        cut = len(self._space.genres)
        return Reason(
            "liked",
            genre=next((names[column] for column in columns if column < cut), None),
            mood=next((names[column] for column in columns if column >= cut), None),
            context=context if special else None,
        )

    def _is_liked_more(self, columns: Sequence[int], context: str) -> bool:
        """Tell whether they are liked in this context, and more so than elsewhere."""
        here, evidence = self._account.liking(*columns, context=context)
        anywhere, all_evidence = self._account.liking(*columns)
        elsewhere = anywhere * (all_evidence + DOUBT) - here * (evidence + DOUBT)
        return here > 0 and here > elsewhere / (all_evidence - evidence + DOUBT)

    def _is_liked(self, *columns: int, context: str | None) -> bool:
        in_any, _evidence = self._account.liking(*columns)
        in_this, _evidence = self._account.liking(*columns, context=context or "")
        return in_any > 0 or (context is not None and in_this > 0)

    def _sound(self, shown: Shown) -> tuple[str | None, float]:
        """Return the liked piece that sounds most like this one, and what the sound adds."""
        by_sound = float(self._space.of_sound(shown.added[None]).sum())
        if by_sound < SAYABLE or not self._liked:
            return None, by_sound
        cosines = self._liked_sounds @ shown.sound
        nearest = int(np.argmax(cosines))
        return (self._liked[nearest] if cosines[nearest] >= ALIKE else None), by_sound

    def _otherwise(self, shown: Shown) -> Reason:
        moods = self._space.moods
        if shown.mood in moods and shown.names[len(self._space.genres) + moods.index(shown.mood)] >= ASKED:
            return Reason("mood", mood=shown.mood)
        genres = shown.names[: len(self._space.genres)]
        if genres.any() and self._account.liking(main := int(np.argmax(genres)))[1] < HEARD:
            return Reason("new", genre=self._space.genres[main])
        return Reason("open")

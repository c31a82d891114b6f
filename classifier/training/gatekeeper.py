"""The gate before a new model: it is shipped only when it is not worse than the one it replaces.

What belongs here: comparing what two model cards say. Not here: making cards (``report``) or writing models
(``classifier.artifact``).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from classifier.errors import ModelError

TOLERANCE = 0.01
"""How much worse a figure may be: a point, which is what another drawing of the folds moves it by."""

HIGHER_IS_BETTER = {"accuracy": True, "macro_recall": True, "expected_calibration_error": False}
"""The figures that decide, and which way each is better."""

SAME_DATA = ("judged", "artists judged", "artists by genre", "recordings by set")
"""What two cards must say alike of their data, where both say it, for their figures to be comparable."""


class NotComparableError(ModelError):
    """The two cards were not measured on the same data in the same way, so neither is better or worse."""

    code = "models_not_comparable"

    def __init__(self, differing: list[str]) -> None:
        super().__init__(
            f"The new model cannot be compared with the present one: their cards differ in {', '.join(differing)}. "
            "Train with --force to replace it all the same."
        )


class WorseModelError(ModelError):
    """The new model is worse than the one it would replace."""

    code = "model_worse"

    def __init__(self, changes: list[Change], tolerance: float) -> None:
        worse = "; ".join(str(change) for change in changes if change.is_worse(tolerance))
        super().__init__(
            f"The new model is worse than the present one by more than {tolerance:.1%}: {worse}. It was not written; "
            "train with --force to replace the present one all the same."
        )
        self.changes = changes


@dataclass(frozen=True)
class Change:
    """One figure before and after; ``interval`` is the old one's 95 % interval where its card has it."""

    name: str
    old: float
    new: float
    interval: tuple[float, float] | None = None

    def is_worse(self, tolerance: float) -> bool:
        """Tell whether the new figure is worse by more than ``tolerance``; one that is no number always is."""
        gain = self.new - self.old if HIGHER_IS_BETTER[self.name] else self.old - self.new
        # Figures are rounded to four digits: a difference of the tolerance itself is let pass.
        return not gain >= -tolerance - 1e-9

    def __str__(self) -> str:
        known = f" (95 % interval {self.interval[0]:.4f} to {self.interval[1]:.4f})" if self.interval else ""
        return f"{self.name.replace('_', ' ')} {self.old:.4f}{known} becomes {self.new:.4f}"


def not_worse(old_card: Mapping[str, Any], new_card: Mapping[str, Any], tolerance: float = TOLERANCE) -> list[Change]:
    """Compare two model cards.

    Parameters
    ----------
    old_card, new_card : mapping
        As ``artifact.read_card`` gives them; ``protocol``, ``data`` and ``figures`` are looked at.
    tolerance : float
        How much worse each figure may be, as a share.

    Returns
    -------
    list of Change
        Accuracy, macro recall and calibration error before and after: none worse by more than the tolerance.

    Raises
    ------
    NotComparableError
        If protocol, data or genres differ, or a card lacks a figure.
    WorseModelError
        If a figure is worse; the message has them all.
    """
    differing = _differing(old_card, new_card)
    if differing:
        raise NotComparableError(differing)
    intervals = old_card["figures"].get("intervals_95", {})
    changes = [
        Change(
            name,
            float(old_card["figures"][name]),
            _number(new_card["figures"][name]),
            tuple(intervals[name]) if name in intervals else None,
        )
        for name in HIGHER_IS_BETTER
    ]
    if any(change.is_worse(tolerance) for change in changes):
        raise WorseModelError(changes, tolerance)
    return changes


def _differing(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Return what keeps the cards from being compared, by name."""
    found = [] if old.get("protocol") == new.get("protocol") is not None else ["the protocol"]
    old_data, new_data = old.get("data", {}), new.get("data", {})
    if not (old_data and new_data):
        found.append("the data")
    found += [f"the data ({key})" for key in SAME_DATA if _both_say_otherwise(key, old_data, new_data)]
    if _both_say_otherwise("genres", old, new):
        found.append("the genres")
    for name in HIGHER_IS_BETTER:
        old_has, new_has = name in old.get("figures", {}), name in new.get("figures", {})
        if not (old_has and new_has and math.isfinite(_number(old["figures"][name]))):
            found.append(f"the figures ({name.replace('_', ' ')})")
    return found


def _both_say_otherwise(key: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    # Lists of a card come back from JSON where tuples went in.
    def plain(value: Any) -> Any:
        return list(value) if isinstance(value, tuple) else value

    return key in old and key in new and plain(old[key]) != plain(new[key])


def _number(value: Any) -> float:
    return float("nan") if value is None else float(value)

"""A history as a file for a spreadsheet (CSV) or a script (JSON).

What belongs here: pure functions from rows to bytes. Not here: which rows (``service``) or their download (``views``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from classifier import GENRES

if TYPE_CHECKING:
    import pandas as pd

FACTS = (
    "id",
    "title",
    "artist",
    "filename",
    "uploaded_at",
    "state",
    "genre",
    "confidence",
    "sure",
    "music",
    "tempo",
    "duration",
    "model",
)
SCORES = tuple(f"score_{genre}" for genre in GENRES)
CSV_COLUMNS = (*FACTS, *SCORES, "error")
JSON_KEYS = (*FACTS, "scores", "error")

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What makes a spreadsheet read a cell as a formula, full-width forms included."""


def to_csv(rows: Sequence[dict[str, Any]]) -> bytes:
    """Return the rows as CSV that Excel opens rightly and that starts no formula; without rows, the header alone."""
    flat = [row | _flat_scores(row["scores"]) for row in rows]
    frame = _frame(flat, CSV_COLUMNS).map(_harmless)
    # Both characters of the line end count as special, so a bare carriage return in a title is quoted as well.
    return frame.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")


def to_json(rows: Sequence[dict[str, Any]]) -> bytes:
    """Return the rows as a JSON list of objects with nested scores; what is unknown is null."""
    return _frame(rows, JSON_KEYS).to_json(orient="records", force_ascii=False, double_precision=15).encode()


def _frame(rows: Sequence[dict[str, Any]], columns: Sequence[str]) -> pd.DataFrame:
    # Imported here: it takes a third of a second, which only those who export should pay.
    import pandas as pd

    return pd.DataFrame(rows, columns=list(columns))


def _flat_scores(scores: dict[str, float] | None) -> dict[str, float | None]:
    return {f"score_{genre}": (scores or {}).get(genre) for genre in GENRES}


def _harmless(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell

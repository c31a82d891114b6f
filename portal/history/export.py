"""A history as a file for a spreadsheet (CSV) or a script (JSON).

What belongs here: pure functions from rows to bytes. Not here: which rows (``service``) or their download (``views``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from classifier import GENRES, MOODS
from portal.text import harmless_cell

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
    "genres",
    "confidence",
    "sure",
    "music",
    "mood",
    "tempo",
    "duration",
    "model",
)
JSON_KEYS = (*FACTS, "scores", "moods", "error")


def to_csv(rows: Sequence[dict[str, Any]]) -> bytes:
    """Return the rows as CSV that Excel opens rightly and that starts no formula; without rows, the header alone.

    There is a column for each genre and each mood that any of the rows has a score of, after the usual ones.
    """
    flat = [row | _flat(row) for row in rows]
    columns = (*FACTS, *_columns("score", GENRES, rows, "scores"), *_columns("mood", MOODS, rows, "moods"), "error")
    frame = _frame(flat, columns).map(harmless_cell)
    # Both characters of the line end count as special, so a bare carriage return in a title is quoted as well.
    return frame.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")


def to_json(rows: Sequence[dict[str, Any]]) -> bytes:
    """Return the rows as a JSON list of objects with nested scores; what is unknown is null."""
    return _frame(rows, JSON_KEYS).to_json(orient="records", force_ascii=False, double_precision=15).encode()


def _frame(rows: Sequence[dict[str, Any]], columns: Sequence[str]) -> pd.DataFrame:
    # Imported here: it takes a third of a second, which only those who export should pay.
    import pandas as pd

    return pd.DataFrame(rows, columns=list(columns))


def _columns(prefix: str, usual: Sequence[str], rows: Sequence[dict[str, Any]], key: str) -> list[str]:
    others = {name for row in rows for name in row[key] or {}} - set(usual)
    return [f"{prefix}_{name}" for name in (*usual, *sorted(others))]


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    scores = {f"score_{genre}": score for genre, score in (row["scores"] or {}).items()}
    moods = {f"mood_{mood}": score for mood, score in (row["moods"] or {}).items()}
    return {"genres": "; ".join(row["genres"] or ())} | scores | moods

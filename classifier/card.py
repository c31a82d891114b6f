"""The card beside a model: what it says of itself, read without loading it.

What belongs here: reading and distrusting the card. Not here: the model's arrays (``artifact``), or what else a card
tells (``training.card``). No NumPy is loaded: web pages ask here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from classifier.errors import ModelAltered, ModelMissing

SHIPPED = Path(__file__).parent / "data" / "genre_model.npz"
"""The model that comes with the package."""

CARD_KEYS = frozenset({"version", "sha256", "feature_version", "genres"})
"""What a card must say for its model to be used; it may say much more."""

USUAL = "usual"
"""Entry of the card: genre -> measure (``tempo``, ``centroid``, ``energy``) -> nine deciles, from the least on."""

Usual = Mapping[str, Mapping[str, tuple[float, ...]]]


def read_card(path: Path | None = None) -> dict[str, Any]:
    """Return the card of the model at ``path`` (the shipped one by default).

    Raises
    ------
    ModelMissing
        If there is none.
    ModelAltered
        If it is no card.
    """
    beside = (path or SHIPPED).with_suffix(".json")
    try:
        card = json.loads(beside.read_bytes())
    except OSError as error:
        raise ModelMissing(f"There is no model at {beside}.") from error
    except ValueError as error:
        raise ModelAltered(f"{beside.name} is no model card.") from error
    if not isinstance(card, dict) or not card.keys() >= CARD_KEYS:
        raise ModelAltered(f"{beside.name} is no model card.")
    return card


def model_version(path: Path | None = None) -> str:
    """Return the version of the model at ``path`` (the shipped one by default) as its card tells it.

    Raises
    ------
    ModelMissing, ModelAltered
        As ``read_card`` does.
    """
    return str(read_card(path)["version"])


def usual_traits(path: Path | None = None) -> Usual:
    """Return how the recordings of each genre that the model learned from are spread.

    Parameters
    ----------
    path : Path, optional
        The ``.npz`` file; the shipped model by default.

    Returns
    -------
    mapping
        Genre to measure to its nine deciles, rising: ``tempo`` (beats a minute), ``centroid`` (Hz), ``energy`` (0 to
        1), each as a Prediction tells it. Empty where the card of a model does not say.

    Raises
    ------
    ModelMissing, ModelAltered
        As ``read_card`` does.
    """
    said = read_card(path).get(USUAL, {})
    try:
        return {
            genre: {name: tuple(map(float, deciles)) for name, deciles in measures.items()}
            for genre, measures in said.items()
        }
    except (AttributeError, TypeError, ValueError) as error:
        raise ModelAltered(f"The card of {(path or SHIPPED).name} does not say properly what is usual.") from error

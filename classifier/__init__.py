"""What a song sounds like: decode it, measure it, name its genre.

This façade is all that other packages may use. No Flask, no database, no network, no clock live below it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from classifier.card import model_version, usual_traits
from classifier.constants import GENRES, MAX_BYTES, MAX_SECONDS, MIN_SECONDS, MOODS
from classifier.errors import (
    AudioError,
    BadVector,
    ClassifierError,
    ModelAltered,
    ModelError,
    ModelMismatch,
    ModelMissing,
    ModelUnsafe,
    Silent,
    TooLarge,
    TooLong,
    TooShort,
    UnreadableAudio,
    UnsupportedAudio,
)
from classifier.words import MOOD_WORDS, mood_words

if TYPE_CHECKING:
    from classifier.artifact import load_model
    from classifier.model import GenreModel
    from classifier.neighbours import EXACT_LIMIT, Neighbours, pack, unpack
    from classifier.pipeline import classify, feature_rows, warm_up
    from classifier.training.corrections import Corrections, save_corrections
    from classifier.values import Prediction, Segment

__all__ = [
    "EXACT_LIMIT",
    "GENRES",
    "MAX_BYTES",
    "MAX_SECONDS",
    "MIN_SECONDS",
    "MOODS",
    "MOOD_WORDS",
    "AudioError",
    "BadVector",
    "ClassifierError",
    "Corrections",
    "GenreModel",
    "ModelAltered",
    "ModelError",
    "ModelMismatch",
    "ModelMissing",
    "ModelUnsafe",
    "Neighbours",
    "Prediction",
    "Segment",
    "Silent",
    "TooLarge",
    "TooLong",
    "TooShort",
    "UnreadableAudio",
    "UnsupportedAudio",
    "classify",
    "feature_rows",
    "load_model",
    "model_version",
    "mood_words",
    "pack",
    "save_corrections",
    "unpack",
    "usual_traits",
    "warm_up",
]

_HOMES = {
    "load_model": "artifact",
    "GenreModel": "model",
    "EXACT_LIMIT": "neighbours",
    "Neighbours": "neighbours",
    "pack": "neighbours",
    "unpack": "neighbours",
    "classify": "pipeline",
    "feature_rows": "pipeline",
    "warm_up": "pipeline",
    "Corrections": "training.corrections",
    "save_corrections": "training.corrections",
    "Prediction": "values",
    "Segment": "values",
}
"""Where the names live that need NumPy, a decoder and the like. They are imported when first asked for: a web page that
only names the genres pays for none of it."""


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)

"""What a song sounds like: decode it, measure it, name its genre.

This façade is all that other packages may use. No Flask, no database, no network, no clock live below it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from classifier.constants import GENRES, MAX_BYTES, MAX_SECONDS, MIN_SECONDS, MOODS
from classifier.errors import (
    AudioError,
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

if TYPE_CHECKING:
    from classifier.artifact import load_model, model_version
    from classifier.model import GenreModel
    from classifier.pipeline import classify, warm_up
    from classifier.values import Prediction, Segment

__all__ = [
    "GENRES",
    "MAX_BYTES",
    "MAX_SECONDS",
    "MIN_SECONDS",
    "MOODS",
    "AudioError",
    "ClassifierError",
    "GenreModel",
    "ModelAltered",
    "ModelError",
    "ModelMismatch",
    "ModelMissing",
    "ModelUnsafe",
    "Prediction",
    "Segment",
    "Silent",
    "TooLarge",
    "TooLong",
    "TooShort",
    "UnreadableAudio",
    "UnsupportedAudio",
    "classify",
    "load_model",
    "model_version",
    "warm_up",
]

_HOMES = {
    "load_model": "artifact",
    "model_version": "artifact",
    "GenreModel": "model",
    "classify": "pipeline",
    "warm_up": "pipeline",
    "Prediction": "values",
    "Segment": "values",
}
"""Where the names live that need NumPy, a decoder and the like. They are imported when first asked for: a web page that
only names the genres pays for none of it."""


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)

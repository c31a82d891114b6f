"""What a song sounds like: decode it, measure it, name its genre.

This façade is all that other packages may use. No Flask, no database, no network, no clock live below it.
"""

from __future__ import annotations

from classifier.artifact import load_model
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
from classifier.model import GenreModel
from classifier.pipeline import classify
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
]

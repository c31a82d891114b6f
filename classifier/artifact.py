"""The model on disk: plain arrays in an ``.npz``, and beside it a ``.json`` card that says what they are.

What belongs here: saving, loading and distrusting model files. Not here: what the arrays mean (``model``) or reading
the card alone (``card``).
A pickle is never read: loading one runs the code inside.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.card import SHIPPED, model_version, read_card
from classifier.constants import FEATURE_COUNT, FEATURE_VERSION
from classifier.errors import ModelAltered, ModelMismatch, ModelMissing, ModelUnsafe
from classifier.model import GenreModel

__all__ = ["SHIPPED", "load_model", "model_version", "read_card", "save_model"]

PICKLE = b"\x80"
"""First byte of every pickle since protocol 2."""

DAMAGED = (ValueError, LookupError, OSError, EOFError, AttributeError, RuntimeError, zipfile.BadZipFile, zlib.error)
"""What reading a damaged archive may raise; an encrypted or oddly compressed one is a RuntimeError."""


def load_model(path: Path | None = None) -> GenreModel:
    """Load a model after checking that it is what its card says.

    Parameters
    ----------
    path : Path, optional
        The ``.npz`` file, its card beside it; the shipped model by default.

    Returns
    -------
    GenreModel
        Ready to score feature rows.

    Raises
    ------
    ModelMissing
        If the file or its card is not there.
    ModelAltered
        If the bytes are not those the card was written for, or no model at all.
    ModelUnsafe
        If the file is a pickle, or holds one.
    ModelMismatch
        If the model was made for features of another version.
    """
    path = path or SHIPPED
    card = read_card(path)
    content = _read(path)
    _refuse_pickle(content, path.name)
    if hashlib.sha256(content).hexdigest() != card["sha256"]:
        raise ModelAltered(f"{path.name} is not the file its card describes; its checksum differs.")
    if card["feature_version"] != FEATURE_VERSION:
        raise ModelMismatch(
            f"{path.name} was made for features of version {card['feature_version']}; this program measures version "
            f"{FEATURE_VERSION}. Train it again."
        )
    model = _model(_arrays(content, path.name), str(card["version"]), path.name)
    if list(model.genre.labels) != card["genres"]:
        raise ModelAltered(f"{path.name} knows other genres than its card says.")
    return model


def save_model(path: Path, arrays: Mapping[str, NDArray[Any]], card: Mapping[str, Any]) -> dict[str, Any]:
    """Write a model and its card.

    Parameters
    ----------
    path : Path
        Where the ``.npz`` goes; the card goes beside it.
    arrays : mapping of str to ndarray
        As ``GenreModel.to_arrays`` gives them.
    card : mapping
        What is to be said of the model, its ``version`` included.

    Returns
    -------
    dict
        The card as written: with checksum, feature version and genres, and the version made unmistakable by the
        checksum's first digits.
    """
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **dict(arrays))
    content = buffer.getvalue()
    digest = hashlib.sha256(content).hexdigest()
    complete = {
        **card,
        "version": f"{card['version']}-{digest[:8]}",
        "sha256": digest,
        "feature_version": FEATURE_VERSION,
        "genres": [str(label) for label in arrays["genre_labels"]],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.with_suffix(".json").write_text(json.dumps(complete, indent=2, ensure_ascii=False) + "\n")
    return complete


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelMissing(f"There is no model at {path}.") from error


def _refuse_pickle(content: bytes, name: str) -> None:
    """Refuse by the first byte what the checksum alone would let pass, and say why."""
    if content[:1] == PICKLE:
        raise ModelUnsafe(f"{name} is a pickle. Loading one runs the code inside, so it is never read.")


def _arrays(content: bytes, name: str) -> dict[str, NDArray[Any]]:
    if not zipfile.is_zipfile(io.BytesIO(content)):
        raise ModelAltered(f"{name} is cut short, or no model file.")
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            arrays = {key: _array(archive, key, name) for key in archive.files}
    except DAMAGED as error:
        raise ModelAltered(f"{name} is damaged, or no model file.") from error
    return arrays


def _array(archive: Any, key: str, name: str) -> NDArray[Any]:
    try:
        return np.asarray(archive[key])
    except ValueError as error:
        if "allow_pickle" in str(error):
            raise ModelUnsafe(
                f"{name} holds a pickle. Loading one runs the code inside, so it is never read."
            ) from error
        raise


def _model(arrays: dict[str, NDArray[Any]], version: str, name: str) -> GenreModel:
    try:
        model = GenreModel.from_arrays(arrays, version=version)
    except (LookupError, TypeError, ValueError) as error:
        raise ModelAltered(f"{name} lacks what a model needs: {error}.") from error
    if model.feature_count != FEATURE_COUNT:
        raise ModelMismatch(f"{name} expects {model.feature_count} features, this program measures {FEATURE_COUNT}.")
    return model

"""Everything that can go wrong in the classifier, each with the sentence a person should read.

What belongs here: named errors and the facts they carry. Not here: HTTP statuses or pages (the portal's business).
"""

from __future__ import annotations


class ClassifierError(Exception):
    """Root of all errors of this package; ``code`` is stable for scripts, ``str(error)`` is for people."""

    code = "classifier_error"


class AudioError(ClassifierError):
    """The audio given cannot be classified."""

    code = "audio_error"


class UnreadableAudio(AudioError):
    """The bytes are no audio, or so damaged that nothing can be decoded."""

    code = "unreadable"

    def __init__(self, detail: str = "") -> None:
        message = "This file is not audio we can read"
        super().__init__(f"{message}: {detail}." if detail else f"{message}.")


class UnsupportedAudio(AudioError):
    """The audio decodes, but has a shape nobody makes music in (channels, sample rate)."""

    code = "unsupported"


class TooLarge(AudioError):
    """The file has more bytes than is accepted."""

    code = "too_large"

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(f"The file is larger than {limit_bytes // 2**20} MB.")


class TooShort(AudioError):
    """There is too little audio to hear a genre in."""

    code = "too_short"

    def __init__(self, minimum_seconds: float) -> None:
        super().__init__(f"The song is shorter than {minimum_seconds:g} seconds.")


class TooLong(AudioError):
    """There is more audio than is accepted."""

    code = "too_long"

    def __init__(self, maximum_seconds: float) -> None:
        super().__init__(f"The song is longer than {maximum_seconds / 60:g} minutes.")


class Silent(AudioError):
    """Nothing can be heard."""

    code = "silent"

    def __init__(self) -> None:
        super().__init__("The song is silent.")


class BadVector(ClassifierError):
    """What should be a song's vector is none, or is one of another kind than those it is compared with."""

    code = "bad_vector"


class ModelError(ClassifierError):
    """The model cannot be used."""

    code = "model_error"


class ModelMissing(ModelError):
    """There is no model file where one is expected."""

    code = "model_missing"


class ModelAltered(ModelError):
    """The model file is not the one its card describes, or is no model file at all."""

    code = "model_altered"


class ModelUnsafe(ModelError):
    """The model file is a pickle or holds one, which would run code when loaded."""

    code = "model_unsafe"


class ModelMismatch(ModelError):
    """The model was made for features of another version."""

    code = "model_mismatch"

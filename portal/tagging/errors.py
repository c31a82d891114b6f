"""Why no copy with the genre can be made, in plain words.

What belongs here: errors of this feature, and the sentences for the codes that come from ``files``.
"""

from __future__ import annotations

from portal.errors import ConflictError, InvalidError, NotFoundError, PortalError
from portal.language import _, lazy


class UnwritableFormatError(PortalError):
    """The file is of a format that we cannot write tags into."""

    code = "format_unwritable"

    def __init__(self, name: str) -> None:
        message = _(
            "GenreGenie cannot write a genre into %(name)s files. It can into MP3, FLAC, Ogg Vorbis, Opus, M4A, WAV "
            "and AIFF.",
            name=name,
        )
        super().__init__(message)


class UnreadableTagsError(ConflictError):
    """The file's tags cannot be read or written."""

    code = "tags_unreadable"
    SENTENCES = {  # noqa: RUF012 - a constant of the class
        "damaged": lazy(
            "This file is damaged where its tags stand. Writing into it could break it, so we leave it alone."
        ),
        "no_music": lazy("This is not a music file that we know how to write a genre into."),
        "too_big": lazy("The tags of this file are as large as its format allows. There is no room for a genre."),
        "too_heavy": lazy("The tags of this file need more time or memory than we can give them."),
        "not_made": lazy("The copy could not be made just now. Please try again in a while."),
        "crashed": lazy("The tags of this file cannot be read."),
    }

    def __init__(self, reason: str) -> None:
        super().__init__(str(self.SENTENCES.get(reason, self.SENTENCES["crashed"])))


class FileGoneError(NotFoundError):
    """The song is in the history, but its bytes are not in the storage."""

    code = "file_gone"

    def __init__(self) -> None:
        super().__init__(_("The file of this song is not kept any more, or cannot be reached just now."))


class NoVerdictError(ConflictError):
    """There is no genre to write yet."""

    code = "no_verdict"

    def __init__(self) -> None:
        super().__init__(_("This song has no result yet, so there is no genre to write."))


class WrongChoiceError(InvalidError):
    """The genres or the mode are not among those offered."""

    code = "wrong_choice"

    def __init__(self) -> None:
        super().__init__(_("Choose at least one of the genres shown, and what is to become of those in the file."))


def error_of(code: str, detail: str) -> PortalError:
    """Return the error for what ``files`` said."""
    if code == "unwritable":
        return UnwritableFormatError(detail)
    return FileGoneError() if code == "unreadable" else UnreadableTagsError(code)

"""The file that the classifier learns from: what consenting people corrected, as measured features and nothing else.

What belongs here: choosing the songs, having them measured, and leaving out all that leads back to a person. Not here:
measuring (the sandbox), the file's format (the classifier).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import Row, select
from sqlalchemy.orm import scoped_session

from classifier import GENRES
from portal.errors import PortalError
from portal.language import gettext
from portal.models import Feedback, FeedbackSettings, Song
from portal.ports import Storage, StorageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

logger = logging.getLogger(__name__)


class NothingToExportError(PortalError):
    """Nobody's correction may be learned from, or none can be measured."""

    code = "nothing_to_export"

    def __init__(self) -> None:
        super().__init__(gettext("There is no correction that could be exported."))


class Measurer(Protocol):
    """What the export needs of the sandbox."""

    def measure(self, path: Path) -> NDArray[np.float32]:
        """Return the feature rows of a file, one a window; raise a PortalError."""


@dataclass
class Exported:
    """What came into the file, and what did not: audio that is gone or unreadable, genres that are not learned."""

    songs: int = 0
    people: int = 0
    windows: int = 0
    gone: int = 0
    unreadable: int = 0
    unknown: int = 0


@dataclass
class _Gathered:
    rows: list[NDArray[np.float32]] = field(default_factory=list)
    label: list[str] = field(default_factory=list)
    group: list[tuple[str, object]] = field(default_factory=list)


class CorrectionsExport:
    """Writes what may be learned from."""

    def __init__(self, session: scoped_session[Any], storage: Storage, measurer: Measurer) -> None:
        self._session = session
        self._storage = storage
        self._measurer = measurer

    def write(self, path: Path, on_song: Callable[[int, int], None] = lambda _done, _all: None) -> Exported:
        """Write the corrections of all who consented to ``path``; raise NothingToExportError.

        ``on_song`` is told after each song how many of how many are done.
        """
        songs, told, gathered = self._consented(), Exported(), _Gathered()
        # The order of the file is that of nothing: neither of people nor of time.
        SystemRandom().shuffle(songs)
        people = set()
        for number, song in enumerate(songs, start=1):
            if self._gather(song, gathered, told):
                people.add(song.user_id)
            on_song(number, len(songs))
        if not gathered.rows:
            raise NothingToExportError
        told.people, told.songs = len(people), len(gathered.rows)
        told.windows = sum(len(rows) for rows in gathered.rows)
        _save(path, gathered)
        return told

    def _consented(self) -> list[Row[Any]]:
        rows = self._session.execute(
            select(Song.stored_name, Song.tags, Song.user_id, Feedback.genre)
            .join(Feedback, Feedback.song_id == Song.id)
            .join(FeedbackSettings, FeedbackSettings.user_id == Feedback.user_id)
            .where(FeedbackSettings.learns.is_(True), Feedback.right.is_(False))
        ).all()
        # A list of songs to be measured for minutes must not hold a transaction open.
        self._session.rollback()
        return list(rows)

    def _gather(self, song: Row[Any], gathered: _Gathered, told: Exported) -> bool:
        if song.genre not in GENRES:
            told.unknown += 1
            return False
        try:
            with self._storage.local_copy(song.stored_name) as path:
                rows = self._measurer.measure(path)
        except StorageError:
            told.gone += 1
            return False
        except PortalError as error:
            logger.info("a corrected song could not be measured: %s", error.code)
            told.unreadable += 1
            return False
        gathered.rows.append(rows)
        gathered.label.append(song.genre)
        artist = (song.tags or {}).get("artist")
        gathered.group.append(("artist", artist.casefold()) if artist else ("person", song.user_id))
        return True


def anonymous(groups: Sequence[tuple[str, object]]) -> tuple[str, ...]:
    """Return a number in place of each artist or person, the same for the same one, in the order they come.

    Songs of one artist must not be learned from while another of them is judged; who it is does not matter for that.
    """
    numbers = {group: str(number) for number, group in enumerate(dict.fromkeys(groups), start=1)}
    return tuple(numbers[group] for group in groups)


def _save(path: Path, gathered: _Gathered) -> None:
    import numpy as np

    from classifier import Corrections, save_corrections

    song = np.repeat(np.arange(len(gathered.rows)), [len(rows) for rows in gathered.rows])
    label, group = tuple(gathered.label), anonymous(gathered.group)
    save_corrections(path, Corrections(np.concatenate(gathered.rows), song, label, group))

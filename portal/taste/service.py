"""What a person did, what they chose, and what follows: suggestions that say why.

What belongs here: keeping and forgetting events, choices, and the page of suggestions. Not here: the model itself
(``preference``), what there is to suggest (``pieces``), words (``wording``).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import scoped_session

from classifier import MOODS
from portal.errors import InvalidError, NotFoundError
from portal.language import _
from portal.models import Like, TasteEvent, TasteSettings, utc_now
from portal.taste.pieces import CATALOGUE, Offer, Pieces
from portal.taste.preference import MOST_EVENTS, REACTIONS, Taste
from portal.taste.values import CONTEXTS, Event, Kind, Liking, Piece, Reason

logger = logging.getLogger(__name__)

KINDS = ("upload", "like", "unlike", "skip", "correct", "playlist")
MOOD_CHOICES = tuple(dict.fromkeys(("calm", "energetic", "bright", "dark", *MOODS)))
"""Words for a mood that one can ask for: those that traits stand for, and those the model hears."""

LOCAL = "local"
CONTEXT_CHOICES = (*CONTEXTS, LOCAL)
MORNING = range(5, 11)
EVENING = range(18, 24)

OWN_COUNT = 6
PUBLIC_COUNT = 6
STARTER_COUNT = 8
SKIPPED_FOR = timedelta(days=90)
"""How long what was skipped stays away."""

PRUNE_FROM = MOST_EVENTS + 100


class UnknownItemError(NotFoundError):
    """What somebody reacted to is not there, or is not theirs to see."""

    def __init__(self) -> None:
        super().__init__(_("There is no such song or suggestion."))


class UnknownChoiceError(InvalidError):
    """A reaction, mood, context or time zone that nobody knows."""

    code = "unknown_choice"

    def __init__(self) -> None:
        super().__init__(_("We do not know that choice."))


@dataclass(frozen=True)
class Choices:
    """What a person chose: ``context`` may be LOCAL, for what the clock says in ``time_zone``."""

    learns: bool = True
    mood: str | None = None
    context: str | None = None
    time_zone: str | None = None

    def present_context(self, now: datetime) -> str | None:
        """Return the context that holds now. A clock tells morning and evening; work and sport it cannot tell."""
        if self.context != LOCAL:
            return self.context
        if self.time_zone is None:
            return None
        hour = now.astimezone(ZoneInfo(self.time_zone)).hour
        return "morning" if hour in MORNING else "evening" if hour in EVENING else None


@dataclass(frozen=True)
class Shown:
    """One suggestion with its reason; ``like`` is the title of the liked song that a reason may name."""

    offer: Offer
    reason: Reason
    like: str | None
    liked: bool


@dataclass(frozen=True)
class Shelf:
    """Suggestions from one named place."""

    source: str
    shown: tuple[Shown, ...]


@dataclass(frozen=True)
class _Picker:
    """Fills the shelves of one page: with whose taste, for which moment, and what is known of what is shown."""

    taste: Taste
    seed: str
    context: str | None
    mood: str | None
    names: Mapping[str, str]
    liked: Collection[str]

    def shelf(self, source: str, offers: list[Offer], without: Collection[str], count: int) -> Shelf:
        by_key = {offer.item: offer for offer in offers if offer.item not in without}
        chosen = self.taste.rank(
            [offer.piece for offer in by_key.values()],
            count=count,
            seed=f"{self.seed}/{source}",
            context=self.context,
            mood=self.mood,
        )
        return Shelf(source, tuple(self._shown(by_key[one.piece.key], one.reason) for one in chosen))

    def _shown(self, offer: Offer, reason: Reason) -> Shown:
        return Shown(offer, reason, self.names.get(reason.like or ""), offer.item in self.liked)


@dataclass(frozen=True)
class ForYou:
    """The whole page: shelves, what is known of the taste, and what was chosen."""

    shelves: tuple[Shelf, ...]
    genres: tuple[Liking, ...]
    moods: tuple[Liking, ...]
    events: int
    choices: Choices
    context: str | None

    @property
    def best_genre(self) -> str | None:
        """The genre that is liked best, if any is liked at all."""
        return self.genres[0].name if self.genres and self.genres[0].affinity > 0 else None


class TasteService:
    """Learns from what people do, where they let it, and suggests by it."""

    def __init__(self, session: scoped_session[Any], pieces: Pieces, clock: Callable[[], datetime] = utc_now) -> None:
        self._session = session
        self._pieces = pieces
        self._clock = clock

    def noticed(self, user_id: int, kind: str, item: str) -> None:
        """Learn from what a person did, if they let us; whatever goes wrong is logged and costs nothing else."""
        try:
            self.react(user_id, kind, item)
        except (UnknownItemError, UnknownChoiceError):
            logger.info("nothing to learn from: %s", kind)
        except Exception:
            logger.exception("nothing was learned from %s", kind)
            self._session.rollback()

    def heard(self, user_id: int, song_id: str) -> None:
        """Take the upload of a song that now has a verdict for a sign of taste; a second verdict mends the first."""
        item = f"song:{song_id}"
        offer = self._pieces.find(user_id, item)
        described = {} if offer is None else _description(offer)
        ours = (TasteEvent.user_id == user_id, TasteEvent.key == item)
        if described and self._session.execute(update(TasteEvent).where(*ours).values(described)).rowcount:  # type: ignore[attr-defined]
            self._session.commit()
        known = self._session.scalar(select(TasteEvent.id).where(*ours, TasteEvent.kind == "upload"))
        if offer is not None and known is None:
            self.react(user_id, "upload", item)

    def react(self, user_id: int, kind: str, item: str) -> bool:
        """Keep what a person did to something; False if they do not want to be learned from.

        Raise UnknownItemError or UnknownChoiceError.
        """
        if kind not in KINDS:
            raise UnknownChoiceError
        choices = self.choices(user_id)
        if not choices.learns:
            return False
        offer = self._pieces.find(user_id, item)
        if offer is None:
            raise UnknownItemError
        now = self._clock()
        replaced = REACTIONS if kind in REACTIONS else {kind}
        ours = (TasteEvent.user_id == user_id, TasteEvent.key == item, TasteEvent.kind.in_(replaced))
        self._session.execute(delete(TasteEvent).where(*ours))
        event = TasteEvent(user_id=user_id, kind=kind, key=item, context=choices.present_context(now), created_at=now)
        description = _description(offer)
        for name, value in description.items():
            setattr(event, name, value)
        if kind == "correct":  # what was learned from the song before was learned of another genre
            mended = (TasteEvent.user_id == user_id, TasteEvent.key == item)
            self._session.execute(update(TasteEvent).where(*mended).values(description))
        self._session.add(event)
        self._session.flush()
        self._prune(user_id)
        self._session.commit()
        return True

    def choices(self, user_id: int) -> Choices:
        """Return what the person chose, the defaults where they chose nothing."""
        kept = self._session.get(TasteSettings, user_id)
        return Choices(kept.learns, kept.mood, kept.context, kept.time_zone) if kept else Choices()

    def choose(self, user_id: int, *, mood: str, context: str, time_zone: str) -> Choices:
        """Keep mood and context, empty for none; raise UnknownChoiceError. A zone nobody knows is no zone."""
        if mood not in ("", *MOOD_CHOICES) or context not in ("", *CONTEXT_CHOICES):
            raise UnknownChoiceError
        zone = time_zone if context == LOCAL and time_zone in available_timezones() else None
        self._keep(user_id, mood=mood or None, context=context or None, time_zone=zone)
        return self.choices(user_id)

    def learn(self, user_id: int, *, learns: bool) -> None:
        """Learn from this person from now on, or no longer; what was learned stays until it is forgotten."""
        self._keep(user_id, learns=learns)

    def forget(self, user_id: int) -> int:
        """Forget all that was learned from this person; return how many events that were."""
        gone = self._session.execute(delete(TasteEvent).where(TasteEvent.user_id == user_id))
        self._session.commit()
        return cast("int", gone.rowcount)  # type: ignore[attr-defined]

    def for_you(self, user_id: int, *, turn: int = 1) -> ForYou:
        """Return suggestions for now; another ``turn`` on the same day shows others."""
        now, choices = self._clock(), self.choices(user_id)
        events = self._events(user_id)
        taste = Taste.from_events([self._event(event) for event in events], now)
        context = choices.present_context(now)
        liked = self._liked(user_id, events)
        met = liked | {event.key for event in events if event.kind == "playlist"}
        away = {event.key for event in events if event.kind == "skip" and now - event.created_at < SKIPPED_FOR}
        names = {event.key: event.name for event in events}
        picker = _Picker(taste, f"{user_id}/{now.date()}/{turn}", context, choices.mood, names, liked)
        genres, moods = taste.likings()
        return ForYou(
            shelves=(
                picker.shelf("own", self._pieces.own(user_id), away, OWN_COUNT),
                picker.shelf("public", self._pieces.public(user_id), away | met, PUBLIC_COUNT),
                picker.shelf("catalogue", self._pieces.starters(), away | met, STARTER_COUNT),
            ),
            genres=tuple(genres),
            moods=tuple(moods),
            events=len(events),
            choices=choices,
            context=context,
        )

    def _events(self, user_id: int) -> list[TasteEvent]:
        newest = (TasteEvent.created_at.desc(), TasteEvent.id.desc())
        statement = select(TasteEvent).where(TasteEvent.user_id == user_id).order_by(*newest).limit(MOST_EVENTS)
        return list(self._session.scalars(statement))

    def _event(self, event: TasteEvent) -> Event:
        vector = self._pieces.usable(event.vector, event.space)
        piece = Piece(event.key, event.genres, event.moods, vector, event.acclaim)
        return Event(cast("Kind", event.kind), piece, event.created_at, event.context)

    def _liked(self, user_id: int, events: list[TasteEvent]) -> set[str]:
        songs = self._session.scalars(select(Like.song_id).where(Like.user_id == user_id))
        starters = (event.key for event in events if event.kind == "like" and event.key.startswith(CATALOGUE))
        return {f"song:{song_id}" for song_id in songs} | set(starters)

    def _keep(self, user_id: int, **values: Any) -> None:
        changed = self._session.execute(update(TasteSettings).where(TasteSettings.user_id == user_id).values(values))
        if not changed.rowcount:  # type: ignore[attr-defined]
            self._session.add(TasteSettings(user_id=user_id, **values))
        try:
            self._session.commit()
        except IntegrityError:  # another click was quicker to make the row
            self._session.rollback()
            self._session.execute(update(TasteSettings).where(TasteSettings.user_id == user_id).values(values))
            self._session.commit()

    def _prune(self, user_id: int) -> None:
        """Keep no more events than the model looks at."""
        own = TasteEvent.user_id == user_id
        if (self._session.scalar(select(func.count()).where(own)) or 0) < PRUNE_FROM:
            return
        newest = (TasteEvent.created_at.desc(), TasteEvent.id.desc())
        kept = select(TasteEvent.id).where(own).order_by(*newest).limit(MOST_EVENTS)
        self._session.execute(delete(TasteEvent).where(own, TasteEvent.id.not_in(kept)))


def _description(offer: Offer) -> dict[str, Any]:
    """Return the thing as it is now, for the event to keep: what happens to it later changes nobody's taste."""
    piece = offer.piece
    return {
        "name": offer.title[:300],
        "genres": dict(piece.genres),
        "moods": dict(piece.moods),
        "space": offer.space if piece.vector is not None else None,
        "vector": piece.vector,
        "acclaim": piece.acclaim,
    }

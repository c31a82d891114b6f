"""Reports of what breaks the rules, and what moderators do about them.

What belongs here: reporting, the open cases, decisions and their log, who is a moderator. Not here: how a hidden thing
stays unseen (``shown``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, Row, Select, delete, literal, null, select, update
from sqlalchemy.exc import IntegrityError

from portal.community.people import NameNeededError, NoSuchPersonError, OneselfError
from portal.community.shown import AnySession, public_playlists, public_songs
from portal.errors import ConflictError, InvalidError, NotFoundError
from portal.language import _
from portal.models import Base, Playlist, Profile, Publication, Report, Song, User, utc_now
from portal.models.community import Decision
from portal.ports import PlaylistReader
from portal.text import one_line

KINDS = ("song", "playlist", "person")
OUTCOMES = {"hide": "hidden", "suspend": "suspended", "restore": "restored", "dismiss": "dismissed"}
"""What a moderator may do -> what has become of the thing then."""

MAX_REASON_LENGTH = 500
SHOWN_REPORTS = 200
SHOWN_DECISIONS = 50

STANDINGS: dict[str, tuple[type[Base], Any, Any]] = {
    "song": (Publication, Publication.song_id, Publication.hidden_at),
    "playlist": (Playlist, Playlist.id, Playlist.hidden_at),
    "person": (Profile, Profile.id, Profile.suspended_at),
}
"""For each kind what is changed, its id, and since when others do not see it."""

OWNER = (Profile.display_name.label("owner"), Profile.id.label("owner_id"), Profile.suspended_at)
SUBJECTS: dict[str, tuple[Select[Any], Any]] = {
    "song": (
        select(literal("song").label("kind"), Song.id.label("target"), Song.title.label("name"), *OWNER)
        .add_columns(null().label("recipe"), Publication.published_at, Publication.hidden_at)
        .select_from(Song)
        .join(Profile, Profile.user_id == Song.user_id)
        .outerjoin(Publication, Publication.song_id == Song.id),
        Song.id,
    ),
    "playlist": (
        select(literal("playlist").label("kind"), Playlist.id.label("target"), Playlist.name.label("name"), *OWNER)
        .add_columns(Playlist.recipe, Playlist.published_at, Playlist.hidden_at)
        .select_from(Playlist)
        .join(Profile, Profile.user_id == Playlist.user_id),
        Playlist.id,
    ),
    "person": (
        select(
            literal("person").label("kind"), Profile.id.label("target"), Profile.display_name.label("name"), *OWNER
        ).add_columns(null().label("recipe"), Profile.created_at.label("published_at"), null().label("hidden_at")),
        Profile.id,
    ),
}
"""How to look up what reports and decisions are about, and the id to do it by."""


class NoSuchTargetError(NotFoundError):
    """What is reported, or decided about, is not there."""

    def __init__(self) -> None:
        super().__init__(_("There is no such song, playlist or person here."))


class UnreasonedError(InvalidError):
    """A report says nothing."""

    code = "unreasoned"

    def __init__(self) -> None:
        super().__init__(_("Say in a few words what is wrong."))


class AlreadyReportedError(ConflictError):
    """The person reported the thing before."""

    code = "already_reported"

    def __init__(self) -> None:
        super().__init__(_("You have reported this already. A moderator sees it."))


class PrivateAlreadyError(ConflictError):
    """Nobody but its owner sees the thing any more, so that there is nothing to hide."""

    code = "private_already"

    def __init__(self) -> None:
        super().__init__(_("Its owner has made it private already. Dismiss the reports, or suspend the person."))


class UnknownActionError(InvalidError):
    """That cannot be done about such a thing."""

    code = "unknown_action"

    def __init__(self) -> None:
        super().__init__(_("That cannot be done about this."))


@dataclass(frozen=True)
class Subject:
    """What reports and decisions are about, as it stands now.

    ``standing`` is shown, private, hidden or suspended (its owner is); ``hidden`` tells whether it is, whatever else.
    """

    kind: str
    target: str
    name: str
    owner: str
    owner_id: str
    standing: str
    hidden: bool


@dataclass(frozen=True)
class Complaint:
    """One report: by whom, when and why."""

    reporter: str
    created_at: datetime
    reason: str


@dataclass(frozen=True)
class Case:
    """All open reports about one thing; ``subject`` is None when it is gone."""

    kind: str
    target: str
    subject: Subject | None
    complaints: tuple[Complaint, ...]


@dataclass(frozen=True)
class Ruling:
    """One line of the log; ``subject`` is None when it is gone."""

    kind: str
    target: str
    subject: Subject | None
    outcome: str
    moderator: str
    created_at: datetime


class ModerationService:
    """Takes reports and carries out what moderators decide."""

    def __init__(self, session: AnySession, playlists: PlaylistReader) -> None:
        self._session = session
        self._playlists = playlists

    def report(self, user_id: int, kind: str, target: str, raw_reason: str) -> None:
        """Tell the moderators about something public, once a thing.

        Raise NoSuchTargetError, OneselfError, UnreasonedError, NameNeededError or AlreadyReportedError.
        """
        owner_id = self._public_owner(kind, target)
        if owner_id == user_id:
            raise OneselfError
        reason = one_line(raw_reason, MAX_REASON_LENGTH)
        if not reason:
            raise UnreasonedError
        if self._session.get(Profile, user_id) is None:
            raise NameNeededError
        self._session.add(Report(reporter_id=user_id, kind=kind, target=target, reason=reason))
        try:
            self._session.commit()
        except IntegrityError as error:
            self._session.rollback()
            raise AlreadyReportedError from error

    def cases(self) -> list[Case]:
        """Return what is reported and undecided, the longest waiting first."""
        rows = self._session.execute(
            select(Report, Profile.display_name)
            .outerjoin(Profile, Profile.user_id == Report.reporter_id)
            .where(Report.resolved_at.is_(None))
            .order_by(Report.created_at, Report.id)
            .limit(SHOWN_REPORTS)
        ).all()
        complaints: dict[tuple[str, str], list[Complaint]] = {}
        for report, name in rows:
            said = Complaint(name or _("somebody"), report.created_at, report.reason)
            complaints.setdefault((report.kind, report.target), []).append(said)
        subjects = self._subjects(complaints)
        return [Case(*about, subjects.get(about), tuple(said)) for about, said in complaints.items()]

    def log(self) -> list[Ruling]:
        """Return what moderators decided, the latest first."""
        rows = self._session.execute(
            select(Decision, Profile.display_name)
            .outerjoin(Profile, Profile.user_id == Decision.moderator_id)
            .order_by(Decision.created_at.desc(), Decision.id.desc())
            .limit(SHOWN_DECISIONS)
        ).all()
        subjects = self._subjects((decision.kind, decision.target) for decision, _ in rows)
        return [
            Ruling(
                kind=decision.kind,
                target=decision.target,
                subject=subjects.get((decision.kind, decision.target)),
                outcome=decision.outcome,
                moderator=name or _("a moderator"),
                created_at=decision.created_at,
            )
            for decision, name in rows
        ]

    def decide(self, moderator_id: int, kind: str, target: str, action: str) -> None:
        """Do something about a thing, and resolve what is reported about it.

        ``action`` is hide (a song or playlist), suspend (a person, or whose the thing is), restore or dismiss. Done
        twice, the second changes nothing and stands in no log. Raise NoSuchTargetError, PrivateAlreadyError or
        UnknownActionError.
        """
        if kind not in KINDS or action not in OUTCOMES or (kind, action) == ("person", "hide"):
            raise UnknownActionError
        subject = self._subjects([(kind, target)]).get((kind, target))
        if subject is None and action != "dismiss":
            raise NoSuchTargetError
        if subject and action == "hide" and subject.standing == "private":
            raise PrivateAlreadyError
        abouts = [(kind, target)]
        if subject and action == "suspend" and kind != "person":
            abouts = [("person", subject.owner_id), (kind, target)]
        resolved = [self._resolve(moderator_id, *about, OUTCOMES[action]) for about in abouts]
        if self._carry_out(*abouts[0], action) or any(resolved):
            kind, target = abouts[0]
            outcome = OUTCOMES[action]
            self._session.add(Decision(moderator_id=moderator_id, kind=kind, target=target, outcome=outcome))
        self._session.commit()

    def appoint(self, email: str, *, admin: bool) -> None:
        """Make the person of that address a moderator, or one no more; raise NoSuchPersonError."""
        address = email.strip().lower()
        found = self._session.scalar(
            update(User).where(User.email == address).values(is_admin=admin).returning(User.id)
        )
        self._session.commit()
        if found is None:
            raise NoSuchPersonError

    def _public_owner(self, kind: str, target: str) -> int:
        """Return whose public thing it is; raise NoSuchTargetError."""
        wanted = {
            "song": public_songs(Publication.user_id).where(Publication.song_id == target),
            "playlist": public_playlists(Playlist.user_id).where(Playlist.id == target),
            "person": select(Profile.user_id).where(Profile.id == target, Profile.suspended_at.is_(None)),
        }.get(kind)
        owner_id = None if wanted is None else self._session.scalar(wanted)
        if owner_id is None:
            raise NoSuchTargetError
        return int(owner_id)

    def _resolve(self, moderator_id: int, kind: str, target: str, outcome: str) -> int:
        waiting = (Report.kind == kind, Report.target == target, Report.resolved_at.is_(None))
        resolved = {"resolved_at": utc_now(), "resolved_by": moderator_id, "outcome": outcome}
        return self._change(update(Report).where(*waiting).values(resolved))

    def _carry_out(self, kind: str, target: str, action: str) -> bool:
        """Change the thing itself; tell whether anything changed."""
        model, identity, moment = STANDINGS[kind]
        one = update(model).where(identity == target).execution_options(synchronize_session=False)
        if action in {"hide", "suspend"}:
            changed = self._change(one.where(moment.is_(None)).values({moment: utc_now()}))
        elif action == "restore":
            changed = self._change(one.where(moment.is_not(None)).values({moment: None}))
            # Its owner took it back while it was hidden.
            left = (Publication.song_id == target, Publication.hidden_at.is_(None), Publication.published_at.is_(None))
            self._change(delete(Publication).where(*left))
        else:
            changed = 0
        return bool(changed)

    def _change(self, statement: Any) -> int:
        result = self._session.execute(statement)
        assert isinstance(result, CursorResult)
        return result.rowcount

    def _subjects(self, about: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Subject]:
        """Look up what stands behind kinds and ids, in one statement a kind; what is gone is left out."""
        wanted: dict[str, set[str]] = {kind: set() for kind in KINDS}
        for kind, target in about:
            wanted[kind].add(target)
        rows = [
            row
            for kind, (statement, identity) in SUBJECTS.items()
            for row in self._session.execute(statement.where(identity.in_(wanted[kind])))
        ]
        return {(row.kind, row.target): self._subject(row) for row in rows}

    def _subject(self, row: Row[Any]) -> Subject:
        name, _description = self._playlists.titled(row.recipe, row.name)
        return Subject(row.kind, row.target, name, row.owner, row.owner_id, _standing(row), row.hidden_at is not None)


def _standing(row: Row[Any]) -> str:
    if row.suspended_at:
        return "suspended"
    if row.hidden_at:
        return "hidden"
    return "shown" if row.published_at else "private"

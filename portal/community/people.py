"""People as others see them: a display name of their own choice, and who follows whom.

What belongs here: profiles and following. Not here: which names may be chosen (``names``), what a person made public
(``publishing``, ``discover``), what moderators do (``moderation``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, exists, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from portal.community.names import clean_display_name, name_key
from portal.errors import ConflictError, ForbiddenError, NotFoundError
from portal.language import _
from portal.models import Follow, Profile


class NoSuchPersonError(NotFoundError):
    """Nobody of that id shows anything to others."""

    def __init__(self) -> None:
        super().__init__(_("There is no such person here, or they show nothing to others any more."))


class NameTakenError(ConflictError):
    """Somebody else is seen by this name, or by one that looks like it."""

    code = "name_taken"

    def __init__(self) -> None:
        super().__init__(_("Somebody has this name already, or one that looks just like it. Choose another."))


class NameNeededError(ConflictError):
    """The person has not chosen yet what others see them by."""

    code = "name_needed"

    def __init__(self) -> None:
        super().__init__(_("Choose the name that others will see first."))


class SuspendedError(ForbiddenError):
    """A moderator took away the right to show things to others."""

    code = "suspended"

    def __init__(self) -> None:
        super().__init__(_("A moderator has suspended your public profile, so that you can show nothing to others."))


class OneselfError(ConflictError):
    """Nobody follows or reports themselves."""

    code = "oneself"

    def __init__(self) -> None:
        super().__init__(_("That is you."))


@dataclass(frozen=True)
class Person:
    """A person as one viewer sees them."""

    id: str
    name: str
    followers: int
    followed: bool
    oneself: bool


class PeopleService:
    """Keeps display names and who follows whom."""

    def __init__(self, session: Session | scoped_session[Any]) -> None:
        self._session = session

    def profile(self, user_id: int) -> Profile | None:
        """Return what others see of the person; None before they chose a name."""
        return self._session.get(Profile, user_id)

    def choose_name(self, user_id: int, raw: str) -> Profile:
        """Let others see the person by this name from now on; raise InvalidDisplayName or NameTakenError."""
        name = clean_display_name(raw)
        profile = self.profile(user_id)
        if profile is None:
            profile = Profile(user_id=user_id)
            self._session.add(profile)
        profile.display_name, profile.name_key = name, name_key(name)
        try:
            self._session.commit()
        except IntegrityError as error:
            # Only the constraint can decide: two people may ask for the same name at the same moment.
            self._session.rollback()
            raise NameTakenError from error
        return profile

    def person(self, viewer_id: int, profile_id: str) -> Person:
        """Return a person as the viewer sees them; raise NoSuchPersonError if they show nothing to others."""
        followers = select(func.count()).where(Follow.followed_id == Profile.user_id).scalar_subquery()
        followed = exists().where(Follow.followed_id == Profile.user_id, Follow.follower_id == viewer_id)
        row = self._session.execute(
            select(Profile.id, Profile.display_name, followers, followed, Profile.user_id == viewer_id).where(
                Profile.id == profile_id, Profile.suspended_at.is_(None)
            )
        ).one_or_none()
        if row is None:
            raise NoSuchPersonError
        return Person(*row)

    def follow(self, viewer_id: int, profile_id: str) -> None:
        """Show first what that person makes public; raise NoSuchPersonError, NameNeededError or OneselfError."""
        shown = (Profile.id == profile_id, Profile.suspended_at.is_(None))
        followed_id = self._session.scalar(select(Profile.user_id).where(*shown))
        if followed_id is None:
            raise NoSuchPersonError
        if followed_id == viewer_id:
            raise OneselfError
        if self.profile(viewer_id) is None:
            raise NameNeededError
        self._session.add(Follow(follower_id=viewer_id, followed_id=followed_id))
        try:
            self._session.commit()
        except IntegrityError:
            # Followed already, or by another click at the same moment: once is enough.
            self._session.rollback()

    def unfollow(self, viewer_id: int, profile_id: str) -> None:
        """Undo ``follow``, also of somebody who shows nothing any more; raise NoSuchPersonError if nobody ever was."""
        followed = self._session.scalar(select(Profile.user_id).where(Profile.id == profile_id))
        if followed is None:
            raise NoSuchPersonError
        self._session.execute(delete(Follow).where(Follow.follower_id == viewer_id, Follow.followed_id == followed))
        self._session.commit()

"""All that the community does, put together.

What belongs here: building the parts once, for ``wiring``. Not here: what any of them does.
"""

from __future__ import annotations

from dataclasses import dataclass

from portal.community.discover import DiscoverService
from portal.community.likes import LikeService
from portal.community.links import ShareTokens
from portal.community.moderation import ModerationService
from portal.community.people import PeopleService
from portal.community.publishing import PublishingService
from portal.community.sharing import ShareService
from portal.community.shown import AnySession
from portal.ports import PlaylistReader, TasteListener


@dataclass(frozen=True)
class Community:
    """The parts, each for a matter of its own."""

    people: PeopleService
    publishing: PublishingService
    likes: LikeService
    sharing: ShareService
    discover: DiscoverService
    moderation: ModerationService


def make_community(
    session: AnySession, *, taste: TasteListener, playlists: PlaylistReader, secret_key: str, public_url: str
) -> Community:
    """Return the parts; links to share are signed with ``secret_key`` and begin with ``public_url``."""
    return Community(
        people=PeopleService(session),
        publishing=PublishingService(session),
        likes=LikeService(session, taste),
        sharing=ShareService(session, ShareTokens(secret_key), playlists, public_url),
        discover=DiscoverService(session, playlists),
        moderation=ModerationService(session, playlists),
    )

"""Builds every service once.

What belongs here: choosing real or null, here and nowhere else. Only ``create_app`` and the worker call it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import TypedDict

from portal.accounts.passwords import PasswordHasher
from portal.accounts.profile_service import ProfileService
from portal.accounts.retention import AudioRetention
from portal.accounts.service import AccountService
from portal.accounts.sessions import Sessions
from portal.accounts.tokens import EmailTokens, ResetTokens
from portal.adapters.catalogue import CatalogueSource
from portal.adapters.mail import BackgroundMailer, OutboxMailer, SmtpMailer
from portal.adapters.storage import FsspecStorage
from portal.community.service import Community, make_community
from portal.config import Settings
from portal.extensions import db
from portal.feedback.service import FeedbackParts, make_feedback
from portal.history.bulk import SelectedSongs
from portal.history.filters import NEWEST, Filters
from portal.history.service import HistoryService
from portal.jobs.again import Restarts
from portal.jobs.sandbox import SandboxedClassifier
from portal.jobs.service import JobService
from portal.languages.service import LanguageService
from portal.musicmap.making import MapMaker
from portal.musicmap.profile import ProfileService as GenreProfileService
from portal.musicmap.service import MusicMapService
from portal.playlists.many import ManyIntoPlaylist
from portal.playlists.service import PlaylistService
from portal.ports import Mailer, OutsideSource
from portal.queue import JobQueue, make_huey
from portal.recommendations.service import RecommendationService
from portal.spotify.service import SpotifyAccounts
from portal.spotify.tokens import TokenBox
from portal.tagging.service import TaggingService
from portal.tagging.values import Found, Library
from portal.taste.pieces import Pieces
from portal.taste.service import TasteService
from portal.upload.service import UploadService
from portal.upload.unpacking import ArchiveService


@dataclass(frozen=True)
class Services:
    """All services of one app."""

    settings: Settings
    accounts: AccountService
    languages: LanguageService
    profile: ProfileService
    sessions: Sessions
    retention: AudioRetention
    uploads: UploadService
    archives: ArchiveService
    jobs: JobService
    history: HistoryService
    selected: SelectedSongs
    recommendations: RecommendationService
    playlists: PlaylistService
    spotify: SpotifyAccounts
    community: Community
    feedback: FeedbackParts
    taste: TasteService
    tagging: TaggingService
    musicmap: MusicMapService
    maps: MapMaker
    genre_profile: GenreProfileService
    queue: JobQueue


class Proving(TypedDict):
    """What it takes to know people, by their passwords or by their mail."""

    hasher: PasswordHasher
    mailer: Mailer
    public_url: str


def build_services(settings: Settings) -> Services:
    """Build the services that ``settings`` ask for."""
    session = db.session
    storage = FsspecStorage(settings.storage_url)
    queue = JobQueue(make_huey(settings))
    uploads = UploadService(session=session, storage=storage, queue=queue, max_bytes=settings.max_upload_bytes)
    history = HistoryService(session=session, storage=storage, model_path=settings.model_path)
    classifier = SandboxedClassifier(settings.model_path, timeout=settings.job_timeout)
    catalogue = CatalogueSource()
    recommendations = RecommendationService(session, [catalogue], _outside_sources(settings))
    taste = TasteService(session, Pieces(session, catalogue, classifier.version))
    playlists = PlaylistService(session, catalogue, taste)
    signed = {"secret_key": settings.secret_key, "public_url": settings.public_url}
    community = make_community(session, taste=taste, playlists=playlists, **signed)
    jobs = JobService(
        session=session,
        queue=queue,
        storage=storage,
        classifier=classifier,
        recommendations=recommendations,
        listeners=[taste, recommendations, community.publishing],
    )
    proving: Proving = {
        "hasher": PasswordHasher(),
        "mailer": _mailer(settings),
        "public_url": settings.public_url,
    }
    return Services(
        settings=settings,
        accounts=AccountService(session=session, tokens=ResetTokens(settings.secret_key), **proving),
        languages=LanguageService(session),
        profile=ProfileService(session=session, tokens=EmailTokens(settings.secret_key), **proving),
        sessions=Sessions(session),
        retention=AudioRetention(session, storage),
        uploads=uploads,
        archives=ArchiveService(uploads, settings.max_upload_bytes),
        jobs=jobs,
        history=history,
        selected=SelectedSongs(
            session, storage, Restarts(session, queue, classifier.version), ManyIntoPlaylist(session, playlists)
        ),
        recommendations=recommendations,
        playlists=playlists,
        spotify=_spotify_accounts(settings, playlists),
        community=community,
        feedback=make_feedback(session, taste=taste, storage=storage, measurer=classifier),
        taste=taste,
        musicmap=MusicMapService(session),
        maps=MapMaker(session),
        genre_profile=GenreProfileService(session),
        tagging=TaggingService(session, storage, _library(history)),
        queue=queue,
    )


def _library(history: HistoryService) -> Library:
    """Return the history's search, for songs that have a verdict."""

    def found(user_id: int, asked: Mapping[str, str], zone: tzinfo, limit: int) -> Found:
        filters = Filters.asked(asked, genres=history.genres(user_id), zone=zone)
        # Whatever the order of the list: where not all fit, the newest are it.
        page = history.page(user_id, replace(filters, judged=True, sort=NEWEST), 1, limit)
        return Found(page.items, page.total, filters.query)

    return found


def _spotify_accounts(settings: Settings, playlists: PlaylistService) -> SpotifyAccounts:
    spotify, api = settings.spotify, None
    if spotify.connectable:
        from portal.adapters.spotify import SpotifyAccountApi

        api = SpotifyAccountApi(
            spotify.client_id,
            spotify.client_secret,
            api_url=spotify.api_url,
            token_url=spotify.token_url,
            authorize_url=spotify.authorize_url,
        )
    box = TokenBox(settings.secret_key, settings.token_key)
    return SpotifyAccounts(db.session, api, box, playlists, settings.public_url)


def _outside_sources(settings: Settings) -> list[OutsideSource]:
    """Return the sources on the network that are configured; their libraries are loaded for nobody else."""
    spotify, listenbrainz = settings.spotify, settings.listenbrainz
    sources: list[OutsideSource] = []
    if spotify.configured:
        from portal.adapters.spotify import SpotifySource

        urls = {"api_url": spotify.api_url, "token_url": spotify.token_url}
        keys = (spotify.client_id, spotify.client_secret)
        sources.append(SpotifySource(*keys, **urls, market=spotify.market, variants=spotify.queries))
    if listenbrainz.enabled:
        from portal.adapters.listenbrainz import ListenBrainzSource

        sources.append(ListenBrainzSource(listenbrainz.api_url, listenbrainz.token))
    return sources


def _mailer(settings: Settings) -> Mailer:
    if settings.smtp_url:
        return BackgroundMailer(SmtpMailer(settings.smtp_url, sender=settings.mail_from))
    return OutboxMailer(settings.instance_path / "outbox", sender=settings.mail_from)

"""Builds every service once.

What belongs here: choosing real or null, here and nowhere else. Only ``create_app`` and the worker call it.
"""

from __future__ import annotations

from dataclasses import dataclass

from portal.accounts.passwords import PasswordHasher
from portal.accounts.service import AccountService
from portal.accounts.tokens import ResetTokens
from portal.adapters.catalogue import CatalogueSource
from portal.adapters.mail import BackgroundMailer, OutboxMailer, SmtpMailer
from portal.adapters.storage import FsspecStorage
from portal.community.service import Community, make_community
from portal.config import Settings
from portal.extensions import db
from portal.history.service import HistoryService
from portal.jobs.sandbox import SandboxedClassifier
from portal.jobs.service import JobService
from portal.playlists.service import PlaylistService
from portal.ports import Mailer, OutsideSource
from portal.queue import JobQueue, make_huey
from portal.recommendations.service import RecommendationService
from portal.spotify.service import SpotifyAccounts
from portal.spotify.tokens import TokenBox
from portal.taste.pieces import Pieces
from portal.taste.service import TasteService
from portal.upload.service import UploadService


@dataclass(frozen=True)
class Services:
    """All services of one app."""

    settings: Settings
    accounts: AccountService
    uploads: UploadService
    jobs: JobService
    history: HistoryService
    recommendations: RecommendationService
    playlists: PlaylistService
    spotify: SpotifyAccounts
    community: Community
    taste: TasteService
    queue: JobQueue


def build_services(settings: Settings) -> Services:
    """Build the services that ``settings`` ask for."""
    session = db.session
    storage = FsspecStorage(settings.storage_url)
    queue = JobQueue(make_huey(settings))
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
    return Services(
        settings=settings,
        accounts=AccountService(
            session=session,
            hasher=PasswordHasher(),
            tokens=ResetTokens(settings.secret_key),
            mailer=_mailer(settings),
            public_url=settings.public_url,
        ),
        uploads=UploadService(session=session, storage=storage, queue=queue, max_bytes=settings.max_upload_bytes),
        jobs=jobs,
        history=HistoryService(session=session, storage=storage),
        recommendations=recommendations,
        playlists=playlists,
        spotify=_spotify_accounts(settings, playlists),
        community=community,
        taste=taste,
        queue=queue,
    )


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

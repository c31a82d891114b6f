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
from portal.config import Settings
from portal.extensions import db
from portal.history.service import HistoryService
from portal.jobs.sandbox import SandboxedClassifier
from portal.jobs.service import JobService
from portal.ports import Mailer
from portal.queue import JobQueue, make_huey
from portal.recommendations.service import RecommendationService
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
    queue: JobQueue


def build_services(settings: Settings) -> Services:
    """Build the services that ``settings`` ask for."""
    session = db.session
    storage = FsspecStorage(settings.storage_url)
    queue = JobQueue(make_huey(settings))
    recommendations = RecommendationService([CatalogueSource()])
    jobs = JobService(
        session=session,
        queue=queue,
        storage=storage,
        classifier=SandboxedClassifier(settings.model_path, timeout=settings.job_timeout),
        recommendations=recommendations,
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
        queue=queue,
    )


def _mailer(settings: Settings) -> Mailer:
    if settings.smtp_url:
        return BackgroundMailer(SmtpMailer(settings.smtp_url, sender=settings.mail_from))
    return OutboxMailer(settings.instance_path / "outbox", sender=settings.mail_from)

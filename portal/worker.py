"""The second entry: ``python -m portal.worker`` serves the queue until it is told to stop.

What belongs here: binding app, jobs and queue together. Not here: what a job does (``jobs``) or how the queue works.
"""

from __future__ import annotations

import logging
import os
import sys

from flask import Flask

from portal import create_app
from portal.config import SettingError
from portal.extensions import db
from portal.jobs.child import die_with_parent
from portal.jobs.sandbox import ModelUnusableError
from portal.web import services

logger = logging.getLogger(__name__)


def main() -> None:
    """Serve the queue of the app that the environment describes."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    sys.argv = ["-m", "portal.worker"]  # what the consumer starts anew on SIGHUP
    try:
        serve(create_app())
    except (SettingError, ModelUnusableError) as error:
        sys.exit(f"The worker cannot start: {error}")


def serve(app: Flask) -> None:
    """Serve the queue of ``app``; the model is loaded first, so that all worker processes share it."""
    consumer = os.getpid()
    with app.app_context():
        jobs, queue, settings = services().jobs, services().queue, services().settings
        recommendations, retention = services().recommendations, services().retention
        maps = services().maps
        sessions = services().sessions
    jobs.prepare()

    def analyse(job_id: str) -> None:
        with app.app_context():
            jobs.run(job_id)

    def recover() -> None:
        with app.app_context():
            count = jobs.recover()
        if count:
            logger.info("%d jobs recovered", count)

    def tend() -> None:
        recover()
        with app.app_context():
            recommendations.sweep()
            deleted = retention.sweep()
            sessions.sweep()
        if deleted:
            logger.info("the audio of %d songs was past its time", deleted)
        with app.app_context():
            maps.sweep()  # last, for it may take some seconds

    def start() -> None:
        die_with_parent(consumer)
        with app.app_context():
            db.engine.dispose(close=False)
        recover()

    logger.info("serving the queue with %d workers", settings.workers)
    queue.consume(analyse=analyse, recover=tend, on_start=start, workers=settings.workers)


if __name__ == "__main__":
    main()

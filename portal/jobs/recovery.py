"""Jobs whose worker died: finding them and taking them back.

What belongs here: telling the living from the dead. Not here: handing ids over again (``service``).
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import scoped_session

from portal.jobs.claim import change_jobs, worker_name
from portal.jobs.sandbox import AnalysisError
from portal.language import gettext
from portal.models import Job, JobState, utc_now

MAX_ATTEMPTS = 2
STALE = timedelta(seconds=60)


class CutOffError(AnalysisError):
    """The worker died with the job in its hands, as often as a job may be started."""

    code = "cut_off"

    def __init__(self) -> None:
        super().__init__(gettext("The analysis was cut off twice before it could end."))


def take_back_abandoned(session: scoped_session[Any]) -> int:
    """Queue the running jobs whose worker is dead, or fail those out of attempts; return how many failed."""
    columns = (Job.id, Job.worker, Job.attempts, Job.heartbeat_at)
    running = session.execute(select(*columns).where(Job.state == JobState.RUNNING)).all()
    failed = 0
    for job_id, worker, attempts, heartbeat_at in running:
        if _is_alive(worker, heartbeat_at):
            continue
        unchanged = (Job.state == JobState.RUNNING, Job.attempts == attempts, Job.heartbeat_at == heartbeat_at)
        ending = _ending(attempts)
        changed = change_jobs(session, Job.id == job_id, *unchanged, **ending)
        failed += changed if ending["state"] == JobState.FAILED else 0
    session.commit()
    return failed


def _ending(attempts: int) -> dict[str, object]:
    if attempts < MAX_ATTEMPTS:
        return {"state": JobState.QUEUED, "queued_at": utc_now(), "stage": "", "progress": 0.0}
    error = CutOffError()
    return {
        "state": JobState.FAILED,
        "finished_at": utc_now(),
        "error_code": error.code,
        "error_message": str(error),
    }


def _is_alive(worker: str | None, heartbeat_at: datetime | None) -> bool:
    if worker is None or heartbeat_at is None or utc_now() - heartbeat_at > STALE:
        return False
    host, _, pid = worker.rpartition(":")
    own_host, _, own_pid = worker_name().rpartition(":")
    if host != own_host:
        return True
    # Who asks is not running a job at this moment: what bears our own number was left by an earlier process.
    return pid != own_pid and _is_process(int(pid))


def _is_process(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    # In a container the first process is often one that never buries the dead, which then still have their numbers.
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2]
    except OSError:
        return False
    return state.split()[0] == "Z"

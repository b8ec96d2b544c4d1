"""Durable jobs: ask for work, do it once, try again, give up where somebody sees it.

The row is the truth. Queue messages are a doorbell that may be lost, doubled or late.
"""

import logging
import threading
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import takewhile
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from celery import current_app
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services.trail import record
from delivery.choices import JobState
from delivery.clock import database_now
from delivery.handlers import JobRun, LeaseLost, kind_of
from delivery.models import DurableJob

logger = logging.getLogger(__name__)

# What one sweep rings for at most; the next sweep takes the rest.
SWEEP_BATCH = 100
# What a dead queue may cost a request.
RING_SECONDS = 0.4
_bell = threading.Lock()
_IDLE: dict[str, Any] = {"lease": None, "lease_until": None}


@transaction.atomic
def enqueue(*, kind: str, key: str, input: dict[str, Any], requested_by: User | None = None) -> DurableJob:
    """Write the job into the caller's transaction and ring for a worker once that commits.

    ``key`` names the effect, over all kinds: asking again returns the job that is there, whatever its state.
    ``input`` holds ids and codes only, never personal data. One or two queries.
    """
    fields = {"kind": kind, "input": input, "requested_by": requested_by, "due_at": database_now()}
    job, created = DurableJob.objects.get_or_create(key=key, defaults=fields)
    if created:
        _ring_on_commit(job)
    return job


@transaction.atomic
def retry_job(*, job: DurableJob, actor: User) -> None:
    """Give a dead job its attempts back.

    Raises ``PermissionDenied`` unless the actor is an administrator or asked for the job, and
    ``ValidationError`` with code ``job_not_dead``.
    """
    if not (actor.is_admin or job.requested_by_id == actor.pk):
        raise PermissionDenied
    fresh = {"state": JobState.WAITING, "attempts": 0, "due_at": database_now(), "finished_at": None, "error": ""}
    if not DurableJob.objects.filter(pk=job.pk, state=JobState.DEAD).update(**fresh, step="", steps_done=0):
        raise ValidationError(_("Only a job that failed for good can be tried again."), code="job_not_dead")
    record(actor=actor, action="job.retried", subject=job, kind=job.kind)
    _ring_on_commit(job)


def run_job(*, job_id: UUID) -> None:
    """Do one job if it is there to be done; a second call, or one for a finished job, does nothing."""
    run = claim(job_id=job_id)
    if run is None:
        return
    handler = kind_of(run.kind).handler
    if handler is None:
        bury(run=run, error=f"no handler for jobs of the kind {run.kind}")
        return
    try:
        with _renewed(run):
            handler(run)
            if not run.committed:
                with run.commit():
                    pass  # the handler had nothing to write
    except LeaseLost:
        logger.warning("job %s (%s): the lease went to another worker", run.job_id, run.kind)
    except Exception as error:  # noqa: BLE001 -- whatever went wrong, the row must say so
        _log_failure(run, error)
        if not run.committed:
            fail(run=run, error=describe(error))


def claim(*, job_id: UUID, now: datetime | None = None) -> JobRun | None:
    """Take the job for one lease, if it is due and nobody holds it. Two queries, one if it is not.

    The attempt is counted here, before any work: a try that kills its worker counts too. A job whose last
    worker vanished on the last attempt is dead.
    """
    now = now or database_now()
    job = DurableJob.objects.claimable(now).filter(pk=job_id).first()
    if job is None:
        return None
    # Whoever claims counts an attempt, so of several who have read this row one finds it unchanged.
    unclaimed = DurableJob.objects.claimable(now).filter(pk=job_id, attempts=job.attempts)
    if job.attempts > len(kind_of(job.kind).pauses):
        dead = {"state": JobState.DEAD, "finished_at": now, **_IDLE}
        if unclaimed.update(**dead, error="the worker was lost while it did this job"):
            logger.error("job %s is dead: it took %s workers with it", job_id, job.attempts)
        return None
    lease, until = uuid4(), now + timedelta(seconds=settings.JOB_LEASE_SECONDS)
    taken = {"state": JobState.RUNNING, "lease": lease, "lease_until": until, "attempts": job.attempts + 1}
    if not unclaimed.update(**taken):
        return None
    return JobRun(job_id=job.pk, kind=job.kind, lease=lease, attempt=job.attempts + 1, input=job.input)


def fail(*, run: JobRun, error: str) -> None:
    """Let the job wait for its next attempt, or die after the last. Does nothing once the lease is lost."""
    pauses = kind_of(run.kind).pauses
    if run.attempt > len(pauses):
        bury(run=run, error=error)
        return
    due_at = database_now() + pauses[run.attempt - 1]
    run.held().update(state=JobState.WAITING, due_at=due_at, error=error, **_IDLE)


def bury(*, run: JobRun, error: str) -> None:
    """No more attempts, until somebody asks for them. Does nothing once the lease is lost."""
    if run.held().update(state=JobState.DEAD, finished_at=database_now(), error=error, **_IDLE):
        logger.error("job %s (%s) is dead: %s", run.job_id, run.kind, error)


def ring_due(*, now: datetime | None = None) -> int:
    """Ring again for work that is due, and for work whose worker vanished. Returns how often it rang."""
    due = DurableJob.objects.claimable(now or database_now()).order_by("due_at")
    bells = dict.fromkeys(_bell_of(*job) for job in due.values_list("pk", "kind")[:SWEEP_BATCH])
    return sum(1 for _ in takewhile(bool, (send(task=task, args=args) for task, args in bells)))


def ring(*, job_id: UUID, kind: str = "") -> bool:
    """Wake a worker up for a job. Never raises: with a dead queue the sweep rings later."""
    task, args = _bell_of(job_id, kind)
    return send(task=task, args=args)


def _bell_of(job_id: UUID, name: str) -> tuple[str, tuple[str, ...]]:
    kind = kind_of(name)
    if kind.bell:
        return kind.bell, ()
    return "delivery.run_long_job" if kind.long else "delivery.run_job", (str(job_id),)


def send(*, task: str, args: Sequence[str] = ()) -> bool:
    """Put a message into the queue, if that takes half a second at most. Never raises.

    It goes out from a second thread, because the clients of a queue retry for seconds before they give up.
    While one is stuck there, no other starts: threads must not pile up behind a dead queue.
    """
    deadline = time.monotonic() + RING_SECONDS
    if not _bell.acquire(timeout=RING_SECONDS):
        logger.warning("%s %s waits for the sweep: an earlier message is still on its way", task, args)
        return False
    rung = threading.Event()
    thread = threading.Thread(target=_send, args=(task, args, rung), name="job-bell", daemon=True)
    thread.start()
    thread.join(max(0.0, deadline - time.monotonic()))
    return rung.is_set()


def _send(task: str, args: Sequence[str], rung: threading.Event) -> None:
    try:
        current_app.send_task(task, args=list(args))
        rung.set()
    except Exception as error:  # noqa: BLE001 -- a queue may fail in any way, and must not fail a request
        logger.warning("%s %s waits for the sweep: the queue does not answer (%s)", task, args, type(error).__name__)
    finally:
        _bell.release()


def describe(error: BaseException) -> str:
    """What went wrong and where in our code, without the error's own words: those may quote somebody's data."""
    code = getattr(error, "code", None)
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if _is_ours(Path(frame.filename))] or frames
    name = f"{type(error).__module__}.{type(error).__qualname__}" + (f" [{code}]" if isinstance(code, str) else "")
    return f"{name} in {ours[-1].name}, line {ours[-1].lineno}" if ours else name


def _is_ours(path: Path) -> bool:
    return path.is_relative_to(settings.BASE_DIR) and "site-packages" not in path.parts


def _ring_on_commit(job: DurableJob) -> None:
    transaction.on_commit(lambda: ring(job_id=job.pk, kind=job.kind), robust=True)


def _log_failure(run: JobRun, error: Exception) -> None:
    frames = "".join(traceback.format_tb(error.__traceback__))
    logger.error("job %s (%s), attempt %s: %s\n%s", run.job_id, run.kind, run.attempt, describe(error), frames.rstrip())


@contextmanager
def _renewed(run: JobRun) -> Iterator[None]:
    """Renew the lease from a second thread for as long as the work lasts; the thread dies with the process."""
    stop = threading.Event()
    thread = threading.Thread(target=_renew_until, args=(run, stop), name="job-lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _renew_until(run: JobRun, stop: threading.Event) -> None:
    try:
        while not stop.wait(settings.JOB_LEASE_SECONDS / 3):
            try:
                run.renew()
            except DatabaseError as error:
                logger.warning("job %s: lease not renewed (%s)", run.job_id, type(error).__name__)
    except LeaseLost:
        pass  # the work finds out at its next step or at its commit
    finally:
        connection.close()

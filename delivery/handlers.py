"""Who does which kind of work, and what a handler is given to do it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from delivery.choices import JobState
from delivery.clock import database_now
from delivery.models import DurableJob
from delivery.querysets import DurableJobQuerySet


class LeaseLost(Exception):  # noqa: N818 -- an event between workers, not a mistake
    """Another worker has the job now; nothing this one writes may count."""


class JobRun:
    """One attempt at a job, held by a lease."""

    def __init__(self, *, job_id: UUID, kind: str, lease: UUID, attempt: int, input: dict[str, Any]) -> None:
        self.job_id = job_id
        self.kind = kind
        self.lease = lease
        self.attempt = attempt
        self.input = input
        self.committed = False

    def held(self) -> DurableJobQuerySet:
        """The job's row, as long as the lease is ours: the fence of every write about this run."""
        return DurableJob.objects.filter(pk=self.job_id, state=JobState.RUNNING, lease=self.lease)

    def renew(self) -> None:
        """Hold on for another lease. Raises ``LeaseLost``."""
        if not self.held().update(lease_until=lease_end()):
            raise LeaseLost(self.job_id)

    def step(self, name: str, done: int, total: int) -> None:
        """Say how far the work is, and hold on for another lease. ``name`` is a code. Raises ``LeaseLost``."""
        progress = {"step": name, "steps_done": done, "steps_total": total}
        if not self.held().update(**progress, lease_until=lease_end()):
            raise LeaseLost(self.job_id)

    @contextmanager
    def commit(self) -> Iterator[None]:
        """One transaction that marks the job done and takes the effects written inside it, or neither.

        Raises ``LeaseLost`` before the body runs. The mark comes first: its row lock keeps every other worker
        out until the effects are in. Keep slow work before it.
        """
        with transaction.atomic():
            finished = {"state": JobState.DONE, "lease": None, "lease_until": None, "finished_at": database_now()}
            if not self.held().update(**finished, error=""):
                raise LeaseLost(self.job_id)
            yield
        self.committed = True


Handler = Callable[[JobRun], None]
_handlers: dict[str, Handler] = {}


def register(kind: str, handler: Handler) -> None:
    """Name the one function that does work of this kind; call it from ``AppConfig.ready``.

    The function may be run more than once, so what it does outside ``run.commit()`` must bear repeating.
    """
    if _handlers.get(kind, handler) is not handler:
        raise ImproperlyConfigured(f"Two handlers for jobs of the kind {kind!r}.")
    _handlers[kind] = handler


def handler_of(kind: str) -> Handler | None:
    return _handlers.get(kind)


def lease_end() -> datetime:
    return database_now() + timedelta(seconds=settings.JOB_LEASE_SECONDS)

"""Who does which kind of work, and what a handler is given to do it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.db.models import F

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
        with self._end(state=JobState.DONE, finished_at=database_now(), error=""):
            yield

    @contextmanager
    def put_back(self, *, due_at: datetime, error: str = "", counts: bool = True) -> Iterator[None]:
        """Likewise, but the job waits for its next attempt: for a handler that knows better when that should be.

        The handler sees to it that there is an end. ``counts=False`` gives the attempt back: nothing was tried.
        """
        attempts = F("attempts") if counts else F("attempts") - 1
        with self._end(state=JobState.WAITING, due_at=due_at, error=error, attempts=attempts):
            yield

    @contextmanager
    def _end(self, **fields: Any) -> Iterator[None]:
        with transaction.atomic():
            if not self.held().update(lease=None, lease_until=None, **fields):
                raise LeaseLost(self.job_id)
            yield
        self.committed = True


Handler = Callable[[JobRun], None]
Pauses = Sequence[timedelta]
# How long to wait after the first, second, … failed attempt. One more failure than this and the job is dead.
PAUSES: Pauses = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10))


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of work is done."""

    handler: Handler | None = None
    pauses: Pauses = PAUSES
    long: bool = False
    # A task that does whatever is due of this kind: rung once for many jobs, not once for each.
    bell: str = ""


_kinds: dict[str, Kind] = {}


def register(kind: str, handler: Handler, *, pauses: Pauses = PAUSES, long: bool = False, bell: str = "") -> None:
    """Name the one function that does work of this kind; call it from ``AppConfig.ready``.

    The function may be run more than once, so what it does outside ``run.commit()`` must bear repeating. A worker
    is stopped after three minutes, with ``long`` work after an hour.
    """
    if kind_of(kind).handler not in {None, handler}:
        raise ImproperlyConfigured(f"Two handlers for jobs of the kind {kind!r}.")
    _kinds[kind] = Kind(handler, pauses, long, bell)


def kind_of(kind: str) -> Kind:
    """What was registered; without a handler where nothing was."""
    return _kinds.get(kind, Kind())


def lease_end() -> datetime:
    return database_now() + timedelta(seconds=settings.JOB_LEASE_SECONDS)

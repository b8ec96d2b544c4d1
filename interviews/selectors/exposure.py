"""How much a question has been used: times, months, jobs, and the people who heard it, for who may see them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from accounts.models import User
from interviews.choices import LoopState
from interviews.models import AskedQuestion, Job, LoopTemplate, Round
from questionbank.models import Question

MONTHS = 12
MOST_PEOPLE = 20
CHART_HEIGHT = 64
COLUMN_WIDTH = 26


@dataclass(frozen=True, slots=True)
class Month:
    """A column of the chart: ``x``, ``y`` and ``height`` are its place in the drawing."""

    first: date
    times: int
    x: int
    y: int
    height: int


@dataclass(frozen=True, slots=True)
class JobUse:
    """A job that asked the question. ``job`` None: so many jobs that the reader does not see."""

    job: Any
    times: int
    jobs: int = 1


@dataclass(frozen=True, slots=True)
class Rest:
    """How long the question rests by the templates with these days; ``left`` 0: other jobs may ask it again."""

    days: int
    left: int
    templates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Exposure:
    """The use of a question, over all its versions."""

    times: int
    planned: int
    last_at: datetime | None
    months: tuple[Month, ...]
    jobs: tuple[JobUse, ...]
    rests: tuple[Rest, ...]
    people: tuple[Any, ...]

    @property
    def most(self) -> int:
        return max((month.times for month in self.months), default=0)


@dataclass(frozen=True, slots=True)
class _Use:
    job: UUID
    at: datetime
    is_over: bool


def exposure_of(*, question: Question, user: User, now: datetime | None = None) -> Exposure:
    """Five queries at any size. ``people`` are the newest rounds that the reader may see, with their candidate."""
    now = now or timezone.now()
    uses = _uses(question, now)
    over = [use for use in uses if use.is_over]
    last = max((use.at for use in over), default=None)
    people = (
        Round.objects.visible_to(user)
        .filter(questions__version__question=question, starts_at__lte=now)
        .select_related("loop__application__candidate", "loop__application__job")
        .order_by("-starts_at")[:MOST_PEOPLE]
    )
    return Exposure(
        times=len(over),
        planned=len(uses) - len(over),
        last_at=last,
        months=_months(over, timezone.localdate(now)),
        jobs=tuple(_jobs(uses, user)),
        rests=tuple(_rests(question, max((use.at for use in uses), default=None), now)),
        people=tuple(people),
    )


def _uses(question: Question, now: datetime) -> list[_Use]:
    """Every loop that asked it or is going to; a cancelled loop counts if its round was over by then. One query."""
    rows = (
        AskedQuestion.objects.filter(version__question=question)
        .values_list("round__starts_at", "round__loop__created_at", "round__loop__state")
        .annotate(job=F("round__loop__application__job"))
    )
    found = []
    for starts_at, created_at, state, job in rows:
        is_over = starts_at is not None and starts_at <= now
        if is_over or state != LoopState.CANCELLED:
            found.append(_Use(job, starts_at or created_at, is_over))
    return found


def _months(uses: Sequence[_Use], today: date) -> tuple[Month, ...]:
    counted = Counter(timezone.localtime(use.at).date().replace(day=1) for use in uses)
    most = max(counted.values(), default=0)
    months = []
    for place in range(MONTHS):
        index = today.year * 12 + today.month - MONTHS + place
        first = date(index // 12, index % 12 + 1, 1)
        times = counted[first]
        height = max(2, round(CHART_HEIGHT * times / most)) if times else 0
        months.append(Month(first, times, place * COLUMN_WIDTH, CHART_HEIGHT - height, height))
    return tuple(months)


def _jobs(uses: Sequence[_Use], user: User) -> list[JobUse]:
    """The jobs that the reader sees, most used first; then how many others. One query."""
    counted = Counter(use.job for use in uses)
    seen = {job.pk: job for job in Job.objects.visible_to(user).filter(pk__in=counted)}
    found = [JobUse(seen[job], times) for job, times in counted.most_common() if job in seen]
    hidden = [times for job, times in counted.items() if job not in seen]
    return [*found, JobUse(None, sum(hidden), len(hidden))] if hidden else found


def _rests(question: Question, last: datetime | None, now: datetime) -> list[Rest]:
    """By the general templates that could ask its newest version, shortest rest first. Two queries."""
    version = question.versions.select_related("lowest_seniority", "highest_seniority").order_by("-number").first()
    if version is None:
        return []
    fitting = (
        LoopTemplate.objects.current()
        .general()
        .filter(
            role_family__question_versions=version,
            seniority__rank__gte=version.lowest_seniority.rank,
            seniority__rank__lte=version.highest_seniority.rank,
        )
        .order_by("rest_days", "slug")
    )
    passed = (timezone.localdate(now) - timezone.localdate(last)).days if last else None
    grouped: dict[int, list[str]] = {}
    for template in fitting:
        grouped.setdefault(template.rest_days, []).append(template.name)
    return [Rest(days, 0 if passed is None else max(0, days - passed), tuple(names)) for days, names in grouped.items()]

"""What needs a person now, for the home page of each role."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from accounts.choices import Role
from accounts.models import User
from interviews.choices import JobRole, LoopState, PlanState
from interviews.models import Application, Job, JobMember, Loop, LoopPlan, PanelSeat
from questionbank.choices import VersionState
from questionbank.models import QuestionVersion
from scoring.choices import CardState, DebriefState
from scoring.models import Debrief
from scoring.selectors.debriefs import DebriefRow, as_row, debrief_rows

MOST_ROWS = 8
# A round that has just ended is still the one its interviewers are busy with.
_STILL_ON = timedelta(minutes=30)

NeedCode = Literal["no_plan", "plan_to_approve", "no_loop", "no_panel", "cards_missing", "decision_open"]


@dataclass(frozen=True, slots=True)
class Need:
    """Something that waits for a recruiter: about which job or loop, since when, and how far it is."""

    code: NeedCode
    subject_id: UUID
    job: str
    candidate: str = ""
    since: datetime | None = None
    has: int = 0
    needs: int = 0


@dataclass(frozen=True, slots=True)
class BankWork:
    """Counts for an author."""

    drafts: int
    to_review: int


@dataclass(slots=True)
class Home:
    """One field per kind of work; None where the person has no such role."""

    next_rounds: list[PanelSeat] | None = None
    cards_due: list[PanelSeat] | None = None
    needs: list[Need] | None = None
    decisions: list[Debrief] | None = None
    awaited: list[DebriefRow] | None = None
    bank: BankWork | None = None
    roles: frozenset[str] = field(default_factory=frozenset)


def home_for(*, user: User, now: datetime) -> Home:
    """The work of all roles that a person has. Ten queries at most, at any amount of data."""
    home = Home(roles=user.roles)
    if Role.INTERVIEWER in user.roles:
        home.next_rounds = next_rounds(user=user, now=now)
        home.cards_due = cards_due(user=user, now=now)
    if Role.RECRUITER in user.roles:
        home.needs = recruiter_needs(user=user, now=now)
    if Role.HIRING_MANAGER in user.roles:
        home.decisions = open_decisions(user=user)
    if {Role.RECRUITER, Role.HIRING_MANAGER} & user.roles:
        home.awaited = awaited_debriefs(user=user)
    if Role.AUTHOR in user.roles:
        home.bank = bank_work(user=user)
    return home


def next_rounds(*, user: User, now: datetime) -> list[PanelSeat]:
    """The rounds in which the person sits next. One query."""
    seats = _seats(user).filter(round__ends_at__gte=now - _STILL_ON).order_by("round__starts_at")
    return list(seats[:MOST_ROWS])


def cards_due(*, user: User, now: datetime) -> list[PanelSeat]:
    """Rounds that have begun and whose card is not in, the longest waiting first. One query."""
    seats = _seats(user).filter(round__starts_at__lte=now).exclude(scorecard__state=CardState.SUBMITTED)
    return list(seats.order_by("round__starts_at")[:MOST_ROWS])


def recruiter_needs(*, user: User, now: datetime) -> list[Need]:
    """What holds a loop up, from its end backwards. Four queries."""
    return [*_late(user, now), *_unbooked(user), *_without_loop(user), *_without_plan(user)]


def open_decisions(*, user: User) -> list[Debrief]:
    """Debriefs that the hiring manager may read and has not decided. One query."""
    manages = JobMember.objects.filter(user=user, role=JobRole.HIRING_MANAGER, job=OuterRef("loop__application__job"))
    debriefs = Debrief.objects.visible_to(user).filter(Exists(manages), state=DebriefState.OPEN)
    return list(
        debriefs.select_related("loop__application__candidate", "loop__application__job").order_by("opened_at")[
            :MOST_ROWS
        ]
    )


def awaited_debriefs(*, user: User) -> list[DebriefRow]:
    """Booked loops of one's own jobs whose debrief is not readable yet, newest first. One query."""
    rows = debrief_rows(user=user).filter(is_member=True, is_readable=False)
    return [as_row(loop, user) for loop in rows[:MOST_ROWS]]


def bank_work(*, user: User) -> BankWork:
    """One's own drafts, and other people's versions that wait for a reader. Two queries."""
    versions = QuestionVersion.objects.visible_to(user)
    return BankWork(
        drafts=versions.filter(state=VersionState.DRAFT, author=user).count(),
        to_review=versions.filter(state=VersionState.IN_REVIEW).exclude(author=user).count(),
    )


def _seats(user: User) -> "QuerySet[PanelSeat]":
    return PanelSeat.objects.of(user).select_related(
        "round__loop__application__candidate", "round__loop__application__job", "scorecard"
    )


def _late(user: User, now: datetime) -> list[Need]:
    """Loops with a round that is over and a card of it that is not in; not those where the reader's own is missing."""
    missing = PanelSeat.objects.live().filter(round__loop=OuterRef("pk"), round__ends_at__lt=now)
    missing = missing.exclude(scorecard__state=CardState.SUBMITTED).order_by("round__ends_at")
    rows = debrief_rows(user=user, job_role=JobRole.RECRUITER).filter(state=LoopState.BOOKED, owes_card=False)
    rows = rows.annotate(late_since=Subquery(missing.values("round__ends_at")[:1])).exclude(late_since=None)
    return [
        Need(
            code="cards_missing",
            subject_id=loop.pk,
            job=str(loop.application.job),
            candidate=str(loop.application.candidate),
            since=loop.late_since,
            has=loop.cards_in,
            needs=loop.cards_due,
        )
        for loop in rows.order_by("late_since")[:MOST_ROWS]
    ]


def _unbooked(user: User) -> list[Need]:
    loops = Loop.objects.run_by(user).filter(state=LoopState.BUILT).order_by("created_at")
    return [
        Need("no_panel", it.pk, str(it.application.job), str(it.application.candidate), it.created_at)
        for it in loops.select_related("application__job", "application__candidate")[:MOST_ROWS]
    ]


def _without_loop(user: User) -> list[Need]:
    """Candidates of jobs whose plan is approved: their loop can be made at once."""
    recruits = JobMember.objects.filter(user=user, role=JobRole.RECRUITER, job=OuterRef("job"))
    approved = LoopPlan.objects.approved().filter(job=OuterRef("job"))
    waiting = Application.objects.filter(Exists(recruits), Exists(approved), loop=None).order_by("created_at")
    return [
        Need("no_loop", it.job_id, str(it.job), str(it.candidate), it.created_at)
        for it in waiting.select_related("job", "candidate")[:MOST_ROWS]
    ]


def _without_plan(user: User) -> list[Need]:
    """Jobs without an approved plan: with a draft to look at, or without any."""
    approved = LoopPlan.objects.approved().filter(job=OuterRef("pk"))
    draft = LoopPlan.objects.filter(job=OuterRef("pk"), state=PlanState.DRAFT).order_by("-number")
    jobs: Any = Job.objects.run_by(user).filter(~Exists(approved)).annotate(draft=draft.values("pk")[:1])
    return [
        Need("plan_to_approve" if job.draft else "no_plan", job.draft or job.pk, str(job), since=job.created_at)
        for job in jobs.order_by("created_at")[:MOST_ROWS]
    ]

"""Who may see which jobs, candidates, loops and rounds: the one place for each noun."""

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.choices import Role
from accounts.models import User
from interviews.choices import LIVE_OCCUPANCY, JobRole, PlanState, ProposalState, SeatState


class JobQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Administrators, and the recruiters and hiring managers of the job."""
        if user.is_admin:
            return self
        return self.filter(_member(user, "pk"))

    def run_by(self, user: User) -> Self:
        """Jobs whose loops the person may build, plan and book."""
        return self.filter(_member(user, "pk", JobRole.RECRUITER))


class ApplicationQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        if user.is_admin:
            return self
        return self.filter(_member(user, "job"))


class CandidateQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """As their loop or application is: administrators, members of the job, interviewers of the loop.

        Recruiters also see who has not applied for anything yet: one of them has to enter them.
        """
        if user.is_admin or Role.API_CLIENT in user.roles:
            return self
        theirs = self.model.objects.filter(_followed(user) | _seated(user, "applications__loop__rounds__seats"))
        return self.filter(pk__in=theirs.values("pk"))

    def of_members(self, user: User) -> Self:
        """Those whose address and times the person may know: all of ``visible_to`` but who only interviews them."""
        if user.is_admin or Role.API_CLIENT in user.roles:
            return self
        return self.filter(pk__in=self.model.objects.filter(_followed(user)).values("pk"))

    def run_by(self, user: User) -> Self:
        """Candidates of jobs that the person is recruiter of; for recruiters also who has not applied yet."""
        if Role.API_CLIENT in user.roles:
            return self
        theirs = self.model.objects.filter(_followed(user, JobRole.RECRUITER))
        return self.filter(pk__in=theirs.values("pk"))


class PoolQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Who works with jobs sees all; an interviewer the pools they sit in."""
        if user.is_admin or {Role.RECRUITER, Role.HIRING_MANAGER, Role.API_CLIENT} & user.roles:
            return self
        return self.filter(members__user=user)


class LoopTemplateQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Recruiters, hiring managers, API clients and administrators; the template of one job only its members."""
        if user.is_admin:
            return self
        if not {Role.RECRUITER, Role.HIRING_MANAGER, Role.API_CLIENT} & user.roles:
            return self.none()
        return self.filter(Q(job=None) | _member(user, "job"))

    def editable_by(self, user: User) -> Self:
        """Recruiters and administrators; the template of one job only its recruiters. Hiring managers read."""
        if user.is_admin:
            return self
        if not {Role.RECRUITER, Role.API_CLIENT} & user.roles:
            return self.none()
        return self.filter(Q(job=None) | _member(user, "job", JobRole.RECRUITER))

    def current(self) -> Self:
        return self.filter(is_current=True)

    def general(self) -> Self:
        """Not made for one job alone."""
        return self.filter(job=None)


class LoopPlanQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        if _reads_every_job(user):
            return self
        return self.filter(_member(user, "job"))

    def approved(self) -> Self:
        return self.filter(state=PlanState.APPROVED)


class LoopQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Administrators, members of the job, and interviewers with a seat in the loop."""
        if _reads_every_job(user):
            return self
        seated = self.model.objects.filter(_seated(user, "rounds__seats"))
        return self.filter(_member(user, "application__job") | Q(pk__in=seated.values("pk")))

    def of_members(self, user: User) -> Self:
        """Loops of the jobs on which the person is recruiter or hiring manager."""
        return self.filter(_member(user, "application__job"))

    def run_by(self, user: User) -> Self:
        """Loops that the person, as recruiter of the job, may plan and book."""
        return self.filter(_member(user, "application__job", JobRole.RECRUITER))


class RoundQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Administrators and members of the job; an interviewer only the rounds they sit in."""
        if _reads_every_job(user):
            return self
        seated = self.model.objects.filter(_seated(user, "seats"))
        return self.filter(_member(user, "loop__application__job") | Q(pk__in=seated.values("pk")))


class InterviewerQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Recruiters and administrators see everyone's hours; everybody sees their own."""
        if user.is_admin or {Role.RECRUITER, Role.API_CLIENT} & user.roles:
            return self
        return self.filter(user=user)

    def active(self) -> Self:
        return self.filter(is_active=True, user__is_active=True)


class PanelSeatQuerySet(models.QuerySet[Any]):
    def live(self) -> Self:
        return self.filter(state=SeatState.CONFIRMED)

    def of(self, user: User) -> Self:
        """The seats the person fills."""
        return self.live().filter(interviewer__user=user)


class SchedulePlanQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Those who may plan and book the loop: a proposal says who is free when."""
        return self.filter(_member(user, "loop__application__job", JobRole.RECRUITER))

    def open(self) -> Self:
        """Proposed or being searched: what a newer proposal replaces."""
        return self.filter(state__in=[ProposalState.SEARCHING, ProposalState.PROPOSED])


class InvitationQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Administrators and members of the job; an interviewer only their own."""
        if user.is_admin:
            return self
        return self.filter(_member(user, "loop__application__job") | Q(seat__interviewer__user=user))


class OccupancyQuerySet(models.QuerySet[Any]):
    def live(self) -> Self:
        return self.filter(state__in=LIVE_OCCUPANCY)

    def overlapping(self, starts_at: datetime, ends_at: datetime) -> Self:
        return self.filter(starts_at__lt=ends_at, ends_at__gt=starts_at)


class BusyPeriodQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """As the interviewer's hours: recruiters and administrators all, everybody their own."""
        if user.is_admin or {Role.RECRUITER, Role.API_CLIENT} & user.roles:
            return self
        return self.filter(interviewer__user=user)


class AtsConnectionQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Administrators alone."""
        return self if user.is_admin else self.none()


class AtsMessageQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Administrators alone."""
        return self if user.is_admin else self.none()


def _reads_every_job(user: User) -> bool:
    return user.is_admin or Role.API_CLIENT in user.roles


def _member(user: User, job: str, *roles: JobRole) -> Exists | Q:
    """Is the person recruiter or hiring manager of the job that the path ``job`` leads to?

    An API client is taken for a recruiter of every job; what it may do is narrowed by its token's scopes.
    """
    if Role.API_CLIENT in user.roles and (not roles or JobRole.RECRUITER in roles):
        return Q(pk__isnull=False)
    mine = user.job_memberships.filter(job=OuterRef(job))
    return Exists(mine.filter(role__in=roles) if roles else mine)


def _followed(user: User, *roles: JobRole) -> Q:
    """Of candidates: they applied for a job of the person's; for a recruiter also, they have not applied yet."""
    mine = Q(applications__job__members__user=user)
    if roles:
        mine &= Q(applications__job__members__role__in=roles)
    return mine | Q(applications=None) if Role.RECRUITER in user.roles else mine


def _seated(user: User, seats: str) -> Q:
    """The person fills one of the seats that the path ``seats`` leads to."""
    return Q(**{f"{seats}__interviewer__user": user, f"{seats}__state": SeatState.CONFIRMED})

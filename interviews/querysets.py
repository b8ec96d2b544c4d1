"""Who may see which jobs, candidates, loops and rounds: the one place for each noun."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.choices import Role
from accounts.models import User
from interviews.choices import LIVE_OCCUPANCY, JobRole, PlanState, SeatState

if TYPE_CHECKING:
    from interviews import models as m


class JobQuerySet(models.QuerySet["m.Job"]):
    def visible_to(self, user: User) -> Self:
        """Administrators, and the recruiters and hiring managers of the job."""
        if user.is_admin:
            return self
        return self.filter(Exists(_memberships(user, OuterRef("pk"))))

    def run_by(self, user: User) -> Self:
        """Jobs whose loops the person may build, plan and book."""
        return self.filter(Exists(_memberships(user, OuterRef("pk")).filter(role=JobRole.RECRUITER)))


class ApplicationQuerySet(models.QuerySet["m.Application"]):
    def visible_to(self, user: User) -> Self:
        if user.is_admin:
            return self
        return self.filter(Exists(_memberships(user, OuterRef("job"))))


class CandidateQuerySet(models.QuerySet["m.Candidate"]):
    def visible_to(self, user: User) -> Self:
        """As their loop or application is: administrators, members of the job, interviewers of the loop."""
        if user.is_admin:
            return self
        member = _memberships(user, OuterRef("applications__job"))
        seat = _seats(user, OuterRef("applications__loop"))
        return self.filter(Exists(member) | Exists(seat)).distinct()


class LoopPlanQuerySet(models.QuerySet["m.LoopPlan"]):
    def visible_to(self, user: User) -> Self:
        if user.is_admin:
            return self
        return self.filter(Exists(_memberships(user, OuterRef("job"))))

    def approved(self) -> Self:
        return self.filter(state=PlanState.APPROVED)


class LoopQuerySet(models.QuerySet["m.Loop"]):
    def visible_to(self, user: User) -> Self:
        """Administrators, members of the job, and interviewers with a seat in the loop."""
        if user.is_admin:
            return self
        member = _memberships(user, OuterRef("application__job"))
        return self.filter(Exists(member) | Exists(_seats(user, OuterRef("pk"))))

    def of_members(self, user: User) -> Self:
        """Loops of the jobs on which the person is recruiter or hiring manager."""
        return self.filter(Exists(_memberships(user, OuterRef("application__job"))))

    def run_by(self, user: User) -> Self:
        """Loops that the person, as recruiter of the job, may plan and book."""
        member = _memberships(user, OuterRef("application__job"))
        return self.filter(Exists(member.filter(role=JobRole.RECRUITER)))


class RoundQuerySet(models.QuerySet["m.Round"]):
    def visible_to(self, user: User) -> Self:
        """Administrators and members of the job; an interviewer only the rounds they sit in."""
        if user.is_admin:
            return self
        member = _memberships(user, OuterRef("loop__application__job"))
        seat = _seats_in_round(user, OuterRef("pk"))
        return self.filter(Exists(member) | Exists(seat))


class InterviewerQuerySet(models.QuerySet["m.Interviewer"]):
    def visible_to(self, user: User) -> Self:
        """Recruiters and administrators see everyone's hours; everybody sees their own."""
        if user.is_admin or Role.RECRUITER in user.roles:
            return self
        return self.filter(user=user)

    def active(self) -> Self:
        return self.filter(is_active=True, user__is_active=True)


class PanelSeatQuerySet(models.QuerySet["m.PanelSeat"]):
    def live(self) -> Self:
        return self.filter(state=SeatState.CONFIRMED)

    def of(self, user: User) -> Self:
        """The seats the person fills."""
        return self.live().filter(interviewer__user=user)


class OccupancyQuerySet(models.QuerySet["m.Occupancy"]):
    def live(self) -> Self:
        return self.filter(state__in=LIVE_OCCUPANCY)

    def overlapping(self, starts_at: datetime, ends_at: datetime) -> Self:
        return self.filter(starts_at__lt=ends_at, ends_at__gt=starts_at)


def _memberships(user: User, job: OuterRef) -> "models.QuerySet[m.JobMember]":
    from interviews.models import JobMember  # noqa: PLC0415 -- models import this module

    return JobMember.objects.filter(user=user, job=job)


def _seats(user: User, loop: OuterRef) -> "models.QuerySet[m.PanelSeat]":
    from interviews.models import PanelSeat  # noqa: PLC0415 -- models import this module

    return PanelSeat.objects.filter(Q(interviewer__user=user, round__loop=loop), state=SeatState.CONFIRMED)


def _seats_in_round(user: User, round_: OuterRef) -> "models.QuerySet[m.PanelSeat]":
    from interviews.models import PanelSeat  # noqa: PLC0415 -- models import this module

    return PanelSeat.objects.filter(interviewer__user=user, round=round_, state=SeatState.CONFIRMED)

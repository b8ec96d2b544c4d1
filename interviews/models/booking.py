"""Seats, the times they occupy, and the invitations that tell people."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.constraints import known, ordered
from accounts.identifiers import new_id
from accounts.models import Touched
from delivery.models import DurableJob
from interviews.choices import InvitationState, OccupancyState, ProposalState, SeatRole, SeatState
from interviews.models.jobs import Candidate
from interviews.models.loops import Loop, Round
from interviews.models.panel import Interviewer
from interviews.querysets import InvitationQuerySet, OccupancyQuerySet, PanelSeatQuerySet, SchedulePlanQuerySet


class SchedulePlan(Touched, models.Model):
    """A proposal: who and when for every round of a loop, or the search for one. Nobody is booked by it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    loop = models.ForeignKey(Loop, models.CASCADE, related_name="proposals")
    state = models.CharField(max_length=10, choices=ProposalState, default=ProposalState.PROPOSED)
    # Of a search in the background; empty where somebody waited for it.
    job = models.OneToOneField(DurableJob, models.PROTECT, null=True, blank=True, related_name="schedule_plan")
    horizon_days = models.PositiveSmallIntegerField(default=14)
    # [{"round": id, "starts_at": ISO 8601 UTC, "ends_at": …, "seats": {role: interviewer id}}] in order.
    placements = models.JSONField(default=list)
    # [{"code": …, "params": …}]: what the planner says for and against it, worded by panel_wording.
    reasons = models.JSONField(default=list)
    # Where none was found: {"conflicts": [{"code": …, "params": …}], "ways_out": [[{"code": …, "params": …}]]}.
    obstacles = models.JSONField(default=dict)
    idle_minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    is_proven = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = SchedulePlanQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            known("state", ProposalState, model="scheduleplan"),
            models.CheckConstraint(
                condition=~Q(state__in=[ProposalState.PROPOSED, ProposalState.BOOKED]) | Q(idle_minutes__isnull=False),
                name="scheduleplan_proposed_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state=ProposalState.SEARCHING) | Q(job__isnull=False),
                name="scheduleplan_search_has_job",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.loop_id} {self.created_at:%Y-%m-%d %H:%M}"


class PanelSeat(Touched, models.Model):
    """One interviewer's place in one round."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    round = models.ForeignKey(Round, models.PROTECT, related_name="seats")
    interviewer = models.ForeignKey(Interviewer, models.PROTECT, related_name="seats")
    role = models.CharField(max_length=10, choices=SeatRole)
    state = models.CharField(max_length=10, choices=SeatState, default=SeatState.CONFIRMED)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PanelSeatQuerySet.as_manager()

    class Meta:
        verbose_name = _("panel seat")
        verbose_name_plural = _("panel seats")
        ordering = ["round__position", "role", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "interviewer"], condition=Q(state=SeatState.CONFIRMED), name="panelseat_once_per_round"
            ),
            models.UniqueConstraint(
                fields=["round", "role"], condition=Q(state=SeatState.CONFIRMED), name="panelseat_role_once"
            ),
            known("role", SeatRole, model="panelseat"),
            known("state", SeatState, model="panelseat"),
        ]

    def __str__(self) -> str:
        return f"{self.round_id} {self.role}"


class Occupancy(models.Model):
    """A span in which an interviewer or a candidate is taken, buffers included.

    The database refuses two live spans of one resource that overlap: an exclusion constraint on PostgreSQL,
    triggers on SQLite. Both also read ``resource_id`` alone, so interviewers and candidates share the table.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    interviewer = models.ForeignKey(Interviewer, models.PROTECT, null=True, blank=True, related_name="occupancies")
    candidate = models.ForeignKey(Candidate, models.PROTECT, null=True, blank=True, related_name="occupancies")
    # Equals whichever of the two is set: one column for one rule.
    resource_id = models.UUIDField()
    round = models.ForeignKey(Round, models.PROTECT, related_name="occupancies")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=OccupancyState)
    expires_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = OccupancyQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "id"]
        indexes = [models.Index(fields=["resource_id", "ends_at"], name="occupancy_by_resource")]
        constraints = [
            ordered("starts_at", "ends_at", model="occupancy"),
            known("state", OccupancyState, model="occupancy"),
            models.CheckConstraint(
                condition=Q(interviewer=models.F("resource_id"), candidate=None)
                | Q(candidate=models.F("resource_id"), interviewer=None),
                name="occupancy_one_resource",
            ),
            models.CheckConstraint(
                condition=Q(state=OccupancyState.HELD, expires_at__isnull=False) | ~Q(state=OccupancyState.HELD),
                name="occupancy_hold_expires",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resource_id} {self.starts_at:%Y-%m-%d %H:%M}"


class Invitation(Touched, models.Model):
    """The calendar mail to one person about a booking: to an interviewer for a round, to the candidate for the loop."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    loop = models.ForeignKey(Loop, models.CASCADE, related_name="invitations")
    seat = models.OneToOneField(PanelSeat, models.CASCADE, null=True, blank=True, related_name="invitation")
    uid = models.CharField(max_length=120, unique=True)
    sequence = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=10, choices=InvitationState, default=InvitationState.QUEUED)
    sent_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            known("state", InvitationState, model="invitation"),
            models.UniqueConstraint(fields=["loop"], condition=Q(seat=None), name="invitation_one_per_candidate"),
        ]

    def __str__(self) -> str:
        return self.uid

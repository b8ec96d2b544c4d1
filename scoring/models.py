"""What we concluded."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.choices import Language
from accounts.constraints import between, known
from accounts.identifiers import new_id
from accounts.models import Touched
from delivery.models import DurableJob
from interviews.models import AskedQuestion, Loop, PanelSeat
from questionbank.models import RoleFamily, SeniorityLevel
from scoring.choices import LEAST_QUESTIONS, CardState, DebriefState, Outcome, Recommendation
from scoring.querysets import (
    DebriefQuerySet,
    DecisionPolicyQuerySet,
    DecisionQuerySet,
    PacketQuerySet,
    QuestionScoreQuerySet,
    ScorecardQuerySet,
)


class Scorecard(Touched, models.Model):
    """One interviewer's judgement of one round.

    ``version`` grows with every saved change; a write names the version it read, so a stale tab cannot win.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    seat = models.OneToOneField(PanelSeat, models.PROTECT, related_name="scorecard")
    state = models.CharField(max_length=10, choices=CardState, default=CardState.DRAFT)
    version = models.PositiveIntegerField(default=0)
    recommendation = models.CharField(max_length=10, choices=Recommendation, null=True, blank=True)  # noqa: DJ001 -- none given is not an empty one
    summary = models.TextField(_("in one sentence"), max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    saved_at = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)

    objects = ScorecardQuerySet.as_manager()

    class Meta:
        verbose_name = _("scorecard")
        verbose_name_plural = _("scorecards")
        ordering = ["seat__round__position", "id"]
        constraints = [
            known("state", CardState, model="scorecard"),
            models.CheckConstraint(
                condition=Q(recommendation=None) | Q(recommendation__in=Recommendation.values),
                name="scorecard_recommendation_is_known",
            ),
            models.CheckConstraint(
                condition=Q(state=CardState.DRAFT, submitted_at=None)
                | Q(state=CardState.SUBMITTED, submitted_at__isnull=False, recommendation__isnull=False),
                name="scorecard_submitted_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seat_id} v{self.version}"


class QuestionScore(models.Model):
    """A level for one asked question with the evidence for it, or "not assessed"."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    scorecard = models.ForeignKey(Scorecard, models.CASCADE, related_name="scores")
    asked_question = models.ForeignKey(AskedQuestion, models.PROTECT, related_name="scores")
    level = models.PositiveSmallIntegerField(null=True, blank=True)
    not_assessed = models.BooleanField(default=False)
    evidence = models.TextField(max_length=10_000, blank=True)
    # Read by its writer only: no selector but the scorecard's own names this column.
    private_note = models.TextField(max_length=10_000, blank=True)

    objects = QuestionScoreQuerySet.as_manager()

    class Meta:
        ordering = ["asked_question__position"]
        constraints = [
            models.UniqueConstraint(fields=["scorecard", "asked_question"], name="questionscore_once"),
            between("level", 1, 5, model="questionscore"),
            models.CheckConstraint(
                condition=Q(level=None) | Q(not_assessed=False), name="questionscore_level_or_not_assessed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asked_question_id}: {self.level}"


class ScorecardRevision(models.Model):
    """The whole card as it was saved once. Append-only, numbered without gaps."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    scorecard = models.ForeignKey(Scorecard, models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    payload = models.JSONField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # Repeating a save whose answer got lost makes no second revision.
    request_key = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        ordering = ["scorecard", "number"]
        constraints = [
            models.UniqueConstraint(fields=["scorecard", "number"], name="scorecardrevision_number_once"),
            models.UniqueConstraint(fields=["scorecard", "request_key"], name="scorecardrevision_request_once"),
        ]

    def __str__(self) -> str:
        return f"{self.scorecard_id} {self.number}"


class DecisionPolicy(models.Model):
    """The rules a result is held against, for one role family and seniority. A change is a new version."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    role_family = models.ForeignKey(RoleFamily, models.PROTECT, related_name="+")
    seniority = models.ForeignKey(SeniorityLevel, models.PROTECT, related_name="+")
    version = models.PositiveSmallIntegerField(default=1)
    overall_line = models.DecimalField(max_digits=3, decimal_places=2, default=Decimal("3.20"))
    competency_line = models.DecimalField(max_digits=3, decimal_places=2, default=Decimal("3.00"))
    knockout_line = models.DecimalField(max_digits=3, decimal_places=2, default=Decimal("2.00"))
    least_questions = models.PositiveSmallIntegerField(default=LEAST_QUESTIONS)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = DecisionPolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision policy")
        verbose_name_plural = _("decision policies")
        ordering = ["role_family", "seniority", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["role_family", "seniority", "version"], name="decisionpolicy_version_once"),
            between("overall_line", 1, 5, model="decisionpolicy"),
            between("competency_line", 1, 5, model="decisionpolicy"),
            between("knockout_line", 1, 5, model="decisionpolicy"),
        ]

    def __str__(self) -> str:
        return f"v{self.version}"


class Debrief(Touched, models.Model):
    """The panel's discussion of one loop. The row exists once it has opened."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    loop = models.OneToOneField(Loop, models.PROTECT, related_name="debrief")
    policy = models.ForeignKey(DecisionPolicy, models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=DebriefState, default=DebriefState.OPEN)
    opened_at = models.DateTimeField(auto_now_add=True)
    # Empty where it opened by itself with the last card; else who opened it earlier, and why.
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    opening_reason = models.TextField(max_length=1_000, blank=True)

    objects = DebriefQuerySet.as_manager()

    class Meta:
        verbose_name = _("debrief")
        verbose_name_plural = _("debriefs")
        ordering = ["-opened_at", "-id"]
        constraints = [
            known("state", DebriefState, model="debrief"),
            models.CheckConstraint(
                condition=Q(opened_by=None) | ~Q(opening_reason=""), name="debrief_early_opening_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.loop_id}"


class DebriefAccess(models.Model):
    """An administrator's recorded reason to read one debrief."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    debrief = models.ForeignKey(Debrief, models.PROTECT, related_name="accesses")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = models.TextField(_("reason"), max_length=1_000)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at"]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="debriefaccess_has_reason")]

    def __str__(self) -> str:
        return f"{self.debrief_id} {self.user_id}"


class Decision(models.Model):
    """What the hiring manager decided, and why."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    debrief = models.OneToOneField(Debrief, models.PROTECT, related_name="decision")
    outcome = models.CharField(_("decision"), max_length=16, choices=Outcome)
    rationale = models.TextField(_("rationale"), max_length=5_000)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(auto_now_add=True)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        constraints = [
            known("outcome", Outcome, model="decision"),
            models.CheckConstraint(condition=~Q(rationale=""), name="decision_has_rationale"),
        ]

    def __str__(self) -> str:
        return f"{self.debrief_id}: {self.outcome}"


class Packet(Touched, models.Model):
    """One numbered edition of a debrief as a PDF. The same inputs give the same edition, never a second one."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    debrief = models.ForeignKey(Debrief, models.PROTECT, related_name="packets")
    language = models.CharField(max_length=10, choices=Language)
    edition = models.PositiveSmallIntegerField()
    inputs_hash = models.CharField(max_length=64)
    # Everything the pages say, so that an old edition can be drawn again as it was.
    inputs = models.JSONField()
    job = models.OneToOneField(DurableJob, models.PROTECT, related_name="packet")
    file = models.CharField(max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    pages = models.PositiveSmallIntegerField(null=True, blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True, blank=True)

    objects = PacketQuerySet.as_manager()

    class Meta:
        verbose_name = _("packet")
        verbose_name_plural = _("packets")
        ordering = ["debrief", "language", "-edition"]
        constraints = [
            models.UniqueConstraint(fields=["debrief", "language", "inputs_hash"], name="packet_once_per_inputs"),
            models.UniqueConstraint(fields=["debrief", "language", "edition"], name="packet_edition_once"),
            known("language", Language, model="packet"),
            models.CheckConstraint(
                condition=Q(ready_at=None, file="") | (Q(ready_at__isnull=False) & ~Q(file="")),
                name="packet_ready_has_file",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.debrief_id} {self.edition}"

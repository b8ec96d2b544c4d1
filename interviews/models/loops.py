"""The plan of a job and each candidate's copy of it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.constraints import between, known
from accounts.identifiers import new_id
from accounts.models import Touched
from interviews.choices import LoopState, PlanState, RoundFormat, SubstitutionReason
from interviews.models.jobs import Application, Job
from interviews.models.templates import LoopTemplate, RoundTemplate
from interviews.querysets import LoopPlanQuerySet, LoopQuerySet, RoundQuerySet
from questionbank.models import Competency, QuestionVersion, TwoNames


class LoopPlan(Touched, models.Model):
    """The questions of every round, compiled once for a job."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    job = models.ForeignKey(Job, models.PROTECT, related_name="plans")
    template = models.ForeignKey(LoopTemplate, models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=PlanState, default=PlanState.DRAFT)
    # The plan it was rebuilt from, where some questions were locked.
    built_from = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")
    seed = models.PositiveIntegerField(default=0)
    # Parallel forms: sets of questions of equal coverage and difficulty, given to candidates in turn.
    forms = models.PositiveSmallIntegerField(default=1)
    objective = models.IntegerField()
    bound = models.IntegerField()
    is_optimal = models.BooleanField()
    # How many rules the solver kept.
    rules = models.PositiveIntegerField(default=0)
    # Counts the changes by hand since it was built.
    edits = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    objects = LoopPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("loop plan")
        verbose_name_plural = _("loop plans")
        ordering = ["job", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["job", "number"], name="loopplan_number_once"),
            models.UniqueConstraint(
                fields=["job"], condition=Q(state=PlanState.APPROVED), name="loopplan_one_approved_per_job"
            ),
            known("state", PlanState, model="loopplan"),
            between("forms", 1, 5, model="loopplan"),
        ]

    def __str__(self) -> str:
        return f"{self.job_id} {self.number}"


class PlannedQuestion(models.Model):
    """A version placed in a round of a plan, with the reasons for it as codes and parameters."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    plan = models.ForeignKey(LoopPlan, models.CASCADE, related_name="questions")
    form = models.PositiveSmallIntegerField(default=1)
    round_template = models.ForeignKey(RoundTemplate, models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    version = models.ForeignKey(QuestionVersion, models.PROTECT, related_name="+")
    is_locked = models.BooleanField(default=False)
    reasons = models.JSONField(default=list)

    class Meta:
        ordering = ["form", "round_template__position", "position"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "version"], name="plannedquestion_version_once"),
            models.UniqueConstraint(
                fields=["plan", "form", "round_template", "position"], name="plannedquestion_position_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round_template_id} {self.position}"


class Loop(Touched, models.Model):
    """One candidate's way through the rounds of a job's approved plan."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    application = models.OneToOneField(Application, models.PROTECT, related_name="loop")
    plan = models.ForeignKey(LoopPlan, models.PROTECT, related_name="loops")
    # Which of the plan's forms it copies.
    form = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=12, choices=LoopState, default=LoopState.BUILT)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = LoopQuerySet.as_manager()

    class Meta:
        verbose_name = _("loop")
        verbose_name_plural = _("loops")
        ordering = ["-created_at", "-id"]
        constraints = [known("state", LoopState, model="loop")]

    def __str__(self) -> str:
        return f"{self.application_id}"


class Round(TwoNames, Touched, models.Model):
    """One conversation of one candidate: copied from the template, so that later edits do not reach it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    loop = models.ForeignKey(Loop, models.CASCADE, related_name="rounds")
    template = models.ForeignKey(RoundTemplate, models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    name_en = models.CharField(max_length=120, blank=True)
    name_zh = models.CharField(max_length=120, blank=True)
    format = models.CharField(max_length=16, choices=RoundFormat)
    minutes = models.PositiveSmallIntegerField()
    break_after = models.PositiveSmallIntegerField()
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    link = models.URLField(_("video link"), blank=True)

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("round")
        verbose_name_plural = _("rounds")
        ordering = ["loop", "position"]
        constraints = [
            models.UniqueConstraint(fields=["loop", "position"], name="round_position_once"),
            known("format", RoundFormat, model="round"),
            models.CheckConstraint(
                condition=Q(starts_at=None, ends_at=None) | Q(ends_at__gt=models.F("starts_at")),
                name="round_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def slug(self) -> str:
        return f"R{self.position}"


class AskedQuestion(models.Model):
    """The exact version that is asked in a round."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    round = models.ForeignKey(Round, models.CASCADE, related_name="questions")
    position = models.PositiveSmallIntegerField()
    version = models.ForeignKey(QuestionVersion, models.PROTECT, related_name="asked")
    # The version of the plan in whose place it stands, and why; both empty where the plan was followed.
    replaces = models.ForeignKey(QuestionVersion, models.PROTECT, null=True, blank=True, related_name="+")
    replaced_because = models.CharField(max_length=10, choices=SubstitutionReason, blank=True)
    # Of the competencies the version speaks to, those that this round is there to assess.
    competencies = models.ManyToManyField(Competency, related_name="+")

    class Meta:
        verbose_name = _("asked question")
        verbose_name_plural = _("asked questions")
        ordering = ["round__position", "position"]
        constraints = [
            models.UniqueConstraint(fields=["round", "position"], name="askedquestion_position_once"),
            models.UniqueConstraint(fields=["round", "version"], name="askedquestion_version_once"),
            models.CheckConstraint(
                condition=Q(replaces=None, replaced_because="")
                | Q(replaces__isnull=False, replaced_because__in=SubstitutionReason.values),
                name="askedquestion_substitution_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round_id} {self.position}"

"""What an interview loop looks like for a role and a seniority."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.constraints import between, known
from accounts.identifiers import new_id
from interviews.choices import RoundFormat, SeatRole
from interviews.models.panel import Pool
from interviews.querysets import LoopTemplateQuerySet
from questionbank.models import Competency, Named, RoleFamily, SeniorityLevel, TwoNames


class LoopTemplate(Named):
    """Rounds and the evidence they must bring together, for one role family and seniority.

    A plan keeps the template it was built from: a template that has plans is never changed, an edit makes the next
    version (``services.templates``). ``job`` is set where one job has rules of its own.
    """

    role_family = models.ForeignKey(RoleFamily, models.PROTECT, related_name="loop_templates")
    seniority = models.ForeignKey(SeniorityLevel, models.PROTECT, related_name="loop_templates")
    job = models.ForeignKey("interviews.Job", models.CASCADE, null=True, blank=True, related_name="own_templates")
    version = models.PositiveSmallIntegerField(default=1, editable=False)
    is_current = models.BooleanField(default=True, editable=False)
    difficulty = models.PositiveSmallIntegerField(_("difficulty aimed at"), default=3)
    difficulty_spread = models.PositiveSmallIntegerField(_("steps a question may be away from it"), default=2)
    rest_days = models.PositiveSmallIntegerField(_("days a question rests after another job asked it"), default=21)

    objects = LoopTemplateQuerySet.as_manager()  # type: ignore[assignment, misc]  # narrower than that of words

    class Meta(Named.Meta):
        verbose_name = _("loop template")
        verbose_name_plural = _("loop templates")
        constraints = [
            models.UniqueConstraint(
                fields=["job"], condition=models.Q(is_current=True, job__isnull=False), name="looptemplate_one_per_job"
            ),
            models.UniqueConstraint(
                fields=["role_family", "seniority"],
                condition=models.Q(is_current=True, job=None),
                name="looptemplate_one_per_role_and_seniority",
                violation_error_code="template_exists",
                violation_error_message=_("This role and seniority have a template already."),
            ),
            between("difficulty", 1, 5, model="looptemplate"),
            between("difficulty_spread", 0, 4, model="looptemplate"),
            between("rest_days", 0, 3650, model="looptemplate"),
        ]


class RoundTemplate(TwoNames, models.Model):
    """One conversation of the loop."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    template = models.ForeignKey(LoopTemplate, models.CASCADE, related_name="rounds")
    position = models.PositiveSmallIntegerField()
    name_en = models.CharField(_("English name"), max_length=120, blank=True)
    name_zh = models.CharField(_("Chinese name"), max_length=120, blank=True)
    format = models.CharField(_("format"), max_length=16, choices=RoundFormat, default=RoundFormat.INTERVIEW)
    minutes = models.PositiveSmallIntegerField(_("minutes"))
    opening_minutes = models.PositiveSmallIntegerField(_("minutes to open and close"), default=10)
    break_after = models.PositiveSmallIntegerField(_("break after it, in minutes"), default=15)
    # None means the template's.
    difficulty = models.PositiveSmallIntegerField(_("difficulty aimed at in it"), null=True, blank=True)
    briefing_en = models.TextField(_("English briefing for the interviewer"), max_length=5_000, blank=True)
    briefing_zh = models.TextField(_("Chinese briefing for the interviewer"), max_length=5_000, blank=True)
    competencies = models.ManyToManyField(Competency, related_name="+")

    class Meta:
        ordering = ["template", "position"]
        constraints = [
            models.UniqueConstraint(fields=["template", "position"], name="roundtemplate_position_once"),
            known("format", RoundFormat, model="roundtemplate"),
            between("minutes", 15, 240, model="roundtemplate"),
            between("difficulty", 1, 5, model="roundtemplate"),
            models.CheckConstraint(
                condition=models.Q(opening_minutes__lt=models.F("minutes")),
                name="roundtemplate_time_for_questions",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def slug(self) -> str:
        """What stands for the name where both are empty."""
        return f"R{self.position}"

    @property
    def question_minutes(self) -> int:
        return self.minutes - self.opening_minutes


class SeatTemplate(models.Model):
    """One chair on the panel of a round, and the pool that fills it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    round_template = models.ForeignKey(RoundTemplate, models.CASCADE, related_name="seats")
    role = models.CharField(_("seat"), max_length=10, choices=SeatRole, default=SeatRole.LEAD)
    pool = models.ForeignKey(Pool, models.PROTECT, related_name="seats")

    class Meta:
        ordering = ["round_template", "role"]
        constraints = [
            models.UniqueConstraint(fields=["round_template", "role"], name="seattemplate_role_once"),
            known("role", SeatRole, model="seattemplate"),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.pool}"


class CompetencyNeed(models.Model):
    """How much evidence a loop must bring for a competency."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    template = models.ForeignKey(LoopTemplate, models.CASCADE, related_name="needs")
    competency = models.ForeignKey(Competency, models.PROTECT, related_name="+")
    questions = models.PositiveSmallIntegerField(_("questions"), default=2)
    interviewers = models.PositiveSmallIntegerField(_("interviewers"), default=1)

    class Meta:
        ordering = ["template", "competency__slug"]
        constraints = [
            models.UniqueConstraint(fields=["template", "competency"], name="competencyneed_once"),
            between("questions", 1, 20, model="competencyneed"),
            between("interviewers", 1, 20, model="competencyneed"),
        ]

    def __str__(self) -> str:
        return f"{self.competency}: {self.questions}"

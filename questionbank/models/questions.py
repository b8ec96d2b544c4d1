"""Questions, their numbered versions, and the words, rubric and weights of each."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.choices import Language
from accounts.constraints import between, known
from accounts.identifiers import new_id
from accounts.models import Touched
from questionbank.choices import VersionState
from questionbank.models.vocabulary import Category, Competency, RoleFamily, SeniorityLevel, Tag
from questionbank.querysets import QuestionQuerySet, QuestionVersionQuerySet


class Question(Touched, models.Model):
    """The lasting identity of a question; its words live in numbered versions."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.PositiveIntegerField(unique=True)
    # What an import recognises the question by: bank and title, see services.importing.
    source_key = models.CharField(max_length=300, null=True, blank=True, unique=True)
    category = models.ForeignKey(Category, models.PROTECT, related_name="questions")
    tags = models.ManyToManyField(Tag, related_name="questions", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["number"]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return f"Q-{self.number:04d}"


class QuestionVersion(Touched, models.Model):
    """One wording of a question. Once published it never changes: the database refuses."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    question = models.ForeignKey(Question, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=12, choices=VersionState, default=VersionState.DRAFT)
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=15)
    difficulty = models.PositiveSmallIntegerField(_("difficulty"), default=3)
    lowest_seniority = models.ForeignKey(SeniorityLevel, models.PROTECT, related_name="+", verbose_name=_("from"))
    highest_seniority = models.ForeignKey(SeniorityLevel, models.PROTECT, related_name="+", verbose_name=_("up to"))
    role_families = models.ManyToManyField(RoleFamily, related_name="question_versions")
    rubric_is_generic = models.BooleanField(default=False)
    fingerprint = models.CharField(max_length=64, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    objects = QuestionVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        ordering = ["question", "number"]
        constraints = [
            models.UniqueConstraint(fields=["question", "number"], name="questionversion_number_once"),
            models.UniqueConstraint(
                fields=["question"],
                condition=Q(state__in=[VersionState.DRAFT, VersionState.IN_REVIEW]),
                name="questionversion_one_open_draft",
                violation_error_code="draft_exists",
                violation_error_message=_("This question has an open draft already."),
            ),
            models.CheckConstraint(
                condition=Q(published_by=None) | ~Q(published_by=F("author")),
                name="questionversion_published_by_another",
                violation_error_code="own_version",
                violation_error_message=_("Somebody other than the author has to publish it."),
            ),
            models.CheckConstraint(
                condition=Q(published_at=None, state__in=[VersionState.DRAFT, VersionState.IN_REVIEW])
                | Q(published_at__isnull=False, state__in=[VersionState.PUBLISHED, VersionState.RETIRED]),
                name="questionversion_published_has_time",
            ),
            known("state", VersionState, model="questionversion"),
            between("difficulty", 1, 5, model="questionversion"),
            between("minutes", 1, 240, model="questionversion"),
        ]

    def __str__(self) -> str:
        return f"v{self.number}"


class QuestionText(models.Model):
    """The words of a version in one language. Translations share the question's identity and statistics."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.ForeignKey(QuestionVersion, models.CASCADE, related_name="texts")
    language = models.CharField(_("language"), max_length=10, choices=Language)
    title = models.CharField(_("title"), max_length=200)
    prompt = models.TextField(_("prompt"), max_length=10_000)
    context = models.TextField(_("note for the interviewer"), max_length=10_000, blank=True)
    reference_answer = models.TextField(_("reference answer"), max_length=100_000, blank=True)
    probes = models.JSONField(_("probes"), default=list, blank=True)

    class Meta:
        ordering = ["version", "language"]
        constraints = [
            models.UniqueConstraint(fields=["version", "language"], name="questiontext_language_once"),
            known("language", Language, model="questiontext"),
        ]

    def __str__(self) -> str:
        return self.title


class RubricLevel(models.Model):
    """What one level of the scale looks like for this question, in the words of one text."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    text = models.ForeignKey(QuestionText, models.CASCADE, related_name="levels")
    level = models.PositiveSmallIntegerField()
    anchor = models.TextField(max_length=2_000)

    class Meta:
        ordering = ["text", "level"]
        constraints = [
            models.UniqueConstraint(fields=["text", "level"], name="rubriclevel_once"),
            between("level", 1, 5, model="rubriclevel"),
        ]

    def __str__(self) -> str:
        return f"{self.level}: {self.anchor}"


class CompetencyWeight(models.Model):
    """How much of a version speaks to a competency, in percent."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.ForeignKey(QuestionVersion, models.CASCADE, related_name="weights")
    competency = models.ForeignKey(Competency, models.PROTECT, related_name="weights")
    percent = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["version", "-percent", "competency"]
        constraints = [
            models.UniqueConstraint(fields=["version", "competency"], name="competencyweight_once"),
            between("percent", 1, 100, model="competencyweight"),
        ]

    def __str__(self) -> str:
        return f"{self.competency_id}: {self.percent} %"

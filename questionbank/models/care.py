"""What is known and said about questions beside their words: enemies, leaks, comments, unfinished writing."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.constraints import known
from accounts.identifiers import new_id
from questionbank.choices import LeakState
from questionbank.models.questions import Question, QuestionVersion
from questionbank.querysets import LeakFlagQuerySet, SavedSearchQuerySet


class EnemyPair(models.Model):
    """Two questions that never stand in one loop, because one gives the other away. ``first`` has the lower id."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    first = models.ForeignKey(Question, models.CASCADE, related_name="+")
    second = models.ForeignKey(Question, models.CASCADE, related_name="+")
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["first__number", "second__number"]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="enemypair_once"),
            # Also keeps a question from being its own enemy, and a pair from being there both ways round.
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="enemypair_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} ≠ {self.second_id}"


class LeakFlag(models.Model):
    """A suspicion that candidates know a question beforehand, and what became of it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    question = models.ForeignKey(Question, models.CASCADE, related_name="leak_flags")
    state = models.CharField(max_length=10, choices=LeakState, default=LeakState.SUSPECTED)
    # Figures of the score drift that raised it, as scoring.measurement.drift gives them; empty where a person did.
    drift = models.JSONField(default=dict, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    raised_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = LeakFlagQuerySet.as_manager()

    class Meta:
        verbose_name = _("suspected leak")
        verbose_name_plural = _("suspected leaks")
        ordering = ["-raised_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["question"],
                condition=Q(state__in=[LeakState.SUSPECTED, LeakState.CONFIRMED]),
                name="leakflag_one_standing",
            ),
            known("state", LeakState, model="leakflag"),
            models.CheckConstraint(
                condition=Q(state=LeakState.SUSPECTED, decided_at=None)
                | (~Q(state=LeakState.SUSPECTED) & Q(decided_at__isnull=False)),
                name="leakflag_decided_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question_id} {self.state}"


class VersionComment(models.Model):
    """What somebody says about a version while it is reviewed. Never changed, never taken back."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.ForeignKey(QuestionVersion, models.CASCADE, related_name="comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    body = models.TextField(_("comment"), max_length=5_000)
    # Set where the comment sent the version back to its author.
    sent_back = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return self.body[:60]


class EditorDraft(models.Model):
    """The fields of the editor as somebody left them, saved while they write; gone once the version is saved.

    It may be unfinished, so it is the form's fields and not a version. ``seen`` is the text it started from.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    question = models.ForeignKey(Question, models.CASCADE, null=True, blank=True, related_name="+")
    fields = models.JSONField(default=dict)
    seen = models.UUIDField(null=True, blank=True)
    # Counts the saves; a save names the one it follows, so two tabs cannot overwrite each other unseen.
    number = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-saved_at"]
        constraints = [
            models.UniqueConstraint(fields=["user", "question"], name="editordraft_once"),
            models.UniqueConstraint(fields=["user"], condition=Q(question=None), name="editordraft_one_new"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.question_id}"


class SavedSearch(models.Model):
    """A search of the bank that somebody comes back to."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=80)
    # The query string of the list of questions.
    query = models.CharField(max_length=1_000)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SavedSearchQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "name"],
                name="savedsearch_name_once",
                violation_error_code="name_taken",
                violation_error_message=_("You have a saved search of that name already."),
            )
        ]

    def __str__(self) -> str:
        return self.name

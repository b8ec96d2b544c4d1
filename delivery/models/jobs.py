"""Work that must happen."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.constraints import known
from accounts.identifiers import new_id
from delivery.choices import JobState
from delivery.querysets import DurableJobQuerySet


class DurableJob(models.Model):
    """One piece of background work, written in the transaction that makes it necessary.

    The row is the truth; a queue message only wakes a worker up. ``key`` names the effect, so asking twice
    makes one job. ``lease`` marks the worker that may finish it: a worker that lost its lease cannot.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(_("kind"), max_length=60)
    key = models.CharField(_("key"), max_length=200, unique=True)
    input = models.JSONField(default=dict)
    state = models.CharField(_("state"), max_length=10, choices=JobState, default=JobState.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("due"), default=timezone.now)
    lease = models.UUIDField(null=True, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True)
    step = models.CharField(max_length=60, blank=True)
    steps_done = models.PositiveSmallIntegerField(default=0)
    steps_total = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(_("last error"), blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = DurableJobQuerySet.as_manager()

    class Meta:
        verbose_name = _("background job")
        verbose_name_plural = _("background jobs")
        ordering = ["-created_at", "-id"]
        # The sweep reads only what is not finished; finished rows pile up.
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(state__in=[JobState.WAITING, JobState.RUNNING]),
                name="durablejob_unfinished",
            ),
            # Who is at work, among all that waits.
            models.Index(fields=["lease_until"], condition=Q(lease_until__isnull=False), name="durablejob_leased"),
        ]
        constraints = [
            known("state", JobState, model="durablejob"),
            models.CheckConstraint(
                condition=Q(state=JobState.RUNNING, lease__isnull=False, lease_until__isnull=False)
                | (~Q(state=JobState.RUNNING) & Q(lease=None, lease_until=None)),
                name="durablejob_lease_while_running",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[JobState.DONE, JobState.DEAD], finished_at__isnull=False)
                | Q(state__in=[JobState.WAITING, JobState.RUNNING], finished_at=None),
                name="durablejob_finished_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

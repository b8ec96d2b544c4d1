"""Archives of everything a company owns, kept for a day."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.identifiers import new_id
from accounts.models import Touched
from delivery.choices import JobState
from delivery.models.jobs import DurableJob
from delivery.querysets import CompanyExportQuerySet


class CompanyExport(Touched, models.Model):
    """One archive, asked for by an administrator. The file is taken away at ``expires_at``; the row stays."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    job = models.OneToOneField(DurableJob, models.PROTECT, related_name="company_export")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    # Empty until it is written, and again once it was taken away.
    file = models.CharField(max_length=200, blank=True)
    size = models.PositiveBigIntegerField(null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    ready_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    objects = CompanyExportQuerySet.as_manager()

    class Meta:
        verbose_name = _("export of the company")
        verbose_name_plural = _("exports of the company")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ready_at=None, expires_at=None, size=None, sha256="", file="")
                | (Q(ready_at__isnull=False, expires_at__isnull=False, size__isnull=False) & ~Q(sha256="")),
                name="companyexport_ready_is_whole",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_underway(self) -> bool:
        """Asked for, and neither written nor given up. Needs the job."""
        return self.job.state in (JobState.WAITING, JobState.RUNNING)

"""Jobs, candidates and the application that joins them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.choices import Language
from accounts.constraints import known, ordered
from accounts.identifiers import new_id
from accounts.models import Touched
from accounts.validators import validate_time_zone
from interviews.choices import JobRole
from interviews.querysets import ApplicationQuerySet, CandidateQuerySet, JobQuerySet
from questionbank.models import RoleFamily, SeniorityLevel


class Job(Touched, models.Model):
    """An opening. Everyone who applies for it is asked the same questions in the same order."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    title = models.CharField(_("title"), max_length=120)
    team = models.CharField(_("team"), max_length=120, blank=True)
    place = models.CharField(_("place"), max_length=120, blank=True)
    role_family = models.ForeignKey(RoleFamily, models.PROTECT, related_name="+", verbose_name=_("role"))
    seniority = models.ForeignKey(SeniorityLevel, models.PROTECT, related_name="+", verbose_name=_("seniority"))
    # In which language the questions are asked.
    language = models.CharField(_("language"), max_length=10, choices=Language, default=Language.EN)
    time_zone = models.CharField(_("time zone"), max_length=64, validators=[validate_time_zone])
    created_at = models.DateTimeField(auto_now_add=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["-created_at", "-id"]
        constraints = [known("language", Language, model="job")]

    def __str__(self) -> str:
        return self.title


class JobMember(models.Model):
    """A recruiter or hiring manager of one job."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    job = models.ForeignKey(Job, models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="job_memberships")
    role = models.CharField(max_length=20, choices=JobRole)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "user", "role"], name="jobmember_once"),
            known("role", JobRole, model="jobmember"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"


class Candidate(Touched, models.Model):
    """A person who applies. Has no account."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=120)
    native_name = models.CharField(_("name in their own script"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail"))
    time_zone = models.CharField(_("time zone"), max_length=64, validators=[validate_time_zone])
    language = models.CharField(_("language of mails"), max_length=10, choices=Language, default=Language.EN)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CandidateQuerySet.as_manager()

    class Meta:
        verbose_name = _("candidate")
        verbose_name_plural = _("candidates")
        ordering = ["name", "id"]
        constraints = [known("language", Language, model="candidate")]

    def __str__(self) -> str:
        return self.name


class Application(Touched, models.Model):
    """One candidate for one job."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    job = models.ForeignKey(Job, models.PROTECT, related_name="applications")
    candidate = models.ForeignKey(Candidate, models.PROTECT, related_name="applications")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["job", "candidate"],
                name="application_once",
                violation_error_code="applied_already",
                violation_error_message=_("This candidate has applied for this job already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.candidate_id} → {self.job_id}"


class CandidateWindow(models.Model):
    """A span in which the candidate can be interviewed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    candidate = models.ForeignKey(Candidate, models.CASCADE, related_name="windows")
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))

    class Meta:
        ordering = ["starts_at"]
        constraints = [ordered("starts_at", "ends_at", model="candidatewindow")]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M} – {self.ends_at:%H:%M}"

"""Interviewers: their hours, their busy times, the pools they sit in."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.constraints import between, ordered
from accounts.identifiers import new_id
from accounts.models import Touched
from interviews.choices import Weekday
from interviews.querysets import BusyPeriodQuerySet, InterviewerQuerySet, PoolQuerySet
from questionbank.models import Named


class Interviewer(Touched, models.Model):
    """A person who can sit on panels. Hours are in the person's own time zone."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="interviewer")
    title = models.CharField(_("job title"), max_length=120, blank=True)
    team = models.CharField(_("team"), max_length=120, blank=True)
    is_active = models.BooleanField(_("takes interviews"), default=True)
    notice_hours = models.PositiveSmallIntegerField(_("notice in hours"), default=24)
    buffer_minutes = models.PositiveSmallIntegerField(_("free minutes before and after"), default=10)
    most_per_day = models.PositiveSmallIntegerField(_("interviews a day at most"), default=2)

    objects = InterviewerQuerySet.as_manager()

    class Meta:
        verbose_name = _("interviewer")
        verbose_name_plural = _("interviewers")
        ordering = ["user__display_name", "id"]
        constraints = [
            between("most_per_day", 1, 12, model="interviewer"),
            between("buffer_minutes", 0, 120, model="interviewer"),
            between("notice_hours", 0, 720, model="interviewer"),
        ]

    def __str__(self) -> str:
        return str(self.user)


class WorkingHours(models.Model):
    """One block of a week in which the interviewer can be booked, as their own clock shows it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    interviewer = models.ForeignKey(Interviewer, models.CASCADE, related_name="hours")
    weekday = models.PositiveSmallIntegerField(_("day"), choices=Weekday)
    starts = models.TimeField(_("from"))
    ends = models.TimeField(_("until"))

    class Meta:
        ordering = ["weekday", "starts"]
        constraints = [
            ordered("starts", "ends", model="workinghours"),
            between("weekday", 0, 6, model="workinghours"),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.starts:%H:%M}–{self.ends:%H:%M}"


class BusyPeriod(models.Model):
    """A span in which the interviewer is not free, for a reason outside Loopwright."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    interviewer = models.ForeignKey(Interviewer, models.CASCADE, related_name="busy_periods")
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    what = models.CharField(_("what"), max_length=120, blank=True)

    objects = BusyPeriodQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at"]
        indexes = [models.Index(fields=["interviewer", "ends_at"], name="busyperiod_by_interviewer")]
        constraints = [ordered("starts_at", "ends_at", model="busyperiod")]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M} – {self.ends_at:%H:%M}"


class Pool(Named):
    """Interviewers of whom any one may take a seat."""

    members = models.ManyToManyField(Interviewer, related_name="pools")

    objects = PoolQuerySet.as_manager()  # type: ignore[assignment, misc]  # narrower than that of words

    class Meta(Named.Meta):
        verbose_name = _("pool")
        verbose_name_plural = _("pools")

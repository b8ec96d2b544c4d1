"""Applicant tracking systems that tell us of their candidates."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.constraints import known
from accounts.identifiers import new_id
from accounts.models import Touched
from interviews.choices import AtsMessageState, AtsVendor
from interviews.models.jobs import Application, Job
from interviews.querysets import AtsConnectionQuerySet, AtsMessageQuerySet


class AtsConnection(Touched, models.Model):
    """One system that sends us webhooks. Its ids are kept under the name ``system``; the secrets are encrypted."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=80)
    vendor = models.CharField(_("system"), max_length=20, choices=AtsVendor)
    system = models.SlugField(
        _("its name in external ids"),
        max_length=40,
        unique=True,
        error_messages={"unique": _("Another connection has this name already.")},
    )
    secret = models.TextField(editable=False)
    # While the other side changes over, the secret before is good too.
    old_secret = models.TextField(blank=True, editable=False)
    old_secret_until = models.DateTimeField(null=True, blank=True, editable=False)
    is_enabled = models.BooleanField(_("in use"), default=True)
    # Who its writes are made by: an API client of its own.
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AtsConnectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("ATS connection")
        verbose_name_plural = _("ATS connections")
        ordering = ["name", "id"]
        constraints = [known("vendor", AtsVendor, model="atsconnection")]

    def __str__(self) -> str:
        return self.name


class StageRule(models.Model):
    """At which stage of the other system a candidate gets a loop: for one job, or for every one it knows."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    connection = models.ForeignKey(AtsConnection, models.CASCADE, related_name="rules")
    stage = models.CharField(_("stage"), max_length=120)
    job = models.ForeignKey(Job, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("job"))

    class Meta:
        ordering = ["stage", "id"]
        constraints = [
            models.UniqueConstraint(fields=["connection", "stage", "job"], name="stagerule_once"),
            models.UniqueConstraint(
                fields=["connection", "stage"], condition=models.Q(job=None), name="stagerule_one_for_all_jobs"
            ),
        ]

    def __str__(self) -> str:
        return self.stage


class AtsMessage(models.Model):
    """One webhook as it came in, kept before it is answered. ``message_id`` makes a second copy harmless."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    connection = models.ForeignKey(AtsConnection, models.CASCADE, related_name="messages")
    message_id = models.CharField(max_length=255)
    # Which application of the other system it is about, and of when: a message that a newer one overtook is not used.
    subject = models.CharField(max_length=200, blank=True)
    occurred_at = models.DateTimeField(null=True, blank=True)
    # Encrypted, as it names a candidate; emptied once the message has been worked through.
    body = models.TextField(blank=True, editable=False)
    state = models.CharField(max_length=10, choices=AtsMessageState, default=AtsMessageState.WAITING)
    # {"code": …, "params": {…}} of what was done, or why nothing was.
    outcome = models.JSONField(default=dict, blank=True)
    application = models.ForeignKey(Application, models.SET_NULL, null=True, blank=True, related_name="+")
    # How often somebody asked for it to be tried again.
    retries = models.PositiveSmallIntegerField(default=0)
    received_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = AtsMessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("ATS message")
        verbose_name_plural = _("ATS messages")
        ordering = ["-received_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["connection", "message_id"], name="atsmessage_once"),
            known("state", AtsMessageState, model="atsmessage"),
        ]
        indexes = [
            models.Index(fields=["connection", "subject", "occurred_at"], name="atsmessage_order"),
            models.Index(fields=["connection", "-received_at"], name="atsmessage_newest"),
            models.Index(fields=["received_at"], condition=~models.Q(body=""), name="atsmessage_kept"),
        ]

    def __str__(self) -> str:
        return self.message_id
